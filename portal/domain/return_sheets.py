"""A return as sheets of a workbook: what stands in its rows, and what somebody who filled it in has changed.

Each row carries two hidden columns: the version of the answer, and a mark of every cell as it was written. So it can be
told, cell by cell, who changed what: the person who filled in the workbook, somebody in the portal meanwhile, or both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from portal.domain.ratings import Scale
from portal.domain.returns import COMMENT_LIMIT, NARRATIVE_LIMIT
from portal.domain.rule_json import boolean, members, objects, whole_number
from portal.domain.sheet_cells import (
    ANSWER,
    BASED,
    INSTEAD,
    MARKED,
    NO,
    OPEN,
    YES,
    Column,
    Faults,
    Link,
    evidence_line,
    has_unseen,
    line,
    lines_of,
    mark,
    read_confirmed,
    read_links,
    read_rating,
    read_version,
    read_words,
    tidy,
)

MOST_READ = 15_000
"""Characters of a cell that is only read. Excel keeps 32,767, and counts an emoji as two."""


@dataclass(frozen=True, slots=True)
class SheetQuestion:
    """A question with its answer as it stands in the portal."""

    question_id: int
    code: str
    number: str
    """What people call it by; the code finds it in a workbook."""
    text: str
    good: str
    scale: Scale
    version: int
    rating: str | None = None
    narrative: str = ""
    is_confirmed: bool = False
    then_rating: str = ""
    then_narrative: str = ""
    evidence: str = ""
    comments: str = ""
    actions: str = ""

    def texts(self) -> list[str]:
        """Return what stands in its row, column by column."""
        visible = {
            Column.CODE: self.code,
            Column.QUESTION: self.text,
            Column.GOOD: self.good,
            Column.THEN_RATING: self.then_rating,
            Column.THEN_NARRATIVE: self.then_narrative,
            Column.RATING: self.scale.label(self.rating),
            Column.NARRATIVE: self.narrative,
            Column.CONFIRMED: YES if self.is_confirmed else NO,
            Column.EVIDENCE: self.evidence,
            Column.NEW_LINKS: "",
            Column.COMMENTS: self.comments,
            Column.NEW_COMMENT: "",
            Column.ACTIONS: self.actions,
        }
        texts = [visible[column] if column in OPEN else fitted(visible[column]) for column in MARKED]
        return [*texts, str(self.version), " ".join(mark(text) for text in texts)]

    def says(self, column: Column) -> str:
        """Return one part of the answer as people read it."""
        return self.scale.label(self.rating) if column is Column.RATING else self.narrative

    @property
    def choices(self) -> list[str]:
        """The answers that can be chosen, best first, as people know them."""
        return [self.scale.label(code) for code in (*reversed(self.scale.codes[:-1]), self.scale.codes[-1])]


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody's row says; `base` are the marks of its cells as they were downloaded."""

    question_id: int
    version: int
    rating: str | None
    narrative: str
    is_confirmed: bool
    links: tuple[Link, ...] = ()
    comment: str = ""
    base: Mapping[Column, str] = field(default_factory=dict, hash=False)

    def says(self, column: Column, scale: Scale) -> str:
        """Return one part of the answer as people read it."""
        return scale.label(self.rating) if column is Column.RATING else self.narrative

    def to_plain(self) -> dict[str, Any]:
        """Return it as plain data, to be looked at by a person before it is taken."""
        return {
            "question_id": self.question_id,
            "version": self.version,
            "rating": self.rating or "",
            "narrative": self.narrative,
            "is_confirmed": self.is_confirmed,
            "links": [[link.title, link.url, link.dated_on.isoformat()] for link in self.links],
            "comment": self.comment,
            "base": [self.base[column] for column in BASED],
        }

    @classmethod
    def from_plain(cls, sent: object) -> Self:
        """Read back what `to_plain` wrote; raises ValueError for anything else."""
        found = members(sent, "a row", _MEMBERS)
        rating, narrative, comment = (line(found, name) for name in ("rating", "narrative", "comment"))
        links = [[str(part) for part in objects({"link": one}, "link")] for one in objects(found, "links")]
        base = [str(one) for one in objects(found, "base")]
        if has_unseen(narrative + comment) or any(len(link) != 3 for link in links):
            raise ValueError("A row holds what no workbook gives.")
        return cls(
            question_id=whole_number(found, "question_id"),
            version=whole_number(found, "version"),
            rating=rating or None,
            narrative=tidy(narrative),
            is_confirmed=boolean(found, "is_confirmed"),
            links=tuple(Link(title, url, date.fromisoformat(day)) for title, url, day in links),
            comment=tidy(comment),
            base=dict(zip(BASED, base, strict=True)),
        )


