"""Audit rounds: the list, one round, and opening, changing and closing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from portal.access import audit_rounds as rounds_access
from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, RoundKind
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.rounds import RoundPlan, RoundState, state_of
from portal.models.audits import AuditReturn, AuditRound
from portal.models.frameworks import FrameworkEdition
from portal.services.audits.asked import Asking, ask, follow_due_day, running_round
from portal.services.audits.proposals import check_edition, edition_words
from portal.services.changes import LOST, Change, changing


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One line of the list of rounds; agencies are those whose returns the viewer sees."""

    id: int
    title: str
    kind: RoundKind
    framework: str
    state: RoundState
    opens_on: date
    due_on: date
    asked: int
    returned: int


@dataclass(frozen=True, slots=True)
class RoundEntry:
    """A round with what its pages say about it."""

    row: AuditRound
    state: RoundState
    plan: RoundPlan
    framework: str
    edition: str
    code: str
    agency_types: tuple[str, ...]
    follows: str
    may_run: bool


def list_rounds(viewer: Viewer) -> list[RoundRow]:
    """The rounds that the viewer sees, the newest first, by two queries."""
    counts = (
        access.visible_to(viewer)
        .with_only_columns(
            AuditReturn.round_id,
            func.count(),
            func.count().filter(AuditReturn.status.in_(SIGNED_STATUSES)),
        )
        .group_by(AuditReturn.round_id)
    )
    counted = {round_id: (asked, returned) for round_id, asked, returned in db.session.execute(counts)}
    rows = (
        access.rounds_visible_to(viewer)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .with_only_columns(
            AuditRound.id,
            AuditRound.title,
            AuditRound.kind,
            FrameworkEdition.title.label("framework"),
            AuditRound.opens_on,
            AuditRound.due_on,
            AuditRound.closed_at,
        )
        .order_by(AuditRound.opens_on.desc(), AuditRound.id.desc())
    )
    return [
        RoundRow(
            row.id,
            row.title,
            row.kind,
            row.framework,
            state_of(row.opens_on, viewer.today, is_closed=row.closed_at is not None),
            row.opens_on,
            row.due_on,
            *counted.get(row.id, (0, 0)),
        )
        for row in db.session.execute(rows)
    ]


def find_round(viewer: Viewer, round_id: int) -> RoundEntry:
    """One round, by one query; raises NotVisible."""
    followed = aliased(AuditRound)
    rows = (
        access.rounds_visible_to(viewer)
        .outerjoin(followed, followed.id == AuditRound.follows_id)
        .options(joinedload(AuditRound.edition))
        .where(AuditRound.id == round_id)
        .add_columns(followed.title)
    )
    found = db.session.execute(rows).one_or_none()
    if found is None:
        raise NotVisible("There is no such round.")
    row, follows = found
    return RoundEntry(
        row=row,
        state=_state(viewer, row),
        plan=plan_of(row),
        framework=row.edition.title,
        edition=edition_words(row.edition),
        code=row.edition.code,
        agency_types=tuple(row.edition.agency_types),
        follows=follows or "",
        may_run=access.may_run(viewer, row),
    )


def runnable(viewer: Viewer, round_id: int) -> RoundEntry:
    """A round that the viewer runs; raises NotVisible, and NotPermitted for one that they only see."""
    entry = find_round(viewer, round_id)
    if not entry.may_run:
        raise NotPermitted("This role does not run audit rounds.")
    return entry


def open_round(viewer: Viewer, plan: RoundPlan, asking: Asking) -> int:
    """Set up a round: agencies see it from its opening day on. Raises Invalid, its errors by field."""
    if not rounds_access.may_open(viewer) or viewer.partnership_id is None:
        raise NotPermitted("This role does not run audit rounds.")
    given = plan.checked()
    if given.opens_on < viewer.today:
        raise Invalid("Too early.", errors={"opens_on": ["The opening day must be today or later"]})
    with changing(viewer) as change:
        check_edition(change, given)
        asked = AuditRound(partnership_id=viewer.partnership_id, created_at=viewer.now, created_by_id=viewer.user_id)
        _write(asked, given)
        change.session.add(asked)
        _flush(change)
        ask(change, asked, asking)
        change.log("audit_round.opened", "audit_round", asked.id)
        return asked.id


