"""What a pack says, before it is a PDF, a workbook or text files: parts with words, tables and pictures.

All three are drawn from the same, so that they cannot differ. What may not be shown has been withheld by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

TOO_FEW = "too few"
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure in a table: in words for paper, and as numbers for whoever goes on counting with it."""

    words: str
    amount: Decimal | None = None
    """Per cent, or the number itself; None where it is withheld, or there is nothing to have a share of."""
    part: int | None = None
    whole: int | None = None
    is_withheld: bool = False

    @property
    def numbers(self) -> tuple[PaperCell, PaperCell, PaperCell]:
        """The amount, and what it is so many of how many of."""
        if self.is_withheld:
            return TOO_FEW, shown_count(self.part), shown_count(self.whole)
        return self.amount, self.part, self.whole


PaperCell = str | int | Decimal | PaperFigure | None
"""None stands for nothing to say; a withheld number is the words "too few"."""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table: its first column names the rows."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[PaperCell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class PaperPicture:
    """A chart as SVG, with what it shows in words for whoever does not see it."""

    title: str
    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class PaperPart:
    """One part of a pack. `as_at` says of which day and revision its figures are; `counts` what each means."""

    title: str
    as_at: str
    words: Sequence[str] = ()
    points: Sequence[str] = ()
    """What needs attention, sentence by sentence."""
    pictures: Sequence[PaperPicture] = ()
    tables: Sequence[PaperTable] = ()
    counts: Sequence[tuple[str, str]] = ()
    """Each figure's name, and what it means."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole pack."""

    title: str
    about: str
    """Whose, and of which period."""
    as_at: str
    """The day and the revision that stand on every page."""
    warning: str = ""
    """Said loudly: that the figures are not frozen, and may still change."""
    notes: Sequence[str] = ()
    parts: Sequence[PaperPart] = field(default_factory=tuple)


def cell_words(cell: PaperCell) -> str:
    """Return a cell as print has it: thousands with a comma, a dash for nothing."""
    if cell is None:
        return NOTHING
    if isinstance(cell, PaperFigure):
        return cell.words
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def in_numbers(table: PaperTable) -> PaperTable:
    """Return a table whose figures stand in three columns each: the amount, how many, and of how many."""
    is_figure = [any(isinstance(row[place], PaperFigure) for row in table.rows) for place in range(len(table.heads))]
    heads = [
        words
        for head, split in zip(table.heads, is_figure, strict=True)
        for words in ((head, f"{head}: number", f"{head}: of") if split else (head,))
    ]
    rows = [
        [part for cell, split in zip(row, is_figure, strict=True) for part in _parts(cell, split=split)]
        for row in table.rows
    ]
    return PaperTable(table.title, heads, rows, table.note)


def _parts(cell: PaperCell, *, split: bool) -> tuple[PaperCell, ...]:
    if not split:
        return (cell,)
    return cell.numbers if isinstance(cell, PaperFigure) else (cell, None, None)


def shown_count(count: int | None) -> PaperCell:
    """Return a count, or the words for one that is withheld."""
    return TOO_FEW if count is None else count
