"""Child protection plans: what a conference decided, how long a plan has lasted, and when the panel hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.domain.deadlines import last_day_of
from portal.domain.due_rules import DueRule
from portal.domain.plan_rules import PlanRules
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import add_months

LONG_OPEN_MONTHS = 24
"""Two years: what the national indicator calls long, in every area alike; it is no rule of a partnership's own."""

NOTE_LIMIT = 4_000
"""The longest account of a midway check, and of why an action is not carried into a plan."""


class PlanEnd(StrEnum):
    """Why a plan ended."""

    NO_LONGER_AT_RISK = "no_longer_at_risk"
    LOOKED_AFTER = "looked_after"
    MOVED_AWAY = "moved_away"
    TURNED_18 = "turned_18"
    DIED = "died"
    OTHER = "other"
    IMPORTED = "imported"
    """It came with a file, which does not say why."""


class MidwayFinding(StrEnum):
    """What a chair found half way between two conferences."""

    ON_TRACK = "on_track"
    DRIFTING = "drifting"
    CHANGED_RISK = "changed_risk"


class AgendaReason(StrEnum):
    """Why a plan stands on the child protection panel's agenda, the most pressing first."""

    VERY_LONG = "very_long"
    LONG = "long"
    REPEAT = "repeat"
    ENDED_EARLY = "ended_early"


class Carrying(StrEnum):
    """What a conference did with an action of another meeting about the child."""

    CARRIED = "carried"
    NOT_CARRIED = "not_carried"


@dataclass(frozen=True, slots=True)
class Decided:
    """What a conference decided for one child, as its chair signed it.

    `categories` are in the chair's order, the main one first; without a plan there are none. `ends_because` says why
    a plan that the child has is ended by it, and counts only where `plan` is false.
    """

    child_id: int
    plan: bool
    categories: tuple[AbuseCategory, ...]
    decided_on: date
    ends_because: PlanEnd | None = None

    def __post_init__(self) -> None:
        """Refuse a plan that nobody could file: the law's figures ask for its category."""
        if self.plan and not self.categories:
            raise ValueError("A plan has at least one category.")


@dataclass(frozen=True, slots=True)
class PlanSpan:
    """The days of one plan, and how many plans the child had before it."""

    started_on: date
    ended_on: date | None
    previous_plans: int = 0


def is_open_on(span: PlanSpan, day: date) -> bool:
    """Say whether a child has the plan at the end of a day; on the day it ends it is over."""
    return span.started_on <= day and (span.ended_on is None or span.ended_on > day)


def has_lasted(start: date, end: date, months: int) -> bool:
    """Say whether so many whole months lie between two days; from the 31st, a shorter month's last day ends one."""
    return end >= add_months(start, months)


def is_over(start: date, end: date, months: int) -> bool:
    """Say whether more than so many months lie between two days: they are over the day after they are full."""
    return end > add_months(start, months)


def months_lasted(start: date, end: date) -> int:
    """Return how many whole months lie between two days; 0 where the second is not later."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(0, months if has_lasted(start, end, months) else months - 1)


def latest_start(as_at: date, months: int) -> date:
    """Return the latest day from which so many whole months have lasted by a day: for asking a database."""
    day = add_months(as_at, -months)
    # From the end of a long month the day before is as many months back: 30 and 31 January both reach 28 February.
    while has_lasted(day + timedelta(days=1), as_at, months):
        day += timedelta(days=1)
    return day


def agenda_reasons(span: PlanSpan, as_at: date, rules: PlanRules) -> tuple[AgendaReason, ...]:
    """Return why a plan stands on the panel's agenda on a day; nothing where it does not.

    An open plan stands there from the day it is over its months until it ends, one that repeats an earlier plan all
    the while; a plan that ended within `short_months` until `ended_shown_months` after its end.
    """
    reasons = []
    if is_open_on(span, as_at):
        if is_over(span.started_on, as_at, rules.very_long_months):
            reasons.append(AgendaReason.VERY_LONG)
        elif is_over(span.started_on, as_at, rules.long_months):
            reasons.append(AgendaReason.LONG)
        if span.previous_plans > 0:
            reasons.append(AgendaReason.REPEAT)
    elif span.ended_on is not None and span.ended_on <= as_at:
        is_short = not is_over(span.started_on, span.ended_on, rules.short_months)
        if is_short and not is_over(span.ended_on, as_at, rules.ended_shown_months):
            reasons.append(AgendaReason.ENDED_EARLY)
    return tuple(reasons)


def next_conference_due(rules: Iterable[DueRule], meeting_type: str, held_on: date) -> date | None:
    """The day by which the conference after one is due; `rules` are the conferences' own. None where none says so."""
    days = [
        last_day_of(held_on, step.within) for rule in rules for step in rule.after if step.meeting_type == meeting_type
    ]
    return min(days, default=None)


def midway_on(conference_on: date, next_due_on: date, percent: int) -> date:
    """Return the day by which a chair looks at a plan between two conferences; part of a day is left out."""
    return conference_on + timedelta(days=(next_due_on - conference_on).days * percent // 100)


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """The figures of plans as at a day, over a period that ends with it; counts, and n of m where they are parts."""

    open: int
    open_two_years: int
    open_repeat: int
    started: int
    started_repeat: int
    ended: int
    ended_two_years: int


def figures_of(spans: Iterable[PlanSpan], first: date, last: date) -> PlanFigures:
    """Count plans: those open at the end of `last`, and those that started or ended from `first` to `last`."""
    spans = list(spans)
    is_open = [span for span in spans if is_open_on(span, last)]
    started = [span for span in spans if first <= span.started_on <= last]
    ended = [(span.started_on, span.ended_on) for span in spans if span.ended_on and first <= span.ended_on <= last]
    return PlanFigures(
        open=len(is_open),
        open_two_years=sum(has_lasted(span.started_on, last, LONG_OPEN_MONTHS) for span in is_open),
        open_repeat=sum(span.previous_plans > 0 for span in is_open),
        started=len(started),
        started_repeat=sum(span.previous_plans > 0 for span in started),
        ended=len(ended),
        ended_two_years=sum(has_lasted(start, end, LONG_OPEN_MONTHS) for start, end in ended),
    )
