"""The demonstration's feedback: the published figures by their own queries, on the board's page, and marked words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.feedback_vocabulary import Audience, Reply
from portal.domain.months import months_within
from portal.domain.periods import Days
from portal.models.feedback import Feedback, FeedbackCard, FeedbackReply
from portal.models.partnerships import Partnership
from portal.services.demo.accounts import viewer_of
from portal.services.feedback.figures import counts, feedback_page
from portal.services.feedback.words import words_page
from tests.demonstration import MORNING, Demonstration, accounts_of, published

FIRST, LAST = date(2026, 1, 1), date(2026, 9, 30)
FIGURES = {
    "professionals who said they provided a written report": (Audience.PROFESSIONAL, "gave_report", Reply.YES),
    "professionals for whom the conference gave a clear understanding of concerns": (
        Audience.PROFESSIONAL,
        "understood_concerns",
        Reply.YES,
    ),
    "parents whose social worker did not meet them to share the report": (
        Audience.FAMILY,
        "social_worker_met",
        Reply.NO,
    ),
    "parents whose conference chair shared the report": (Audience.FAMILY, "chair_shared", Reply.YES),
}
ROWS = [row for row in published(step=6) if row["note"].startswith(("feedback", "9 of 17"))]


def replies(audience: Audience, question: str, *said: Reply) -> int:
    """Asked of the rows themselves, so that it shares nothing with the service but the tables."""
    eastmarsh = select(Partnership.id).where(Partnership.name == "Eastmarsh").scalar_subquery()
    number = db.session.scalar(
        select(func.count())
        .select_from(FeedbackReply)
        .join(Feedback, Feedback.id == FeedbackReply.feedback_id)
        .where(
            Feedback.partnership_id == eastmarsh,
            Feedback.audience == audience,
            Feedback.month.between(FIRST, LAST),
            FeedbackReply.question == question,
            FeedbackReply.reply.in_(said),
        )
    )
    return number or 0


def whole(figure: Decimal) -> Decimal:
    return figure.quantize(Decimal(1), rounding=ROUND_HALF_UP)


@pytest.fixture
def eastmarsh(demo: Demonstration) -> Callable[[str], int]:
    def number() -> int:
        return db.session.scalars(select(Partnership.id).where(Partnership.name == "Eastmarsh")).one()

    return number


def test_every_published_figure_of_feedback_has_its_query() -> None:
    assert {row["figure"] for row in ROWS} == set(FIGURES)
    assert len(ROWS) == 4


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["figure"])
def test_published_figures_are_reproduced(demo: Demonstration, row: dict[str, str]) -> None:
    audience, question, reply = FIGURES[row["figure"]]
    with demo.app.app_context():
        part = replies(audience, question, reply)
        answered = replies(audience, question, Reply.YES, Reply.NO)
    assert whole(Decimal(100 * part) / answered) == Decimal(row["value"])
    if row["note"] == "9 of 17":
        assert (part, answered) == (9, 17)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["figure"])
@pytest.mark.parametrize("role", ["board_member", "safeguarding_manager", "chair"])
def test_they_stand_on_the_page_of_everybody_who_reads_it(
    demo: Demonstration, eastmarsh: Callable[[], int], row: dict[str, str], role: str
) -> None:
    audience, question, _reply = FIGURES[row["figure"]]
    email = next(one.email for one in accounts_of(demo) if ("Eastmarsh", role) in {hat[:2] for hat in one.memberships})
    with demo.app.app_context():
        page = feedback_page(viewer_of(email, eastmarsh(), MORNING), Days(FIRST, LAST))
        side = next(side for side in page.sides if side.audience is audience)
        share = next(one.share for one in side.answers if one.question.code == question)
        assert share.is_known
        assert whole(share.percentage) == Decimal(row["value"])


def test_measures_are_given_the_same(demo: Demonstration, eastmarsh: Callable[[], int]) -> None:
    with demo.app.app_context():
        found = counts(db.session(), eastmarsh(), months_within(Days(FIRST, LAST)))
    met = [one for (question, _month, _kind), one in found.items() if question == "social_worker_met"]
    assert (sum(one.no for one in met), sum(one.answered for one in met)) == (9, 17)


def test_it_came_by_cards_some_of_which_still_work(demo: Demonstration) -> None:
    with demo.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(FeedbackCard)) >= 16
        assert db.session.scalar(select(func.sum(FeedbackCard.uses))) == db.session.scalar(
            select(func.count()).select_from(Feedback)
        )


def test_what_was_written_is_marked_and_read_by_the_manager_alone(
    demo: Demonstration, eastmarsh: Callable[[], int]
) -> None:
    listed = json.loads(demo.command("demo", "markers", "--json").stdout)
    marks = [one for one in listed if one["kind"] == "feedback_words"]
    assert {one["partnership"] for one in marks} == {"Eastmarsh", "Westmoor"}
    managers = {
        one.email for one in accounts_of(demo) if "safeguarding_manager" in {role for _p, role, _a in one.memberships}
    }
    assert all(one["visible_to"] and set(one["visible_to"]) <= managers for one in marks)
    with demo.app.app_context():
        email = next(one for one in marks if one["partnership"] == "Eastmarsh")["visible_to"][0]
        manager = viewer_of(email, eastmarsh(), MORNING)
        months = words_page(manager, None).months
        read = "".join(one.words for month in months for one in words_page(manager, month).shown.written)
    assert all(one["marker"] in read for one in marks if one["partnership"] == "Eastmarsh")
