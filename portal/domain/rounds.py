"""Audit rounds: whether one is planned, open or closed, what a plan must keep to, and which round comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from portal.domain.audit_vocabulary import RoundKind
from portal.domain.errors import Invalid
from portal.domain.working_days import add_months, is_working_day

USUAL_MONTHS = 12
"""Between a full audit and its update, or from one year's audit to the next, unless the page is told otherwise."""

MOST_MONTHS = 60
USUAL_REMINDERS = (20, 10, 3)
MOST_REMINDERS = 10
FURTHEST_REMINDER = 60
LONGEST_TITLE = 120


class RoundState(StrEnum):
    """Agencies see a round from the day it opens, and answer until it is closed."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


def state_of(opens_on: date, today: date, *, is_closed: bool) -> RoundState:
    """Say where a round stands today."""
    if is_closed:
        return RoundState.CLOSED
    return RoundState.OPEN if opens_on <= today else RoundState.PLANNED


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What is asked, when, and until when; an update follows a full round."""

    title: str
    kind: RoundKind
    edition_id: int
    follows_id: int | None
    opens_on: date
    due_on: date
    reminders: tuple[int, ...] = USUAL_REMINDERS
    challenge_from: date | None = None
    challenge_to: date | None = None

    def checked(self) -> RoundPlan:
        """Return the plan tidied; raises Invalid, its errors by field."""
        errors: dict[str, list[str]] = {}
        title = " ".join(self.title.split())
        if not title or len(title) > LONGEST_TITLE or not title.isprintable():
            errors["title"] = [f"Enter a title of {LONGEST_TITLE} characters or fewer"]
        if self.due_on < self.opens_on:
            errors["due_on"] = ["The due day must be the opening day or later"]
        if (self.kind is RoundKind.UPDATE) is not (self.follows_id is not None):
            errors["follows_id"] = ["Choose the full audit that this updates"]
        reminders = tuple(sorted(set(self.reminders), reverse=True))
        if len(reminders) > MOST_REMINDERS or not all(0 <= days <= FURTHEST_REMINDER for days in reminders):
            errors["reminders"] = [
                f"Enter at most {MOST_REMINDERS} numbers of working days, each between 0 and {FURTHEST_REMINDER}"
            ]
        errors |= self._challenge_errors()
        if errors:
            raise Invalid("The round’s details need mending.", errors=errors)
        return replace(self, title=title, reminders=reminders)

    def _challenge_errors(self) -> dict[str, list[str]]:
        first, last = self.challenge_from, self.challenge_to
        if first is None or last is None:
            if first is last:
                return {}
            missing = "challenge_from" if first is None else "challenge_to"
            return {missing: ["Enter both days, or leave both empty"]}
        if first < self.due_on:
            return {"challenge_from": ["Challenge sessions begin on the due day or later"]}
        if last < first:
            return {"challenge_to": ["The last day must be the first day or later"]}
        return {}


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round of the same framework, as far as the next one follows from it."""

    id: int
    kind: RoundKind
    opens_on: date
    due_on: date
    reminders: tuple[int, ...]
    challenge_from: date | None
    challenge_to: date | None


def next_round(
    earlier: Sequence[EarlierRound],
    *,
    edition_id: int,
    name: str,
    today: date,
    months: int | None = None,
    kind: RoundKind | None = None,
) -> RoundPlan:
    """Return the round to propose after the earlier ones, the newest of which comes first.

    After a full audit comes its update, and after an update a full audit; where two full audits follow each other,
    audits are yearly and the next is a full one too. `months` lie between the last opening day and this one: as many
    as last time, or a year. Without earlier rounds it opens next month and gives six weeks. `name` is the framework's.
    """
    if not earlier:
        opens_on = _working_day(add_months(today.replace(day=1), 1))
        plan = RoundPlan(
            "", RoundKind.FULL, edition_id, None, opens_on, _working_day(opens_on + timedelta(weeks=6)), USUAL_REMINDERS
        )
        return replace(plan, title=_title(name, plan))
    last = earlier[0]
    chosen = kind or _next_kind(earlier)
    full = next((one.id for one in earlier if one.kind is RoundKind.FULL), None)
    if full is None:
        chosen = RoundKind.FULL
    gap = months or _months_between(earlier) or USUAL_MONTHS
    opens_on = _working_day(max(add_months(last.opens_on, gap), today))

    def moved(day: date | None) -> date | None:
        return None if day is None else _working_day(opens_on + (day - last.opens_on))

    plan = RoundPlan(
        title="",
        kind=chosen,
        edition_id=edition_id,
        follows_id=full if chosen is RoundKind.UPDATE else None,
        opens_on=opens_on,
        due_on=_working_day(opens_on + (last.due_on - last.opens_on)),
        reminders=last.reminders,
        challenge_from=moved(last.challenge_from),
        challenge_to=moved(last.challenge_to),
    )
    return replace(plan, title=_title(name, plan))


def _next_kind(earlier: Sequence[EarlierRound]) -> RoundKind:
    if earlier[0].kind is RoundKind.UPDATE:
        return RoundKind.FULL
    is_yearly = len(earlier) > 1 and earlier[1].kind is RoundKind.FULL
    return RoundKind.FULL if is_yearly else RoundKind.UPDATE


def _months_between(earlier: Sequence[EarlierRound]) -> int:
    """Whole months between the last two opening days, to the nearest; 0 where there is one round only."""
    if len(earlier) < 2:
        return 0
    gap = earlier[0].opens_on - earlier[1].opens_on
    return min(round(gap.days * 12 / 365.25), MOST_MONTHS)


def _title(name: str, plan: RoundPlan) -> str:
    words = f"{'update ' if plan.kind is RoundKind.UPDATE else ''}{plan.opens_on.year}"
    return f"{name[: LONGEST_TITLE - len(words) - 2].strip()}, {words}"


def _working_day(day: date) -> date:
    """The day, or the first working day after it: nothing opens or falls due at a weekend."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
