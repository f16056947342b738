"""Feedback counted: how families and professionals answered each question, small counts withheld in all alike.

The tables of one side (a table for each question, one for the record, one for languages) all count the same people, so
that each shows the same totals by kind of conference. What is withheld of a total in one is withheld in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.count_tables import CountTable, Part, sharing
from portal.domain.feedback_vocabulary import Reply
from portal.domain.feedback_words import Question
from portal.domain.small_counts import Table

LEFT_OUT = "left_out"
"""The column of those who gave no answer to a question."""

COLUMNS = (Reply.YES.value, Reply.NO.value, Reply.NOT_SURE.value, LEFT_OUT)


@dataclass(frozen=True, slots=True)
class Answered:
    """How a question was answered about one kind of conference, or (None) about all; None is a count withheld."""

    question: Question
    yes: int | None
    no: int | None
    not_sure: int | None
    left_out: int | None

    @property
    def share(self) -> Part:
        """Those who gave the answer that the figures put into words, of those who said yes or no."""
        if self.yes is None or self.no is None:
            return Part(None, None)
        return Part(self.yes if self.question.counted is Reply.YES else self.no, self.yes + self.no)


def tables(counted: Mapping[str, Table], hidden_up_to: int | None) -> dict[str, CountTable]:
    """Make the tables of one side, by what they count; rows are kinds of conference. Without a limit all is shown."""
    return sharing(counted, hidden_up_to, lambda place: place[1] is None)


def answered(question: Question, table: CountTable, row: str | None) -> Answered:
    """One question's counts, about a kind of conference or about all."""
    return Answered(question, *(table.count(row, column) for column in COLUMNS))
