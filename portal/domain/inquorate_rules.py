"""What a partnership does about a quorum that is in danger or was not met, as data of its rule sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypeVar

from portal.domain.due_rules import LONGEST, Period
from portal.domain.meeting_vocabulary import InquorateReason, MeetingVariant
from portal.domain.rule_json import members, objects

Word = TypeVar("Word", bound=StrEnum)


def _values(words: frozenset[InquorateReason] | frozenset[MeetingVariant]) -> list[str]:
    """Return words as the plain texts that JSON keeps, always in the same order."""
    return sorted(word.value for word in words)


def _words(found: Mapping[str, object], name: str, kind: type[Word]) -> frozenset[Word]:
    """Return a stored list of words as a set; raises ValueError for a word that does not exist."""
    return frozenset(kind(str(word)) for word in objects(found, name))


@dataclass(frozen=True, slots=True)
class InquorateRule:
    """What holds for one kind of meeting that is not, or may not be, quorate.

    `reminders` are the working days before it on which whoever is missing is asked and its chair is told. With
    `adjourn_within` it is adjourned to a new day, no later than so long after it could not go ahead, unless it goes on
    for one of the `reasons`; without, closing its register only says whether it went ahead. Of two in a row, the second
    goes on without its quorum only for one of `twice_reasons`, or where it is one of `twice_variants`.
    """

    reminders: tuple[int, ...] = ()
    adjourn_within: Period | None = None
    reasons: frozenset[InquorateReason] = frozenset()
    twice_reasons: frozenset[InquorateReason] = frozenset()
    twice_variants: frozenset[MeetingVariant] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if len(set(self.reminders)) != len(self.reminders) or not all(1 <= day <= LONGEST for day in self.reminders):
            raise ValueError(f"Reminders must be different working days from 1 to {LONGEST}, not {self.reminders}.")
        if self.adjourn_within is None and (self.reasons or self.twice_variants):
            raise ValueError("Reasons to go on make sense only for a kind of meeting that would else be adjourned.")
        if not self.twice_reasons <= self.reasons:
            raise ValueError("A reason to go on twice in a row must be a reason to go on at all.")

    def to_json(self) -> dict[str, Any]:
        """Return what a rule set's row stores."""
        return {
            "reminders": list(self.reminders),
            "adjourn_within": None if self.adjourn_within is None else self.adjourn_within.to_json(),
            "reasons": _values(self.reasons),
            "twice_reasons": _values(self.twice_reasons),
            "twice_variants": _values(self.twice_variants),
        }

    @classmethod
    def from_json(cls, stored: object) -> Self:
        """Read back what `to_json` wrote; raises ValueError for anything else."""
        fields = {"reminders", "adjourn_within", "reasons", "twice_reasons", "twice_variants"}
        found = members(stored, "a rule for meetings without a quorum", fields)
        reminders = objects(found, "reminders")
        if not all(isinstance(day, int) and not isinstance(day, bool) for day in reminders):
            raise ValueError(f"reminders must be whole numbers, not {reminders!r}.")
        within = found["adjourn_within"]
        return cls(
            tuple(day for day in reminders if isinstance(day, int)),
            None if within is None else Period.from_json(within),
            _words(found, "reasons", InquorateReason),
            _words(found, "twice_reasons", InquorateReason),
            _words(found, "twice_variants", MeetingVariant),
        )


ASKS_NOTHING = InquorateRule()
