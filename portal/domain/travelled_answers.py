"""What of a return from another partnership answers questions here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.portable_returns import PortableAnswer


class Fit(StrEnum):
    """What a travelled answer is to a question here: an answer to it, or to one that reads otherwise."""

    SAME = "same"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class AskedHere:
    """A question here; `ratings` is what its scale allows to be stored."""

    code: str
    digest: str
    ratings: Collection[str]


def match(asked: Iterable[AskedHere], answers: Iterable[PortableAnswer]) -> Mapping[str, tuple[Fit, PortableAnswer]]:
    """Return, by code, the travelled answer to each question here that has one; what is left out is asked anew."""
    given = {answer.code: answer for answer in answers}
    return {
        question.code: (_fit(question, given[question.code]), given[question.code])
        for question in asked
        if question.code in given
    }


def _fit(question: AskedHere, answer: PortableAnswer) -> Fit:
    is_same = question.digest == answer.digest and answer.rating in question.ratings
    return Fit.SAME if is_same else Fit.ALTERED
