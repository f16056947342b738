"""Templates as rows: writing what a template says, reading it back, and taking hold of one to change it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import report_templates as access
from portal.access.viewer import Viewer
from portal.domain import report_templates as domain
from portal.domain.errors import Conflict, NotPermitted, NotVisible
from portal.domain.report_vocabulary import TemplateStatus
from portal.domain.vocabulary import AgencyType
from portal.models.report_templates import ReportTemplate
from portal.services.changes import LOST, Change, changing


def as_template(row: ReportTemplate) -> domain.ReportTemplate:
    """What a version says."""
    return domain.from_plain(
        row.document,
        code=row.code,
        title=row.title,
        effective_from=row.effective_from,
        agency_types=row.agency_types,
        meeting_types=row.meeting_types,
    )


def write_version(
    change: Change,
    partnership_id: int,
    template: domain.ReportTemplate,
    status: TemplateStatus,
    effective_from: date | None = None,
) -> ReportTemplate:
    """Add a template to a partnership as its next version, in use from the day that it says or from another.

    Raises Conflict where somebody else adds one just now.
    """
    session, viewer = change.session, change.viewer
    row = ReportTemplate(
        partnership_id=partnership_id,
        code=template.code,
        number=next_number(session, partnership_id, template.code),
        effective_from=effective_from or template.effective_from,
        status=status,
        created_at=viewer.now,
        created_by_id=viewer.user_id,
        published_at=viewer.now if status is TemplateStatus.PUBLISHED else None,
    )
    say(row, template)
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("Somebody else made a version of this template a moment ago. Look at it first.") from None
    return row


def say(row: ReportTemplate, template: domain.ReportTemplate) -> None:
    """Let a row say what a template says; its code, its day and its status are left alone."""
    row.title = template.title
    row.agency_types = [one.value for one in AgencyType if one in template.agency_types]
    row.meeting_types = sorted(template.meeting_types)
    row.document = domain.to_plain(template)
    row.digest = domain.digest(template)


def next_number(session: Session, partnership_id: int, code: str) -> int:
    """The number that a template's next version has in a partnership."""
    highest = session.scalar(
        select(func.max(ReportTemplate.number)).where(
            ReportTemplate.partnership_id == partnership_id, ReportTemplate.code == code
        )
    )
    return (highest or 0) + 1


@contextmanager
def published_of(viewer: Viewer, template_id: int) -> Iterator[tuple[Change, ReportTemplate]]:
    """A version that was published, for whoever may go on from it."""
    if not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the report templates.")
    with changing(viewer) as change:
        row = _own(change, template_id)
        if not access.may_draft_from(viewer, row):
            raise NotPermitted("This is a draft already.")
        yield change, row


@contextmanager
def drafting_of(viewer: Viewer, template_id: int, version: int) -> Iterator[tuple[Change, ReportTemplate]]:
    """A draft that may be changed, as it was when the page was drawn."""
    if not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the report templates.")
    with changing(viewer) as change:
        row = _own(change, template_id)
        if not access.may_change(viewer, row):
            raise NotPermitted("A published version does not change. Begin a new draft from it.")
        if row.version != version:
            raise Conflict(LOST)
        yield change, row


def _own(change: Change, template_id: int) -> ReportTemplate:
    rows = access.visible_to(change.viewer).where(ReportTemplate.id == template_id)
    row = change.session.scalar(rows.with_for_update())
    if row is None:
        raise NotVisible("There is no such template.")
    return row
