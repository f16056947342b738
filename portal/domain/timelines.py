"""What happens in a family's timeline: the kinds of it, their one order, and what of it somebody asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class TimelineKind(StrEnum):
    """A kind of happening, in the order in which those of one day follow from each other."""

    REPORT = "report"
    MEETING = "meeting"
    ATTENDANCE = "attendance"
    DECISION = "decision"
    PLAN = "plan"
    ACTION = "action"
    ESCALATION = "escalation"


KIND_WORDS: Mapping[TimelineKind, str] = {
    TimelineKind.REPORT: "Reports",
    TimelineKind.MEETING: "Meetings",
    TimelineKind.ATTENDANCE: "Who came",
    TimelineKind.DECISION: "Decisions",
    TimelineKind.PLAN: "Plans",
    TimelineKind.ACTION: "Actions",
    TimelineKind.ESCALATION: "Escalations and alerts",
}
"""What pages call each kind."""

_RANK = {kind: place for place, kind in enumerate(TimelineKind)}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line. With its kind, `id` and `place` tell it from all others.

    `meeting_id` is the meeting behind it, where there is one; `child_id` the child it is about, where not the whole
    family; `invitation_id` the agency's part in the meeting, where it is about one agency.
    """

    kind: TimelineKind
    on: date
    id: int
    what: str
    state: StrEnum | None = None
    details: tuple[str, ...] = ()
    place: int = 0
    meeting_id: int | None = None
    child_id: int | None = None
    invitation_id: int | None = None

    @property
    def key(self) -> tuple[date, int, int, int]:
        """Where it stands among all others: no two share it."""
        return (self.on, _RANK[self.kind], self.id, self.place)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; days are both included, and without a kind all of them are shown."""

    kind: TimelineKind | None = None
    from_day: date | None = None
    to_day: date | None = None

    def has(self, one: Happening) -> bool:
        """Say whether a happening is asked for."""
        return (
            (self.kind is None or one.kind is self.kind)
            and (self.from_day is None or one.on >= self.from_day)
            and (self.to_day is None or one.on <= self.to_day)
        )


def in_order(happenings: Iterable[Happening]) -> list[Happening]:
    """Return happenings with the newest first; of one day, what followed from the rest first."""
    return sorted(happenings, key=lambda one: one.key, reverse=True)


def of_child(happenings: Iterable[Happening], child_id: int, not_known: frozenset[int]) -> list[Happening]:
    """Return what concerns one child: what is about the whole family, and nothing of a brother or sister alone.

    `not_known` are the invitations whose agencies do not know the child: their reports are about the others.
    """
    return [
        one
        for one in happenings
        if one.child_id in (None, child_id) and not (one.kind is TimelineKind.REPORT and one.invitation_id in not_known)
    ]
