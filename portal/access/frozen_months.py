"""Who reads frozen months and their revisions, and who freezes and corrects."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.models.frozen_months import FrozenMonth, MonthRevision


def visible_to(viewer: Viewer) -> Select[FrozenMonth]:
    """The partnership's frozen months, for whoever reads figures; access/indicators.py says which rows of them."""
    if not _reads(viewer):
        return select(FrozenMonth).where(false())
    return select(FrozenMonth).where(FrozenMonth.partnership_id == viewer.partnership_id)


def revisions_visible_to(viewer: Viewer) -> Select[MonthRevision]:
    """Every revision of them."""
    if not _reads(viewer):
        return select(MonthRevision).where(false())
    return select(MonthRevision).where(MonthRevision.partnership_id == viewer.partnership_id)


def may_view(viewer: Viewer, month: FrozenMonth) -> bool:
    """Whether the viewer reads this month."""
    return _reads(viewer) and month.partnership_id == viewer.partnership_id


def may_view_revision(viewer: Viewer, revision: MonthRevision) -> bool:
    """Whether the viewer reads this revision."""
    return _reads(viewer) and revision.partnership_id == viewer.partnership_id


def may_freeze(viewer: Viewer) -> bool:
    """The business manager freezes months, opens corrections and ends them with a revision."""
    return viewer.may(Permission.MONTHS_FREEZE) and viewer.partnership_id is not None


def _reads(viewer: Viewer) -> bool:
    return viewer.may(Permission.FIGURES_VIEW) and viewer.partnership_id is not None
