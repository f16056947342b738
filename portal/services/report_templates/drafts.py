"""Changing a draft of a report template: what it is called, its sections, its questions, its short form."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy.orm.attributes import flag_modified

from portal.access import report_templates as access
from portal.access.viewer import Viewer
from portal.domain import report_template_drafting as drafting
from portal.domain.errors import Invalid
from portal.domain.report_template_drafting import QuestionSaid
from portal.domain.report_templates import Condition
from portal.domain.report_templates import ReportTemplate as Template
from portal.domain.report_vocabulary import TemplateStatus
from portal.domain.vocabulary import AgencyType
from portal.models.report_templates import ReportTemplate
from portal.services.changes import Change
from portal.services.report_templates.rows import as_template, drafting_of, say
from portal.services.rule_sets import rule_book

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class TemplateDetails:
    """What a template is called, who answers it and for which meetings; empty: any."""

    title: str
    agency_types: frozenset[AgencyType]
    meeting_types: frozenset[str]


def change_details(viewer: Viewer, template_id: int, details: TemplateDetails, *, version: int) -> None:
    """Change what a draft is called, who answers it and for which meetings."""
    with drafting_of(viewer, template_id, version) as (change, row):
        known = {kind.code for kind in rule_book(change.session, row.partnership_id).meeting_types}
        if not details.meeting_types <= known:
            reason = "Choose only kinds of meetings of this partnership"
            raise Invalid("There is no such kind of meeting.", errors={"meeting_types": [reason]})
        altered = replace(
            as_template(row),
            title=details.title,
            agency_types=details.agency_types,
            meeting_types=details.meeting_types,
        )
        _keep(change, row, altered)


def add_section(viewer: Viewer, template_id: int, title: str, *, version: int) -> str:
    """Add a section behind the others; returns its code. It needs a question before it can be published."""
    return _altered(viewer, template_id, version, lambda said: drafting.with_section(said, title))


def change_section(viewer: Viewer, template_id: int, code: str, title: str, *, version: int) -> None:
    """Call a section something else."""
    _altered(viewer, template_id, version, lambda said: (drafting.with_section_called(said, code, title), None))


def move_section(viewer: Viewer, template_id: int, code: str, *, up: bool, version: int) -> None:
    """Let a section change places with its neighbour."""
    _altered(viewer, template_id, version, lambda said: (drafting.with_section_moved(said, code, up=up), None))


def remove_section(viewer: Viewer, template_id: int, code: str, *, version: int) -> None:
    """Take a section out. Raises Invalid while questions stand in it."""
    _altered(viewer, template_id, version, lambda said: (drafting.without_section(said, code), None))


def add_question(viewer: Viewer, template_id: int, section: str, said: QuestionSaid, *, version: int) -> str:
    """Add a question behind the others of its section; returns its code."""
    return _altered(viewer, template_id, version, lambda template: drafting.with_question(template, section, said))


def change_question(viewer: Viewer, template_id: int, code: str, said: QuestionSaid, *, version: int) -> None:
    """Change what a question says; its code stays, and how it is answered where answers may stand for it."""
    with drafting_of(viewer, template_id, version) as (change, row):
        is_published = code in _published_codes(change, row)
        _keep(change, row, drafting.with_question_changed(as_template(row), code, said, is_published=is_published))


def move_question(viewer: Viewer, template_id: int, code: str, *, up: bool, version: int) -> None:
    """Let a question change places with its neighbour, or go into the next section."""
    _altered(viewer, template_id, version, lambda said: (drafting.with_question_moved(said, code, up=up), None))


def remove_question(viewer: Viewer, template_id: int, code: str, *, version: int) -> None:
    """Take a question out. Raises Invalid for one that every report has, or on whose answer another depends."""
    _altered(viewer, template_id, version, lambda said: (drafting.without_question(said, code), None))


def set_condition(viewer: Viewer, template_id: int, code: str, condition: Condition | None, *, version: int) -> None:
    """Ask a question only where another has some answers, or always."""
    _altered(viewer, template_id, version, lambda said: (drafting.with_condition(said, code, condition), None))


def set_short_form(viewer: Viewer, template_id: int, codes: Collection[str], *, version: int) -> None:
    """Say which questions remain where the agency hardly knows the family."""
    _altered(viewer, template_id, version, lambda said: (drafting.with_short_form(said, codes), None))


def _altered(
    viewer: Viewer, template_id: int, version: int, alter: Callable[[Template], tuple[Template, Made]]
) -> Made:
    with drafting_of(viewer, template_id, version) as (change, row):
        template, made = alter(as_template(row))
        _keep(change, row, template)
        return made


def _keep(change: Change, row: ReportTemplate, template: Template) -> None:
    say(row, template)
    # Also where a text was saved as it was: whoever has another page of the draft open is to see that it was looked at.
    flag_modified(row, "digest")
    change.log("report_template.changed", "report_template", row.id)


def _published_codes(change: Change, row: ReportTemplate) -> set[str]:
    """Codes of the questions that a published version of the same template has."""
    versions = change.session.scalars(
        access.visible_to(change.viewer).where(
            ReportTemplate.code == row.code, ReportTemplate.status != TemplateStatus.DRAFT
        )
    )
    return {question.code for version in versions for question in as_template(version).questions}
