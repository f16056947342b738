"""Who reads a partnership's kinds of meetings with their rules, and who changes them."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.rule_sets import MeetingType


def visible_to(viewer: Viewer) -> Select[MeetingType]:
    """Those of the partnership, retired ones too, for whoever arranges meetings or answers for their rules."""
    if viewer.partnership_id is None or not viewer.may(Permission.KINDS_VIEW):
        return select(MeetingType).where(false())
    return select(MeetingType).where(MeetingType.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, kind: MeetingType) -> bool:
    """Whether this kind's page is the viewer's to read."""
    return viewer.may(Permission.KINDS_VIEW) and kind.partnership_id == viewer.partnership_id


def may_add(viewer: Viewer) -> bool:
    """Whether the viewer adds kinds of meetings."""
    return viewer.partnership_id is not None and viewer.may(Permission.KINDS_MANAGE)


def may_manage(viewer: Viewer, kind: MeetingType) -> bool:
    """Whether the viewer describes this kind, changes its rules, retires it and brings it back."""
    return may_view(viewer, kind) and may_add(viewer)
