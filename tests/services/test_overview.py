"""The board's overview: what it shows to whom, what it withholds, and what it says stands out."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.access.viewer import Viewer
from portal.domain.periods import Days
from portal.domain.vocabulary import AgencyType, Role
from portal.services.indicators import Overview, overview, remarks, rules_in_words
from tests.areas import Area, meeting, part
from tests.services.test_indicators import wearing
from tests.services.test_rule_sets import add_rule_set

INITIAL, REVIEW, STRATEGY, CORE = "initial_conference", "review_conference", "strategy_meeting", "core_group"
DAYS = Days(date(2026, 1, 1), date(2026, 12, 31))
Came = dict[str, tuple[int, int]]


def hold(area: Area, kind: str, number: int, came: Came, *, trigger_on: str = "", **parts: str) -> None:
    """Hold a number of meetings; `came` says for each agency at how many of how many it was expected at it came."""
    refs = [f"{kind}-{place}" for place in range(number)]
    area.meetings(*(meeting(ref, kind, "2026-05-05", trigger_on=trigger_on) for ref in refs))
    area.attendance(
        *(
            part(ref, agency, "video" if place < attended else "apologies", **parts)
            for agency, (attended, expected) in came.items()
            for place, ref in enumerate(refs[:expected])
        )
    )


def board(area: Area) -> Viewer:
    return wearing(area, Role.BOARD_MEMBER)


def manager(area: Area) -> Viewer:
    return wearing(area, Role.SAFEGUARDING_MANAGER)


def shown(figures: Overview, rate: str = "attendance_rate") -> dict[tuple[str, str], tuple[Any, Any]]:
    """Each place of a rate, by agency and meeting, with its two counts; None where withheld."""
    return {
        (group.title, line.title): (line.shares[rate].part, line.shares[rate].whole)
        for group in figures.groups
        for line in group.lines
    }


def test_attendance_by_agency_type_and_meeting_type_with_its_totals(area):
    hold(area, INITIAL, 20, {"police": (18, 20), "gp": (7, 20)})
    hold(area, REVIEW, 30, {"police": (8, 30), "social_care": (30, 30)})
    figures = overview(board(area), DAYS)
    assert figures.about == "Newmarsh"
    assert figures.hidden_up_to == 5
    assert shown(figures) == {
        ("Children’s social care", "Review conference"): (30, 30),
        ("Police", "Initial conference"): (18, 20),
        ("Police", "Review conference"): (8, 30),
        ("Police", "All conferences"): (26, 50),
        ("GPs", "Initial conference"): (7, 20),
        ("All agencies", "Initial conference"): (25, 40),
        ("All agencies", "Review conference"): (38, 60),
        ("All agencies", "All conferences"): (63, 100),
    }


def test_only_conferences_are_added_up(area):
    hold(area, INITIAL, 20, {"police": (18, 20)})
    hold(area, STRATEGY, 30, {"police": (30, 30)})
    hold(area, REVIEW, 30, {"police": (8, 30)})
    hold(area, CORE, 40, {"police": (9, 40)})
    assert list(shown(overview(board(area), DAYS)).items()) == [
        (("Police", "Initial conference"), (18, 20)),
        (("Police", "Review conference"), (8, 30)),
        (("Police", "All conferences"), (26, 50)),
        (("Police", "Strategy meeting"), (30, 30)),
        (("Police", "Core group"), (9, 40)),
    ]


def test_where_no_report_was_due_nothing_is_said_of_those_absent(area):
    hold(area, STRATEGY, 30, {"police": (10, 30)})
    [group] = overview(board(area), DAYS).groups
    assert all(
        group.lines[0].shares[rate].is_empty for rate in ("report_rate", "on_time_rate", "absent_with_report_rate")
    )
    assert not group.lines[0].shares["attendance_rate"].is_empty


def test_a_small_count_of_other_meetings_is_withheld_with_another_of_the_same_type(area):
    hold(area, STRATEGY, 40, {"police": (3, 40), "gp": (9, 40), "school": (30, 40)})
    counts = shown(overview(board(area), DAYS))
    assert {place: part for place, (part, _) in counts.items()} == {
        ("Police", "Strategy meeting"): None,
        ("GPs", "Strategy meeting"): None,
        ("Schools", "Strategy meeting"): 30,
        ("All agencies", "Strategy meeting"): 42,
    }


def test_every_rate_has_its_numerator_and_denominator(area):
    hold(area, REVIEW, 10, {"gp": (0, 10)}, report_received_on="2026-04-20")
    [group] = overview(manager(area), DAYS).groups
    [line] = group.lines
    assert {rate: (share.part, share.whole) for rate, share in line.shares.items()} == {
        "attendance_rate": (0, 10),
        "report_rate": (10, 10),
        "on_time_rate": (10, 10),
        "absent_with_report_rate": (10, 10),
    }


def test_small_counts_are_withheld_from_those_who_do_not_work_with_the_children(area):
    hold(area, INITIAL, 30, {"police": (3, 30), "gp": (12, 30), "school": (20, 30)})
    hold(area, REVIEW, 40, {"police": (30, 40), "gp": (9, 40), "school": (22, 40)})
    counts = shown(overview(board(area), DAYS))
    assert counts["Police", "Initial conference"] == (None, 30)
    # The total of initial conferences would give the 3 back, and so would that of the police at both kinds.
    assert counts["GPs", "Initial conference"] == (None, 30)
    assert counts["Police", "Review conference"] == (30, 40)
    assert counts["GPs", "Review conference"] == (9, 40)
    assert counts["Police", "All conferences"] == counts["GPs", "All conferences"] == (None, 70)
    assert counts["Schools", "Initial conference"] == (20, 30)
    assert counts["All agencies", "Initial conference"] == (35, 90)
    assert shown(overview(manager(area), DAYS))["Police", "Initial conference"] == (3, 30)


def test_a_small_denominator_is_withheld_wherever_it_stands(area):
    hold(area, INITIAL, 30, {"police": (4, 4), "gp": (12, 30), "school": (20, 30)})
    hold(area, REVIEW, 40, {"police": (30, 40), "gp": (9, 40), "school": (22, 40)})
    figures = overview(board(area), DAYS)
    for rate in ("attendance_rate", "report_rate", "on_time_rate"):
        assert shown(figures, rate)["Police", "Initial conference"] == (None, None)
        wholes = {place: whole for place, (_, whole) in shown(figures, rate).items()}
        hidden = {place for place, whole in wholes.items() if whole is None}
        assert hidden == {
            (who, what) for who in ("Police", "GPs") for what in ("Initial conference", "All conferences")
        }


def test_nobody_there_points_at_nobody(area):
    hold(area, REVIEW, 12, {"gp": (0, 12)})
    assert shown(overview(board(area), DAYS)) == {("GPs", "Review conference"): (0, 12)}


def test_how_the_meetings_went(area):
    hold(area, STRATEGY, 20, {"social_care": (20, 20), "police": (20, 20), "gp": (14, 20)}, trigger_on="2026-05-01")
    hold(area, CORE, 7, {"social_care": (7, 7)})
    hold(area, REVIEW, 2, {"social_care": (2, 2)})
    figures = overview(board(area), DAYS)
    by_title = {line.title: line for line in figures.meetings}
    assert by_title["Strategy meeting"].meetings == 20
    assert by_title["Strategy meeting"].shares["quorate_rate"].known == (14, 20)
    assert by_title["Strategy meeting"].shares["in_time_rate"].known == (0, 20)
    assert "quorate_rate" not in by_title["Core group"].shares
    assert by_title["Core group"].shares["in_time_rate"].is_empty
    assert by_title["Review conference"].meetings is None
    assert by_title["Review conference"].shares["quorate_rate"].whole is None
    assert figures.strategy is not None
    assert figures.strategy.shares["all_core_agencies_rate"].known == (14, 20)
    assert figures.strategy.shares["group_meetings_rate"].known == (14, 20)
    assert overview(manager(area), DAYS).meetings[0].meetings == 2


def test_a_lead_sees_their_agency_alone_and_all_of_its_numbers(area):
    hold(area, REVIEW, 12, {"gp": (2, 12), "police": (12, 12)})
    agency_id = area.invitation(f"{REVIEW}-0", "gp").agency_id
    lead = wearing(area, Role.AGENCY_LEAD, agency_id=agency_id, agency_name="Surgery", agency_type=AgencyType.GP)
    figures = overview(lead, DAYS)
    assert (figures.about, figures.hidden_up_to, figures.meetings, figures.strategy) == ("Surgery", None, (), None)
    assert shown(figures) == {("Surgery", "Review conference"): (2, 12)}


def test_a_sector_lead_sees_the_sector_without_small_counts(area):
    hold(area, REVIEW, 12, {"gp": (2, 12), "police": (12, 12)})
    figures = overview(wearing(area, Role.SECTOR_LEAD, sector=AgencyType.GP), DAYS)
    assert (figures.about, figures.hidden_up_to, figures.meetings) == ("GPs", 5, ())
    assert shown(figures) == {("GPs", "Review conference"): (None, 12)}


def test_an_empty_period(area):
    hold(area, REVIEW, 2, {"gp": (2, 2)})
    figures = overview(board(area), Days(date(2025, 1, 1), date(2025, 12, 31)))
    assert figures.is_empty
    assert remarks(figures) == []


def test_a_period_in_which_nobody_was_expected_is_not_empty(area):
    area.meetings(meeting("M", REVIEW, "2026-05-05"))
    figures = overview(board(area), DAYS)
    assert not figures.is_empty
    assert figures.groups == ()


def test_what_stands_out_is_said_in_words_the_lowest_first(area):
    hold(area, INITIAL, 20, {"police": (18, 20), "gp": (0, 20)})
    hold(area, REVIEW, 150, {"police": (12, 150), "gp": (30, 150), "social_care": (150, 150)})
    said = [(remark.words, remark.compare) for remark in remarks(overview(board(area), DAYS))]
    assert said[:3] == [
        ("GPs came to 0 % of initial conferences (0 of 20)", "All agencies together: 45 %"),
        ("Police came to 8 % of review conferences (12 of 150)", "All agencies together: 43 %"),
        ("GPs came to 20 % of review conferences (30 of 150)", "All agencies together: 43 %"),
    ]


def test_a_few_of_each_kind_are_said(area):
    agencies = ["social_care", "police", "gp", "school", "housing", "probation"]
    hold(area, REVIEW, 20, {agency: (place + 6, 20) for place, agency in enumerate(agencies)} | {"hospital": (20, 20)})
    said = [remark for remark in remarks(overview(board(area), DAYS)) if remark.indicator == "attendance_rate"]
    assert [remark.words.split(" came")[0] for remark in said] == ["Children’s social care", "Police", "GPs"]


def test_meetings_that_were_late_or_not_quorate_are_said(area):
    hold(area, STRATEGY, 14, {"social_care": (14, 14), "police": (10, 14), "gp": (14, 14)}, trigger_on="2026-05-01")
    words = [remark.words for remark in remarks(overview(board(area), DAYS))]
    assert "0 % of strategy meetings were in time (0 of 14)" in words
    assert "71 % of strategy meetings were quorate (10 of 14)" in words


def test_nothing_is_said_of_what_is_withheld_or_of_very_few(area):
    hold(area, REVIEW, 30, {"police": (3, 30), "gp": (20, 30), "school": (25, 30)})
    hold(area, INITIAL, 4, {"police": (0, 4), "gp": (4, 4), "school": (4, 4)})
    for viewer in (board(area), manager(area)):
        words = " ".join(remark.words for remark in remarks(overview(viewer, DAYS)))
        assert "initial conferences" not in words
        assert ("Police came" in words) == (viewer == manager(area))


def test_all_well_says_nothing(area):
    hold(area, CORE, 12, {"social_care": (12, 12), "gp": (12, 12)})
    assert remarks(overview(board(area), DAYS)) == []


def test_a_lead_is_told_of_what_their_agency_missed(area):
    hold(area, REVIEW, 12, {"gp": (9, 12)}, report_received_on="2026-04-01")
    agency_id = area.invitation(f"{REVIEW}-0", "gp").agency_id
    lead = wearing(area, Role.AGENCY_LEAD, agency_id=agency_id, agency_name="Surgery", agency_type=AgencyType.GP)
    assert [(remark.words, remark.compare) for remark in remarks(overview(lead, DAYS))] == [
        ("Surgery came to 75 % of review conferences (9 of 12)", "")
    ]


def test_seven_queries_whatever_the_size(area, count_queries):
    numbers = []
    for kind, count in ((REVIEW, 3), (INITIAL, 40)):
        hold(area, kind, count, {"gp": (count, count), "police": (1, count)})
        with count_queries() as statements:
            remarks(overview(board(area), DAYS))
        numbers.append(len(statements))
    assert numbers == [7, 7]


def test_the_rules_that_hold_today_are_told(area):
    assert not rules_in_words(board(area)).has_others
    add_rule_set(area, date(2026, 4, 1), types=[STRATEGY])
    add_rule_set(area, date(2027, 4, 1), types=[])
    rules = rules_in_words(board(area))
    assert (rules.effective_from, rules.guidance_edition, rules.has_others) == (date(2026, 4, 1), "Local", True)
    told = {asked.meetings: asked for asked in rules.asked}
    assert told["Strategy meeting"].quorum == "Social care, police and a health agency"
    assert (told["Core group"].due, told["Core group"].quorum) == ("No due day", "No rule")
    assert told["Review conference"].reports == "Only where a day was given"
