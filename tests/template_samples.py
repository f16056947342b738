"""Questions and templates that tests of report templates share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.domain.report_templates import ReportTemplate
from portal.domain.report_vocabulary import AnswerKind
from tests.report_forms import HARMS, VIEWS, question
from tests.world_report_templates import OWN

VIEW = question("threshold_view", "A plan?", AnswerKind.ONE_OF, choices=VIEWS)
REASON = question("threshold_reason", "Why?")
HARM = question("category_views", "Which harm?", AnswerKind.SEVERAL_OF, choices=HARMS)
CONFERENCES = frozenset({"initial_conference"})


def asking(*questions: Any, **more: Any) -> ReportTemplate:
    """OWN with questions in its first section instead of its own."""
    person, summary = OWN.sections
    return replace(OWN, sections=(replace(person, questions=questions), summary), limited_involvement=(), **more)
