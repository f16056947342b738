"""What a partnership's rules say about escalating: ladders of stages, what opens them, and office hours.

The default clocks are local choices between published ones (Lincolnshire, Barnet, Croydon; the IRO Handbook, 6.2, for
practice alerts); a partnership's rule set has its own, as rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, Told, Until
from portal.domain.working_days import add_working_days, is_working_day, london_instant, london_time

LONGEST_CLOCK = 60
"""Working days; a longer clock must be a slip of the pen."""


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When people are at work, on London's clocks: clocks end at closing time, and routine messages go between."""

    opens: time = time(8)
    closes: time = time(17)

    def __post_init__(self) -> None:
        """Refuse hours of which nothing is left."""
        if self.opens >= self.closes:
            raise ValueError("The office must open before it closes.")

    def is_open(self, instant: datetime) -> bool:
        """Say whether people are at work at an instant."""
        here = london_time(instant)
        return is_working_day(here.date()) and self.opens <= here.time() < self.closes

    def next_opening(self, instant: datetime) -> datetime:
        """Return the instant itself during office hours, else when the office opens next (UTC)."""
        if self.is_open(instant):
            return instant
        here = london_time(instant)
        opens_today = is_working_day(here.date()) and here.time() < self.opens
        day = here.date() if opens_today else add_working_days(here.date(), 1)
        return london_instant(day, self.opens)

    def end_of_working_day(self, begun: datetime, working_days: int) -> datetime:
        """Return when a clock of so many working days ends (UTC): at closing time of the last of them.

        Day 0 is the London day on which it began; where the office had closed by then, or it was no working day, day 0
        is the next working day, so that nobody has less time than was meant.
        """
        here = london_time(begun)
        first = here.date()
        if not is_working_day(first) or here.time() >= self.closes:
            first = add_working_days(first, 1)
        return london_instant(add_working_days(first, working_days), self.closes)


@dataclass(frozen=True, slots=True)
class Stage:
    """One rung: who is told when it begins, and how many working days it has. Urgent matters have fewer."""

    number: int
    name: str
    working_days: int
    urgent_working_days: int
    told: tuple[Told, ...]
    until: Until = Until.REPLY
    is_formal: bool = True

    def __post_init__(self) -> None:
        """Refuse a stage that nobody hears of, or whose clock no one could keep."""
        if not self.told:
            raise ValueError(f"Stage {self.number} must tell somebody.")
        if not 0 <= self.urgent_working_days <= self.working_days <= LONGEST_CLOCK:
            raise ValueError(
                f"Stage {self.number} needs 0 to {LONGEST_CLOCK} working days, and no more when it is urgent."
            )

    def more_days(self, given: int) -> int:
        """How many working days it may still be given, after `given`: in all as many as it has, and at least one."""
        return max(self.working_days, 1) - given


@dataclass(frozen=True, slots=True)
class Ladder:
    """The stages of one kind, from 1 up; `whole_working_days` limits all formal stages together, but the last."""

    kind: LadderKind
    stages: tuple[Stage, ...]
    whole_working_days: int | None = None

    def __post_init__(self) -> None:
        """Refuse a ladder with a gap."""
        if not self.stages or [stage.number for stage in self.stages] != list(range(1, len(self.stages) + 1)):
            raise ValueError("A ladder's stages are numbered from 1 without a gap.")

    @property
    def last(self) -> int:
        """The number of the highest stage."""
        return len(self.stages)

    def stage(self, number: int) -> Stage:
        """Return a stage; the highest there is for one that a shorter ladder no longer has."""
        return self.stages[min(max(number, 1), self.last) - 1]

    def first_formal(self) -> int:
        """The first stage that is formal."""
        return next((stage.number for stage in self.stages if stage.is_formal), self.last)


@dataclass(frozen=True, slots=True)
class Trigger:
    """How many of which events open which stage: in a row, or within so many months of the meeting."""

    events: frozenset[LadderEvent]
    count: int
    opens_stage: int
    within_months: int | None = None
    is_in_a_row: bool = False

    def __post_init__(self) -> None:
        """Refuse a rule that could never be met or has two measures."""
        if not self.events or self.count < 1 or self.opens_stage < 1:
            raise ValueError("A trigger needs events, a count and a stage.")
        if self.is_in_a_row and self.within_months is not None:
            raise ValueError("A trigger counts events in a row or within months, not both.")


@dataclass(frozen=True, slots=True)
class EscalationRules:
    """All that a partnership's rule set says about escalating."""

    ladders: tuple[Ladder, ...]
    triggers: tuple[Trigger, ...]
    office: OfficeHours = OfficeHours()

    def ladder(self, kind: LadderKind) -> Ladder:
        """Return the ladder of a kind; raises ValueError where the rules have none."""
        for ladder in self.ladders:
            if ladder.kind is kind:
                return ladder
        raise ValueError(f"The rules have no ladder for {kind}.")


def default_rules() -> EscalationRules:
    """Return the rules a new partnership starts with; the numbers are local choices, to be changed as rows."""
    rungs = (
        Stage(1, "Practitioners", 2, 0, (Told.PRACTITIONERS, Told.LINE_MANAGER, Told.AGENCY_LEAD)),
        Stage(2, "Managers and designated leads", 3, 1, (Told.AGENCY_LEAD, Told.NAMED_PROFESSIONAL)),
        Stage(3, "Heads of service", 5, 1, (Told.NAMED_PROFESSIONAL, Told.EXECUTIVE, Told.SAFEGUARDING_MANAGER)),
        Stage(4, "Safeguarding partners", 5, 2, (Told.EXECUTIVE, Told.SAFEGUARDING_MANAGER, Told.BOARD)),
    )
    alert = (
        Stage(1, "Informal", 5, 1, (Told.TEAM_MANAGER,), Until.RESOLUTION, is_formal=False),
        Stage(2, "Formal: team manager", 5, 1, (Told.TEAM_MANAGER, Told.AGENCY_LEAD)),
        Stage(3, "Formal: head of service", 5, 1, (Told.AGENCY_LEAD, Told.EXECUTIVE, Told.SAFEGUARDING_MANAGER)),
        Stage(4, "Dispute resolution", 5, 2, (Told.EXECUTIVE, Told.SAFEGUARDING_MANAGER, Told.BOARD)),
    )
    missed = frozenset({LadderEvent.ABSENT_WITHOUT_REPORT, LadderEvent.INQUORATE_BECAUSE})
    late = frozenset({LadderEvent.REPORT_LATE, LadderEvent.REPORT_MISSING, LadderEvent.NO_ANSWER})
    return EscalationRules(
        ladders=(
            Ladder(LadderKind.NON_ATTENDANCE, rungs),
            Ladder(LadderKind.DISAGREEMENT, rungs),
            Ladder(LadderKind.PRACTICE_ALERT, alert, whole_working_days=20),
        ),
        triggers=(
            Trigger(missed, count=1, opens_stage=1),
            Trigger(missed, count=2, opens_stage=2, is_in_a_row=True),
            Trigger(missed, count=2, opens_stage=2, within_months=6),
            Trigger(missed, count=3, opens_stage=4, within_months=12),
            Trigger(late, count=3, opens_stage=1, within_months=6),
        ),
    )
