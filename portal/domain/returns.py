"""An agency's audit return: what an answer still lacks, how far the whole is, and at which stage it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar

from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.ratings import NOT_APPLICABLE

NARRATIVE_LIMIT = 10_000
COMMENT_LIMIT = 2_000

K = TypeVar("K")


class AnswerState(StrEnum):
    """How far one answer is. What was carried over is to be confirmed; what lacks something is to be finished."""

    UNANSWERED = "unanswered"
    TO_CONFIRM = "to_confirm"
    TO_FINISH = "to_finish"
    ANSWERED = "answered"


class Stage(StrEnum):
    """Where a return stands for those who work on it."""

    NOT_STARTED = "not_started"
    ANSWERING = "answering"
    READY = "ready"
    TO_BE_SIGNED = "to_be_signed"
    SIGNED = "signed"
    MODERATED = "moderated"


class Needs(Protocol):
    """What a question asks for besides the rating."""

    @property
    def needs_narrative(self) -> bool:
        """Whether words must stand beside the rating."""
        ...

    @property
    def needs_evidence(self) -> bool:
        """Whether something must back it."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How many questions were asked, are answered, wait to be confirmed, and lack something still."""

    asked: int = 0
    answered: int = 0
    to_confirm: int = 0
    to_finish: int = 0

    @property
    def unanswered(self) -> int:
        """Questions without any rating."""
        return self.asked - self.answered - self.to_confirm - self.to_finish

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do; a return that asks nothing is not an answer."""
        return 0 < self.asked == self.answered

    @property
    def is_begun(self) -> bool:
        """Whether somebody has answered anything, this time."""
        return self.answered > 0 or self.to_finish > 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.asked + other.asked,
            self.answered + other.answered,
            self.to_confirm + other.to_confirm,
            self.to_finish + other.to_finish,
        )

    def words(self) -> str:
        """One line: "31 of 72 answered, 12 to confirm"."""
        parts = [f"{self.answered} of {self.asked} answered"]
        if self.to_confirm:
            parts.append(f"{self.to_confirm} to confirm")
        if self.to_finish:
            parts.append(f"{self.to_finish} to finish")
        return ", ".join(parts)


def answer_state(*, rating: str | None, is_confirmed: bool, is_of_this_time: bool) -> AnswerState:
    """Say how far an answer is; `is_of_this_time`: somebody has saved it in this return, so it was not just carried."""
    if rating is None:
        return AnswerState.UNANSWERED
    if is_confirmed:
        return AnswerState.ANSWERED
    return AnswerState.TO_FINISH if is_of_this_time else AnswerState.TO_CONFIRM


def progress_of(states: Iterable[AnswerState]) -> Progress:
    """Count answers."""
    counted = dict.fromkeys(AnswerState, 0)
    for state in states:
        counted[state] += 1
    return Progress(
        sum(counted.values()),
        counted[AnswerState.ANSWERED],
        counted[AnswerState.TO_CONFIRM],
        counted[AnswerState.TO_FINISH],
    )


def progress_by(states: Iterable[tuple[K, AnswerState]]) -> dict[K, Progress]:
    """Count answers by what each belongs to, such as its standard, in the order in which they come."""
    sorted_out: dict[K, list[AnswerState]] = {}
    for key, state in states:
        sorted_out.setdefault(key, []).append(state)
    return {key: progress_of(found) for key, found in sorted_out.items()}


def missing(question: Needs, *, rating: str | None, narrative: str, evidence: int) -> Mapping[str, str]:
    """Return, by field, what an answer still lacks; nothing where it is whole.

    What does not apply needs no evidence, but always a reason why.
    """
    if rating is None:
        return {"rating": "Choose an answer"}
    has_words = bool(narrative.strip())
    if rating == NOT_APPLICABLE:
        return {} if has_words else {"narrative": "Say why this does not apply to you"}
    lacking = {}
    if question.needs_narrative and not has_words:
        lacking["narrative"] = "Say in a few words how you know"
    if question.needs_evidence and evidence == 0:
        lacking["evidence"] = "Add at least one piece of evidence"
    return lacking


def stage(status: ReturnStatus, progress: Progress) -> Stage:
    """Say where a return stands: one that is being answered is ready once nothing is left to do."""
    match status:
        case ReturnStatus.NOT_STARTED:
            return Stage.NOT_STARTED
        case ReturnStatus.IN_PROGRESS:
            return Stage.READY if progress.is_complete else Stage.ANSWERING
        case ReturnStatus.SUBMITTED:
            return Stage.TO_BE_SIGNED
        case ReturnStatus.SIGNED:
            return Stage.SIGNED
        case ReturnStatus.MODERATED:
            return Stage.MODERATED


def is_late(status: ReturnStatus, due_on: date, today: date) -> bool:
    """Whether a return that has not been signed is past its due day; on the day itself it is in time."""
    return status not in (ReturnStatus.SIGNED, ReturnStatus.MODERATED) and today > due_on
