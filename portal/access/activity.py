"""Who reads the system's own trail: it holds ids and verbs, no content. And who reads who has read a child's record."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.domain.record_readings import READINGS
from portal.domain.vocabulary import Role
from portal.models.activity import Activity


def visible_to(viewer: Viewer) -> Select[Activity]:
    """An administrator's own partnership's trail."""
    if viewer.partnership_id is None or not viewer.may(Permission.ACTIVITY_VIEW):
        return select(Activity).where(false())
    return select(Activity).where(Activity.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, row: Activity) -> bool:
    """Whether this entry is the viewer's to see."""
    return (
        viewer.may(Permission.ACTIVITY_VIEW)
        and viewer.partnership_id is not None
        and row.partnership_id == viewer.partnership_id
    )


def may_search(viewer: Viewer) -> bool:
    """Whether the viewer looks through a partnership's trail at all, so that their looking is worth an entry."""
    return viewer.may(Permission.ACTIVITY_VIEW) and viewer.partnership_id is not None


def may_export(viewer: Viewer) -> bool:
    """Whether the viewer takes the trail along as a file."""
    return viewer.may(Permission.ACTIVITY_EXPORT) and viewer.may(Permission.ACTIVITY_VIEW)


def may_see_anchors(viewer: Viewer) -> bool:
    """Whether the viewer is told when the trail was last anchored, and whether it still fits."""
    return viewer.may(Permission.ACTIVITY_VIEW)


def readings_visible_to(viewer: Viewer) -> Select[Activity]:
    """Entries that say that somebody read a record, for the agency that answers for whoever read it.

    The safeguarding manager and the coordinator, who answer for the partnership's records, see everybody's. An agency's
    lead sees those of the agency's own people: whom another agency had look at a child is that agency's to answer for,
    and tells of its work. Practitioners and chairs see none, so that nobody learns who looked after them, or at their
    own. Of which child is for the case's own rule: whoever does not see the case is told of no reading of it.
    """
    if viewer.partnership_id is None or not viewer.may(Permission.ACTIVITY_OF_CHILDREN):
        return select(Activity).where(false())
    # A sum: whoever asks names the records, by whose index rows are found, and not by the whole partnership's.
    rows = select(Activity).where(Activity.partnership_id + 0 == viewer.partnership_id, Activity.verb.in_(READINGS))
    if sees_all_readings(viewer):
        return rows
    if viewer.role is Role.AGENCY_LEAD and viewer.agency_id is not None:
        return rows.where(Activity.agency_id == viewer.agency_id)
    return rows.where(false())


def sees_all_readings(viewer: Viewer) -> bool:
    """Whether the readings of every agency's people are the viewer's to see."""
    return viewer.is_system or viewer.role in WHOLE_PARTNERSHIP


def may_view_reading(viewer: Viewer, row: Activity) -> bool:
    """Whether this reading is the viewer's to see, given that they see the case."""
    if viewer.partnership_id is None or row.partnership_id != viewer.partnership_id or row.verb not in READINGS:
        return False
    if not viewer.may(Permission.ACTIVITY_OF_CHILDREN):
        return False
    if sees_all_readings(viewer):
        return True
    return viewer.role is Role.AGENCY_LEAD and viewer.agency_id is not None and row.agency_id == viewer.agency_id
