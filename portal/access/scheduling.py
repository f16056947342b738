"""Who arranges meetings and says who chairs, who reads what became of their days, and what is told of busy people."""

from __future__ import annotations

from sqlalchemy import Select, exists, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.moves import MeetingMove


def may_open(viewer: Viewer, follows: Meeting | None = None) -> bool:
    """The coordinator opens meetings; a chair the one that goes on from a meeting of their own."""
    if viewer.may(Permission.MEETINGS_PLAN):
        return True
    return follows is not None and viewer.may(Permission.REGISTER_KEEP) and meetings.may_view(viewer, follows, None)


def may_move(viewer: Viewer, meeting: Meeting) -> bool:
    """The coordinator moves or cancels a meeting to come; one that was held, or whose register is closed, stands."""
    return (
        viewer.may(Permission.MEETINGS_PLAN)
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is MeetingStatus.SCHEDULED
        and meeting.register_closed_at is None
    )


def may_change_chair(viewer: Viewer, meeting: Meeting) -> bool:
    """Whoever may move a meeting gives it to another chair; once it was held, who chaired it stands.

    Other than a move it is not held up by what agencies say of who came: somebody has to close the register.
    """
    return may_move(viewer, meeting)


def moves_visible_to(viewer: Viewer) -> Select[MeetingMove]:
    """What became of the days of the meetings that the viewer sees; for notes ask `may_read_notes`."""
    return select(MeetingMove).where(
        MeetingMove.partnership_id == viewer.partnership_id,
        exists().where(Meeting.id == MeetingMove.meeting_id, meetings.visible_where(viewer)).correlate(MeetingMove),
    )


def may_view_move(viewer: Viewer, move: MeetingMove, meeting: Meeting, own: Invitation | None) -> bool:
    """Whether the viewer sees this line of a meeting's days: whoever sees the meeting."""
    return move.meeting_id == meeting.id and meetings.may_view(viewer, meeting, own)


def may_read_notes(viewer: Viewer) -> bool:
    """What a coordinator wrote beside a reason may tell of the family or of another agency: for those who run it."""
    return viewer.is_system or viewer.role not in AGENCY_ROLES


def may_confirm(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """An agency that has answered says that its answer still stands, as long as it may answer at all."""
    return invitation.answer is not None and meetings.may_answer(viewer, invitation, meeting)


def may_ask_who_is_busy(viewer: Viewer) -> bool:
    """Whoever plans meetings asks whether people of their partnership have another meeting at the time.

    This alone looks across partnerships: somebody who serves two cannot be in both at once. Of what is found in
    another one no more may be shown than that the person has a meeting there; of what is found here, no more than
    `meetings.visible_to` allows.
    """
    return viewer.may(Permission.MEETINGS_PLAN) or viewer.may(Permission.REGISTER_KEEP)
