"""Steps of the tests of links: the school's link of the world opened with a code, and a report written whole."""

from __future__ import annotations

from datetime import datetime

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.report_answers import asked, seen
from portal.domain.report_templates import ReportTemplate
from portal.domain.report_vocabulary import AnswerKind
from portal.models.return_links import ReturnLink
from portal.services.reports.writing import Saved, Typed
from portal.services.return_links import codes, opening, returning
from tests.services.rows import stored
from tests.world import NOW, World
from tests.world_return_links import TOKENS

TOKEN = TOKENS["a"]
ADDRESS = "192.0.2.7"


def link_of(world: World, letter: str = "a") -> ReturnLink:
    """The world's link as the database has it now."""
    return stored(ReturnLink, world.return_links[f"{letter}.initial/school"])


def read_out(world: World, coordinator: Viewer) -> str:
    """A code that a coordinator reads out to the school's contact."""
    meeting_id = world.meeting("a.initial").id
    return codes.read_out(coordinator, meeting_id, world.return_links["a.initial/school"]).digits


def opened(world: World, coordinator: Viewer, now: datetime = NOW) -> str:
    """The token of a browser's session that opened the link with a code."""
    return codes.check_code(TOKEN, read_out(world, coordinator), now, ADDRESS)


def holder(now: datetime = NOW) -> Viewer:
    """Whoever holds the link and has given its code. Raises LinkOver."""
    db.session.rollback()
    return opening.find_open(TOKEN, now).viewer(now)


def whole(template: ReportTemplate) -> dict[str, Typed]:
    """An answer to every question that has to be answered, first time."""
    answers: dict[str, str] = {}
    while lacking := [one for one in asked(template, answers) if one.is_needed and one.code not in answers]:
        for question in lacking:
            answers[question.code] = _value(question.kind, [choice.code for choice in question.choices])
    return {code: Typed(value, seen("")) for code, value in answers.items()}


def write(viewer: Viewer) -> Saved:
    """Write the report whole."""
    page = returning.return_page(viewer)
    assert page.desk is not None
    return returning.keep_draft(viewer, whole(page.desk.template))


def _value(kind: AnswerKind, codes_of_choices: list[str]) -> str:
    match kind:
        case AnswerKind.YES_NO:
            return "no"
        case AnswerKind.DAY:
            return "2026-06-01"
        case AnswerKind.NUMBER:
            return "3"
        case AnswerKind.ONE_OF | AnswerKind.SEVERAL_OF:
            return codes_of_choices[0]
    return "ZQ-BY-LINK-QZ"
