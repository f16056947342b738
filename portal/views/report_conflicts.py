"""What somebody sees whose answer a colleague changed, or whose report was sent meanwhile: nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.report_answers import put_together, seen, words_of
from portal.domain.report_templates import TemplateQuestion
from portal.domain.report_vocabulary import AnswerKind
from portal.forms.reports import ReportForm, posted_of, shown_form
from portal.services.reports.desk import Desk
from portal.services.reports.writing import Lost


class Side(NamedTuple):
    """One question in two ways: as words to read, and as what a form posts for each."""

    question: TemplateQuestion
    mine: str
    theirs: str
    posted_mine: list[tuple[str, str]]
    posted_theirs: list[tuple[str, str]]


def both_texts(
    viewer: Viewer, desk: Desk, form: ReportForm, lost: Mapping[str, Lost], *, goes_on: bool
) -> ResponseReturnValue:
    """The questions that two people changed, side by side; each way out posts these alone, based on what stands now."""
    given = form.given()
    sides, together = [], {}
    for question in desk.template.questions:
        if question.code not in lost:
            continue
        mine, theirs = given[question.code].value, lost[question.code].theirs
        sides.append(
            Side(
                question,
                words_of(question, mine),
                words_of(question, theirs),
                _posted(question, mine, theirs),
                _posted(question, theirs, theirs),
            )
        )
        together[question.code] = put_together(question, mine, theirs)
    merged = shown_form(desk.template, together)
    merged.seen = {code: seen(one.theirs) for code, one in lost.items()}
    first = next(iter(lost.values()))
    page = render_template(
        "reports/conflict.html",
        desk=desk,
        sides=sides,
        together=merged,
        last=first,
        by_oneself=all(one.by_id == viewer.user_id for one in lost.values()),
        goes_on=goes_on,
    )
    return page, 409


def too_late(desk: Desk, form: ReportForm) -> ResponseReturnValue:
    """The page for what came after the report was sent, or while the lead has it: to be copied."""
    given = form.given()
    typed = [
        (question, given[question.code].value)
        for question in desk.template.questions
        if question.code in given
        and question.kind in (AnswerKind.LONG, AnswerKind.SHORT)
        and given[question.code].value not in ("", desk.answers.get(question.code, ""))
    ]
    return render_template("reports/already_sent.html", desk=desk, typed=typed), 409


def _posted(question: TemplateQuestion, value: str, theirs: str) -> list[tuple[str, str]]:
    return [*posted_of(question, value), (f"seen-{question.code}", str(seen(theirs)))]
