"""Templates from files: checking them, and loading one into a partnership as a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portal.access import report_templates as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, Unusable
from portal.domain.report_templates import ReportTemplate as Template
from portal.domain.report_templates import digest
from portal.domain.report_vocabulary import TemplateStatus
from portal.domain.rules import EVER
from portal.gateways import report_template_files
from portal.models.report_templates import ReportTemplate
from portal.services.changes import Change, changing
from portal.services.report_templates.choosing import settle
from portal.services.report_templates.rows import write_version
from portal.services.rule_sets import rule_book

SHIPPED = tuple(report_template_files.SHIPPED)
"""The codes of the templates that come with the portal."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file; `is_new` is False where the partnership's newest version says the same."""

    name: str
    template_id: int
    title: str
    number: int
    is_new: bool


def check(names: Sequence[str]) -> list[Template]:
    """Read files, or templates that ship, by their name; raises Unusable with the faults of all of them."""
    found: list[Template] = []
    faults: list[str] = []
    for name in names:
        try:
            found.append(report_template_files.read(name))
        except Unusable as fault:
            faults += fault.reasons
    if faults:
        raise Unusable(faults)
    return found


def load(viewer: Viewer, names: Sequence[str], *, as_draft: bool = False) -> list[Loaded]:
    """Load files, or templates that ship, into the viewer's partnership, all or none; published unless as drafts.

    A file that says what the newest version says already changes nothing; a changed one becomes the next version,
    because agencies have answered the one before. Raises Unusable with every fault of the files, among them kinds of
    meetings that the partnership does not hold.
    """
    templates = check(names)
    if viewer.partnership_id is None or not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the report templates.")
    _refuse_unknown_kinds(viewer.partnership_id, names, templates)
    given = list(zip(names, templates, strict=True))
    as_before = [same for name, template in given if (same := _same(db.session(), viewer, name, template, as_draft))]
    if len(as_before) == len(given):
        return as_before
    with changing(viewer) as change:
        status = TemplateStatus.DRAFT if as_draft else TemplateStatus.PUBLISHED
        loaded = [
            _same(change.session, viewer, name, template, as_draft)
            or _put(change, viewer.partnership_id, name, template, status)
            for name, template in given
        ]
        settle(change, viewer.partnership_id)
        return loaded


def publish_shipped(change: Change, partnership_id: int) -> None:
    """Give a new partnership the templates that come with the portal, inside the change that opens it.

    They hold from ever: nothing was asked there before.
    """
    for name in SHIPPED:
        _put(change, partnership_id, name, report_template_files.shipped(name), TemplateStatus.PUBLISHED, EVER)


def _put(
    change: Change,
    partnership_id: int,
    name: str,
    template: Template,
    status: TemplateStatus,
    effective_from: date | None = None,
) -> Loaded:
    row = write_version(change, partnership_id, template, status, effective_from)
    verb = "report_template.published" if status is TemplateStatus.PUBLISHED else "report_template.loaded"
    change.log(verb, "report_template", row.id, partnership_id=partnership_id)
    return Loaded(name, row.id, row.title, row.number, is_new=True)


def _same(session: Session, viewer: Viewer, name: str, template: Template, as_draft: bool) -> Loaded | None:
    """The newest version, where it says the same already; a draft is one only for who would make another draft."""
    rows = access.visible_to(viewer).where(ReportTemplate.code == template.code)
    if not as_draft:
        rows = rows.where(ReportTemplate.status != TemplateStatus.DRAFT)
    newest = session.scalar(rows.order_by(ReportTemplate.number.desc()).limit(1))
    if newest is None or newest.digest != digest(template) or newest.status is TemplateStatus.RETIRED:
        return None
    return Loaded(name, newest.id, newest.title, newest.number, is_new=False)


def _refuse_unknown_kinds(partnership_id: int, names: Sequence[str], templates: Sequence[Template]) -> None:
    book = rule_book(db.session(), partnership_id)
    faults = [
        f"{name}: meeting_types: {code} is no kind of meeting of this partnership"
        for name, template in zip(names, templates, strict=True)
        for code in sorted(template.meeting_types)
        if book.meeting_type(code) is None
    ]
    if faults:
        raise Unusable(faults)
