"""Asking again after a move: whether the answer that an agency gave for another day still stands."""

from __future__ import annotations

from sqlalchemy import select

from portal.access import scheduling as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted
from portal.models.meetings import Invitation, Meeting
from portal.services.changes import changing
from portal.services.invitations.answering import answer_words
from portal.services.invitations.own import own_to_change
from portal.services.invitations.seen import AlreadySo, seen_answer
from portal.services.meetings.outstanding import asked_again_where


def is_asked_again(viewer: Viewer, invitation_id: int) -> bool:
    """Whether an invitation that the viewer sees waits for its answer to be confirmed."""
    found = (
        select(Invitation.id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Invitation.id == invitation_id, Invitation.partnership_id == viewer.partnership_id, asked_again_where())
    )
    return db.session.scalar(found) is not None


def confirm_answer(viewer: Viewer, meeting_id: int, seen: int) -> bool:
    """Say for the viewer's agency that its answer still stands; False where nobody asks any more.

    `seen` is the answer that the page showed (seen_answer). Raises NotVisible, NotPermitted, and Conflict where it is
    another by now.
    """
    try:
        with changing(viewer) as change:
            invitation = own_to_change(change, meeting_id)
            if not access.may_confirm(viewer, invitation, invitation.meeting):
                raise NotPermitted("This meeting is over or closed, or was not answered.")
            if seen_answer(invitation) != seen:
                raise Conflict(
                    "Somebody else at your agency answered this a moment ago.",
                    mine={"Answer": "It still stands"},
                    theirs={"Answer": answer_words(invitation.answer, invitation.answer_note)},
                )
            asked = change.session.scalar(
                select(Invitation.id)
                .join(Meeting, Meeting.id == Invitation.meeting_id)
                .where(Invitation.id == invitation.id, asked_again_where())
            )
            if asked is None:
                raise AlreadySo
            invitation.answered_at = viewer.now
            invitation.answered_by_id = viewer.user_id
            change.log("invitation.confirmed", "invitation", invitation.id)
    except AlreadySo:
        return False
    return True
