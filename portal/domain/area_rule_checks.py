"""What an area's rules may not say, and how to mend it: each fault at the field in which it is put right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from portal.domain.area_rules import (
    LONGEST_EDITION,
    LONGEST_STAGE_NAME,
    MOST_COUNTED,
    MOST_MONTHS_BACK,
    MOST_STAGES,
    NUMBERS,
    AreaRules,
    Guidance,
    Numbers,
    RuleGroup,
    Triggers,
    Value,
)
from portal.domain.escalation_vocabulary import LadderKind
from portal.domain.ladder_rules import LONGEST_CLOCK, Ladder, Trigger


class Fault(NamedTuple):
    """What is wrong with a value: the field in which to mend it, and how."""

    field: str
    sentence: str


def faults(group: RuleGroup, value: Value, others: AreaRules) -> list[Fault]:
    """Return what is wrong with a value, and how to mend it; `others` are the rules that it would stand beside."""
    if isinstance(value, Guidance):
        good = 0 < len(value.edition) <= LONGEST_EDITION
        return [] if good else [Fault("edition", f"Name the edition in 1 to {LONGEST_EDITION} characters")]
    if isinstance(value, Numbers):
        return list(_faults_of_numbers(group, dict(value.items)))
    if isinstance(value, Ladder):
        return list(_faults_of_ladder(value, others.escalation.triggers))
    if isinstance(value, Triggers):
        return list(_faults_of_triggers(value.listed, others.escalation.ladder(LadderKind.NON_ATTENDANCE)))
    return []


def _faults_of_numbers(group: RuleGroup, numbers: Mapping[str, int]) -> Iterator[Fault]:
    for rule in NUMBERS[group]:
        if not rule.least <= numbers[rule.name] <= rule.most:
            yield Fault(rule.name, f"{rule.words}: enter a whole number from {rule.least} to {rule.most}")
    if group is RuleGroup.PLANS and numbers["plan_very_long_months"] <= numbers["plan_long_months"]:
        long = numbers["plan_long_months"]
        yield Fault("plan_very_long_months", f"A very long plan lasts longer than a long one: enter more than {long}")
    if group is RuleGroup.AUDITS and numbers["audit_amber_from"] >= numbers["audit_green_from"]:
        green = numbers["audit_green_from"]
        yield Fault("audit_amber_from", f"Amber begins below green: enter less than {green}")


def _faults_of_ladder(ladder: Ladder, triggers: Sequence[Trigger]) -> Iterator[Fault]:
    if ladder.last > MOST_STAGES:
        yield Fault(f"name_{MOST_STAGES}", f"A ladder has at most {MOST_STAGES} stages")
    names = [stage.name.casefold() for stage in ladder.stages]
    for stage in ladder.stages:
        if not 0 < len(stage.name) <= LONGEST_STAGE_NAME:
            yield Fault(
                f"name_{stage.number}", f"Stage {stage.number}: name it in 1 to {LONGEST_STAGE_NAME} characters"
            )
        elif stage.name.casefold() in names[: stage.number - 1]:
            yield Fault(f"name_{stage.number}", f"Stage {stage.number}: another stage is called {stage.name}")
    if ladder.kind is LadderKind.PRACTICE_ALERT:
        yield from _faults_of_alerts(ladder)
    elif not all(stage.is_formal for stage in ladder.stages) or ladder.whole_working_days is not None:
        yield Fault("name_1", "Only practice alerts have informal stages, and a limit for the formal ones")
    if ladder.kind is LadderKind.NON_ATTENDANCE:
        highest = max((trigger.opens_stage for trigger in triggers), default=0)
        if highest > ladder.last:
            yield Fault(
                f"remove_{highest}",
                f"Something still proposes stage {highest}: change what proposes an escalation first",
            )


def _faults_of_alerts(ladder: Ladder) -> Iterator[Fault]:
    if ladder.whole_working_days is None or not 1 <= ladder.whole_working_days <= LONGEST_CLOCK:
        yield Fault("whole", f"Say within how many working days, from 1 to {LONGEST_CLOCK}, all formal stages end")
    if ladder.stages[0].is_formal:
        yield Fault("formal_1", "A practice alert begins informally: leave stage 1 informal")
    if not any(stage.is_formal for stage in ladder.stages):
        yield Fault(f"formal_{ladder.last}", "Make the last stage formal: an alert that is not settled ends there")
    for lower, higher in pairwise(ladder.stages):
        if lower.is_formal and not higher.is_formal:
            yield Fault(f"formal_{higher.number}", f"Stage {higher.number}: above a formal stage every stage is formal")


def _faults_of_triggers(triggers: Sequence[Trigger], ladder: Ladder) -> Iterator[Fault]:
    for number, trigger in enumerate(triggers, start=1):
        if trigger.opens_stage > ladder.last:
            yield Fault(f"opens_{number}", f"Rule {number}: the ladder has stages 1 to {ladder.last}")
        if trigger.count > MOST_COUNTED:
            yield Fault(f"count_{number}", f"Rule {number}: count at most {MOST_COUNTED} meetings")
        if trigger.within_months is not None and not 1 <= trigger.within_months <= MOST_MONTHS_BACK:
            yield Fault(f"months_{number}", f"Rule {number}: look back from 1 to {MOST_MONTHS_BACK} months")
        if trigger in triggers[: number - 1]:
            yield Fault(f"events_{number}", f"Rule {number} says what another one says already")
