"""What of last time's answers begins this time's, and what was altered in a question since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AskedNow:
    """A question of this time; `ratings` is what its scale allows to be stored."""

    question_id: int
    code: str
    ratings: Collection[str]


@dataclass(frozen=True, slots=True)
class GivenThen:
    """An answer of last time, with the code of its question."""

    response_id: int
    code: str
    rating: str | None
    narrative: str


@dataclass(frozen=True, slots=True)
class Beginning:
    """How one answer begins: as last time's, still to be confirmed, or empty."""

    question_id: int
    rating: str | None = None
    narrative: str = ""
    carried_from_id: int | None = None


def carry_over(asked: Iterable[AskedNow], given: Iterable[GivenThen]) -> list[Beginning]:
    """Begin every question that is asked now, each once and in its order, with what was said under the same code.

    Where the scale no longer has last time's rating, the words are kept and the rating is asked for anew. What had no
    rating then was no answer.
    """
    by_code = {answer.code: answer for answer in given if answer.rating is not None}
    return [_beginning(question, by_code.get(question.code)) for question in asked]


def _beginning(question: AskedNow, then: GivenThen | None) -> Beginning:
    if then is None:
        return Beginning(question.question_id)
    rating = then.rating if then.rating in question.ratings else None
    return Beginning(question.question_id, rating, then.narrative, then.response_id)


def may_confirm_unseen(*, digest_now: str, digest_then: str | None, lacks: Collection[str]) -> bool:
    """Whether a carried answer can be confirmed together with others, without its own page.

    Only where the question asks what it asked then, and asks for nothing more than was given.
    """
    return digest_then is not None and digest_now == digest_then and not lacks
