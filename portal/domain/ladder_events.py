"""What counts against an agency at a meeting, and which stage of the non-attendance ladder its history proposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from portal.domain.deadlines import ASKED_TO_REPORT
from portal.domain.escalation_vocabulary import LadderEvent, WaiverReason
from portal.domain.ladder_rules import Trigger
from portal.domain.quoracy import missing
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import PRESENT, AgencyType, Answer, Attendance, Expectation
from portal.domain.working_days import add_months

OF_PRESENCE = frozenset({LadderEvent.ABSENT_WITHOUT_REPORT, LadderEvent.INQUORATE_BECAUSE})
"""Events of somebody who was expected to come; the others are of whoever was asked for anything."""

LOOKED_BACK = 12
"""Months: what is older is neither in a row with today's, nor counted by a rule that names no time."""

EXCUSED = frozenset({WaiverReason.NOT_INVITED, WaiverReason.EMERGENCY, WaiverReason.RECORDED_WRONGLY})
"""With these reasons a chair says that a meeting was no miss at all: it counts neither for nor against the agency."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting: the day that counts, the quorum asked of it, and the agency types of which somebody was there."""

    on: date
    rule: QuorumRule | None
    present: frozenset[AgencyType]


@dataclass(frozen=True, slots=True)
class Part:
    """One agency's part in it; `was_asked_here` is whether the portal asked it to answer, as no import does."""

    agency_type: AgencyType
    expectation: Expectation
    answer: Answer | None
    attendance: Attendance | None
    report_due_on: date | None
    report_received_on: date | None
    was_asked_here: bool = True


@dataclass(frozen=True, slots=True)
class Occasion:
    """An invitation as the ladder sees it: its day, whether the agency was expected to come, and what counts."""

    invitation_id: int
    on: date
    events: frozenset[LadderEvent]
    is_expected: bool = True
    meeting: str = ""
    """The kind of meeting: with the day, all that one family's chair learns of another's."""

    def to_json(self) -> dict[str, Any]:
        """Return it as a proposal keeps it."""
        return {
            "invitation_id": self.invitation_id,
            "on": self.on.isoformat(),
            "events": sorted(self.events),
            "meeting": self.meeting,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Return one that a proposal has kept."""
        events = frozenset(map(LadderEvent, stored["events"]))
        day = date.fromisoformat(stored["on"])
        return cls(stored["invitation_id"], day, events, meeting=stored.get("meeting") or "Meeting")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules propose: a stage, by which trigger, and the invitations that it counted, the newest first."""

    stage: int
    trigger: Trigger
    counted: tuple[Occasion, ...]

    @property
    def events(self) -> frozenset[LadderEvent]:
        """What of this meeting counted."""
        return self.counted[0].events & self.trigger.events

    @property
    def causes(self) -> list[tuple[int, LadderEvent, date]]:
        """Each thing that counted: at which invitation, what, and on which day."""
        return [
            (one.invitation_id, event, one.on)
            for one in self.counted
            for event in sorted(one.events & self.trigger.events)
        ]

    def rule_to_json(self) -> dict[str, Any]:
        """Return the trigger as it stands now, for whoever asks later why."""
        one = self.trigger
        return {
            "events": sorted(one.events),
            "count": one.count,
            "opens_stage": one.opens_stage,
            "within_months": one.within_months,
            "is_in_a_row": one.is_in_a_row,
        }

    @classmethod
    def from_json(cls, stage: int, rule: Mapping[str, Any], counted: Iterable[Mapping[str, Any]]) -> Self:
        """Return one that was kept: its stage, its trigger and what it counted."""
        trigger = Trigger(
            frozenset(map(LadderEvent, rule["events"])),
            rule["count"],
            rule["opens_stage"],
            rule["within_months"],
            rule["is_in_a_row"],
        )
        return cls(stage, trigger, tuple(map(Occasion.from_json, counted)))


def events_of(gathering: Gathering, part: Part, today: date) -> frozenset[LadderEvent]:
    """Return what counts against an agency at a meeting that is over, as far as is known `today`.

    Nothing does of one that was not asked for anything, nor of one that said "not ours": its access ended with that.
    """
    if part.expectation not in ASKED_TO_REPORT or part.answer is Answer.NOT_OURS:
        return frozenset()
    found = set[LadderEvent]()
    received = part.report_received_on
    if part.expectation is Expectation.EXPECTED and part.attendance not in PRESENT:
        if received is None or received > gathering.on:
            found.add(LadderEvent.ABSENT_WITHOUT_REPORT)
        if _was_lacked(gathering, part.agency_type):
            found.add(LadderEvent.INQUORATE_BECAUSE)
    due = part.report_due_on
    if due is not None and received is not None and received > due:
        found.add(LadderEvent.REPORT_LATE)
    if due is not None and received is None and (due <= gathering.on or due < today):
        found.add(LadderEvent.REPORT_MISSING)
    if part.answer is None and part.was_asked_here:
        found.add(LadderEvent.NO_ANSWER)
    return frozenset(found)


def proposed(triggers: Iterable[Trigger], history: Sequence[Occasion]) -> Proposal | None:
    """Return what the rules make of an agency's invitations, the newest first; None where no trigger is met.

    The first of them is of the meeting that is being closed: without an event of its own nothing is proposed anew. The
    highest stage counts. Of several triggers that open it, those come first whose events the rules name first; of
    these the one that counts most, then one that says within what time.
    """
    place: dict[frozenset[LadderEvent], int] = {}
    met = []
    for one in triggers:
        place.setdefault(one.events, len(place))
        if counted := _counted(one, history):
            met.append(Proposal(one.opens_stage, one, counted))
    return max(
        met,
        key=lambda one: (
            one.stage,
            -place[one.trigger.events],
            len(one.counted),
            one.trigger.within_months is not None,
        ),
        default=None,
    )


def months_needed(triggers: Iterable[Trigger]) -> int:
    """Return how many months of history decide; 0 where only the meeting itself does."""
    return max((_months(trigger) for trigger in triggers), default=0)


def _months(trigger: Trigger) -> int:
    if trigger.within_months is not None:
        return trigger.within_months
    return LOOKED_BACK if trigger.count > 1 else 0


def _counted(trigger: Trigger, history: Sequence[Occasion]) -> tuple[Occasion, ...]:
    """The invitations that meet a trigger, this meeting's first; none where they do not."""
    if not history or not history[0].events & trigger.events:
        return ()
    first = add_months(history[0].on, -_months(trigger))
    found: list[Occasion] = []
    for one in history:
        if one.on < first:
            break
        if one.events & trigger.events:
            found.append(one)
        elif trigger.is_in_a_row and _could_have_counted(trigger, one):
            break
        if trigger.within_months is None and not trigger.is_in_a_row and len(found) == trigger.count:
            break
    return tuple(found) if len(found) >= trigger.count else ()


def _could_have_counted(trigger: Trigger, one: Occasion) -> bool:
    """Whether a meeting without an event ends a row: not one to which nobody expected the agency to come."""
    return one.is_expected or not trigger.events <= OF_PRESENCE


def _was_lacked(gathering: Gathering, agency_type: AgencyType) -> bool:
    """Whether a meeting that was not quorate would have lacked less with this agency."""
    if gathering.rule is None:
        return False
    without = missing(gathering.rule, gathering.present)
    if not without:
        return False
    with_it = missing(gathering.rule, gathering.present | {agency_type})
    return len(with_it.groups) + with_it.further_types < len(without.groups) + without.further_types
