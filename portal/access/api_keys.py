"""Who makes, lists and ends the keys by which machines read figures."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.api_keys import ApiKey


def visible_to(viewer: Viewer) -> Select[ApiKey]:
    """A lead's: the keys of their own agency. The business manager's and the administrator's: all of the partnership.

    Also an agency's keys are theirs to see and to end: whoever answers for a partnership's figures must know who reads
    them. Nobody sees a key itself again.
    """
    return select(ApiKey).where(_visible_where(viewer))


def may_view(viewer: Viewer, key: ApiKey) -> bool:
    """Whether the viewer sees that this key exists."""
    if key.partnership_id != viewer.partnership_id or not viewer.may(Permission.API_KEYS_KEEP):
        return False
    return viewer.role is not Role.AGENCY_LEAD or (key.agency_id is not None and key.agency_id == viewer.agency_id)


def may_make(viewer: Viewer) -> bool:
    """Whether the viewer makes keys: a lead for the own agency, the others for the partnership."""
    return viewer.hat is not None and viewer.may(Permission.API_KEYS_KEEP)


def may_end(viewer: Viewer, key: ApiKey) -> bool:
    """Whether the viewer ends this key, which is done only once."""
    return may_make(viewer) and may_view(viewer, key) and key.ended_at is None


def _visible_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None or not viewer.may(Permission.API_KEYS_KEEP):
        return false()
    within = ApiKey.partnership_id == viewer.partnership_id
    if viewer.role is Role.AGENCY_LEAD:
        return and_(within, ApiKey.agency_id == viewer.agency_id)
    return within
