"""Freezing a month is an act with a name; what comes after is a correction: a numbered revision with its reason."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal.access import frozen_months as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.months import Month
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.services.changes import Change, changing
from portal.services.frozen_months.figures import figures_now

LONGEST = 2_000


def freeze_month(viewer: Viewer, month: Month, note: str, *, seen: int) -> int:
    """Keep a month's figures as they are, and return the revision's number.

    `seen` is the number of the newest revision that the page showed, 0 where there was none. After the first, `note` is
    why another is needed, and it ends a correction. Raises NotPermitted, Invalid by field ("note"), and Conflict where
    somebody else froze the month meanwhile.
    """
    note = note.strip()
    _check(viewer, month)
    try:
        with changing(viewer) as change:
            frozen = _locked(change, month)
            newest = frozen.revision if frozen else 0
            if newest != seen:
                raise _lost(month, note)
            if frozen is not None and not note:
                raise Invalid("Say why.", errors={"note": ["Say why the frozen figures need another revision"]})
            _check_length(note, "note")
            if frozen is None:
                frozen = FrozenMonth(partnership_id=viewer.partnership_id, begins_on=month.first, revision=1)
                change.session.add(frozen)
                change.session.flush()
            else:
                frozen.revision += 1
                frozen.register_closed_at = None
                frozen.correction_opened_at = None
                frozen.correction_opened_by_id = None
                frozen.correction_reason = None
            change.session.add(_revision(change, frozen, month, note))
            change.session.flush()
            change.log("month.frozen", "frozen_month", frozen.id)
            return frozen.revision
    except IntegrityError:
        raise _lost(month, note) from None


def open_correction(viewer: Viewer, month: Month, reason: str, *, seen: int) -> None:
    """Let agencies contest, and coordinators uphold, in a frozen month until its next revision.

    Raises NotPermitted, NotVisible where the month is not frozen, Invalid by field ("reason"), Conflict.
    """
    reason = reason.strip()
    _check(viewer, month)
    with changing(viewer) as change:
        frozen = _locked(change, month)
        if frozen is None:
            raise NotVisible("This month is not frozen.")
        if frozen.revision != seen or frozen.correction_opened_at is not None:
            raise Conflict(
                "Somebody else has frozen or opened this month a moment ago.",
                mine={"Reason": reason},
                theirs={"Reason": frozen.correction_reason or f"Revision {frozen.revision}"},
            )
        if not reason:
            raise Invalid("Say why.", errors={"reason": ["Say what is to be corrected"]})
        _check_length(reason, "reason")
        frozen.correction_opened_at = viewer.now
        frozen.correction_opened_by_id = viewer.user_id
        frozen.correction_reason = reason
        change.session.flush()
        change.log("month.correction_opened", "frozen_month", frozen.id)


def note_late_register(change: Change, partnership_id: int, month: Month) -> None:
    """Say of a month that is frozen, with no correction open, that a register of it was closed since."""
    change.session.execute(
        update(FrozenMonth)
        .where(
            FrozenMonth.partnership_id == partnership_id,
            FrozenMonth.begins_on == month.first,
            FrozenMonth.correction_opened_at.is_(None),
        )
        .values(register_closed_at=change.viewer.now)
        .execution_options(synchronize_session=False)
    )


def _check(viewer: Viewer, month: Month) -> None:
    if not access.may_freeze(viewer):
        raise NotPermitted("Months are frozen by the partnership’s business manager.")
    if not month.is_over(viewer.today):
        raise NotPermitted(f"{month.words} is not over yet: a month is frozen when it is.")


def _locked(change: Change, month: Month) -> FrozenMonth | None:
    return change.session.scalar(
        access.visible_to(change.viewer)
        .where(FrozenMonth.begins_on == month.first)
        .with_for_update(of=FrozenMonth)
        .execution_options(populate_existing=True)
    )


def _revision(change: Change, frozen: FrozenMonth, month: Month, note: str) -> MonthRevision:
    return MonthRevision(
        partnership_id=frozen.partnership_id,
        frozen_month_id=frozen.id,
        number=frozen.revision,
        frozen_at=change.viewer.now,
        frozen_by_id=change.viewer.user_id,
        note=note or None,
        figures=figures_now(change.session, frozen.partnership_id, month).to_json(),
    )


def _check_length(text: str, field: str) -> None:
    if len(text) > LONGEST:
        sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(sentence, errors={field: [sentence]})


def _lost(month: Month, note: str) -> Conflict:
    return Conflict(
        f"Somebody else froze {month.words} a moment ago.",
        mine={"Note": note or "Nothing written"},
        theirs={"Note": "See the newest revision"},
    )
