"""The non-attendance ladder: what counts at a meeting, and what a history of meetings proposes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.default_rules import default_rule_set
from portal.domain.escalation_vocabulary import LadderEvent
from portal.domain.ladder_events import (
    LOOKED_BACK,
    Gathering,
    Occasion,
    Part,
    Proposal,
    events_of,
    months_needed,
    proposed,
)
from portal.domain.ladder_rules import Trigger, default_rules
from portal.domain.ladder_words import (
    MOST_LISTED,
    history_words,
    joining_words,
    ordinal,
    proposal_words,
    summary_words,
)
from portal.domain.vocabulary import PRESENT, AgencyType, Answer, Attendance, Expectation, MeetingKind
from portal.domain.working_days import add_months

TODAY = date(2026, 6, 10)
DUE = date(2026, 6, 5)
ABSENT, INQUORATE = LadderEvent.ABSENT_WITHOUT_REPORT, LadderEvent.INQUORATE_BECAUSE
LATE, MISSING, SILENT = LadderEvent.REPORT_LATE, LadderEvent.REPORT_MISSING, LadderEvent.NO_ANSWER
QUORUM = default_rule_set().rule_for(MeetingKind.INITIAL_CONFERENCE.value).quorum
QUORATE = frozenset({AgencyType.SOCIAL_CARE, AgencyType.POLICE, AgencyType.SCHOOL})
DEFAULT = default_rules().triggers


def gathering(present=QUORATE, rule=QUORUM) -> Gathering:
    """A conference of today."""
    return Gathering(TODAY, rule, frozenset(present))


def part(**said) -> Part:
    """A surgery that was asked, answered, came and had sent its report; `said` says otherwise."""
    plain = Part(AgencyType.GP, Expectation.EXPECTED, Answer.ATTEND, Attendance.IN_PERSON, DUE, DUE)
    return replace(plain, **said)


def seen(days_ago: int, *events: LadderEvent, expected: bool = True) -> Occasion:
    """A meeting so many days before today's."""
    return Occasion(
        1000 - days_ago, TODAY - timedelta(days=days_ago), frozenset(events), expected, meeting="Review conference"
    )


