"""What a request for all that is held on one child gives, and what in it may be about somebody else.

A person gets what is held on them and not what is held on others: UK GDPR article 15(4) and paragraph 16 of schedule 2
to the Data Protection Act 2018. So each passage that may name somebody else is marked, and a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

BLOT = "█████"
LONGEST_ASKER = 2_000


class Mark(StrEnum):
    """Why somebody has to look at a passage before it is given."""

    OTHER_CHILD = "other_child"
    OTHER_PERSON = "other_person"
    CONFIDENTIAL = "confidential"
    DRAFT = "draft"
    """What an agency wrote and never sent: it is asked before that is given."""
    FILE = "file"


class Decision(StrEnum):
    """What becomes of a marked passage."""

    GIVE = "give"
    BLOT = "blot"
    """Given, with the names of others blotted out."""
    WITHHOLD = "withhold"


MARK_WORDS: dict[Mark, str] = {
    Mark.OTHER_CHILD: "About another child",
    Mark.OTHER_PERSON: "Names another person",
    Mark.CONFIDENTIAL: "Told in confidence, or for the chair alone",
    Mark.DRAFT: "A draft that was never sent: ask whoever wrote it",
    Mark.FILE: "A file, which may name anybody",
}
DECISION_WORDS: dict[Decision, str] = {
    Decision.GIVE: "Give it",
    Decision.BLOT: "Give it with others’ names blotted out",
    Decision.WITHHOLD: "Withhold it",
}
WITHHELD = "[withheld: {why}]"
READ_SO = "about somebody else"
"""Why something is withheld that was not marked: somebody who read it knew whom it is about."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is: how many passages must be looked at, and about how many of them is decided."""

    marked: int
    decided: int

    @property
    def is_done(self) -> bool:
        """Whether nothing waits any more."""
        return self.decided >= self.marked

    @property
    def numbers(self) -> tuple[int, int]:
        """As it is stored."""
        return self.marked, self.decided


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing that is held: where it stands, what it is, its words, and why somebody must look at it."""

    place: str
    """`table/row/column`."""
    title: str
    """What the table holds, in plain words."""
    row: str
    label: str
    words: str
    mark: Mark | None = None
    others: tuple[str, ...] = ()
    """The names of others that stand in it."""

    @property
    def kind(self) -> str:
        """The kind of record that it stands in: its table."""
        return self.place.partition("/")[0]

    @property
    def as_read(self) -> str:
        """All that somebody saw who decided about it: its words, why it was marked, and whom it names."""
        return "\n".join((self.mark or "", *self.others, self.words))

    def given(self, decision: Decision | None) -> str:
        """Its words as they are handed out: what is marked and nobody has decided about is withheld.

        What is not marked is given, unless somebody who read it withheld it.
        """
        if decision is Decision.GIVE or (self.mark is None and decision is None):
            return self.words
        if decision is Decision.BLOT and self.mark is not Mark.FILE:
            return blotted(self.words, self.others)
        return WITHHELD.format(why=MARK_WORDS[self.mark].lower() if self.mark else READ_SO)


def names_in(words: str, names: Iterable[str]) -> tuple[str, ...]:
    """Which of these names stand in a text, as whole words, in any case."""
    return tuple(name for name in names if name.strip() and _pattern(name).search(words))


def blotted(words: str, names: Collection[str], blot: str = BLOT) -> str:
    """The text without these names; the longest first, so that none leaves a part of another."""
    for name in sorted(filter(str.strip, names), key=len, reverse=True):
        words = _pattern(name).sub(blot, words)
    return words


def _pattern(name: str) -> re.Pattern[str]:
    parts = r"\s+".join(re.escape(part) for part in name.split())
    return re.compile(rf"(?<!\w){parts}(?!\w)", re.IGNORECASE)
