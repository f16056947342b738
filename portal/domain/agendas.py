"""What a challenge session should ask about: the answers that something speaks against, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from portal.domain.contradictions import Contradiction
from portal.domain.ratings import NOT_APPLICABLE, Colour, Scale, jump
from portal.domain.rule_json import day, members, objects, text, whole_number
from portal.domain.working_days import add_months

BIG_JUMP = 0.5
"""A rating that moved by more than half of its scale since last time is asked about, upwards as downwards."""


class ReasonKind(StrEnum):
    """Why an answer stands on the agenda."""

    CONTRADICTED = "contradicted"
    RATED_LOWER = "rated_lower"
    WEAK_WITHOUT_ACTION = "weak_without_action"
    ROSE = "rose"
    FELL = "fell"
    NO_EVIDENCE = "no_evidence"
    OLD_EVIDENCE = "old_evidence"


WEIGHTS: Mapping[ReasonKind, int] = {
    ReasonKind.CONTRADICTED: 6,
    ReasonKind.RATED_LOWER: 5,
    ReasonKind.WEAK_WITHOUT_ACTION: 4,
    ReasonKind.ROSE: 3,
    ReasonKind.FELL: 3,
    ReasonKind.NO_EVIDENCE: 2,
    ReasonKind.OLD_EVIDENCE: 1,
}
"""How much each reason counts for; a point's weight is their sum times its question's own."""

LONGEST_OPEN = 5
"""More points than these, each for the same reason, are folded under their heading."""


class GroupKind(StrEnum):
    """What the points of a group have in common, in the order in which a session takes them."""

    FIGURES = "figures"
    PANEL = "panel"
    MOVED = "moved"
    RED = "red"
    AMBER = "amber"
    EVIDENCE = "evidence"


GROUP_WORDS: Mapping[GroupKind, str] = {
    GroupKind.FIGURES: "The portal’s own figures say otherwise",
    GroupKind.PANEL: "The panel rates it lower",
    GroupKind.MOVED: "Moved by more than half of the scale since last time",
    GroupKind.RED: "Red, without an action",
    GroupKind.AMBER: "Amber, without an action",
    GroupKind.EVIDENCE: "Green, without recent evidence",
}

_GROUP_OF: Mapping[ReasonKind, GroupKind] = {
    ReasonKind.CONTRADICTED: GroupKind.FIGURES,
    ReasonKind.RATED_LOWER: GroupKind.PANEL,
    ReasonKind.ROSE: GroupKind.MOVED,
    ReasonKind.FELL: GroupKind.MOVED,
    ReasonKind.NO_EVIDENCE: GroupKind.EVIDENCE,
    ReasonKind.OLD_EVIDENCE: GroupKind.EVIDENCE,
}
"""Where each reason alone would put a point; a weak answer goes by its colour."""

_PLACES = {kind: place for place, kind in enumerate(GroupKind)}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one answer when the agenda is made."""

    question_id: int
    position: int
    weight: int
    scale: Scale
    rating: str | None
    evidence: tuple[date, ...] = ()
    """The days of its evidence."""
    has_action: bool = False
    share_before: float | None = None
    """How much was in place last time, where the question was asked then and has not been altered."""
    rating_before: str = ""
    """Last time's rating in words."""
    panel_rating: str | None = None
    contradictions: tuple[Contradiction, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, with the fact that it rests on."""

    kind: ReasonKind
    contradiction: Contradiction | None = None
    rating: str | None = None
    """Last time's rating in words, or the panel's by its code."""
    newest: date | None = None

    def to_plain(self) -> dict[str, Any]:
        """Return what a frozen agenda stores."""
        return {
            "kind": self.kind.value,
            "contradiction": self.contradiction.to_plain() if self.contradiction else None,
            "rating": self.rating,
            "newest": self.newest.isoformat() if self.newest else None,
        }

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a reason", {"kind", "contradiction", "rating", "newest"})
        contradiction = found["contradiction"]
        return cls(
            ReasonKind(text(found, "kind")),
            None if contradiction is None else Contradiction.from_plain(contradiction),
            _optional(found, "rating"),
            None if found["newest"] is None else day(found, "newest"),
        )


@dataclass(frozen=True, slots=True)
class Point:
    """An answer to ask about, with every reason to."""

    question_id: int
    rating: str | None
    weight: int
    reasons: tuple[Reason, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return what a frozen agenda stores: ids, kinds and figures, no narrative."""
        reasons = [reason.to_plain() for reason in self.reasons]
        return {"question_id": self.question_id, "rating": self.rating, "weight": self.weight, "reasons": reasons}

    @classmethod
    def from_plain(cls, stored: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(stored, "a point", {"question_id", "rating", "weight", "reasons"})
        reasons = tuple(Reason.from_plain(reason) for reason in objects(found, "reasons"))
        return cls(
            whole_number(found, "question_id"),
            _optional(found, "rating"),
            whole_number(found, "weight"),
            reasons,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Points that are alike, numbered through the whole agenda."""

    kind: GroupKind
    points: tuple[tuple[int, Point], ...]

    @property
    def words(self) -> str:
        """Its heading, with the count: "Red, without an action (12)"."""
        return f"{GROUP_WORDS[self.kind]} ({len(self.points)})"

    @property
    def says_all(self) -> bool:
        """Whether the heading is the whole reason of each of its points."""
        return self.kind in (GroupKind.RED, GroupKind.AMBER)

    @property
    def is_folded(self) -> bool:
        """Whether it is long, and of what can wait: a session first asks what speaks against an answer."""
        return self.kind in (GroupKind.AMBER, GroupKind.EVIDENCE) and len(self.points) > LONGEST_OPEN


def grouped(points: Iterable[Point], scales: Mapping[int, Scale]) -> list[Group]:
    """Put points together that are alike, each by its weightiest reason; within a group they keep their order.

    `scales` are those of their questions, by id.
    """
    by_kind: dict[GroupKind, list[Point]] = {kind: [] for kind in GroupKind}
    for point in points:
        by_kind[_group_of(point, scales[point.question_id])].append(point)
    found, number = [], 1
    for kind, alike in by_kind.items():
        if alike:
            found.append(Group(kind, tuple(enumerate(alike, start=number))))
            number += len(alike)
    return found


def _group_of(point: Point, scale: Scale) -> GroupKind:
    weak = GroupKind.RED if scale.colour(point.rating) is Colour.RED else GroupKind.AMBER
    return min((_GROUP_OF.get(reason.kind, weak) for reason in point.reasons), key=_PLACES.__getitem__)


def words(reason: Reason, scale: Scale, agency: str, *, hidden_up_to: int | None = None) -> str:
    """Return a reason as a sentence; `hidden_up_to` as in Contradiction.words."""
    if reason.contradiction is not None:
        return reason.contradiction.words(agency, hidden_up_to=hidden_up_to)
    match reason.kind:
        case ReasonKind.RATED_LOWER:
            return f"The panel rates it lower: {_within(scale.label(reason.rating))}."
        case ReasonKind.WEAK_WITHOUT_ACTION:
            return "There is no action to put it right."
        case ReasonKind.ROSE:
            return f"It was {_within(reason.rating or '')} last time: what has changed?"
        case ReasonKind.FELL:
            return f"It was {_within(reason.rating or '')} last time: what went wrong?"
        case ReasonKind.OLD_EVIDENCE if reason.newest is not None:
            return f"The newest evidence is of {reason.newest:%B %Y}."
    return "No evidence was given."


def _within(label: str) -> str:
    """A rating as it stands within a sentence: "Green: fully in place" is "green"."""
    short = label.partition(":")[0]
    return f"{short[:1].lower()}{short[1:]}"


def _optional(found: Mapping[str, object], name: str) -> str | None:
    return None if found[name] is None else text(found, name)


def agenda(answers: Iterable[Answer], *, signed_on: date, evidence_months: int) -> list[Point]:
    """Return the points to ask about, the weightiest first and otherwise in the order of the questions.

    Evidence is old where it was older than `evidence_months` on the day of signing: what has aged while the agency
    waited for its session is not held against it. What was not rated, or does not apply, is not asked about.
    """
    old_before = add_months(signed_on, -evidence_months)
    found = []
    for answer in answers:
        reasons = tuple(_reasons(answer, old_before))
        if reasons:
            weight = answer.weight * sum(WEIGHTS[reason.kind] for reason in reasons)
            found.append((-weight, answer.position, Point(answer.question_id, answer.rating, weight, reasons)))
    return [point for _, _, point in sorted(found, key=lambda entry: entry[:2])]


def _reasons(answer: Answer, old_before: date) -> Iterator[Reason]:
    if answer.rating is None or answer.rating == NOT_APPLICABLE:
        return
    for contradiction in answer.contradictions:
        yield Reason(ReasonKind.CONTRADICTED, contradiction=contradiction)
    share = answer.scale.share(answer.rating)
    panel = answer.scale.share(answer.panel_rating)
    if share is not None and panel is not None and panel < share:
        yield Reason(ReasonKind.RATED_LOWER, rating=answer.panel_rating)
    if answer.scale.is_weak(answer.rating) and not answer.has_action:
        yield Reason(ReasonKind.WEAK_WITHOUT_ACTION)
    moved = jump(answer.share_before, share)
    if moved is not None and abs(moved) > BIG_JUMP:
        yield Reason(ReasonKind.ROSE if moved > 0 else ReasonKind.FELL, rating=answer.rating_before)
    if answer.scale.is_good(answer.rating):
        yield from _of_evidence(answer.evidence, old_before)


def _of_evidence(evidence: tuple[date, ...], old_before: date) -> Iterator[Reason]:
    if not evidence:
        yield Reason(ReasonKind.NO_EVIDENCE)
    elif max(evidence) < old_before:
        yield Reason(ReasonKind.OLD_EVIDENCE, newest=max(evidence))