class TestWhatCounts:
    """events_of, case by case."""

    @pytest.mark.parametrize(
        ("said", "events"),
        [
            ({}, set()),
            ({"attendance": Attendance.APOLOGIES}, set()),
            ({"attendance": Attendance.APOLOGIES, "report_received_on": None}, {ABSENT, MISSING}),
            ({"attendance": None, "report_received_on": None}, {ABSENT, MISSING}),
            ({"attendance": Attendance.NO_RESPONSE, "report_received_on": TODAY}, {LATE}),
            ({"attendance": Attendance.NO_RESPONSE, "report_received_on": TODAY + timedelta(days=1)}, {ABSENT, LATE}),
            ({"attendance": Attendance.PARTIAL, "report_received_on": None}, {MISSING}),
            ({"report_received_on": DUE + timedelta(days=1)}, {LATE}),
            ({"report_due_on": None, "report_received_on": None}, set()),
            ({"report_due_on": None, "report_received_on": TODAY}, set()),
            ({"answer": None}, {SILENT}),
            ({"answer": None, "was_asked_here": False}, set()),
            ({"expectation": Expectation.REPORT_ONLY, "attendance": None}, set()),
            ({"expectation": Expectation.REPORT_ONLY, "attendance": None, "report_received_on": None}, {MISSING}),
        ],
    )
    def test_of_one_part(self, said, events):
        assert events_of(gathering(), part(**said), TODAY) == events

    @pytest.mark.parametrize("expectation", [Expectation.OPTIONAL, Expectation.NOT_RELEVANT])
    def test_nothing_of_who_was_asked_for_nothing(self, expectation):
        nothing = part(expectation=expectation, answer=None, attendance=None, report_received_on=None)
        assert events_of(gathering({AgencyType.POLICE}), nothing, TODAY) == set()

    def test_nothing_of_who_said_not_ours(self):
        gone = part(answer=Answer.NOT_OURS, attendance=Attendance.NO_RESPONSE, report_received_on=None)
        assert events_of(gathering(), gone, TODAY) == set()

    def test_a_report_that_is_still_to_come_is_not_missing(self):
        later = part(report_due_on=TODAY + timedelta(days=3), report_received_on=None)
        assert events_of(gathering(), later, TODAY) == set()
        assert events_of(gathering(), later, TODAY + timedelta(days=3)) == set()
        assert events_of(gathering(), later, TODAY + timedelta(days=4)) == {MISSING}

    def test_a_report_due_on_the_day_of_the_meeting_is_missing_at_its_closing(self):
        assert events_of(gathering(), part(report_due_on=TODAY, report_received_on=None), TODAY) == {MISSING}

    @pytest.mark.parametrize(
        ("present", "is_because"),
        [
            ({AgencyType.SOCIAL_CARE, AgencyType.POLICE}, True),
            ({AgencyType.SOCIAL_CARE}, True),
            (set(), True),
            (QUORATE, False),
            # Another surgery was there: one more would have counted for nothing.
            ({AgencyType.SOCIAL_CARE, AgencyType.GP}, False),
        ],
    )
    def test_inquorate_because_of_one(self, present, is_because):
        absent = part(attendance=Attendance.APOLOGIES)
        assert (INQUORATE in events_of(gathering(present), absent, TODAY)) is is_because
        assert INQUORATE not in events_of(gathering(present), part(), TODAY)
        assert INQUORATE not in events_of(gathering(present, rule=None), absent, TODAY)

    def test_a_required_agency_is_lacked_where_the_others_are_there(self):
        social_care = part(agency_type=AgencyType.SOCIAL_CARE, attendance=Attendance.NO_RESPONSE)
        others = {AgencyType.POLICE, AgencyType.SCHOOL, AgencyType.GP}
        assert INQUORATE in events_of(gathering(others), social_care, TODAY)
        school = part(agency_type=AgencyType.HOUSING, attendance=Attendance.NO_RESPONSE)
        assert INQUORATE not in events_of(gathering(others), school, TODAY)

    @given(
        st.builds(
            Part,
            st.sampled_from(AgencyType),
            st.sampled_from(Expectation),
            st.none() | st.sampled_from(Answer),
            st.none() | st.sampled_from(Attendance),
            st.none() | st.dates(date(2026, 5, 1), date(2026, 7, 1)),
            st.none() | st.dates(date(2026, 5, 1), date(2026, 7, 1)),
            st.booleans(),
        ),
        st.frozensets(st.sampled_from(AgencyType)),
        st.integers(0, 60),
    )
    def test_what_never_counts(self, one, present, days):
        events = events_of(gathering(present), one, TODAY + timedelta(days=days))
        if one.attendance in PRESENT or one.expectation is not Expectation.EXPECTED:
            assert not events & {ABSENT, INQUORATE}
        if one.report_received_on is not None and one.report_received_on <= TODAY:
            assert not events & {ABSENT, MISSING}
        if one.report_due_on is None:
            assert not events & {LATE, MISSING}
        if one.answer is not None:
            assert SILENT not in events
        assert not {LATE, MISSING} <= events
        if one.agency_type in present:
            assert INQUORATE not in events


