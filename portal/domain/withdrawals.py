"""The clock of a withdrawal, and what an assessment must say before an entry is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from portal.domain.withdrawal_vocabulary import NEEDS_WORDS, RegulatorStep, WithdrawalReason, WithdrawalState

REGULATOR_WITHIN = timedelta(hours=72)
"""UK GDPR, article 33(1): from when the breach is known. Law of the land, so no value of a rule set."""

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Clock:
    """The time to tell the regulator; `told_at` stops it, and so does the decision that nobody need be told."""

    known_at: datetime
    step: RegulatorStep
    told_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it has run out (UTC)."""
        return self.known_at + REGULATOR_WITHIN

    @property
    def is_running(self) -> bool:
        """Whether somebody must still decide."""
        return self.step is RegulatorStep.NOT_DECIDED

    @property
    def was_late(self) -> bool:
        """Whether the regulator was told after its end: the law then asks for the reasons."""
        return self.told_at is not None and self.told_at > self.ends_at

    def hours_left(self, now: datetime) -> int:
        """Whole hours until it ends, the begun one counted; none or fewer once it has."""
        return ceil((self.ends_at - now) / timedelta(hours=1))

    def words(self, now: datetime) -> str:
        """ "31 hours left", "ran out 5 hours ago", "told in time": what stands beside the clock."""
        if self.step is RegulatorStep.NOT_NEEDED:
            return "Need not be told"
        if self.step is RegulatorStep.TOLD:
            return "Told late" if self.was_late else "Told in time"
        left = self.hours_left(now)
        if left > 0:
            return f"{_hours(left)} left"
        over = int((now - self.ends_at) / timedelta(hours=1))
        return f"Ran out {_hours(over)} ago" if over else "Has just run out"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found: whom it may harm, and what is decided about the regulator."""

    words: str
    step: RegulatorStep
    told_at: datetime | None = None
    reason: str = ""
    """Why the regulator need not be told, or why it was told late."""
    is_closed: bool = False

    @property
    def state(self) -> WithdrawalState:
        """How far the entry is with it."""
        return WithdrawalState.CLOSED if self.is_closed else WithdrawalState.ASSESSED


def reason_faults(reason: WithdrawalReason, words: str) -> dict[str, list[str]]:
    """What is wrong with why something is withdrawn, by field."""
    if reason in NEEDS_WORDS and not words.strip():
        return {"words": ["Say in your own words why"]}
    return _too_long("words", words)


def assessment_faults(assessment: Assessment, *, known_at: datetime, now: datetime) -> dict[str, list[str]]:
    """What is missing from an assessment, or cannot be, by field. `known_at` and `now` are UTC."""
    faults = _too_long("words", assessment.words) | _too_long("reason", assessment.reason)
    if not assessment.words.strip():
        faults["words"] = ["Say whom it may harm, and how"]
    if assessment.is_closed and assessment.step is RegulatorStep.NOT_DECIDED:
        faults["step"] = ["Decide about the regulator before you close it"]
    if assessment.step is RegulatorStep.NOT_NEEDED and not assessment.reason.strip():
        faults["reason"] = ["Say why the regulator need not be told"]
    if assessment.step is RegulatorStep.TOLD:
        faults |= _told_faults(assessment, known_at, now)
    return faults


def _told_faults(assessment: Assessment, known_at: datetime, now: datetime) -> dict[str, list[str]]:
    told_at = assessment.told_at
    if told_at is None:
        return {"told_on": ["Enter the day and time at which the regulator was told"]}
    if told_at > now:
        return {"told_on": ["The regulator cannot have been told in the future"]}
    if told_at < known_at.replace(second=0, microsecond=0):
        return {"told_on": ["The regulator cannot have been told before it was withdrawn"]}
    if told_at > known_at + REGULATOR_WITHIN and not assessment.reason.strip():
        return {"reason": ["More than 72 hours had gone: say why"]}
    return {}


def _too_long(field: str, words: str) -> dict[str, list[str]]:
    if len(words) <= LONGEST:
        return {}
    return {field: [f"Shorten this to {LONGEST:,} characters or fewer. It has {len(words):,} now"]}


def _hours(number: int) -> str:
    return "1 hour" if number == 1 else f"{number} hours"
