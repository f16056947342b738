"""Parts of packs about practice: grades of samples, feedback and the improvement plan; small counts withheld."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete

from portal.database.session import writing
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.feedback_vocabulary import Reply
from portal.domain.improvement_vocabulary import ImprovementStep
from portal.domain.months import Month
from portal.domain.packs import PackKind
from portal.domain.quarters import Quarter
from portal.domain.sample_vocabulary import Grade, SampleStatus
from portal.models.feedback import Feedback, FeedbackReply
from portal.models.improvement import ImprovementAction
from portal.models.samples import PracticeSample
from portal.services import indicators, measures
from portal.services.improvement.months import close_month
from tests.areas import part
from tests.services.feedback_steps import put
from tests.services.improvement_steps import added, said
from tests.services.pack_steps import QUARTER, busy_quarter, everything, make, texts, words
from tests.services.rows import change
from tests.services.test_sample_figures import add

G, O, R, I = Grade.GOOD, Grade.OUTSTANDING, Grade.REQUIRES_IMPROVEMENT, Grade.INADEQUATE  # noqa: E741 - as in tables
SUMMER = Quarter(2026, 3)
LATER = datetime(2026, 12, 10, 10, tzinfo=UTC)
SPRING = Quarter(2026, 2)
JULY = datetime(2026, 7, 6, 9, tzinfo=UTC)
OF_PRACTICE = (PackKind.BOARD, PackKind.ANNUAL, PackKind.INSPECTION)
YES, NO, NOT_SURE = Reply


@pytest.fixture
def board(viewer):
    return viewer("a.board")


def table(reader, pack_id, name):
    """One of the pack's tables, by the end of its file's name: the head and the rows."""
    found = next((text for file, text in texts(reader, pack_id).items() if file.endswith(f"-{name}.csv")), None)
    assert found is not None, (name, list(texts(reader, pack_id)))
    head, *rows = csv.reader(found.splitlines())
    return head, rows


@pytest.fixture
def sampled(world):
    """Three closed dip samples of strategy meetings, with two outstanding and four good ones among 18."""
    add(world, Month(2026, 7), [G, G, G, R, R, R])
    add(world, Month(2026, 8), [G, O, R, R, R, R])
    add(world, Month(2026, 9), [G, O, G, G, R, R])


@pytest.mark.parametrize("kind", OF_PRACTICE)
def test_grades_over_time_stand_in_the_packs_as_the_board_may_read_them(manager, board, sampled, kind):
    pack_id = make(manager, kind, SUMMER, now=LATER)
    head, rows = table(board, pack_id, "strategy-meeting-grades-of-dip-samples")
    assert head[:2] == ["Quarter", "Graded"]
    # The world's own sample of May has one meeting: nothing of its quarter is shown.
    assert rows == [
        ["April to June 2026", *["too few"] * 6],
        ["July to September 2026", "18", "too few", "too few", "9", "0", "too few"],
    ]


def test_grades_of_a_quarter_that_ended_after_the_packs_are_not_in_it(manager, board, sampled):
    pack_id = make(manager, PackKind.BOARD, SPRING, now=LATER)
    _head, rows = table(board, pack_id, "strategy-meeting-grades-of-dip-samples")
    assert [row[0] for row in rows] == ["April to June 2026"]


def test_the_measure_of_grades_says_what_the_table_says_and_no_more(board, viewer, sampled):
    days = SUMMER.days
    overseer = viewer("a.manager", now=LATER)
    (whole,) = measures.values(overseer, ["practice_grades"], days).values()
    assert whole.values["practice_grades"].part == 9
    (row,) = measures.values(replace(board, now=LATER), ["practice_grades"], days).values()
    assert (row.values["practice_grades"].part, row.values["practice_grades"].whole) == (None, 18)


def test_another_partnerships_grades_are_not_counted(viewer, sampled):
    (row,) = measures.values(viewer("b.manager", now=LATER), ["practice_grades"], SUMMER.days).values()
    assert (row.values["practice_grades"].part, row.values["practice_grades"].whole) == (0, 0)


def test_a_theme_stands_in_the_pack_of_the_quarter_in_which_it_was_closed(manager, board, viewer, world):
    change(PracticeSample, world.samples["a.theme"], status=SampleStatus.CLOSED, closed_at=JULY)
    pack_id = make(manager, PackKind.BOARD, SUMMER, now=LATER)
    _head, rows = table(board, pack_id, "audits-of-a-theme-closed-in-the-period")
    assert [row[1:] for row in rows] == [["0", "0", "0", "0", "0", ""]]
    spring = texts(board, make(manager, PackKind.BOARD, SPRING, now=LATER))
    assert not any("audits-of-a-theme" in name for name in spring)


@pytest.fixture
def empty(world):
    """Nobody has given any feedback."""
    with writing() as session:
        session.execute(delete(FeedbackReply))
        session.execute(delete(Feedback))


def test_feedback_stands_in_the_pack_as_published_counts(empty, manager, board, world):
    may = date(2026, 5, 1)
    put(world, {"social_worker_met": {YES: 8, NO: 9}, "chair_shared": {YES: 15, NO: 2}}, month=may)
    pack_id = make(manager, PackKind.BOARD, SPRING, now=JULY)
    _head, rows = table(board, pack_id, "feedback-from-families-and-professionals")
    shown = {row[0]: row[1:4] for row in rows}
    assert shown["Families whose social worker did not meet them about the report"] == ["52.9", "9", "17"]
    # Two said no: the rest of 17 would give them back.
    assert shown["Families with whom the chair shared the report"][0] == "too few"
    assert "15" not in shown["Families with whom the chair shared the report"]


def test_the_words_of_feedback_are_in_no_pack(manager, board, world):
    written = [marker for marker in world.markers if "feedback" in marker.kind]
    assert written
    for kind in (PackKind.BOARD, PackKind.ANNUAL):
        text = everything(board, make(manager, kind, SPRING, now=JULY))
        assert not any(marker.is_in(text) for marker in written)


def test_the_plan_stands_area_by_area_with_what_is_red_or_overdue(manager, board, world):
    added(manager, world, "1.10", what="Open a second referral desk.")
    red = added(manager, world, "1.11", what="Write to every school.")
    said(manager, red, ActionRag.RED)
    late = added(manager, world, "1.12", what="Hire a clerk.")
    change(ImprovementAction, late, due_on=date(2026, 6, 20), next_due_on=date(2026, 6, 20))
    stopped = added(manager, world, "1.13", what="Buy a van.")
    said(manager, stopped, step=ImprovementStep.STOPPED, text="No money.")
    pack_id = make(manager, PackKind.BOARD, SPRING, now=JULY)
    head, rows = table(board, pack_id, "the-plan-area-by-area")
    assert head == ["Area", "Open", "Red", "Amber", "Green", "Overdue", "Complete", "Stopped"]
    assert [row[1:] for row in rows] == [["6", "1", "5", "0", "1", "1", "1"]] * 2
    assert rows[-1][0] == "All areas"
    _head, pressing = table(board, pack_id, "actions-that-are-red-or-overdue")
    assert [(row[0], row[1], row[-1]) for row in pressing] == [
        ("1.11", "Write to every school.", "Red"),
        ("1.12", "Hire a clerk.", "Amber, overdue"),
    ]
    assert "As at 30 June 2026. The month is not closed in the plan" in words(board, pack_id)


def test_a_plan_that_was_closed_for_the_month_stands_as_it_was_then(manager, board, world):
    red = added(manager, world, "1.11", what="Write to every school.")
    said(manager, red, ActionRag.RED)
    for month in (5, 6):
        close_month(replace(manager, now=JULY), Month(2026, month), "")
    said(replace(manager, now=JULY), red, ActionRag.GREEN)
    pack_id = make(manager, PackKind.BOARD, SPRING, now=JULY)
    _head, pressing = table(board, pack_id, "actions-that-are-red-or-overdue")
    assert [row[0] for row in pressing] == ["1.11"]
    assert "As at 30 June 2026. The month was closed in the plan on 6 July 2026." in words(board, pack_id)


def test_the_annual_tables_hold_the_plan_at_the_end_of_each_quarter(manager, board, world):
    pack_id = make(manager, PackKind.ANNUAL, SUMMER, now=LATER)
    _head, rows = table(board, pack_id, "the-plan-at-the-end-of")
    assert [row[0] for row in rows] == ["June 2026", "September 2026"]
    early = make(manager, PackKind.BOARD, Quarter(2026, 1), now=LATER)
    assert "There was no plan on that day." in words(board, early)


def test_no_part_tells_what_the_board_may_not_read(manager, board, world, sampled):
    for kind in OF_PRACTICE:
        text = everything(board, make(manager, kind, SPRING, now=JULY))
        assert [marker for marker in world.hidden_from("a.board") if marker.is_in(text)] == [], kind


def test_what_needs_attention_is_what_the_overview_tells_a_board_member(viewer, board, world):
    """The surgery was at 3 of 60 reviews: its rate would say so."""
    busy, gp = busy_quarter(world), world.agency_codes["a.gp"]
    busy.attendance(*(part(f"BUSY-{month}-1", gp, "no_response") for month in (1, 2, 3)))
    overseer = viewer("a.manager")
    told, whole = (_remarks(one) for one in (board, overseer))
    hidden = [words for words in whole if words not in told]
    assert any("GP" in words for words in hidden)
    said_by_pack = texts(board, make(overseer, PackKind.BOARD, QUARTER))["00-about.csv"]
    assert all(words in said_by_pack for words in told)
    assert not any(words in said_by_pack for words in hidden)


def _remarks(reader):
    return [remark.words for remark in indicators.remarks(indicators.overview(reader, QUARTER.days))]
