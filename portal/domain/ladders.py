"""Where a matter stands on its ladder, and what a reply, silence, more time or urgency makes of that.

A stage's clock is worked out once, when the stage begins: rules that change midway hold from the next stage on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from portal.domain.errors import Invalid
from portal.domain.escalation_vocabulary import LadderKind, Turn, Until
from portal.domain.ladder_rules import EscalationRules, Ladder, Stage
from portal.domain.working_days import add_working_days, is_working_day, london_instant, london_time


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a matter stands on its ladder.

    `due_at` (UTC) is when its clock ends; `formal_at` when its first formal stage began; `extended_days` are the
    working days that were added to this stage's clock; `is_noted` says that this clock's end has been written down.
    """

    stage: int
    turn: Turn
    entered_at: datetime
    due_at: datetime | None
    is_urgent: bool = False
    formal_at: datetime | None = None
    extended_days: int = 0
    is_noted: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still somebody's turn."""
        return self.turn is not Turn.NOBODY

    def is_overdue(self, now: datetime) -> bool:
        """Whether its clock has ended."""
        return self.is_open and self.due_at is not None and self.due_at <= now


def open_at(
    rules: EscalationRules,
    kind: LadderKind,
    stage: int,
    now: datetime,
    *,
    is_urgent: bool = False,
    expected_on: date | None = None,
) -> Standing:
    """Begin on a stage at `now` (UTC).

    `expected_on` is the day by which a practice alert should be resolved: the clock of an informal stage. Raises
    Invalid where that day is over.
    """
    return _enter(rules, kind, stage, now, is_urgent=is_urgent, formal_at=None, expected_on=expected_on)


def open_without_clock(now: datetime) -> Standing:
    """Begin what nobody has to hurry with, such as praise: on the first stage, until it is closed."""
    return Standing(1, Turn.RAISED_WITH, now, None)


def reply(rules: EscalationRules, kind: LadderKind, standing: Standing, now: datetime) -> Standing:
    """The agency that was asked has replied: it is for those who raised it to say whether that is enough.

    Raises Invalid where it has replied already.
    """
    _must_be_open(standing)
    if standing.turn is not Turn.RAISED_WITH:
        raise Invalid("There is a reply already. It is for those who raised it to say whether that is enough.")
    stage = rules.ladder(kind).stage(standing.stage)
    if stage.until is Until.RESOLUTION:
        return replace(standing, turn=Turn.RAISED_BY)
    due_at = rules.office.end_of_working_day(now, _days(stage, is_urgent=standing.is_urgent))
    return replace(standing, turn=Turn.RAISED_BY, due_at=due_at, is_noted=False)


def ask_again(rules: EscalationRules, kind: LadderKind, standing: Standing, now: datetime) -> Standing:
    """The reply was not enough, and the same people are asked again.

    Raises Invalid where they have not replied yet, or where the whole has lasted as long as it may.
    """
    _must_be_open(standing)
    if standing.turn is not Turn.RAISED_BY:
        raise Invalid("The other side has not replied yet.")
    ladder = rules.ladder(kind)
    if standing.stage < ladder.last and _whole_has_ended(rules, ladder, standing, now):
        raise Invalid("The time for the whole has ended. Close it, or move it to the last stage.")
    stage = ladder.stage(standing.stage)
    if stage.until is Until.RESOLUTION:
        return replace(standing, turn=Turn.RAISED_WITH)
    due_at = rules.office.end_of_working_day(now, _days(stage, is_urgent=standing.is_urgent))
    return replace(
        standing, turn=Turn.RAISED_WITH, due_at=_within_whole(rules, ladder, standing, due_at), is_noted=False
    )


def stages_above(
    rules: EscalationRules, kind: LadderKind, standing: Standing, now: datetime, *, is_urgent: bool = False
) -> tuple[Stage, ...]:
    """The stages that people may move it to: the next one, any higher one where it is urgent.

    Where the whole has lasted as long as it may, the last one alone.
    """
    ladder = rules.ladder(kind)
    above = ladder.stages[standing.stage :] if standing.is_open and standing.due_at is not None else ()
    if _whole_has_ended(rules, ladder, standing, now):
        return above[-1:]
    return above if standing.is_urgent or is_urgent else above[:1]


def move_to(
    rules: EscalationRules, kind: LadderKind, standing: Standing, stage: int, now: datetime, *, is_urgent: bool = False
) -> Standing:
    """Go up to one of `stages_above`; raises Invalid for any other stage."""
    _must_be_open(standing)
    if standing.due_at is None:
        raise Invalid("It has no clock, and goes to nobody else.")
    if not standing.stage < stage <= rules.ladder(kind).last:
        raise Invalid("Choose a stage above the one it is at.")
    open_now = stages_above(rules, kind, standing, now, is_urgent=is_urgent)
    if stage not in {above.number for above in open_now}:
        if _whole_has_ended(rules, rules.ladder(kind), standing, now):
            raise Invalid("The time for the whole has ended. Close it, or move it to the last stage.")
        raise Invalid("Only an urgent matter may skip a stage. Say why it is urgent, or move it up by one.")
    return _enter(rules, kind, stage, now, is_urgent=standing.is_urgent or is_urgent, formal_at=standing.formal_at)