class TestTheDefaultRules:
    """What a new partnership starts with."""

    @pytest.mark.parametrize(
        ("history", "stage", "words"),
        [
            ([seen(0)], None, ""),
            ([seen(0), seen(20, ABSENT), seen(40, ABSENT)], None, ""),
            ([seen(0, ABSENT, MISSING)], 1, "Miss without report"),
            ([seen(0, LATE)], None, ""),
            ([seen(0, ABSENT), seen(30), seen(60, ABSENT)], 2, "2nd miss without report in 6 months"),
            ([seen(0, ABSENT), seen(200, ABSENT)], 2, "2nd miss without report in a row"),
            ([seen(0, ABSENT), seen(100), seen(200, ABSENT)], 1, "Miss without report"),
            (
                [seen(0, ABSENT), seen(9), seen(60, ABSENT), seen(300, ABSENT)],
                4,
                "3rd miss without report in 12 months",
            ),
            ([seen(0, INQUORATE)], 1, "Meeting not quorate without them"),
            (
                [seen(0, INQUORATE), seen(9, ABSENT)],
                2,
                "2nd miss without report or meeting not quorate without them in 6 months",
            ),
            ([seen(0, LATE), seen(9, MISSING), seen(60, LATE)], 1, "3rd late report or missing report in 6 months"),
            ([seen(0, ABSENT, SILENT), seen(9, SILENT), seen(60, LATE)], 1, "Miss without report"),
            ([seen(0, SILENT), seen(9, SILENT), seen(60, SILENT)], 1, "3rd invitation without an answer in 6 months"),
        ],
    )
    def test_what_they_propose(self, history, stage, words):
        found = proposed(DEFAULT, history)
        assert (found.stage if found else None) == stage
        assert (proposal_words(found) if found else "") == words

    @pytest.mark.parametrize(("day", "counts"), [(date(2025, 12, 10), True), (date(2025, 12, 9), False)])
    def test_six_months_back_is_counted_to_the_day(self, day, counts):
        missed = frozenset({ABSENT})
        history = [seen(0, ABSENT), seen(30), Occasion(1, day, missed)]
        assert (proposed(DEFAULT, history).stage == 2) is counts

    def test_a_meeting_to_which_nobody_expected_them_to_come_does_not_end_a_row(self):
        report_only = seen(150, expected=False)
        assert proposed(DEFAULT, [seen(0, ABSENT), report_only, seen(300, ABSENT)]).stage == 2
        reports = Trigger(frozenset({MISSING}), count=2, opens_stage=1, is_in_a_row=True)
        assert proposed([reports], [seen(0, MISSING), report_only, seen(300, MISSING)]) is None

    def test_a_rule_without_a_time_counts_no_more_than_it_asks_for(self):
        ever = Trigger(frozenset({ABSENT}), count=2, opens_stage=1)
        found = proposed([ever], [seen(0, ABSENT), seen(100, ABSENT), seen(200, ABSENT)])
        assert proposal_words(found) == "2nd miss without report"
        assert proposed([ever], [seen(0, ABSENT), seen(400, ABSENT)]) is None


