"""How long records are kept, by class and with its reason, and what a legal hold stops (docs/records.md)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.working_days import add_months

MONTHS = 12
LONGEST_REASON = 2_000
LONGEST_SOURCE = 300
MOST_YEARS = 150


class RecordClass(StrEnum):
    """What a record is to the law of retention."""

    CONFERENCE = "conference"
    """A family's file: its meetings, reports, plans, escalations."""
    LOOKED_AFTER = "looked_after"
    """The file of a family of which a child came to be looked after."""
    ESCALATION = "escalation"
    """An escalation about no family in particular; the others go with the family's file."""
    AUDIT = "audit"
    """A round of section 11 or section 175/157 with its returns."""
    CHALLENGE = "challenge"
    """What scrutiny asked, and the replies."""
    FEEDBACK = "feedback"
    """What families and professionals said after a conference."""


FAMILY_CLASSES = frozenset({RecordClass.CONFERENCE, RecordClass.LOOKED_AFTER})


class CountedFrom(StrEnum):
    """From when a class's years are counted."""

    LAST_CONTACT = "last_contact"
    """The last thing that happened: a meeting, a plan's end, an escalation's close."""
    BIRTH = "birth"
    """The birth of the family's youngest child."""
    CLOSED = "closed"
    """The day on which the escalation, the round or the challenge was closed."""
    GIVEN = "given"
    """The month in which it was given."""


class HoldScope(StrEnum):
    """What a legal hold keeps."""

    CASE = "case"
    CHILD = "child"
    AGENCY = "agency"
    RECORD_CLASS = "record_class"
    EVERYTHING = "everything"


class ErasureState(StrEnum):
    """How far an erasure is. It is never taken back: what was erased is gone."""

    PROPOSED = "proposed"
    ERASED = "erased"


class Cause(StrEnum):
    """Why records were erased."""

    RETENTION = "retention"
    """Their time was over."""
    LEFT = "left"
    """The partnership left the portal."""


COUNTED_FROM: dict[RecordClass, CountedFrom] = {
    RecordClass.CONFERENCE: CountedFrom.LAST_CONTACT,
    RecordClass.LOOKED_AFTER: CountedFrom.BIRTH,
    RecordClass.ESCALATION: CountedFrom.CLOSED,
    RecordClass.AUDIT: CountedFrom.CLOSED,
    RecordClass.CHALLENGE: CountedFrom.CLOSED,
    RecordClass.FEEDBACK: CountedFrom.GIVEN,
}

