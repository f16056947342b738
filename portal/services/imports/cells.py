"""One record of a file, read cell by cell: each is right, or its fault is noted and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from portal.domain.addresses import clean_email
from portal.domain.working_days import check_day, london_time
from portal.services.imports.faults import Faults

Word = TypeVar("Word", bound=StrEnum)
T = TypeVar("T")

LONGEST_REFERENCE = 40

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
_YES_NO = {"yes": True, "no": False}
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONGEST_CELL = 1_000


class Record:
    """A row of a file, and the line on which it begins."""

    __slots__ = ("_cells", "_faults", "line")

    def __init__(self, line: int, cells: Mapping[str, str], faults: Faults) -> None:
        self.line = line
        self._cells = cells
        self._faults = faults

    def fault(self, column: str, reason: str) -> None:
        """Note what is wrong in one of the row's columns."""
        self._faults.add(self.line, column, reason)

    def has(self, column: str) -> bool:
        """Whether the file has this column at all."""
        return column in self._cells

    def text(self, column: str, *, required: bool = False) -> str:
        """The cell without white space around it; empty for none."""
        text = self._cells.get(column, "").strip()
        if not text and required:
            self.fault(column, "is empty")
        elif len(text) > _LONGEST_CELL:
            self.fault(column, "is too long")
        elif _UNSEEN.search(text):
            self.fault(column, "holds a character that cannot be seen")
        return text

    def reference(self, column: str) -> str:
        """A code or reference, which must be given; at most 40 characters on one line."""
        reference = self.text(column, required=True)
        if len(reference) > LONGEST_REFERENCE:
            self.fault(column, f"is longer than {LONGEST_REFERENCE} characters")
        elif not reference.isprintable() and not _UNSEEN.search(reference):
            self.fault(column, "holds a character that cannot be seen")
        return reference

    def word(self, column: str, words: type[Word], *, required: bool = True) -> Word | None:
        """One of a closed list of words."""
        text = self.text(column, required=required)
        return self._one_of(column, text, words.__members__.values()) if text else None

    def _one_of(self, column: str, text: str, words: Collection[Word]) -> Word | None:
        for word in words:
            if word.value == text:
                return word
        self.fault(column, f"is not one of {', '.join(words)}")
        return None

    def yes_no(self, column: str) -> bool | None:
        """True for yes, False for no, None for an empty cell."""
        text = self.text(column)
        if text and text not in _YES_NO:
            self.fault(column, "is not yes or no")
        return _YES_NO.get(text)

    def day(self, column: str) -> date | None:
        """London's day; of a cell that carries a time, the day alone."""
        return self.moment(column)[0]

    def moment(self, column: str, *, required: bool = False) -> tuple[date | None, time | None]:
        """London's day, and London's time where the cell carries one."""
        return self._read(column, self.text(column, required=required), read_moment) or (None, None)

    def email(self, column: str) -> str | None:
        """An email address in lower case."""
        return self._read(column, self.text(column), clean_email)

    def _read(self, column: str, text: str, read: Callable[[str], T]) -> T | None:
        if not text:
            return None
        try:
            return read(text)
        except ValueError as fault:
            self.fault(column, str(fault))
            return None


@lru_cache(maxsize=8192)
def read_moment(text: str) -> tuple[date, time | None]:
    """Return London's day and time of `2026-01-05`, `2026-01-05T10:00` or `2026-01-05T10:00Z`.

    A time without a zone is London's. Raises ValueError with a sentence.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError("is not a date like 2026-01-05 or 2026-01-05T10:00")
    try:
        # The pattern asks for a zone only where there is one: without it the time is London's, as people write it.
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a day of the calendar") from None
    if moment.tzinfo is not None:
        moment = london_time(moment)
    try:
        check_day(moment.date())
    except ValueError:
        raise ValueError("has a year that must be a slip of the pen") from None
    return moment.date(), moment.time() if "T" in text else None
