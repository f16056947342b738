"""Writing down what is decided for a child, before the chair signs: by chair and coordinator, who may do it at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.outcomes import OutcomeRules, OutcomeText, faults
from portal.models.outcomes import CoreGroupMember, Outcome
from portal.services.changes import Change, changing
from portal.services.outcomes.reading import ChildOutcome, OutcomesPage, page_of
from portal.services.outcomes.sittings import sitting
from portal.services.outcomes.texts import words_of, write_text

NOT_NOW = "What is decided is written down by the chair and the coordinator, from the meeting’s day on."


class AlreadySigned(Conflict):
    """The chair signed before this came: what was decided can only be amended now."""


def save_outcome(viewer: Viewer, meeting_id: int, child_id: int, version: int, text: OutcomeText) -> None:
    """Keep what is written for a child; the first save makes the draft.

    `version` is that of the draft it is based on, 0 for none. Raises NotVisible, NotPermitted, Invalid by field,
    AlreadySigned, and Conflict with both texts where somebody saved another one in the meantime.
    """
    if _is_saved(viewer, meeting_id, child_id, version, text):
        return
    with changing(viewer) as change:
        page = page_to_change(change.session, viewer, meeting_id, locked=True)
        one = page.of(child_id)
        mine = words_of(text, page.agencies)
        theirs = one.current.words if one.current else words_of(OutcomeText(), page.agencies)
        if not page.may_draft:
            raise NotPermitted(NOT_NOW)
        if one.is_signed:
            raise AlreadySigned("The chair has signed this, so it can only be amended.", mine=mine, theirs=theirs)
        check_text(text, one.rules, page, viewer)
        if one.version != version:
            raise Conflict("Somebody else saved this while you were writing.", mine=mine, theirs=theirs)
        outcome = one.current.outcome if one.current else _begun(viewer, page, one)
        keep_text(change, outcome, text)
        change.log("outcome.saved", "outcome", outcome.id)


def page_to_change(session: Session, viewer: Viewer, meeting_id: int, *, locked: bool = False) -> OutcomesPage:
    """The outcomes of a meeting, read again inside a change. Raises NotVisible."""
    return page_of(session, viewer, sitting(session, viewer, meeting_id, RecordSection.OUTCOMES, locked=locked))


def check_text(text: OutcomeText, rules: OutcomeRules, page: OutcomesPage, viewer: Viewer) -> None:
    """Refuse what cannot stand even in a draft. Raises Invalid by field."""
    found = faults(text, rules, viewer.today)
    if set(text.core_group) - page.agencies.keys():
        found["core_group"] = "Choose from the agencies on this page"
    if found:
        raise Invalid("Some of it cannot be kept.", errors={field: [words] for field, words in found.items()})


def keep_text(change: Change, outcome: Outcome, text: OutcomeText) -> None:
    """Write a version with its core group; a new one gets its id."""
    session = change.session
    write_text(outcome, text)
    outcome.saved_at = change.viewer.now
    outcome.saved_by_id = person(change.viewer)
    session.add(outcome)
    session.flush()
    session.execute(delete(CoreGroupMember).where(CoreGroupMember.outcome_id == outcome.id))
    session.add_all(_members(outcome, text.core_group))
    session.flush()


def person(viewer: Viewer) -> int:
    """Who it is. Raises NotPermitted for a command: people decide about children."""
    if viewer.user_id is None:
        raise NotPermitted("What is decided is written down by a person.")
    return viewer.user_id


def _is_saved(viewer: Viewer, meeting_id: int, child_id: int, version: int, text: OutcomeText) -> bool:
    """Whether a draft says this already, so that there is nothing to do."""
    page = page_to_change(db.session(), viewer, meeting_id)
    one = page.of(child_id)
    if not page.may_draft:
        raise NotPermitted(NOT_NOW)
    return not one.is_signed and one.version == version and one.text == text


def _begun(viewer: Viewer, page: OutcomesPage, one: ChildOutcome) -> Outcome:
    meeting = page.meeting
    return Outcome(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        child_id=one.child.id,
        number=1,
        saved_by_id=person(viewer),
    )


def _members(outcome: Outcome, core_group: Iterable[int]) -> list[CoreGroupMember]:
    return [
        CoreGroupMember(partnership_id=outcome.partnership_id, outcome_id=outcome.id, invitation_id=invitation_id)
        for invitation_id in core_group
    ]