EVENTS = st.frozensets(st.sampled_from(LadderEvent), max_size=3)
TRIGGERS = st.lists(
    st.one_of(
        st.builds(
            Trigger,
            st.frozensets(st.sampled_from(LadderEvent), min_size=1),
            st.integers(1, 4),
            st.integers(1, 4),
            st.none() | st.integers(1, 18),
        ),
        st.builds(
            Trigger,
            st.frozensets(st.sampled_from(LadderEvent), min_size=1),
            st.integers(1, 4),
            st.integers(1, 4),
            st.none(),
            st.just(True),
        ),
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def histories(draw) -> list[Occasion]:
    """Some meetings, the newest first, the first of them today's."""
    days = sorted(draw(st.lists(st.integers(1, 700), max_size=12)))
    return [
        Occasion(number, TODAY - timedelta(days=ago), draw(EVENTS), draw(st.booleans()) or not number)
        for number, ago in enumerate([0, *days])
    ]


class TestAnyRules:
    """What holds of any triggers and any history."""

    @given(TRIGGERS, histories())
    def test_what_is_counted_meets_the_trigger(self, triggers, history):
        found = proposed(triggers, history)
        if found is None:
            return
        one, counted = found.trigger, found.counted
        assert one in triggers
        assert found.stage == one.opens_stage
        assert counted[0] == history[0]
        assert len(counted) >= one.count
        assert all(occasion.events & one.events for occasion in counted)
        assert all(later.on >= earlier.on for later, earlier in pairwise(counted))
        first = add_months(TODAY, -(one.within_months or LOOKED_BACK))
        assert one.count == 1 or counted[-1].on >= first
        if one.is_in_a_row:
            between = history[: history.index(counted[-1])]
            presence = one.events <= {ABSENT, INQUORATE}
            assert all(one.events & other.events or (presence and not other.is_expected) for other in between)

    @given(TRIGGERS, histories())
    def test_nothing_is_missed(self, triggers, history):
        """Counted by hand for rules with a time: none that is met opens a higher stage than what is proposed."""
        found = proposed(triggers, history)
        for one in triggers:
            if one.within_months is None:
                continue
            within = [each for each in history if each.on >= add_months(TODAY, -one.within_months)]
            met = sum(bool(each.events & one.events) for each in within) >= one.count
            if met and history[0].events & one.events:
                assert found is not None
                assert found.stage >= one.opens_stage

    @given(TRIGGERS, histories())
    def test_without_something_of_today_nothing_is_proposed_anew(self, triggers, history):
        assert proposed(triggers, [replace(history[0], events=frozenset()), *history[1:]]) is None

    @given(TRIGGERS, histories())
    def test_what_is_older_than_the_months_needed_changes_nothing(self, triggers, history):
        first = add_months(TODAY, -months_needed(triggers))
        assert proposed(triggers, history) == proposed(triggers, [one for one in history if one.on >= first])

    @given(TRIGGERS, histories(), EVENTS)
    def test_one_more_miss_never_lowers_the_stage(self, triggers, history, events):
        before = proposed(triggers, history)
        after = proposed(triggers, [*history, Occasion(99, history[-1].on, events, is_expected=False)])
        assert before is None or after.stage >= before.stage

    @given(TRIGGERS, histories())
    def test_what_is_kept_is_read_again(self, triggers, history):
        found = proposed(triggers, history)
        if found is not None:
            again = Proposal.from_json(
                found.stage, found.rule_to_json(), [occasion.to_json() for occasion in found.counted]
            )
            assert again.trigger == found.trigger
            assert again.causes == found.causes
            assert proposal_words(again) == proposal_words(found)


class TestWords:
    """As chairs and agencies read them."""

    def test_the_text_to_begin_with(self):
        found = proposed(DEFAULT, [seen(0, ABSENT, MISSING, SILENT), seen(40, ABSENT, LATE)])
        assert summary_words("Marsh Lane Surgery", found) == (
            "Marsh Lane Surgery: 2nd miss without report in 6 months.\n"
            "Review conference, 10 June 2026: absent, and no report; no answer to the invitation.\n"
            "Review conference, 1 May 2026: absent, and no report; the report came late."
        )
        assert [one.meeting for one in history_words(found)] == ["Review conference"] * 2

    def test_of_somebody_who_never_comes_the_text_names_the_newest_and_can_be_sent(self):
        found = proposed(DEFAULT, [seen(4 * number, ABSENT, MISSING) for number in range(80)])
        assert len(found.counted) > 2 * MOST_LISTED
        said = summary_words("Marsh Lane Surgery", found).splitlines()
        assert len(said) == MOST_LISTED + 2
        assert said[1].startswith("Review conference, 10 June 2026")
        assert said[-1] == f"And {len(found.counted) - MOST_LISTED} more before."

    def test_ordinals(self):
        wanted = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 112: "112th"}
        assert {number: ordinal(number) for number in wanted} == wanted

    def test_joining_says_that_it_moves_up(self):
        assert joining_words("E-0042", 1, 2) == "E-0042, at stage 1: it then moves up to stage 2"
        assert joining_words("E-0042", 2, 2) == "E-0042, at stage 2"
