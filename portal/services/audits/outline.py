"""A return in outline: its sections and their questions with how far each is, as one viewer sees them; by one query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from sqlalchemy import and_
from sqlalchemy.orm import Session, aliased

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.domain.returns import AnswerState, Progress, answer_state, progress_of
from portal.models.audits import AuditReturn, Response
from portal.models.frameworks import Question, Standard
from portal.services.audits.question_numbers import QUESTION_NUMBER

OPEN_STATES = frozenset({AnswerState.UNANSWERED, AnswerState.TO_CONFIRM, AnswerState.TO_FINISH})
"""States of answers that still want something."""

_then, _asked_then = aliased(Response), aliased(Question)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of a return."""

    question_id: int
    number: str
    """As the edition counts: the third question of its second standard is "2.3", whoever else is not asked one."""
    text: str
    state: AnswerState
    rating: str | None
    is_altered: bool
    """Carried over from a question that asked something else."""


@dataclass(frozen=True)
class Theme:
    """One section of a return."""

    standard_id: int
    number: int
    code: str
    title: str
    entries: tuple[Entry, ...]

    @cached_property
    def progress(self) -> Progress:
        """How far it is."""
        return progress_of(entry.state for entry in self.entries)

    @property
    def unaltered(self) -> int:
        """How many carried answers wait whose question is the same: they can be confirmed together."""
        return sum(entry.state is AnswerState.TO_CONFIRM and not entry.is_altered for entry in self.entries)

    @property
    def go_on_at(self) -> int:
        """The question to open: the first that wants something, or the first of all."""
        return next((entry.question_id for entry in self.entries if entry.state in OPEN_STATES), self.first)

    @property
    def first(self) -> int:
        """Its first question."""
        return self.entries[0].question_id

    def holds(self, question_id: int) -> bool:
        """Whether a question stands in it."""
        return any(entry.question_id == question_id for entry in self.entries)


@dataclass(frozen=True)
class Outline:
    """The sections that the viewer sees, in order."""

    themes: tuple[Theme, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every question, in order."""
        return tuple(entry for theme in self.themes for entry in theme.entries)

    @cached_property
    def progress(self) -> Progress:
        """How far all of it is."""
        return sum((theme.progress for theme in self.themes), Progress())

    @property
    def themes_done(self) -> int:
        """How many sections want nothing more."""
        return sum(theme.progress.is_complete for theme in self.themes)

    @property
    def go_on_at(self) -> int | None:
        """Where somebody stopped: the first question that wants something; none where all is done."""
        return _first_open(self.entries)

    def theme_of(self, question_id: int) -> Theme | None:
        """The section that a question stands in."""
        return next((theme for theme in self.themes if theme.holds(question_id)), None)

    def next_to_do(self, question_id: int) -> int | None:
        """The next question after this one that wants something, from the beginning again after the last."""
        place = self._place(question_id)
        return _first_open((*self.entries[place + 1 :], *self.entries[:place]))

    def neighbours(self, question_id: int) -> tuple[Entry | None, Entry | None]:
        """The questions before and after, whatever their state."""
        place = self._place(question_id)
        before = self.entries[place - 1] if place > 0 else None
        return before, self.entries[place + 1] if place + 1 < len(self.entries) else None

    def number_of(self, question_id: int) -> str:
        """What people call a question by."""
        return self.entries[self._place(question_id)].number

    def _place(self, question_id: int) -> int:
        return next((place for place, entry in enumerate(self.entries) if entry.question_id == question_id), 0)


def outline_of(session: Session, viewer: Viewer, return_id: int) -> Outline:
    """The newest version of a return; empty where the viewer may read no answer, or there is none yet."""
    rows = session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Response.standard_id)
        .outerjoin(_then, _then.id == Response.carried_from_id)
        .outerjoin(_asked_then, and_(_asked_then.id == _then.question_id))
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .order_by(Standard.position, Question.position)
        .with_only_columns(
            Response.standard_id,
            Standard.position,
            Standard.code.label("standard_code"),
            Standard.title,
            Response.question_id,
            QUESTION_NUMBER,
            Question.text,
            Response.rating,
            Response.is_confirmed,
            Response.answered_at,
            (_asked_then.digest != Question.digest).label("is_altered"),
        )
    )
    themes = []
    for (standard_id, number, code, title), found in groupby(
        rows, key=lambda row: (row.standard_id, row.position, row.standard_code, row.title)
    ):
        entries = tuple(
            Entry(
                row.question_id,
                row.question_number,
                row.text,
                answer_state(
                    rating=row.rating, is_confirmed=row.is_confirmed, is_of_this_time=row.answered_at is not None
                ),
                row.rating,
                bool(row.is_altered),
            )
            for row in found
        )
        themes.append(Theme(standard_id, number, code, title, entries))
    return Outline(tuple(themes))


def _first_open(entries: Iterable[Entry]) -> int | None:
    return next((entry.question_id for entry in entries if entry.state in OPEN_STATES), None)
