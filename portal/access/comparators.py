"""Who reads what charts are held against, and who keeps it."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.comparators import Comparator, ComparatorFile


def visible_to(viewer: Viewer) -> Select[Comparator]:
    """The rows of the partnership's file, for whoever reads figures: it is published, or said to all of them."""
    if not _reads(viewer):
        return select(Comparator).where(false())
    return select(Comparator).where(Comparator.partnership_id == viewer.partnership_id)


def files_visible_to(viewer: Viewer) -> Select[ComparatorFile]:
    """The file itself: since when it stands, and by whom."""
    if not _reads(viewer):
        return select(ComparatorFile).where(false())
    return select(ComparatorFile).where(ComparatorFile.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, row: Comparator | ComparatorFile) -> bool:
    """Whether the viewer reads this row."""
    return _reads(viewer) and row.partnership_id == viewer.partnership_id


def may_keep(viewer: Viewer) -> bool:
    """The business manager keeps the file, for the partnership alone."""
    return viewer.may(Permission.COMPARATORS_KEEP) and viewer.partnership_id is not None


def _reads(viewer: Viewer) -> bool:
    return (
        viewer.may(Permission.FIGURES_VIEW) or viewer.may(Permission.COMPARATORS_KEEP)
    ) and viewer.partnership_id is not None