def change_round(viewer: Viewer, round_id: int, plan: RoundPlan, *, version: int) -> bool:
    """Change a round; says whether anything changed.

    Until it opens everything but its framework can change; afterwards only the due day, to a later one, and when
    challenge sessions are held. Returns that are not signed follow the due day. Raises Conflict where somebody else
    changed it since.
    """
    given = plan.checked()
    if runnable(viewer, round_id).plan == given:
        return False
    with changing(viewer) as change:
        asked = running_round(change, round_id)
        now = plan_of(asked)
        if asked.version != version:
            raise Conflict(LOST, mine=_in_words(given), theirs=_in_words(now))
        if asked.opens_on <= viewer.today:
            _refuse_after_opening(now, given)
        elif given.opens_on < viewer.today:
            raise Invalid("Too early.", errors={"opens_on": ["The opening day must be today or later"]})
        check_edition(change, given, asked)
        _write(asked, given)
        _flush(change)
        follow_due_day(change, asked)
        change.log("audit_round.changed", "audit_round", round_id)
    return True


def close_round(viewer: Viewer, round_id: int) -> None:
    """End a round: nothing is answered any more, and who has not sent their return has not. Closing twice is no fault.

    Raises Invalid before it has opened.
    """
    if runnable(viewer, round_id).state is RoundState.CLOSED:
        return
    with changing(viewer) as change:
        asked = running_round(change, round_id)
        if asked.opens_on > viewer.today:
            raise Invalid("This round has not opened yet.")
        asked.closed_at = viewer.now
        change.session.flush()
        change.log("audit_round.closed", "audit_round", round_id)


def plan_of(row: AuditRound) -> RoundPlan:
    """What a round is set up to do."""
    return RoundPlan(
        row.title,
        row.kind,
        row.edition_id,
        row.follows_id,
        row.opens_on,
        row.due_on,
        tuple(row.reminders),
        row.challenge_from,
        row.challenge_to,
    )


def _state(viewer: Viewer, row: AuditRound) -> RoundState:
    return state_of(row.opens_on, viewer.today, is_closed=row.closed_at is not None)


def _write(row: AuditRound, plan: RoundPlan) -> None:
    row.title, row.kind, row.edition_id, row.follows_id = plan.title, plan.kind, plan.edition_id, plan.follows_id
    row.opens_on, row.due_on, row.reminders = plan.opens_on, plan.due_on, list(plan.reminders)
    row.challenge_from, row.challenge_to = plan.challenge_from, plan.challenge_to


def _refuse_after_opening(now: RoundPlan, given: RoundPlan) -> None:
    movable = replace(now, due_on=given.due_on, challenge_from=given.challenge_from, challenge_to=given.challenge_to)
    if movable != given:
        raise NotPermitted("Agencies see this round already: only its due day can still move, to a later one.")
    if given.due_on < now.due_on:
        raise Invalid(
            "Too early.", errors={"due_on": ["The round has opened: its due day can only move to a later one"]}
        )


def _flush(change: Change) -> None:
    try:
        change.session.flush()
    except IntegrityError:
        raise Invalid("The title is taken.", errors={"title": ["Another round has this title"]}) from None


def _in_words(plan: RoundPlan) -> dict[str, str]:
    def day(value: date | None) -> str:
        return f"{value.day} {value:%B %Y}" if value else ""

    return {
        "Title": plan.title,
        "Kind": label(plan.kind),
        "Opens": day(plan.opens_on),
        "Due": day(plan.due_on),
        "Reminders": ", ".join(map(str, plan.reminders)),
        "Challenge sessions": " to ".join(filter(None, (day(plan.challenge_from), day(plan.challenge_to)))),
    }
