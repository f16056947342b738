"""The coordinator says what is expected of whom, and deals with answers of "not ours"."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager, joinedload

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason
from portal.models.meetings import Invitation, Meeting
from portal.services.case_facts import recount_meeting
from portal.services.changes import Change, changing
from portal.services.frozen_months.states import why_shut
from portal.services.invitations.answering import NOTE_LIMIT, answer_words
from portal.services.invitations.expecting import expect
from portal.services.invitations.seen import AlreadySo, seen_expectation
from portal.services.notices import meetings as notices
from portal.services.notices.parts import begin_parts_anew


def invitation_of(viewer: Viewer, meeting_id: int, invitation_id: int) -> Invitation:
    """One agency's invitation, with its meeting, the meeting's type and the agency. Raises NotVisible, NotPermitted."""
    invitation = db.session.scalars(_query(viewer, meeting_id, invitation_id)).one_or_none()
    if invitation is None:
        raise NotVisible("No such invitation.")
    return invitation


def set_expectation(
    viewer: Viewer,
    meeting_id: int,
    invitation_id: int,
    expectation: Expectation,
    reason: ExpectationReason,
    seen: int,
) -> bool:
    """Say what is expected of an agency and why; one that is not relevant loses sight of the meeting.

    Gives False where the same stood there already. Raises NotVisible, NotPermitted, Invalid by field, or Conflict.
    """
    try:
        with changing(viewer) as change:
            invitation = invitation_to_change(change, meeting_id, invitation_id)
            if (invitation.expectation, invitation.expectation_reason) == (expectation, reason):
                raise AlreadySo
            check_seen(invitation, seen, mine=f"{label(expectation)}: {label(reason)}")
            _check_reason(expectation, reason)
            if shut := why_shut(change.session, invitation.partnership_id, invitation.meeting.day):
                raise Invalid("The month is frozen.", errors={"expectation": [shut]})
            if invitation.answer is Answer.NOT_OURS and expectation is not Expectation.NOT_RELEVANT:
                raise Invalid(
                    "The agency said that this is not theirs: mark it as not relevant, or send it back to them.",
                    errors={"expectation": ["Mark the agency as not relevant, or send the invitation back to it"]},
                )
            before = expect(change, invitation, expectation, reason)
            if before is Expectation.NOT_RELEVANT and invitation.answer is None:
                notices.tell_invited(change, invitation.partnership_id, [invitation.id], again=True)
            elif before is not expectation:
                notices.tell_invitation_changed(change, invitation.partnership_id, [invitation.id])
    except AlreadySo:
        return False
    return True


def send_back(viewer: Viewer, meeting_id: int, invitation_id: int, note: str, seen: int) -> None:
    """Ask an agency that said "not ours" to look again: its answer is cleared and it sees the meeting again.

    `note` is what the agency reads beside the question. Raises NotVisible, NotPermitted, Invalid by field, or
    Conflict where the answer changed meanwhile.
    """
    note = note.strip()
    with changing(viewer) as change:
        invitation = invitation_to_change(change, meeting_id, invitation_id)
        check_seen(invitation, seen, mine=f"Send back: {note}")
        if invitation.answer is not Answer.NOT_OURS:
            raise Invalid("The agency did not say that this is not theirs.")
        if not note:
            raise Invalid("Say why.", errors={"note": ["Tell the agency why you think the child is theirs"]})
        if len(note) > NOTE_LIMIT:
            sentence = f"Shorten this to {NOTE_LIMIT} characters or fewer. It has {len(note)} now"
            raise Invalid(sentence, errors={"note": [sentence]})
        invitation.answer = None
        invitation.answer_note = None
        invitation.answered_at = None
        invitation.answered_by_id = None
        invitation.coordinator_note = note
        if invitation.expectation is Expectation.NOT_RELEVANT:
            expect(change, invitation, Expectation.EXPECTED, ExpectationReason.KNOWS_CHILD)
        else:
            change.session.flush()
            recount_meeting(change.session, meeting_id)
            begin_parts_anew(change, [invitation.id])
        notices.tell_invited(change, invitation.partnership_id, [invitation.id], again=True)
        change.log("invitation.sent_back", "invitation", invitation.id)


def _query(viewer: Viewer, meeting_id: int, invitation_id: int) -> Select[Invitation]:
    if not viewer.may(Permission.EXPECTATIONS_SET):
        raise NotPermitted("What is expected is the coordinator's to say.")
    # The coordinator's scope joins the meeting already.
    return (
        access.invitations_visible_to(viewer)
        .where(Invitation.id == invitation_id, Invitation.meeting_id == meeting_id)
        .options(
            contains_eager(Invitation.meeting).joinedload(Meeting.meeting_type),
            joinedload(Invitation.agency),
        )
    )


def invitation_to_change(change: Change, meeting_id: int, invitation_id: int) -> Invitation:
    """One agency's invitation within a change, its meeting locked before it. Raises NotVisible, NotPermitted."""
    meeting = access.visible_to(change.viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    change.session.execute(meeting.with_for_update(of=Meeting, key_share=True))
    query = _query(change.viewer, meeting_id, invitation_id).with_for_update(of=Invitation)
    invitation = change.session.scalars(query).one_or_none()
    if invitation is None:
        raise NotVisible("No such invitation.")
    if not access.may_set_expectation(change.viewer, invitation.meeting):
        raise NotPermitted("What is expected stands once the register is closed.")
    return invitation


def check_seen(invitation: Invitation, seen: int, *, mine: str) -> None:
    """Refuse what was decided on a page that showed something else (`seen`: seen_expectation). Raises Conflict."""
    if seen_expectation(invitation) != seen:
        reason = invitation.expectation_reason
        stands = label(invitation.expectation) + (f": {label(reason)}" if reason else "")
        answer = answer_words(invitation.answer, invitation.answer_note)
        raise Conflict(
            "This invitation changed a moment ago.",
            mine={"Expectation": mine},
            theirs={"Expectation": f"{stands}. Its answer: {answer}"},
        )


def _check_reason(expectation: Expectation, reason: ExpectationReason) -> None:
    if reason not in reasons_for(expectation):
        raise Invalid("The reason does not fit.", errors={"reason": ["Choose a reason that fits what is expected"]})


def reasons_for(expectation: Expectation) -> list[ExpectationReason]:
    """The reasons a coordinator can give: why an agency is not relevant, or why it is asked."""
    against = [ExpectationReason.NOT_INVOLVED, ExpectationReason.MOVED_AWAY]
    if expectation is Expectation.NOT_RELEVANT:
        return against
    return [reason for reason in ExpectationReason if reason not in (*against, ExpectationReason.IMPORTED)]
