"""The next version of a template, which the business manager is writing."""

from __future__ import annotations

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.report_template_drafting import QuestionSaid
from portal.domain.report_vocabulary import AnswerKind, TemplateStatus
from portal.domain.vocabulary import Role
from portal.models.report_templates import ReportTemplate
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework
from portal.services.report_templates.drafts import add_question
from portal.services.report_templates.rows import as_template
from portal.services.report_templates.versions import start_copy

COPIED = "school"


def plan(work: Casework) -> None:
    """A copy of the schools' template for nurseries, with a question of its own."""
    work.at(-3, _copy, 15, work.cast.wide(Role.BUSINESS_MANAGER))


def _copy(manager: Viewer) -> None:
    shipped = db.session.scalars(
        select(ReportTemplate.id).where(
            ReportTemplate.partnership_id == manager.partnership_id,
            ReportTemplate.code == COPIED,
            ReportTemplate.status == TemplateStatus.PUBLISHED,
        )
    ).one()
    draft = db.session.get_one(ReportTemplate, start_copy(manager, shipped, words.COPIED_TITLE))
    said = QuestionSaid(words.ADDED_QUESTION, words.ADDED_HELP, AnswerKind.LONG, is_needed=True, for_family=True)
    add_question(manager, draft.id, as_template(draft).sections[0].code, said, version=draft.version)
