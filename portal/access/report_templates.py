"""Who reads which report templates, and who keeps them."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.report_vocabulary import TemplateStatus
from portal.models.report_templates import ReportTemplate


def visible_to(viewer: Viewer) -> Select[ReportTemplate]:
    """Templates of the active partnership, for those who read the list of them: drafts for those who keep them."""
    rows = select(ReportTemplate)
    if viewer.partnership_id is None or not viewer.may(Permission.REPORT_TEMPLATES_READ):
        return rows.where(false())
    rows = rows.where(ReportTemplate.partnership_id == viewer.partnership_id)
    return rows if may_keep(viewer) else rows.where(ReportTemplate.status != TemplateStatus.DRAFT)


def may_view(viewer: Viewer, template: ReportTemplate) -> bool:
    """Whether this version is the viewer's to read."""
    return (
        viewer.partnership_id is not None
        and template.partnership_id == viewer.partnership_id
        and viewer.may(Permission.REPORT_TEMPLATES_READ)
        and (template.status is not TemplateStatus.DRAFT or may_keep(viewer))
    )


def may_keep(viewer: Viewer) -> bool:
    """Whether the viewer loads templates, drafts new versions of them and publishes them."""
    return viewer.partnership_id is not None and viewer.may(Permission.REPORT_TEMPLATES_KEEP)


def may_change(viewer: Viewer, template: ReportTemplate) -> bool:
    """Whether the viewer may change this version: one that was published nobody, because agencies have answered it."""
    return may_view(viewer, template) and may_keep(viewer) and template.status is TemplateStatus.DRAFT


def may_draft_from(viewer: Viewer, template: ReportTemplate) -> bool:
    """Whether the viewer may begin a draft with what this version says."""
    return may_view(viewer, template) and may_keep(viewer) and template.status is not TemplateStatus.DRAFT
