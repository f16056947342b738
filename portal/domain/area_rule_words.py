"""The rules of an area in plain words: what a group is called, what a change of it reaches, each rule as a line.

A line says all that its rule says, so that two values are told apart by their lines alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.domain.area_rules import NUMBERS, Guidance, Numbers, NumberUnit, RuleGroup, Said, Triggers, Value
from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, Told, Until
from portal.domain.escalation_words import clock_words
from portal.domain.labels import label, listed
from portal.domain.ladder_rules import Ladder, OfficeHours, Stage, Trigger

_CLOCKS = (
    "An escalation that is open keeps the clock that runs. Its next step goes by the rules of that day: another "
    "stage, a reply, asking again, more time. One that stands at a stage which a shorter ladder no longer has is at "
    "its last one."
)
_LOCAL = "Local decision"


@dataclass(frozen=True, slots=True)
class About:
    """What a group is called, what a change of it reaches, and where its numbers come from at the start."""

    title: str
    reaches: str
    source: str = _LOCAL


ABOUT: Mapping[RuleGroup, About] = {
    RuleGroup.GUIDANCE: About(
        "The guidance you work by",
        "Due days and the sentence behind them name the edition that holds on their day. Changing its name changes no "
        "number.",
        "",
    ),
    RuleGroup.SMALL_NUMBERS: About(
        "Numbers too small to show",
        "Holds for whatever is shown from that day on, earlier months included. Figures of plans go by the last day "
        "of what they show, and a return before the panel by the day on which its round opened.",
        "As the Department for Education publishes its figures",
    ),
    RuleGroup.PLANS: About(
        "Child protection plans",
        "The panel’s agenda and the list of plans go by the day that they are drawn up for; a midway check by the day "
        "of the conference before it.",
    ),
    RuleGroup.CONTESTS: About(
        "Contested expectations", "What is contested already keeps its day; what is contested from then on has the new."
    ),
    RuleGroup.AUDITS: About(
        "Audits", "A round goes by the day on which it opened, so rounds that are open stay as they are."
    ),
    RuleGroup.NON_ATTENDANCE: About("Stages of an escalation of non-attendance", _CLOCKS),
    RuleGroup.TRIGGERS: About(
        "What proposes an escalation of non-attendance",
        "What is proposed when a register is closed goes by the day on which the meeting was held. What was proposed "
        "already stays.",
    ),
    RuleGroup.DISAGREEMENTS: About("Stages of a professional disagreement", _CLOCKS),
    RuleGroup.ALERTS: About(
        "Stages of a practice alert",
        f"{_CLOCKS} What all formal stages may take together is counted anew at each of these steps.",
        "Local decision; the limit for all formal stages from the IRO Handbook, 6.2",
    ),
    RuleGroup.OFFICE: About(
        "Office hours",
        "Clocks that run keep their end; those that begin later end at the new closing time. Mails that can wait go "
        "out between the new hours.",
    ),
}

_UNITS: Mapping[NumberUnit, tuple[str, str]] = {
    NumberUnit.MONTHS: (" month", " months"),
    NumberUnit.WORKING_DAYS: (" working day", " working days"),
    NumberUnit.PERCENT: (" %", " %"),
    NumberUnit.COUNT: ("", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: its key among those of its group, what it is called, what it says, and what it changes."""

    key: str
    name: str
    text: str
    effect: str = ""


def source_of(group: RuleGroup, said: Said) -> str:
    """Return where what is said of a group comes from."""
    return said.source or ABOUT[group].source


def said_of(group: RuleGroup, value: Value, source: str) -> Said:
    """Return what somebody says of a group; where it comes from is kept only where it is not what it always was."""
    return Said(value, "" if source == ABOUT[group].source else source)


def lines_of(group: RuleGroup, said: Said) -> tuple[Line, ...]:
    """Return each rule of a group, in the order of the page."""
    value = said.value
    if isinstance(value, Guidance):
        return (Line("edition", "Edition", value.edition, "The guidance behind due days, by name."),)
    if isinstance(value, Numbers):
        return tuple(_of_numbers(group, dict(value.items)))
    if isinstance(value, Ladder):
        return tuple(_of_ladder(value))
    if isinstance(value, Triggers):
        return tuple(_of_triggers(value))
    return _of_office(value)


def listed_lines(group: RuleGroup, said: Said) -> dict[str, str]:
    """Return what is said of a group by what each rule is called: for two people's changes side by side."""
    found = {line.name: line.text for line in lines_of(group, said)}
    return {**found, "Where it comes from": source_of(group, said)} if ABOUT[group].source else found


def trigger_words(trigger: Trigger) -> str:
    """Return when something is proposed: "2 in a row of: absent, and no report. It proposes stage 2"."""
    events = listed([_lowered(label(event)) for event in LadderEvent if event in trigger.events], "or")
    if trigger.is_in_a_row:
        how = f"{trigger.count} in a row of"
    elif trigger.within_months is not None:
        months = f"{trigger.within_months}{_UNITS[NumberUnit.MONTHS][trigger.within_months != 1]}"
        how = f"{trigger.count} within {months} of"
    else:
        how = "Each time" if trigger.count == 1 else f"{trigger.count}, however they lie, of"
    return f"{how}: {events}. It proposes stage {trigger.opens_stage}"


def stage_words(stage: Stage, kind: LadderKind) -> str:
    """Return all that a stage says besides its number."""
    days = f"{clock_words(stage.working_days)}, or {clock_words(stage.urgent_working_days)} if urgent"
    until = "to reply" if stage.until is Until.REPLY else "to put it right"
    formal = (" Formal." if stage.is_formal else " Informal.") if kind is LadderKind.PRACTICE_ALERT else ""
    told = listed([_lowered(label(post)) for post in Told if post in stage.told])
    return f"{stage.name}: {days}, {until}.{formal} Told: {told}"


def _of_numbers(group: RuleGroup, numbers: Mapping[str, int]) -> Iterator[Line]:
    for rule in NUMBERS[group]:
        number = numbers[rule.name]
        yield Line(rule.name, rule.words, f"{number}{_UNITS[rule.unit][number != 1]}", rule.effect)


def _of_ladder(ladder: Ladder) -> Iterator[Line]:
    for stage in ladder.stages:
        yield Line(f"stage_{stage.number}", f"Stage {stage.number}", stage_words(stage, ladder.kind))
    if ladder.whole_working_days is not None:
        yield Line(
            "whole",
            "All formal stages together",
            clock_words(ladder.whole_working_days),
            "What is not settled by then goes to the last stage.",
        )


def _of_triggers(triggers: Triggers) -> Iterator[Line]:
    for number, trigger in enumerate(triggers.listed, start=1):
        yield Line(f"trigger_{number}", f"Rule {number}", trigger_words(trigger))
    if not triggers.listed:
        yield Line("trigger_none", "Rules", "Nothing is proposed by itself")


def _of_office(office: OfficeHours) -> tuple[Line, ...]:
    return (
        Line("opens", "The office opens at", f"{office.opens:%H:%M}", "Mails that can wait go out from then on."),
        Line("closes", "The office closes at", f"{office.closes:%H:%M}", "Clocks end at this time on their last day."),
    )


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:]
