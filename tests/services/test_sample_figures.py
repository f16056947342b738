"""Grades as figures: counted as they hold, by month and quarter, and never so small that they point at a family."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.months import Month
from portal.domain.sample_vocabulary import Grade, Judged, SampleKind, SampleStatus
from portal.gateways.practice_tool_files import shipped
from portal.models.samples import PracticeSample, SampledMeeting
from portal.services.samples import charts, drawing, exports, figures
from tests.services.rows import change
from tests.world import World

TOOL = shipped("strategy-meeting")
LATER = datetime(2026, 12, 10, 10, tzinfo=UTC)
"""Six months on: the world's own sample of May lies in a quarter that is long over."""

KEYS = ("initial", "review", "strategy", "past_initial", "core_group", "cancelled")


def add(world: World, month: Month, grades: Iterable[Grade], *, status: SampleStatus = SampleStatus.CLOSED) -> int:
    """A dip sample of A's strategy meetings whose meetings have these grades; at most six, one for each of A's."""
    with writing() as session:
        sample = PracticeSample(
            partnership_id=world.partnerships["a"],
            kind=SampleKind.DIP,
            status=status,
            meeting_type_id=world.meeting_types["a.strategy_meeting"],
            title=f"Strategy meeting, {month.words}",
            from_on=month.first,
            until_on=month.last,
            how_many=6,
            tool_code=TOOL.code,
            tool=TOOL.to_plain(),
            agency_types=[],
            created_at=LATER,
            **(
                {}
                if status is SampleStatus.PROPOSED
                else {"seed": "aa", "drawn_at": LATER, "frame": [], "frame_size": 0}
            ),
            closed_at=LATER if status is SampleStatus.CLOSED else None,
        )
        session.add(sample)
        session.flush()
        for key, grade in zip(KEYS, grades, strict=False):
            session.add(
                SampledMeeting(
                    partnership_id=sample.partnership_id,
                    sample_id=sample.id,
                    meeting_id=world.meeting(f"a.{key}").id,
                    place=1,
                    grade=grade,
                    grades={question.code: Judged(grade.value).value for question in TOOL.questions_for(agency=False)},
                    settled_at=LATER,
                    is_moderated=False,
                )
            )
        return sample.id


@pytest.fixture
def manager_later(viewer) -> Viewer:
    """A's safeguarding manager in December."""
    return viewer("a.manager", now=LATER)


@pytest.fixture
def board(viewer) -> Viewer:
    """A board member of A in December."""
    return viewer("a.board", now=LATER)


def counts(row) -> list[int | None]:
    return [part.count for part in row.parts]


G, O, R, I = Grade.GOOD, Grade.OUTSTANDING, Grade.REQUIRES_IMPROVEMENT, Grade.INADEQUATE  # noqa: E741 - as in tables


def test_the_manager_reads_every_month_and_quarter(world, manager_later):
    add(world, Month(2026, 6), [O, G, R, R, I, G])
    add(world, Month(2026, 7), [G, G, G])
    found = figures.trend(manager_later, by_month=True)
    # May is the world's own: one meeting, graded good.
    assert [(row.title, row.total, counts(row)) for row in found.rows] == [
        ("May 2026", 1, [0, 1, 0, 0]),
        ("June 2026", 6, [1, 2, 2, 1]),
        ("July 2026", 3, [0, 3, 0, 0]),
    ]
    assert found.movement is not None
    assert found.movement.words.startswith("Graded good or better more often than before: 100.0 % in July 2026, 50.0 %")
    quarters = figures.trend(manager_later)
    assert [(row.title, row.total) for row in quarters.rows] == [
        ("April to June 2026", 7),
        ("July to September 2026", 3),
    ]
    assert quarters.questions_of == "July to September 2026"
    assert [row.total for row in quarters.questions] == [3] * 7


def test_what_is_not_settled_or_was_taken_out_does_not_count(world, manager_later):
    sample_id = add(world, Month(2026, 7), [G, G, R])
    first, second, _third = db.session.query(SampledMeeting).where(SampledMeeting.sample_id == sample_id).all()
    change(SampledMeeting, first.id, grade=None, settled_at=None)
    change(SampledMeeting, second.id, replaced_at=LATER, replaced_because="Elsewhere.")
    assert counts(figures.trend(manager_later, by_month=True).rows[-1]) == [0, 0, 1, 0]


def test_the_board_reads_quarters_with_small_counts_withheld(world, board):
    for month in (7, 8, 9):
        add(world, Month(2026, month), [G, G, G, O, R, R])
    found = figures.trend(board, by_month=True)
    assert found.is_by_quarter
    assert not found.may_choose_months
    # Its quarter has one meeting of the world's: too few for anything.
    assert [(row.title, row.total, counts(row)) for row in found.rows] == [
        ("April to June 2026", None, [None] * 4),
        ("July to September 2026", 18, [None, 9, None, 0]),
    ]
    assert found.rows[1].good.is_withheld
    assert "too few" in exports.as_csv(found)
    assert charts.shares_of(found.rows) is not None


def test_the_limit_is_the_rule_sets(world, board):
    assert figures.trend(board).hidden_up_to == 5


class Reader:
    """A board member who writes down all that the portal ever shows of A's grades."""

    def __init__(self, world: World, viewer) -> None:
        self.world = world
        self.viewer = viewer
        self.seen: dict[str, set[tuple[int | None, ...]]] = {}

    def look(self, now: datetime) -> None:
        """Read the table by every filter, and every dip sample's own page."""
        reader = self.viewer("a.board", now=now)
        for by_month in (False, True):
            for row in figures.trend(reader, by_month=by_month).rows:
                self.seen.setdefault(row.title, set()).add((row.total, *counts(row)))
        mine = PracticeSample.partnership_id == self.world.partnerships["a"]
        for sample in db.session.scalars(select(PracticeSample).where(mine, PracticeSample.kind == SampleKind.DIP)):
            assert figures.grades_of(reader, sample) is None