CLASS_WORDS: dict[RecordClass, str] = {
    RecordClass.CONFERENCE: "Conference records of a family",
    RecordClass.LOOKED_AFTER: "Records of a family with a looked-after child",
    RecordClass.ESCALATION: "Escalations about no family in particular",
    RecordClass.AUDIT: "Audit rounds and their returns",
    RecordClass.CHALLENGE: "Challenges of scrutiny and their replies",
    RecordClass.FEEDBACK: "Feedback after conferences",
}
FROM_WORDS: dict[CountedFrom, str] = {
    CountedFrom.LAST_CONTACT: "from the closure of the case or the last contact",
    CountedFrom.BIRTH: "from the birth of the youngest child",
    CountedFrom.CLOSED: "from the day on which it was closed",
    CountedFrom.GIVEN: "from the month in which it was given",
}
SCOPE_WORDS: dict[HoldScope, str] = {
    HoldScope.CASE: "One family’s records",
    HoldScope.CHILD: "One child’s records",
    HoldScope.AGENCY: "Whatever an agency took part in",
    HoldScope.RECORD_CLASS: "One class of records",
    HoldScope.EVERYTHING: "Everything, as for a statutory inquiry",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """How many years a class is kept from a day on, why, and where that stands."""

    record_class: RecordClass
    years: int
    reason: str
    source: str
    effective_from: date

    @property
    def counted_from(self) -> CountedFrom:
        """From when the years are counted: the class says it, not the area."""
        return COUNTED_FROM[self.record_class]

    @property
    def words(self) -> str:
        """Such as "35 years from the closure of the case or the last contact"."""
        return f"{self.years} {'year' if self.years == 1 else 'years'} {FROM_WORDS[self.counted_from]}"


SINCE_EVER = date(1900, 1, 1)
"""From when the rules hold that a partnership starts with."""

DEFAULTS: tuple[Rule, ...] = (
    Rule(
        RecordClass.CONFERENCE,
        35,
        "People come back as adults to ask what was known and done, and claims and inquiries look far back.",
        "Retention schedules of North Somerset and Blackpool councils: 35 years from closure or last contact.",
        SINCE_EVER,
    ),
    Rule(
        RecordClass.LOOKED_AFTER,
        75,
        "Whoever grew up in care must be able to find out about their childhood.",
        "Retention schedules of North Somerset and Blackpool councils: 75 years from birth.",
        SINCE_EVER,
    ),
    Rule(
        RecordClass.ESCALATION,
        35,
        "It may name a child, whose claim or inquiry looks as far back as at conferences.",
        "The portal’s own default, to be confirmed by the partnership.",
        SINCE_EVER,
    ),
    Rule(
        RecordClass.AUDIT,
        7,
        "An agency’s audit is held against the three rounds before it.",
        "The portal’s own default, to be confirmed by the partnership.",
        SINCE_EVER,
    ),
    Rule(
        RecordClass.CHALLENGE,
        7,
        "What scrutiny asked is followed up over several annual reports.",
        "The portal’s own default, to be confirmed by the partnership.",
        SINCE_EVER,
    ),
    Rule(
        RecordClass.FEEDBACK,
        3,
        "Figures of feedback are compared over three years; the words serve no longer.",
        "The portal’s own default, to be confirmed by the partnership.",
        SINCE_EVER,
    ),
)


def rule_on(rules: Collection[Rule], record_class: RecordClass, day: date) -> Rule | None:
    """The rule in force on a day; none where none is, and then nothing of the class is ever due."""
    found = [rule for rule in rules if rule.record_class is record_class and rule.effective_from <= day]
    return max(found, key=lambda rule: rule.effective_from, default=None)


def due_on(rule: Rule, counted_from: date) -> date:
    """The first day on which a record may go: it is kept for whole years, that day's eve included."""
    return add_months(counted_from, rule.years * MONTHS)


def began_before(rule: Rule, day: date) -> date:
    """The latest day from which a record may have been counted, so that it is due by `day`."""
    year = day.year - rule.years
    return add_months(day, -rule.years * MONTHS) if year >= 1 else date.min


@dataclass(frozen=True, slots=True)
class FamilyDays:
    """What a family's file is counted from."""

    last_contact: date
    births: tuple[date | None, ...]
    """Of its children; empty where the day is not known."""
    is_looked_after: bool
    is_active: bool
    """Whether a plan is open, a meeting is to come or an escalation is not closed: nothing of it is counted yet."""

    @property
    def record_class(self) -> RecordClass:
        """A looked-after child's years are the longer ones, and hold for the whole file."""
        return RecordClass.LOOKED_AFTER if self.is_looked_after else RecordClass.CONFERENCE


def family_due_on(rules: Collection[Rule], family: FamilyDays, day: date) -> date | None:
    """When a family's file may go, by the rules of `day`; none while it is active or where that cannot be known.

    A looked-after child's file is kept for both times, whichever ends later.
    """
    contact = rule_on(rules, RecordClass.CONFERENCE, day)
    if family.is_active or contact is None:
        return None
    due = due_on(contact, family.last_contact)
    if not family.is_looked_after:
        return due
    birth = rule_on(rules, RecordClass.LOOKED_AFTER, day)
    known = [one for one in family.births if one is not None]
    if birth is None or not known or len(known) < len(family.births):
        return None
    return max(due, due_on(birth, max(known)))


@dataclass(frozen=True, slots=True)
class Held:
    """A legal hold that stands, as far as rules need it; `subject_id` is the row of its scope."""

    hold_id: int
    scope: HoldScope
    subject_id: int | None = None
    record_class: RecordClass | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """What is erased together: a family's file, an escalation, an audit round, a challenge, a month's feedback."""

    record_class: RecordClass
    root_id: int
    children: frozenset[int] = frozenset()
    agencies: frozenset[int] = frozenset()


def holds_on(holds: Sequence[Held], unit: Unit) -> list[Held]:
    """The holds that keep a unit. One on a class of family files keeps both: a file changes its class."""
    return [hold for hold in holds if _keeps(hold, unit)]


def _keeps(hold: Held, unit: Unit) -> bool:
    is_family = unit.record_class in FAMILY_CLASSES
    match hold.scope:
        case HoldScope.EVERYTHING:
            return True
        case HoldScope.RECORD_CLASS:
            of_families = hold.record_class in FAMILY_CLASSES
            return (is_family and of_families) or hold.record_class is unit.record_class
        case HoldScope.CASE:
            return is_family and hold.subject_id == unit.root_id
        case HoldScope.CHILD:
            return hold.subject_id in unit.children
        case HoldScope.AGENCY:
            return hold.subject_id in unit.agencies


def free_together(free: Collection[int], shared: Collection[tuple[int, int]]) -> set[int]:
    """Of families whose files may go, those that share no meeting with one that must stay, however far removed.

    `shared` has pairs of families that a meeting is about: its record names both, and stays for the one that stays.
    """
    left = set(free)
    while True:
        kept = {a for a, b in shared if a in left and b not in left} | {
            b for a, b in shared if b in left and a not in left
        }
        if not kept:
            return left
        left -= kept
