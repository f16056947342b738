"""Who reads which editions of the audit frameworks, and who keeps them."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.models.frameworks import FrameworkEdition


def visible_to(viewer: Viewer) -> Select[FrameworkEdition]:
    """Editions of the active partnership: drafts for those who keep them, published ones for the whole board."""
    rows = select(FrameworkEdition)
    if viewer.partnership_id is None or not viewer.may(Permission.FRAMEWORKS_VIEW):
        return rows.where(false())
    rows = rows.where(FrameworkEdition.partnership_id == viewer.partnership_id)
    return rows if may_keep(viewer) else rows.where(FrameworkEdition.status == FrameworkStatus.PUBLISHED)


def may_view(viewer: Viewer, edition: FrameworkEdition) -> bool:
    """Whether this edition is the viewer's to read."""
    return (
        viewer.partnership_id is not None
        and edition.partnership_id == viewer.partnership_id
        and viewer.may(Permission.FRAMEWORKS_VIEW)
        and (edition.status is FrameworkStatus.PUBLISHED or may_keep(viewer))
    )


def may_keep(viewer: Viewer) -> bool:
    """Whether the viewer loads frameworks and drafts new editions of them: whoever runs the audits."""
    return viewer.partnership_id is not None and viewer.may(Permission.AUDITS_RUN)


def may_change(viewer: Viewer, edition: FrameworkEdition) -> bool:
    """Whether the viewer may change this edition: a published one nobody, because agencies have answered it."""
    return may_view(viewer, edition) and may_keep(viewer) and edition.status is FrameworkStatus.DRAFT


def may_draft_from(viewer: Viewer, edition: FrameworkEdition) -> bool:
    """Whether the viewer may begin a new draft with what this edition says."""
    return may_view(viewer, edition) and may_keep(viewer) and edition.status is FrameworkStatus.PUBLISHED
