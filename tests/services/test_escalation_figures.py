"""Whose escalations are counted for whom, in which period, and what of it is told to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.count_tables import Part
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.escalation_figures import By, Kept, Pair, Took
from portal.domain.escalation_vocabulary import (
    Category,
    EscalationStatus,
    LadderEvent,
    LadderKind,
    ProposalStatus,
    Resolution,
)
from portal.domain.periods import Days, PeriodChoice, days_of
from portal.models.ladders import EscalationProposal
from portal.services.escalations import figure_charts
from portal.services.escalations.figures import CHAIRS, figures
from tests.escalation_rows import NARRATIVE, EscalationRows
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")

YEAR = days_of(PeriodChoice.LAST_YEAR, TODAY)
ALERT = LadderKind.PRACTICE_ALERT


@pytest.fixture
def rows(world):
    made = EscalationRows(world)
    made.clear()
    return made


@pytest.fixture
def counted(viewer):
    """The figures of the last year as somebody sees them."""
    return lambda key, days=YEAR: figures(viewer(key), days)


def test_what_is_open_now_by_stage_and_days_and_what_is_overdue(rows, counted):
    rows.add(2, days=1)
    rows.add(1, days=4, stage=2, late=True)
    rows.add(1, days=300, stage=4)
    rows.add(1, days=2, closed_ago=1)
    found = counted("a.business_manager").escalations
    assert found.open.total == 4
    assert [found.open.count(By.STAGE, stage) for stage in found.stages] == [2, 1, 0, 1]
    assert [found.open.count(By.STAGE, None, band) for band in ("0 to 2", "3 to 5", "Over 20")] == [2, 1, 1]
    assert found.overdue == Part(1, 4)
    assert found.stages["4"] == "Stage 4: Safeguarding partners"


def test_time_to_resolve_by_the_stage_at_which_it_was_and_the_share_of_the_first(rows, counted):
    for days in (1, 2, 9):
        rows.add(days=days, closed_ago=3)
    rows.add(days=15, closed_ago=3, stage=3)
    found = counted("a.business_manager")
    resolved = found.escalations.resolved
    assert resolved.took(By.STAGE, "1") == Took(2.0, 9)
    assert resolved.took(By.STAGE, "3") == Took(15.0, 15)
    assert resolved.took(By.STAGE, None) == Took(5.5, 15)
    assert found.lowest == Part(3, 4)


def test_the_period_is_of_the_day_on_which_it_was_closed_in_london(rows, counted, world):
    first, last = date(2026, 6, 2), date(2026, 6, 5)
    for ago in (7, 6, 3, 2):
        # The first, second, fifth and eighth of June.
        rows.add(days=1, closed_ago=ago)
    found = counted("a.manager", Days(first, last))
    assert found.escalations.resolved.total == 2
    # Half past midnight in London is still the day before at Greenwich.
    rows.add(days=1, closed_ago=1, closed_at=world.now.replace(day=1, hour=23, minute=30))
    assert counted("a.manager", Days(first, last)).escalations.resolved.total == 3


def test_withdrawn_ones_count_nowhere(rows, counted):
    rows.add(3, closed_ago=1, status=EscalationStatus.WITHDRAWN, resolution=Resolution.WITHDRAWN)
    found = counted("a.manager")
    assert found.escalations.is_empty
    assert found.pairs == ()


def test_by_category_agency_and_how_they_ended(rows, counted, world):
    rows.add(2, with_="gp", closed_ago=1)
    rows.add(1, with_="school", closed_ago=1, category=Category.ROLE, resolution=Resolution.EXPLAINED)
    rows.add(1, with_="other_gp", kind=LadderKind.NON_ATTENDANCE, closed_ago=1, learning=None)
    rows.add(1, with_="school")
    section = counted("a.scrutineer").escalations
    resolved = section.resolved
    assert [resolved.count(By.CATEGORY, one) for one in ("threshold", "role", "non_attendance")] == [2, 1, 1]
    assert [resolved.count(By.AGENCY_TYPE, one) for one in ("gp", "school")] == [3, 1]
    assert section.open.count(By.AGENCY, str(world.agencies["a.school"])) == 1
    assert resolved.part(By.RESOLUTION, "done") == Part(3, 4)
    assert resolved.part(By.LEARNING, "capacity") == Part(3, 4)
    assert resolved.part(By.LEARNING, "") == Part(1, 4)
    assert set(section.agencies.values()) == {world.agency_names[f"a.{one}"] for one in ("gp", "other_gp", "school")}


def test_pairs_that_come_back(rows, counted, world):
    rows.add(3, by="school", with_="gp")
    rows.add(2, with_="gp", days=5, closed_ago=1)
    rows.add(1, by="police", with_="gp")
    rows.add(2, by="police", with_="school", days=300)
    gp = world.agency_names["a.gp"]
    expected = (Pair(world.agency_names["a.school"], gp, 3), Pair(CHAIRS, gp, 2))
    assert counted("a.business_manager").pairs == expected


def test_alerts_have_figures_of_their_own(rows, counted):
    rows.add(4, kind=ALERT, formal_at=None, days=2, closed_ago=1, expected_on=date(2026, 6, 9))
    rows.add(1, kind=ALERT, stage=2, days=4, closed_ago=2, expected_on=date(2026, 6, 1))
    rows.add(1, kind=ALERT, stage=4, days=40, closed_ago=2)
    rows.add(1, kind=ALERT, late=True, formal_at=None)
    rows.add(2, kind=ALERT, is_positive=True, category=Category.GOOD_PRACTICE, formal_at=None, due_at=None)
    found = counted("a.manager")
    alerts = found.alerts
    assert found.escalations.is_empty
    assert alerts.section.open.total == 1
    assert alerts.section.overdue == Part(1, 1)
    assert alerts.informal == Part(4, 6)
    assert (alerts.limit_days, alerts.in_limit) == (20, Part(1, 2))
    expected = [alerts.section.resolved.count(By.EXPECTED, row) for row in (Kept.IN_TIME, Kept.LATE, "")]
    assert expected == [4, 1, 1]
    assert alerts.positive == 2


def propose(world, count, agency="gp"):
    """What the rules proposed, so many times, and no chair has looked at."""
    place = world.meeting("a.initial")
    invitations = [one.id for one in place.invitations.values()][:count]
    with writing() as session:
        session.add_all(
            EscalationProposal(
                partnership_id=world.partnerships["a"],
                meeting_id=place.id,
                invitation_id=number,
                agency_id=world.agencies[f"a.{agency}"],
                events=[LadderEvent.NO_ANSWER.value],
                stage=1,
                counted=[],
                rule={},
                made_at=world.now,
                status=ProposalStatus.OPEN,
            )
            for number in invitations
        )


@pytest.mark.usefixtures("rows")
def test_what_chairs_have_not_dealt_with(world, counted):
    propose(world, 3, "school")
    assert counted("a.manager").not_dealt_with == 3
    assert counted("a.board").not_dealt_with is None
    assert counted("a.sector_lead").not_dealt_with == 0
    assert counted("b.manager").not_dealt_with == 0


@pytest.mark.parametrize("key", ["a.business_manager", "a.scrutineer", "a.manager"])
def test_who_sees_the_whole_log_sees_small_counts(rows, counted, key):
    rows.add(2, by="school")
    found = counted(key)
    assert (found.hidden_up_to, found.escalations.open.total, len(found.pairs)) == (None, 2, 1)


@pytest.mark.parametrize("key", ["a.board", "a.sector_lead"])
def test_others_see_no_small_count(rows, counted, key):
    rows.add(2, by="school")
    rows.add(3, closed_ago=1, late=True)
    rows.add(2, kind=ALERT, is_positive=True)
    found = counted(key)
    assert found.hidden_up_to == 5
    assert (found.escalations.open.total, found.escalations.resolved.total) == (None, None)
    assert found.escalations.overdue == Part(None, None)
    assert found.lowest == Part(None, None)
    assert (found.pairs, found.alerts.positive) == ((), None)
    assert found.escalations.resolved.took(By.STAGE, None) is None
    assert figure_charts.open_bars(found) is None


def test_a_stage_that_is_withheld_does_not_come_back_as_what_is_informal(rows, counted):
    """Seven informal, three at stage 2, eight at stage 3: the seven are hidden for the three's sake."""
    for stage, count in ((1, 7), (2, 3), (3, 8)):
        rows.add(count, kind=ALERT, stage=stage, days=2 * stage, closed_ago=1)
    alerts = counted("a.board").alerts
    assert [alerts.section.resolved.count(By.STAGE, row) for row in "123"] == [None, None, 8]
    assert alerts.informal == Part(None, 18)
    assert alerts.in_limit == Part(None, None)


