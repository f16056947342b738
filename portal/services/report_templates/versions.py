"""From one version of a template to the next: beginning a draft, publishing it, throwing it away, taking out of use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.domain.codes import code_from
from portal.domain.errors import Invalid
from portal.domain.report_template_faults import faults_of
from portal.domain.report_templates import ReportTemplate as Template
from portal.domain.report_vocabulary import TemplateStatus
from portal.models.report_templates import ReportTemplate
from portal.services.changes import Change
from portal.services.report_templates.choosing import settle
from portal.services.report_templates.rows import as_template, drafting_of, next_number, published_of, write_version
from portal.services.sent_forms import once

LONGEST_CODE = 40


def start_next(viewer: Viewer, template_id: int) -> int:
    """Begin the next version with what this published one says; returns the draft's id.

    Raises Invalid where there is a draft of this template already: two would each lose the other's changes.
    """
    with published_of(viewer, template_id) as (change, row):
        drafts = select(ReportTemplate.id).where(
            ReportTemplate.partnership_id == row.partnership_id,
            ReportTemplate.code == row.code,
            ReportTemplate.status == TemplateStatus.DRAFT,
        )
        if change.session.scalar(drafts.limit(1)) is not None:
            raise Invalid("There is a draft of this template already. Go on with it, or throw it away first.")
        return _begin(change, as_template(row), row.partnership_id)


def start_copy(viewer: Viewer, template_id: int, title: str) -> int:
    """Begin a template of one's own with what this published one says; returns the draft's id."""
    with published_of(viewer, template_id) as (change, row):
        once(change)
        taken = change.session.scalars(
            select(ReportTemplate.code).where(ReportTemplate.partnership_id == row.partnership_id)
        )
        code = code_from(title, set(taken), otherwise="report", longest=LONGEST_CODE, between="-")
        return _begin(change, replace(as_template(row), code=code, title=title), row.partnership_id)


def publish(viewer: Viewer, template_id: int, first_day: date, *, version: int) -> None:
    """Publish a draft: from a day on agencies answer it, and nobody changes it. Reports begun before keep theirs.

    Raises Invalid for a day that is past, for what would not work as a form, and where some agency would be left
    without a report to write.
    """
    with drafting_of(viewer, template_id, version) as (change, row):
        if first_day < viewer.today:
            reason = "Choose today or a later day: reports of days before were asked something else"
            raise Invalid("That day is past.", errors={"first_day": [reason]})
        faults = [fault.in_words for fault in faults_of(as_template(row))]
        if faults:
            raise Invalid(" ".join(faults))
        newest = next_number(change.session, row.partnership_id, row.code) - 1
        if row.number < newest:
            # A file was loaded meanwhile; what is published last is the newest version.
            row.number = newest + 1
        row.effective_from = first_day
        row.status = TemplateStatus.PUBLISHED
        row.published_at = viewer.now
        settle(change, row.partnership_id)
        change.log("report_template.published", "report_template", row.id)


def discard(viewer: Viewer, template_id: int, *, version: int) -> None:
    """Throw a draft away."""
    with drafting_of(viewer, template_id, version) as (change, row):
        change.log("report_template.discarded", "report_template", row.id)
        change.session.delete(row)


def retire(viewer: Viewer, template_id: int) -> None:
    """Take a template out of use, in all of its versions; reports that were begun with it keep it.

    Raises Invalid where some agency would be left without a report to write.
    """
    with published_of(viewer, template_id) as (change, row):
        change.session.execute(
            update(ReportTemplate)
            .where(
                ReportTemplate.partnership_id == row.partnership_id,
                ReportTemplate.code == row.code,
                ReportTemplate.status == TemplateStatus.PUBLISHED,
            )
            .values(status=TemplateStatus.RETIRED)
            .execution_options(synchronize_session="fetch")
        )
        settle(change, row.partnership_id)
        change.log("report_template.retired", "report_template", row.id)


def _begin(change: Change, template: Template, partnership_id: int) -> int:
    draft = write_version(change, partnership_id, template, TemplateStatus.DRAFT, change.viewer.today)
    change.log("report_template.drafted", "report_template", draft.id)
    return draft.id
