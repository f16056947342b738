"""The chair signs what was decided for all children of a meeting at once; from then on each is amended, never changed.

A signature and each amendment are handed on to the children's plans in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.access import cases, meetings
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.outcomes import BECAUSE_LIMIT, OutcomeText, missing, settled
from portal.domain.plans import Decided
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.outcomes.drafting import check_text, keep_text, page_to_change, person
from portal.services.outcomes.reading import ChildOutcome, OutcomesPage
from portal.services.outcomes.texts import words_of
from portal.services.plans import from_outcomes

NOT_YOURS = "What was decided is signed and amended by the chair of the meeting."


def is_signed(session: Session, meeting_id: int) -> bool:
    """Whether decisions of a meeting are signed: its register can then no longer be opened."""
    signed = exists().where(Outcome.meeting_id == meeting_id, Outcome.signed_at.is_not(None))
    return bool(session.scalar(select(signed)))


def sign_outcomes(viewer: Viewer, meeting_id: int, seen: int) -> tuple[Decided, ...]:
    """Sign what was decided for every child, and begin, go on with or end their plans; gives what was decided.

    `seen` is the number of what the chair has read. Raises NotVisible, NotPermitted, Invalid where something is
    missing or a later conference has decided (by `child_<id>`), and Conflict where it was changed or signed since.
    """
    with changing(viewer) as change:
        page = _to_decide(change, meeting_id)
        if not page.may_decide:
            raise NotPermitted(NOT_YOURS)
        if page.is_signed:
            raise Conflict("This was signed a moment ago. It was signed once.")
        if page.missing:
            raise Invalid("Some of it is still missing.", errors=_missing_by_child(page))
        if page.seen != seen:
            raise Conflict("Somebody changed what was decided after you opened the page. It is not signed yet.")
        decided = []
        for one, outcome in page.drafts:
            text = settled(one.text, one.rules)
            outcome.signed_at, outcome.signed_by_id = viewer.now, person(viewer)
            keep_text(change, outcome, text)
            decided.append(_decided(page, one, text))
        change.log("outcomes.signed", "meeting", meeting_id)
        from_outcomes.apply(change, meeting_id, decided)
        return tuple(decided)


def amend_outcome(
    viewer: Viewer, meeting_id: int, child_id: int, number: int, because: str, text: OutcomeText
) -> Decided:
    """Put what was signed for one child right: a new version, with the reason; the one before stays.

    `number` is that of the version which it is based on. Raises NotVisible, NotPermitted, Invalid by field, and
    Conflict with both texts where it was amended in the meantime.
    """
    because = because.strip()
    with changing(viewer) as change:
        page = _to_decide(change, meeting_id)
        one = page.of(child_id)
        if not page.may_decide or one.current is None or not one.is_signed:
            raise NotPermitted(NOT_YOURS)
        if one.number != number:
            raise Conflict(
                "This was amended while you were writing.",
                mine=words_of(text, page.agencies),
                theirs=one.current.words,
            )
        check_text(text, one.rules, page, viewer)
        text = settled(text, one.rules)
        _check_amended(one, because, text)
        outcome = Outcome(
            partnership_id=page.meeting.partnership_id,
            meeting_id=meeting_id,
            child_id=child_id,
            number=number + 1,
            amended_because=because,
            signed_at=viewer.now,
            signed_by_id=person(viewer),
        )
        keep_text(change, outcome, text)
        change.log("outcomes.amended", "meeting", meeting_id)
        decided = _decided(page, one, text)
        from_outcomes.apply(change, meeting_id, [decided])
        return decided


def _to_decide(change: Change, meeting_id: int) -> OutcomesPage:
    """The outcomes of a meeting, its cases and then the meeting locked: the order in which everybody locks them."""
    session = change.session
    meeting = session.execute(
        meetings.visible_to(change.viewer)
        .where(Meeting.id == meeting_id)
        .with_only_columns(Meeting.partnership_id, Meeting.case_id)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    further = session.scalars(cases.children_of_meeting(meeting_id).with_only_columns(Child.case_id))
    case_facts.hold(session, meeting.partnership_id, {meeting.case_id, *further})
    return page_to_change(session, change.viewer, meeting_id, locked=True)


def _missing_by_child(page: OutcomesPage) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for one, _field, words in page.missing:
        found.setdefault(f"child_{one.child.id}" if one else "meeting", []).append(words)
    return dict(found)


def _check_amended(one: ChildOutcome, because: str, text: OutcomeText) -> None:
    found = missing(text, one.rules)
    if not because:
        found["because"] = "Say why it is amended"
    elif len(because) > BECAUSE_LIMIT:
        found["because"] = f"Shorten this to {BECAUSE_LIMIT:,} characters or fewer. It has {len(because):,} now"
    elif text == one.text:
        found["because"] = "Nothing differs from what was signed: change what is wrong, or go back"
    if found:
        raise Invalid("It cannot be amended like this.", errors={field: [words] for field, words in found.items()})


def _decided(page: OutcomesPage, one: ChildOutcome, text: OutcomeText) -> Decided:
    return Decided(
        child_id=one.child.id,
        plan=text.has_plan,
        categories=text.ordered_categories,
        decided_on=page.meeting.day,
        ends_because=text.ends_because,
    )
