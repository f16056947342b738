"""Restrictions on a child's record: whom they shut out and when, who must be left to keep them, and how long glass is
broken for. Pure rules; the hours are the portal's own default, and no guidance's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.domain.restriction_vocabulary import Reach
from portal.domain.vocabulary import Role

OPEN_FOR = timedelta(hours=24)
"""How long a record that was opened in an emergency stays open to whoever opened it."""

REASON_LIMIT = 2_000

KEEPING_ROLES = frozenset({Role.SAFEGUARDING_MANAGER, Role.COORDINATOR})
"""Roles of which one person at least must go on seeing a closed record: else nobody could open it again."""


@dataclass(frozen=True, slots=True)
class Closure:
    """One restriction on a family's record, with the people on its list by user."""

    reach: Reach
    begins_on: date
    until: date | None
    """The last day on which it holds; empty where it holds until it is ended."""
    people: frozenset[int]

    def holds_on(self, day: date) -> bool:
        """Whether it holds on this day (London's)."""
        return self.begins_on <= day and (self.until is None or day <= self.until)

    def shuts_out(self, user_id: int | None, *, works_with_cases: bool) -> bool:
        """Whether it closes the record to somebody, whatever the day.

        `works_with_cases`: whether their role sees children at all. Where a record is open to named people only, the
        others are those who could see it; whoever reads an escalation's structured fields alone is none of them.
        """
        if self.reach is Reach.NAMED:
            return user_id is not None and user_id in self.people
        return works_with_cases and user_id not in self.people


def is_shut_out(
    closures: Collection[Closure], user_id: int | None, day: date, *, works_with_cases: bool = True
) -> bool:
    """Whether any of a family's restrictions closes its record to somebody on this day."""
    return any(one.holds_on(day) and one.shuts_out(user_id, works_with_cases=works_with_cases) for one in closures)


def open_until(opened_at: datetime) -> datetime:
    """When glass that was broken at an instant closes again by itself (UTC)."""
    return opened_at + OPEN_FOR


def is_open(opened_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Whether a record that was opened in an emergency is open at `now`; the last instant is not."""
    return opened_at <= now < open_until(opened_at) and (ended_at is None or now < ended_at)


def nobody_left(keepers: Collection[int], closures: Collection[Closure], day: date) -> bool:
    """Whether no manager and no coordinator (by user) would see the record any more."""
    return all(is_shut_out(closures, user_id, day) for user_id in keepers)


def may_review(opened_by: int, reviewer: int | None) -> bool:
    """Whether somebody may say if an opening was justified: anybody but whoever opened."""
    return reviewer is not None and reviewer != opened_by
