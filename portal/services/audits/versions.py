"""Two versions of a return side by side: which answers changed, in rating, in words or in evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from portal.access import answers as answers_access
from portal.access import audits as audits_access
from portal.access import signing as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.ratings import scales_from_plain
from portal.domain.text_changes import Piece, word_differences
from portal.models.audits import AuditReturn, AuditRound, Response, ReturnVersion
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.services.audits.question_numbers import QUESTION_NUMBER
from portal.services.audits.returns_page import ReturnFacts, return_facts


@dataclass(frozen=True, slots=True)
class Backing:
    """A piece of evidence as it is compared: the same file or link under the same name and day is the same piece."""

    title: str
    dated_on: date
    url: str | None
    file_id: int | None


@dataclass(frozen=True, slots=True)
class Side:
    """An answer in one version."""

    rating: str
    colour: str
    narrative: str
    evidence: tuple[Backing, ...]


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question whose answer differs between the two."""

    question_id: int
    number: str
    text: str
    standard: str
    before: Side
    after: Side

    @property
    def rating_changed(self) -> bool:
        """Whether it is rated otherwise."""
        return self.before.rating != self.after.rating

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Both texts as one, word by word; empty where they are the same."""
        if self.before.narrative == self.after.narrative:
            return ()
        return word_differences(self.before.narrative, self.after.narrative)

    @property
    def added(self) -> tuple[Backing, ...]:
        """Evidence that came."""
        return tuple(piece for piece in self.after.evidence if piece not in self.before.evidence)

    @property
    def removed(self) -> tuple[Backing, ...]:
        """Evidence that went."""
        return tuple(piece for piece in self.before.evidence if piece not in self.after.evidence)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a return, the older and the newer, and what changed between them."""

    facts: ReturnFacts
    numbers: tuple[int, ...]
    older: int
    newer: int
    changed: tuple[ChangedAnswer, ...]
    asked: int


def compare_versions(viewer: Viewer, return_id: int, one: int | None = None, other: int | None = None) -> Comparison:
    """Compare two versions, without numbers the newest with the one before. Raises NotVisible, also for one version."""
    session: Session = db.session()
    facts = return_facts(session, viewer, return_id)
    numbers = tuple(
        session.scalars(
            access.versions_visible_to(viewer)
            .where(ReturnVersion.return_id == return_id)
            .order_by(ReturnVersion.number)
            .with_only_columns(ReturnVersion.number)
        )
    )
    if len(numbers) < 2:
        raise NotVisible("There is no other version.")
    newer = numbers[-1] if one is None else one
    older = max((number for number in numbers if number < newer), default=0) if other is None else other
    older, newer = min(older, newer), max(older, newer)
    if older == newer or not {older, newer} <= set(numbers):
        raise NotVisible("There is no such version.")
    rows = session.execute(_answers(viewer, return_id, older, newer)).all()
    if not rows:
        raise NotVisible("Nothing of this return can be read.")
    backing = _evidence(session, viewer, return_id, older, newer)
    sides: dict[int, dict[int, Row[*tuple[Any, ...]]]] = {}
    for row in rows:
        sides.setdefault(row.question_id, {})[row.number] = row
    pairs = [(found[older], found[newer]) for found in sides.values() if older in found and newer in found]
    compared = [_compared(before, after, backing) for before, after in pairs]
    changed = tuple(answer for answer in compared if answer.before != answer.after)
    return Comparison(facts, numbers, older, newer, changed, len(pairs))


def _answers(viewer: Viewer, return_id: int, older: int, newer: int) -> Any:
    return (
        audits_access.answers_visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Response.standard_id)
        .where(Response.return_id == return_id, Response.number.in_((older, newer)))
        .order_by(Question.position, Response.number)
        .with_only_columns(
            Response.id,
            Response.number,
            Response.question_id,
            Response.rating,
            Response.narrative,
            QUESTION_NUMBER,
            Question.text,
            Question.scale,
            Standard.title,
            FrameworkEdition.scales,
        )
    )


def _evidence(
    session: Session, viewer: Viewer, return_id: int, older: int, newer: int
) -> Mapping[int, tuple[Backing, ...]]:
    rows = session.execute(
        answers_access.evidence_visible_to(viewer)
        .join(Response, Response.id == Evidence.response_id)
        .where(Response.return_id == return_id, Response.number.in_((older, newer)))
        .order_by(Evidence.id)
        .with_only_columns(Evidence.response_id, Evidence.title, Evidence.dated_on, Evidence.url, Evidence.file_id)
    )
    found: dict[int, tuple[Backing, ...]] = {}
    for row in rows:
        piece = Backing(row.title, row.dated_on, row.url, row.file_id)
        found[row.response_id] = (*found.get(row.response_id, ()), piece)
    return found


def _compared(before: Any, after: Any, backing: Mapping[int, tuple[Backing, ...]]) -> ChangedAnswer:
    scale = scales_from_plain(after.scales)[after.scale]

    def side(row: Any) -> Side:
        evidence = frozenset(backing.get(row.id, ()))
        in_order = tuple(sorted(evidence, key=lambda piece: (piece.dated_on, piece.title, piece.file_id or 0)))
        return Side(scale.label(row.rating), scale.colour(row.rating).value, row.narrative, in_order)

    return ChangedAnswer(after.question_id, after.question_number, after.text, after.title, side(before), side(after))