def time_out(rules: EscalationRules, kind: LadderKind, standing: Standing, now: datetime) -> Standing | None:
    """What the end of the clock makes of a matter; None where its clock has not ended, or its end was dealt with.

    Silence of those asked moves it up; at a stage that only a resolution stops, so does anything less. Where those who
    raised it are silent, or there is no higher stage, it stays and its end is noted.
    """
    if not standing.is_overdue(now) or standing.is_noted:
        return None
    ladder = rules.ladder(kind)
    stage = ladder.stage(standing.stage)
    stays = standing.turn is Turn.RAISED_BY and stage.until is Until.REPLY
    if stays or standing.stage >= ladder.last:
        return replace(standing, is_noted=True)
    upwards = ladder.last if _whole_has_ended(rules, ladder, standing, now) else standing.stage + 1
    return _enter(rules, kind, upwards, now, is_urgent=standing.is_urgent, formal_at=standing.formal_at)


def extend(rules: EscalationRules, kind: LadderKind, standing: Standing, working_days: int, now: datetime) -> Standing:
    """Give more time: all extensions of a stage together no more than the stage itself has (at least one day).

    They are added to the clock, or begin now where it has ended. Raises Invalid where that is more, or where it would
    run over the limit of the whole.
    """
    _must_be_open(standing)
    if standing.due_at is None:
        raise Invalid("It has no clock that could be given more time.")
    ladder = rules.ladder(kind)
    most = ladder.stage(standing.stage).more_days(standing.extended_days)
    if not 1 <= working_days <= most:
        raise Invalid(
            f"Give between 1 and {most} more working days." if most > 0 else "This stage has had all its extra time."
        )
    if standing.due_at > now:
        # Clocks end at closing time, so the next day is still whole.
        last = add_working_days(london_time(standing.due_at).date(), working_days)
        due_at = london_instant(last, rules.office.closes)
    else:
        due_at = rules.office.end_of_working_day(now, working_days)
    if _within_whole(rules, ladder, standing, due_at) != due_at:
        raise Invalid("That is past the limit for the whole. Move it to the next stage instead.")
    return replace(standing, due_at=due_at, extended_days=standing.extended_days + working_days, is_noted=False)


def close(standing: Standing) -> Standing:
    """End it, at whatever stage it is."""
    _must_be_open(standing)
    return replace(standing, turn=Turn.NOBODY, due_at=None)


def closing_of(rules: EscalationRules, day: date) -> datetime:
    """When a clock that ends on a day ends (UTC): at closing time, on the next working day where it is none."""
    return london_instant(day if is_working_day(day) else add_working_days(day, 1), rules.office.closes)


def _enter(
    rules: EscalationRules,
    kind: LadderKind,
    number: int,
    now: datetime,
    *,
    is_urgent: bool,
    formal_at: datetime | None,
    expected_on: date | None = None,
) -> Standing:
    ladder = rules.ladder(kind)
    stage = ladder.stage(number)
    if stage.is_formal and formal_at is None:
        formal_at = now
    due_at = rules.office.end_of_working_day(now, _days(stage, is_urgent=is_urgent))
    if expected_on is not None and not stage.is_formal:
        due_at = closing_of(rules, expected_on)
        if due_at <= now:
            raise Invalid("The day by which it should be resolved must still lie ahead.")
    standing = Standing(stage.number, Turn.RAISED_WITH, now, due_at, is_urgent=is_urgent, formal_at=formal_at)
    return replace(standing, due_at=_within_whole(rules, ladder, standing, due_at))


def _days(stage: Stage, *, is_urgent: bool) -> int:
    return stage.urgent_working_days if is_urgent else stage.working_days


def _within_whole(rules: EscalationRules, ladder: Ladder, standing: Standing, due_at: datetime) -> datetime:
    """A due time no later than the whole may last; the last stage settles what the limit has ended."""
    whole = _whole_ends(rules, ladder, standing.formal_at)
    if whole is None or standing.stage >= ladder.last:
        return due_at
    return min(due_at, whole)


def _whole_ends(rules: EscalationRules, ladder: Ladder, formal_at: datetime | None) -> datetime | None:
    if ladder.whole_working_days is None or formal_at is None:
        return None
    return rules.office.end_of_working_day(formal_at, ladder.whole_working_days)


def _whole_has_ended(rules: EscalationRules, ladder: Ladder, standing: Standing, now: datetime) -> bool:
    whole = _whole_ends(rules, ladder, standing.formal_at)
    return whole is not None and whole <= now


def _must_be_open(standing: Standing) -> None:
    if not standing.is_open:
        raise Invalid("It is closed. What comes back is raised anew.")