def test_the_board_reads_no_agency_but_pairs_that_are_no_small_count(rows, counted, world):
    rows.add(6, by="school", with_="gp")
    rows.add(5, by="police", with_="gp")
    found = counted("a.board")
    assert found.pairs == (Pair(world.agency_names["a.school"], world.agency_names["a.gp"], 6),)
    assert found.escalations.agencies == {}
    assert By.AGENCY not in found.escalations.open.tables


def test_a_sector_lead_counts_what_the_sector_is_asked(rows, counted, world):
    rows.add(7, with_="gp")
    rows.add(8, with_="other_gp", closed_ago=1)
    rows.add(9, with_="school", by="gp")
    section = counted("a.sector_lead").escalations
    assert (section.open.total, section.resolved.total) == (7, 8)
    assert set(section.agencies.values()) == {world.agency_names["a.gp"], world.agency_names["a.other_gp"]}
    assert counted("a.sector_lead").about == "GPs"


def test_each_partnership_counts_its_own(rows, counted, world):
    rows.add(7)
    EscalationRows(world, "b").add(8)
    assert counted("a.board").escalations.open.total == 7
    assert counted("b.board").escalations.open.total == 8


@pytest.mark.parametrize(
    "key", ["a.gp.lead", "a.gp.practitioner", "a.chair", "a.coordinator", "a.administrator", "a.school.head"]
)
def test_others_have_no_figures(viewer, key):
    with pytest.raises(NotPermitted):
        figures(viewer(key), YEAR)


