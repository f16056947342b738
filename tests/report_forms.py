"""Report templates of the tests' own, and reports as rows: what was asked, and what was answered to it.

The world's one template is FIRST_FORM, for every agency and kind of meeting. A test of another one publishes it:

    publish(session, partnership_id, EVERY_KIND)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.domain.report_templates import (
    Choice,
    Condition,
    ReportTemplate,
    TemplateQuestion,
    TemplateSection,
    digest,
    to_plain,
)
from portal.domain.report_vocabulary import AnswerKind, TemplateStatus
from portal.domain.vocabulary import ReportStatus
from portal.models import report_templates as models
from portal.models.reports import Report, ReportAnswer
from tests.world import BEFORE

VIEWS = (
    Choice("plan_needed", "A child protection plan is needed"),
    Choice("plan_not_needed", "No child protection plan is needed"),
    Choice("unsure", "We are not sure"),
)
HARMS = (
    Choice("neglect", "Neglect"),
    Choice("physical", "Physical abuse"),
    Choice("sexual", "Sexual abuse"),
    Choice("emotional", "Emotional abuse"),
)


def question(code: str, title: str, kind: AnswerKind = AnswerKind.LONG, **more: Any) -> TemplateQuestion:
    """A question that must be answered and that the family may read, unless `more` says otherwise."""
    return TemplateQuestion(
        **{"code": code, "title": title, "help": "", "kind": kind, "is_needed": True, "for_family": True, **more}
    )


def template(code: str, *questions: TemplateQuestion, **more: Any) -> ReportTemplate:
    """A template of one section for everybody, unless `more` says otherwise."""
    return ReportTemplate(
        **{
            "code": code,
            "title": "Report",
            "effective_from": date(2025, 1, 1),
            "agency_types": frozenset(),
            "meeting_types": frozenset(),
            "sections": (TemplateSection("report", "Your report", questions),),
            **more,
        }
    )


FIRST_FORM = template(
    "first-form",
    question("involvement", "How you know the child and family", read_title="How they know the child and family"),
    question("strengths", "What is going well"),
    question("worries", "What you are worried about", read_title="What they are worried about"),
    question("threshold_view", "Is a child protection plan needed?", AnswerKind.ONE_OF, choices=VIEWS),
    question("threshold_reason", "Why you think so", read_title="Why they think so"),
    question(
        "category_views",
        "If there is a plan, for which kind of harm?",
        AnswerKind.SEVERAL_OF,
        choices=HARMS,
        asked_if=Condition("threshold_view", ("plan_needed",)),
    ),
    limited_involvement=("involvement", "worries"),
)
EVERY_KIND = template(
    "every-kind",
    question("summary", "In one line", AnswerKind.SHORT),
    question("story", "What happened"),
    question("seen_alone", "Was the child seen alone?", AnswerKind.YES_NO),
    question("seen_on", "When was the child last seen?", AnswerKind.DAY, is_needed=False),
    question("attendance_rate", "Attendance in per cent", AnswerKind.NUMBER, is_needed=False),
    question("view", "Is a plan needed?", AnswerKind.ONE_OF, choices=VIEWS),
    question(
        "harms",
        "For which kind of harm?",
        AnswerKind.SEVERAL_OF,
        choices=HARMS,
        asked_if=Condition("view", ("plan_needed",)),
    ),
    question("secret_place", "What the family must not read", is_needed=False, for_family=False),
)


def publish(
    session: Session, partnership_id: int, what: ReportTemplate = FIRST_FORM, *, number: int = 1
) -> models.ReportTemplate:
    """A published version, straight into the table."""
    row = models.ReportTemplate(
        partnership_id=partnership_id,
        code=what.code,
        number=number,
        title=what.title,
        agency_types=sorted(kind.value for kind in what.agency_types),
        meeting_types=sorted(what.meeting_types),
        effective_from=what.effective_from,
        status=TemplateStatus.PUBLISHED,
        document=to_plain(what),
        digest=digest(what),
        created_at=BEFORE,
        created_by_id=None,
        published_at=BEFORE,
    )
    session.add(row)
    session.flush()
    return row


def add_report(
    session: Session,
    *,
    partnership_id: int,
    invitation_id: int,
    template_id: int,
    status: ReportStatus,
    answers: Mapping[str, str],
    at: datetime,
    by_id: int,
    started_at: datetime | None = None,
    withdrawn_at: datetime | None = None,
) -> Report:
    """A report with its answers, past every rule."""
    is_sent = status is ReportStatus.SUBMITTED
    report = Report(
        partnership_id=partnership_id,
        invitation_id=invitation_id,
        template_id=template_id,
        status=status,
        is_limited=False,
        started_at=started_at or at,
        saved_at=at,
        saved_by_id=by_id,
        submitted_at=at if is_sent else None,
        submitted_by_id=by_id if is_sent else None,
        withdrawn_at=withdrawn_at,
    )
    session.add(report)
    session.flush()
    for code, value in answers.items():
        session.add(
            ReportAnswer(
                partnership_id=partnership_id,
                report_id=report.id,
                code=code,
                value=value,
                saved_at=at,
                saved_by_id=by_id,
            )
        )
        session.flush()
    return report