_MEMBERS = {"question_id", "version", "rating", "narrative", "is_confirmed", "links", "comment", "base"}


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that says something else than the portal; on both sides changed, somebody must choose."""

    column: Column
    now: str
    typed: str
    is_conflict: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a row would change of one answer."""

    question: SheetQuestion
    typed: Typed
    cells: tuple[CellChange, ...] = ()
    confirms: bool = False
    """Only says that what was carried over is still true."""

    @property
    def conflicts(self) -> tuple[CellChange, ...]:
        """Cells that were changed on both sides."""
        return tuple(cell for cell in self.cells if cell.is_conflict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.cells or self.confirms or self.typed.links or self.typed.comment)


def marks(said: str) -> Mapping[Column, str] | None:
    """Return a row's marks by column; None where somebody has lost them."""
    found = said.split()
    return dict(zip(MARKED, found, strict=True)) if len(found) == len(MARKED) else None


def is_untouched(text: Callable[[Column], str], base: Mapping[Column, str]) -> bool:
    """Whether every cell of a row still says what it said when it was downloaded."""
    return all(mark(text(column)) == base[column] for column in MARKED)


def read_row(
    text: Callable[[Column], str], base: Mapping[Column, str], question: SheetQuestion, today: date, faults: Faults
) -> Typed:
    """Return what a row says; what is wrong with its cells goes into `faults`."""
    for column in MARKED:
        if column not in OPEN and mark(text(column)) != base[column]:
            faults.append((column, f"this cell is only to be read. {INSTEAD.get(column, 'Leave it as it was')}"))
    return Typed(
        question_id=question.question_id,
        version=read_version(text(Column.VERSION), faults),
        rating=read_rating(tidy(text(Column.RATING)), question.scale, faults),
        narrative=read_words(text(Column.NARRATIVE), Column.NARRATIVE, NARRATIVE_LIMIT, base, faults),
        is_confirmed=read_confirmed(tidy(text(Column.CONFIRMED)), base, faults),
        links=read_links(tidy(text(Column.NEW_LINKS)), today, faults),
        comment=read_words(text(Column.NEW_COMMENT), Column.NEW_COMMENT, COMMENT_LIMIT, base, faults),
        base={column: base[column] for column in BASED},
    )


def compare(typed: Typed, now: SheetQuestion, who: str) -> RowChange:
    """Return what a row changes of the answer as it stands now; `who` is the person whose workbook it is.

    A cell that its owner left as it was changes nothing, whatever the portal says by now. Links and comments that have
    been taken before are not taken again.
    """
    cells = []
    for column in ANSWER:
        mine, theirs, base = typed.says(column, now.scale), now.says(column), typed.base[column]
        if tidy(mine) == tidy(theirs) or mark(mine) == base:
            continue
        is_conflict = typed.version != now.version and mark(theirs) != base
        cells.append(CellChange(column, theirs, mine, is_conflict))
    is_what_was_seen = all(mark(now.says(column)) == typed.base[column] for column in ANSWER)
    confirms = typed.is_confirmed and not now.is_confirmed and not cells and is_what_was_seen
    return RowChange(now, _only_new(typed, now, who), tuple(cells), confirms and now.rating is not None)


def _only_new(typed: Typed, now: SheetQuestion, who: str) -> Typed:
    given = now.evidence.split("\n")
    links = tuple(
        link
        for link in typed.links
        if not any(piece.endswith(evidence_line("", link.url, link.dated_on)) for piece in given)
    )
    ending = ": " + lines_of([typed.comment])
    said = any(piece.startswith(f"{who}, ") and piece.endswith(ending) for piece in now.comments.split("\n"))
    return replace(typed, links=links, comment="" if said else typed.comment)


def choice_name(question_id: int, column: Column) -> str:
    """Return what the choice between the two texts of a cell is called in a form."""
    return f"choice-{question_id}-{column.name.lower()}"


def settled(change: RowChange, chosen: Mapping[Column, bool]) -> tuple[str | None, str]:
    """Return rating and narrative as they are to be saved; `chosen` says of each conflict whether the workbook wins."""
    takes = {cell.column: not cell.is_conflict or chosen[cell.column] for cell in change.cells}
    rating = change.typed.rating if takes.get(Column.RATING) else change.question.rating
    narrative = change.typed.narrative if takes.get(Column.NARRATIVE) else change.question.narrative
    return rating, narrative


def fitted(text: str) -> str:
    """Return a text that is only to be read, cut where Excel would leave it away."""
    if len(text) <= MOST_READ:
        return text
    return text[:MOST_READ].rstrip() + "… The rest can be read in the portal."