def test_a_quarter_comes_into_the_boards_table_once_and_for_good(world, viewer):
    """The attack: read everything every day, while samples are drawn and closed one by one, and take differences."""
    chance, reader, samples = Random(7), Reader(world, viewer), []
    for month in range(7, 10):
        now = datetime(2026, month + 1, 3, 10, tzinfo=UTC)
        grades = [chance.choice(list(Grade)) for _ in KEYS]
        samples.append(add(world, Month(2026, month), grades, status=SampleStatus.PROPOSED))
        reader.look(now)
        change(PracticeSample, samples[-1], status=SampleStatus.OPEN, seed="aa", drawn_at=now)
        reader.look(now)
    for number, sample_id in enumerate(samples):
        assert "July to September 2026" not in reader.seen
        now = datetime(2026, 11, 5 + number, 10, tzinfo=UTC)
        change(PracticeSample, sample_id, status=SampleStatus.CLOSED, closed_at=now)
        reader.look(now)
    reader.look(LATER)
    reader.look(LATER + timedelta(days=400))
    # One reading each for ever, and never a month: there is nothing to take a difference of.
    assert {title: len(rows) for title, rows in reader.seen.items()} == {
        "April to June 2026": 1,
        "July to September 2026": 1,
    }


def test_an_open_or_late_sample_keeps_its_quarter_from_the_board(world, board, viewer):
    for month in (7, 8, 9):
        add(world, Month(2026, month), [G, G, G, G, G, G])
    assert [row.total for row in figures.trend(board).rows] == [None, 18]
    # On the last of October the month after the quarter is not over.
    early = viewer("a.board", now=datetime(2026, 10, 31, 10, tzinfo=UTC))
    assert [row.title for row in figures.trend(early).rows] == ["April to June 2026"]
    add(world, Month(2026, 8), [], status=SampleStatus.PROPOSED)
    assert [row.title for row in figures.trend(board).rows] == ["April to June 2026"]


def test_an_audit_of_a_theme_shows_the_board_its_grades_once_it_is_closed(world, viewer):
    theme = world.samples["a.theme"]
    board_member, boss = viewer("a.board"), viewer("a.manager")
    change(SampledMeeting, world.sampled["a.past"], grade=Grade.GOOD, grades={"recognised": "good"}, settled_at=LATER)
    assert figures.grades_of(board_member, drawing.sample_called(board_member, theme)) is None
    seen = figures.grades_of(boss, drawing.sample_called(boss, theme))
    assert seen is not None
    assert counts(seen.overall) == [0, 1, 0, 0]
    change(PracticeSample, theme, status=SampleStatus.CLOSED, closed_at=LATER)
    db.session.expire_all()
    closed = figures.grades_of(board_member, drawing.sample_called(board_member, theme))
    assert closed is not None
    assert closed.overall.is_withheld
    assert all(row.is_withheld for row in closed.questions if row.total != 0)


def test_sampled_strategy_meetings_stand_beside_what_was_published(world, viewer):
    boss = viewer("a.manager")
    found = figures.grades_of(boss, drawing.sample_called(boss, world.samples["a.closed"]))
    assert found is not None
    assert [(fact.title, fact.part.words, fact.published) for fact in found.facts] == [
        ("Every expected agency was there", "100.0 % (1 of 1)", 59),
        ("By telephone only", "0.0 % (0 of 1)", 27),
        ("With an interim safety plan", "0.0 % (0 of 1)", 88),
    ]


def test_another_partnership_counts_apart(world, viewer):
    add(world, Month(2026, 7), [G, G, G])
    other = figures.trend(viewer("b.manager", now=LATER), by_month=True)
    assert [row.title for row in other.rows] == ["May 2026"]


@pytest.mark.parametrize("name", ["chair", "coordinator", "police.lead", "administrator"])
def test_others_read_no_figures_of_practice(viewer, name):
    with pytest.raises(NotPermitted):
        figures.trend(viewer(f"a.{name}"))


def test_nothing_to_draw_is_no_chart(world, viewer):
    with pytest.raises(NotVisible):
        charts.grades_chart(viewer("a.board"), None, by_month=False, is_narrow=False)
    assert b"<svg" in charts.grades_chart(viewer("a.manager"), None, by_month=True, is_narrow=True)


def test_the_workbook_and_the_lines_hold_the_figures_of_the_page(world, manager_later):
    add(world, Month(2026, 7), [G, R, I, O, G, G])
    found = figures.trend(manager_later, by_month=True)
    assert exports.as_csv(found).splitlines() == [
        "period,graded,outstanding,good,requires_improvement,inadequate,good_or_better_rate",
        "May 2026,1,0,1,0,0,100.0",
        "July 2026,6,1,3,1,1,66.7",
    ]
    assert exports.workbook(manager_later, found).startswith(b"PK")


def test_how_far_back_is_shown_in_whole_quarters(world, viewer):
    add(world, Month(2026, 7), [G])
    late = viewer("a.manager", now=datetime(2028, 9, 1, 10, tzinfo=UTC))
    assert [row.title for row in figures.trend(late).rows] == ["July to September 2026"]
    assert date(2026, 7, 1) == figures._since(date(2028, 9, 1))
