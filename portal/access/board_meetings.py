"""Who reads of the board's own meetings, and who keeps them. They are about no child, so a whole board reads them."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.board_vocabulary import OVER, BoardMeetingStatus
from portal.models.board_meetings import BoardGroup, BoardMeeting, BoardMember

Row = TypeVar("Row", BoardGroup, BoardMember, BoardMeeting)


def groups_visible_to(viewer: Viewer) -> Select[BoardGroup]:
    """Every group of the partnership, for the board's roles and its manager; nobody else's business."""
    return _visible(viewer, BoardGroup)


def members_visible_to(viewer: Viewer) -> Select[BoardMember]:
    """The members of those groups, also those who have left."""
    return _visible(viewer, BoardMember)


def visible_to(viewer: Viewer) -> Select[BoardMeeting]:
    """The meetings of those groups."""
    return _visible(viewer, BoardMeeting)


def may_view(viewer: Viewer, row: BoardGroup | BoardMember | BoardMeeting) -> bool:
    """Whether this group, member or meeting is the viewer's to see."""
    return viewer.may(Permission.BOARD_MEETINGS_VIEW) and row.partnership_id == viewer.partnership_id


def may_add(viewer: Viewer) -> bool:
    """Whether the viewer sets up groups."""
    return viewer.partnership_id is not None and viewer.may(Permission.BOARD_MEETINGS_KEEP)


def may_keep(viewer: Viewer, row: BoardGroup | BoardMember | BoardMeeting) -> bool:
    """Whether the viewer keeps this group, with its members and meetings."""
    return may_add(viewer) and may_view(viewer, row)


def may_plan(viewer: Viewer, group: BoardGroup) -> bool:
    """Whether the viewer plans a meeting of this group: while it still meets."""
    return may_keep(viewer, group) and group.is_active


def may_change(viewer: Viewer, meeting: BoardMeeting) -> bool:
    """Whether the viewer moves or cancels this meeting: until it is over."""
    return may_keep(viewer, meeting) and meeting.status is BoardMeetingStatus.SCHEDULED


def may_record(viewer: Viewer, meeting: BoardMeeting) -> bool:
    """Whether the viewer records who is there: from the day of the meeting until it is closed."""
    return may_change(viewer, meeting) and meeting.meets_on <= viewer.today


def may_correct(viewer: Viewer, meeting: BoardMeeting) -> bool:
    """Whether the viewer puts right what was recorded: once it is closed, as often as is needed."""
    return may_keep(viewer, meeting) and meeting.status in OVER


def _visible(viewer: Viewer, model: type[Row]) -> Select[Any]:
    if viewer.partnership_id is None or not viewer.may(Permission.BOARD_MEETINGS_VIEW):
        return select(model).where(false())
    return select(model).where(model.partnership_id == viewer.partnership_id)
