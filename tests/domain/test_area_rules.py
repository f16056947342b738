"""The rules of an area: said in words that tell all values apart, and refused where they cannot hold."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import time

import pytest

from portal.domain.area_rule_checks import faults
from portal.domain.area_rule_words import ABOUT, lines_of, listed_lines, said_of, source_of, trigger_words
from portal.domain.area_rules import (
    ALL_NUMBERS,
    LADDERS,
    MOST_STAGES,
    NUMBERS,
    AreaRules,
    Guidance,
    Numbers,
    RuleGroup,
    Said,
    Triggers,
    stamp,
)
from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, Told, Until
from portal.domain.ladder_rules import OfficeHours, Trigger, default_rules

NUMBER = {
    "small_count_limit": 5,
    "plan_long_months": 11,
    "plan_very_long_months": 18,
    "plan_short_months": 3,
    "plan_ended_shown_months": 3,
    "plan_midway_percent": 50,
    "contest_working_days": 5,
    "evidence_months": 24,
    "audit_green_from": 75,
    "audit_amber_from": 25,
}
RULES = AreaRules("Working Together 2026", NUMBER, default_rules(), {})
LADDER = default_rules().ladder(LadderKind.NON_ATTENDANCE)
ALERTS = default_rules().ladder(LadderKind.PRACTICE_ALERT)


def numbers(group: RuleGroup, **changed: int) -> Numbers:
    return Numbers(tuple((rule.name, {**NUMBER, **changed}[rule.name]) for rule in NUMBERS[group]))


def found(group, value, others=RULES) -> list[str]:
    return [fault.sentence for fault in faults(group, value, others)]


@pytest.mark.parametrize("group", list(RuleGroup))
def test_what_a_new_partnership_starts_with_is_sound_and_said(group):
    said = RULES.said(group)
    assert faults(group, said.value, RULES) == []
    lines = lines_of(group, said)
    assert lines
    assert len({line.key for line in lines}) == len(lines)
    assert all(line.name and line.text for line in lines)
    assert ABOUT[group].reaches


def test_every_number_stands_in_one_group_within_its_bounds():
    assert {rule.name for rule in ALL_NUMBERS} == set(NUMBER)
    assert len(ALL_NUMBERS) == len(NUMBER)
    assert all(rule.least <= NUMBER[rule.name] <= rule.most for rule in ALL_NUMBERS)


def test_numbers_are_said_with_their_units():
    assert listed_lines(RuleGroup.PLANS, RULES.said(RuleGroup.PLANS)) == {
        "A plan is long after": "11 months",
        "A plan is very long after": "18 months",
        "A plan was short if it ended within": "3 months",
        "A short plan stays on the agenda for": "3 months",
        "Midway check after": "50 %",
        "Where it comes from": "Local decision",
    }
    one = Said(numbers(RuleGroup.CONTESTS, contest_working_days=1))
    assert lines_of(RuleGroup.CONTESTS, one)[0].text == "1 working day"


def test_a_stage_is_said_with_all_that_it_says():
    said = {line.key: line.text for line in lines_of(RuleGroup.ALERTS, Said(ALERTS))}
    assert said["stage_1"] == (
        "Informal: 5 working days, or 1 working day if urgent, to put it right. Informal. Told: the team manager"
    )
    assert said["whole"] == "20 working days"


def changes_of_a_stage():
    stage = LADDER.stages[0]
    yield replace(stage, name="Others")
    yield replace(stage, working_days=9)
    yield replace(stage, urgent_working_days=1)
    yield replace(stage, told=(Told.BOARD,))
    yield replace(stage, until=Until.RESOLUTION)


@pytest.mark.parametrize("stage", list(changes_of_a_stage()))
def test_two_ladders_are_told_apart_by_their_lines(stage):
    other = replace(LADDER, stages=(stage, *LADDER.stages[1:]))
    group = RuleGroup.NON_ATTENDANCE
    assert lines_of(group, Said(other)) != lines_of(group, Said(LADDER))
    assert stamp([("", Said(other))]) != stamp([("", Said(LADDER))])


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (
            Trigger(frozenset({LadderEvent.REPORT_LATE}), 2, 1, is_in_a_row=True),
            "2 in a row of: the report came late. It proposes stage 1",
        ),
        (
            Trigger(frozenset({LadderEvent.NO_ANSWER, LadderEvent.REPORT_LATE}), 3, 2, within_months=6),
            "3 within 6 months of: the report came late or no answer to the invitation. It proposes stage 2",
        ),
        (
            Trigger(frozenset({LadderEvent.NO_ANSWER}), 1, 1),
            "Each time: no answer to the invitation. It proposes stage 1",
        ),
        (
            Trigger(frozenset({LadderEvent.NO_ANSWER}), 4, 1),
            "4, however they lie, of: no answer to the invitation. It proposes stage 1",
        ),
    ],
)
def test_what_proposes_a_stage_is_said(trigger, words):
    assert trigger_words(trigger) == words


def test_without_any_nothing_is_proposed():
    assert lines_of(RuleGroup.TRIGGERS, Said(Triggers(())))[0].text == "Nothing is proposed by itself"


def test_where_a_rule_comes_from_is_kept_only_where_it_is_not_what_it_always_was():
    value = numbers(RuleGroup.PLANS)
    assert said_of(RuleGroup.PLANS, value, "Local decision") == RULES.said(RuleGroup.PLANS)
    said = said_of(RuleGroup.PLANS, value, "Board, 3 March 2027")
    assert source_of(RuleGroup.PLANS, said) == "Board, 3 March 2027"
    assert replace(RULES, sources={"plans": "Board, 3 March 2027"}).said(RuleGroup.PLANS) == said


def test_a_stamp_tells_histories_apart_and_fits_a_form():
    before, after = Said(numbers(RuleGroup.PLANS)), Said(numbers(RuleGroup.PLANS, plan_long_months=12))
    stamps = {
        stamp(history)
        for history in (
            [("None", before)],
            [("None", after)],
            [("None", before), ("2027-04-01", after)],
            [("None", before), ("2027-05-01", after)],
            [("None", replace(before, source="Board"))],
        )
    }
    assert len(stamps) == 5
    assert all(0 <= one < 2**31 for one in stamps)


def test_a_stamp_is_the_same_in_every_process():
    # What sets hold comes out in another order in each process: a form may be drawn by one, and sent to another.
    program = (
        "from portal.domain.area_rules import Said, Triggers, stamp\n"
        "from portal.domain.ladder_rules import default_rules\n"
        "print(stamp([('', Said(Triggers(default_rules().triggers)))]))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(1, 5)
    }
    assert len(found) == 1


@pytest.mark.parametrize(
    ("group", "changed", "sentence"),
    [
        (
            RuleGroup.SMALL_NUMBERS,
            {"small_count_limit": 0},
            "Numbers are too small to show up to: enter a whole number from 1 to 20",
        ),
        (RuleGroup.PLANS, {"plan_midway_percent": 100}, "Midway check after: enter a whole number from 1 to 99"),
        (
            RuleGroup.PLANS,
            {"plan_very_long_months": 11},
            "A very long plan lasts longer than a long one: enter more than 11",
        ),
        (RuleGroup.AUDITS, {"audit_amber_from": 75}, "Amber begins below green: enter less than 75"),
        (
            RuleGroup.CONTESTS,
            {"contest_working_days": 61},
            "A contest is decided within: enter a whole number from 1 to 60",
        ),
    ],
)
def test_numbers_that_cannot_hold_are_refused_with_how_to_mend_them(group, changed, sentence):
    assert found(group, numbers(group, **changed)) == [sentence]


def test_an_edition_has_a_name():
    assert found(RuleGroup.GUIDANCE, Guidance("")) == ["Name the edition in 1 to 80 characters"]


def test_stages_have_names_of_their_own_and_are_not_too_many():
    first, second, *_ = LADDER.stages
    twins = replace(LADDER, stages=(first, replace(second, name="PRACTITIONERS")))
    group = RuleGroup.DISAGREEMENTS
    twins = replace(twins, kind=LadderKind.DISAGREEMENT)
    assert found(group, twins) == ["Stage 2: another stage is called PRACTITIONERS"]
    many = tuple(replace(first, number=number, name=f"Stage {number}") for number in range(1, MOST_STAGES + 2))
    assert found(group, replace(twins, stages=many)) == [f"A ladder has at most {MOST_STAGES} stages"]
    assert found(group, replace(twins, stages=(replace(first, name=""),))) == ["Stage 1: name it in 1 to 80 characters"]


def test_a_stage_that_something_proposes_stays():
    shorter = replace(LADDER, stages=LADDER.stages[:3])
    sentence = "Something still proposes stage 4: change what proposes an escalation first"
    assert found(RuleGroup.NON_ATTENDANCE, shorter) == [sentence]
    few = replace(RULES, escalation=replace(RULES.escalation, triggers=RULES.escalation.triggers[:1]))
    assert found(RuleGroup.NON_ATTENDANCE, shorter, few) == []


def test_only_alerts_begin_informally_and_have_a_limit():
    informal = replace(LADDER, stages=(replace(LADDER.stages[0], is_formal=False), *LADDER.stages[1:]))
    assert len(found(RuleGroup.NON_ATTENDANCE, informal)) == 1
    assert len(found(RuleGroup.NON_ATTENDANCE, replace(LADDER, whole_working_days=20))) == 1
    first, second, third, last = ALERTS.stages
    formal = replace(ALERTS, stages=(replace(first, is_formal=True), second, third, last))
    assert found(RuleGroup.ALERTS, formal) == ["A practice alert begins informally: leave stage 1 informal"]
    mixed = replace(ALERTS, stages=(first, second, replace(third, is_formal=False), last))
    assert found(RuleGroup.ALERTS, mixed) == ["Stage 3: above a formal stage every stage is formal"]
    never = replace(ALERTS, stages=(first,))
    assert found(RuleGroup.ALERTS, never) == ["Make the last stage formal: an alert that is not settled ends there"]
    endless = replace(ALERTS, whole_working_days=None)
    assert found(RuleGroup.ALERTS, endless) == ["Say within how many working days, from 1 to 60, all formal stages end"]


def test_what_proposes_a_stage_stands_on_the_ladder_and_once():
    late = frozenset({LadderEvent.REPORT_LATE})
    one = Trigger(late, 1, 1)
    value = Triggers((one, one, Trigger(late, 1, 5), Trigger(late, 21, 1), Trigger(late, 2, 1, within_months=25)))
    assert [(fault.field, fault.sentence) for fault in faults(RuleGroup.TRIGGERS, value, RULES)] == [
        ("events_2", "Rule 2 says what another one says already"),
        ("opens_3", "Rule 3: the ladder has stages 1 to 4"),
        ("count_4", "Rule 4: count at most 20 meetings"),
        ("months_5", "Rule 5: look back from 1 to 24 months"),
    ]


def test_office_hours_are_said_by_the_clock():
    lines = lines_of(RuleGroup.OFFICE, Said(OfficeHours(time(8, 30), time(17))))
    assert [line.text for line in lines] == ["08:30", "17:00"]


def test_each_ladder_has_its_group():
    assert set(LADDERS.values()) == set(LadderKind)
