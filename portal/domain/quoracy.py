"""Who must be there for a meeting to count, who was, and what is missing (Working Together, and local rules)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations

from portal.domain.labels import any_of, in_words, listed
from portal.domain.rules import CORE_AGENCIES, QuorumRule
from portal.domain.vocabulary import (
    HEALTH_TYPES,
    PRESENT,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
)

COMING = frozenset({Answer.ATTEND, Answer.DEPUTY})

_GROUP_MEETING_TYPES = 3


@dataclass(frozen=True, slots=True)
class Missing:
    """What a meeting still lacks: required groups of which nobody is there, and how many further agencies."""

    groups: tuple[frozenset[AgencyType], ...] = ()
    further_types: int = 0

    def __bool__(self) -> bool:
        """Say whether anything is missing at all."""
        return bool(self.groups) or self.further_types > 0

    def words(self) -> list[str]:
        """Return what is missing in plain words: "a health agency", "one more agency"."""
        words = _groups_in_words(self.groups)
        if self.further_types:
            words.append("one more agency" if self.further_types == 1 else f"{self.further_types} more agencies")
        return words


class Outlook(StrEnum):
    """Whether a coming meeting will be quorate, as far as the answers tell."""

    WILL_BE = "will_be"
    MAY_BE = "may_be"
    WILL_NOT_BE = "will_not_be"


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the answers so far promise: `missing` is what those who said they come would still lack."""

    outlook: Outlook
    missing: Missing

    @property
    def is_at_risk(self) -> bool:
        """Whether somebody must still be won for the meeting."""
        return self.outlook is not Outlook.WILL_BE


def present_types(attendances: Iterable[tuple[AgencyType, Attendance | None]]) -> frozenset[AgencyType]:
    """Return the agency types of which somebody was there, expected or not."""
    return frozenset(agency_type for agency_type, attendance in attendances if attendance in PRESENT)


def is_quorate(rule: QuorumRule | None, present: frozenset[AgencyType], status: MeetingStatus) -> bool | None:
    """Say whether a meeting was quorate; None where no rule asks, never where its chair found it inquorate."""
    if rule is None:
        return None
    return status != MeetingStatus.INQUORATE and not missing(rule, present)


@lru_cache(maxsize=16_384)
def missing(rule: QuorumRule, present: frozenset[AgencyType]) -> Missing:
    """Return what a meeting lacks under a rule, seating those present in the way that leaves least missing.

    Each required group is answered by one agency type of it, a type answers one group only, and whoever
    answers a group is not counted again among the further types.
    """
    seatings: dict[frozenset[AgencyType], tuple[frozenset[AgencyType], ...]] = {frozenset(): ()}
    for group in rule.required:
        following: dict[frozenset[AgencyType], tuple[frozenset[AgencyType], ...]] = {}
        for seated, vacant in seatings.items():
            for agency_type in sorted((group & present) - seated):
                following.setdefault(seated | {agency_type}, vacant)
            following.setdefault(seated, (*vacant, group))
        seatings = following
    units = _units(rule)
    # Of those that leave least vacant, the one whose further types are most: two that count as one sit together.
    seated = max(seatings, key=lambda some: (len(some), -len({units[one] for one in some})))
    further = {units[one] for one in present}.difference([units[one] for one in seated])
    return Missing(seatings[seated], max(0, rule.further_types - len(further)))


@lru_cache(maxsize=256)
def _units(rule: QuorumRule) -> Mapping[AgencyType, AgencyType]:
    """Return as whom the rule counts each agency type: itself, or the first of those that count as one with it."""
    together = {agency_type: min(group) for group in rule.counted_as_one for agency_type in group}
    return {agency_type: together.get(agency_type, agency_type) for agency_type in AgencyType}


def is_group_meeting(meeting_format: MeetingFormat, present: frozenset[AgencyType]) -> bool:
    """Say whether three or more agency types met otherwise than by telephone."""
    return meeting_format != MeetingFormat.TELEPHONE and len(present) >= _GROUP_MEETING_TYPES


def all_core(present: frozenset[AgencyType]) -> bool:
    """Say whether social care, police and a health agency were all there, whatever the rule set asks."""
    return not missing(CORE_AGENCIES, present)


def all_expected(invitations: Iterable[tuple[Expectation, Attendance | None]]) -> bool:
    """Say whether every expected agency came, and there was one to expect."""
    came = [attendance in PRESENT for expectation, attendance in invitations if expectation == Expectation.EXPECTED]
    return bool(came) and all(came)


def foresee(rule: QuorumRule | None, answers: Iterable[tuple[AgencyType, Answer | None]]) -> Foresight | None:
    """Foretell from the answers so far whether a meeting will be quorate; None where no rule asks.

    It may be while those who have not answered could still make it so. Leave out agencies marked not
    relevant: they were not asked.
    """
    if rule is None:
        return None
    known = list(answers)
    coming = frozenset(agency_type for agency_type, answer in known if answer in COMING)
    return foresee_from(rule, coming, frozenset(agency_type for agency_type, answer in known if answer is None))


@lru_cache(maxsize=4096)
def foresee_from(rule: QuorumRule, coming: frozenset[AgencyType], silent: frozenset[AgencyType]) -> Foresight:
    """Foretell as `foresee` does from the types that come and those that have not answered."""
    lacking = missing(rule, coming)
    if not lacking:
        return Foresight(Outlook.WILL_BE, lacking)
    outlook = Outlook.WILL_NOT_BE if missing(rule, coming | silent) else Outlook.MAY_BE
    return Foresight(outlook, lacking)


@lru_cache(maxsize=4096)
def who_could_fill(
    rule: QuorumRule, coming: frozenset[AgencyType], invited: frozenset[AgencyType]
) -> frozenset[AgencyType]:
    """Return which of the types that were invited and do not come could still make the meeting quorate.

    Each of them belongs to some smallest choice with which it would be; none where it is quorate without, or where all
    of them together would not do.
    """
    absent = sorted(invited - coming)
    if not missing(rule, coming) or missing(rule, coming | invited):
        return frozenset()
    for number in range(1, len(absent) + 1):
        enough = [frozenset(some) for some in combinations(absent, number) if not missing(rule, coming.union(some))]
        if enough:
            return frozenset[AgencyType]().union(*enough)
    return frozenset()  # pragma: no cover - all of them do, so some choice does


def quorum_words(rule: QuorumRule) -> str:
    """Return a rule in plain words: "social care and 2 more", "social care, police and a health agency"."""
    words = _groups_in_words(rule.required)
    if rule.further_types:
        words.append(f"{rule.further_types} more" if words else f"any {rule.further_types}")
    words = words or ["nobody in particular"]
    counted = [
        f"{'all health' if group == HEALTH_TYPES else listed(in_words(group))} as one" for group in rule.counted_as_one
    ]
    return listed(words) + (f", counting {listed(counted)}" if counted else "")


def _groups_in_words(groups: tuple[frozenset[AgencyType], ...]) -> list[str]:
    """Return each group in words, one that stands several times with its number."""
    words = []
    for group, times in Counter(groups).items():
        if times == 1:
            words.append(any_of(group))
        else:
            words.append(f"{times} {'health agencies' if group == HEALTH_TYPES else 'of ' + any_of(group)}")
    return words