def test_a_sector_lead_without_a_sector_has_none(viewer):
    lead = viewer("a.sector_lead")
    with pytest.raises(NotPermitted):
        figures(replace(lead, hat=replace(lead.hat, sector=None)), YEAR)


def test_a_command_sees_all(rows, world):
    rows.add(1, with_="gp")
    system = Viewer.of_system("tests", world.now, world.partnerships["a"])
    assert figures(system, YEAR).escalations.open.total == 1


def test_the_pictures_say_what_the_tables_say(rows, counted, viewer):
    rows.add(6, days=1, closed_ago=1)
    rows.add(2, days=4, closed_ago=1, stage=2)
    rows.add(6, days=12, closed_ago=1, stage=2)
    bars = figure_charts.resolved_bars(counted("a.manager")).bars
    assert [(bar.title, bar.parts) for bar in bars] == [
        ("Stage 1: Practitioners (6)", (100.0, 0.0, 0.0, 0.0, 0.0)),
        ("Stage 2: Managers and designated leads (8)", (0.0, 25.0, 0.0, 75.0, 0.0)),
        ("All stages (14)", (42.9, 14.3, 0.0, 42.9, 0.0)),
    ]
    hidden = figure_charts.resolved_bars(counted("a.board"))
    assert "25.0" not in str(hidden)
    assert "14.3" not in str(hidden)
    with pytest.raises(NotVisible):
        figure_charts.open_chart(viewer("a.manager"), YEAR, is_narrow=False)


def test_a_stage_whose_number_is_withheld_has_no_bar_though_some_of_its_bands_are_told(rows, counted):
    for count, stage, days in ((3, 1, 1), (6, 2, 1), (40, 2, 12)):
        rows.add(count, stage=stage, days=days, closed_ago=1)
    found = counted("a.board")
    resolved = found.escalations.resolved
    assert (resolved.count(By.STAGE, "2"), resolved.count(By.STAGE, "2", "11 to 20")) == (None, 40)
    assert [bar.title for bar in figure_charts.resolved_bars(found).bars] == ["All stages (49)"]


@pytest.mark.parametrize("key", ["a.board", "a.manager", "a.sector_lead"])
def test_the_number_of_statements_does_not_grow(rows, counted, count_queries, key):
    taken = []
    for count in (1, 30):
        rows.add(count, by="school")
        rows.add(count, with_="school", kind=ALERT, closed_ago=1)
        db.session.rollback()
        with count_queries() as statements:
            counted(key)
        taken.append(len(statements))
        assert not [one for one in statements if "summary" in one or "cases" in one or "meeting_id" in one]
    assert taken == [7, 7]


def test_no_narrative_is_in_the_figures(rows, counted, world):
    rows.add(7, meeting="initial", closed_ago=1)
    found = str(counted("a.manager"))
    assert not [words for words in (*NARRATIVE, world.meeting("a.initial").reference) if words in found]


def test_what_was_raised_before_the_period_and_is_still_open_is_open_now(rows, counted):
    rows.add(1, days=200)
    long_ago = Days(TODAY - timedelta(days=30), TODAY)
    found = counted("a.manager", long_ago)
    assert (found.escalations.open.total, found.pairs) == (1, ())
