"""The cells of a return's sheets: what stands in each column, and what people type into those that are open."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from portal.domain.evidence import TITLE_LIMIT, link_fault
from portal.domain.ratings import Scale

YES, NO = YES_OR_NO = ("yes", "no")
MARK_LENGTH = 12
IN_PORTAL = "file in the portal"
LINK_FORM = "Title | https://example.org/page | 3 May 2026"

_NEWLINES = re.compile(r"\r\n?|\x85|\u2028|\u2029")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAYS = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%d.%m.%Y")


class Column(IntEnum):
    """The columns of a standard's sheet, in order."""

    CODE = 0
    QUESTION = 1
    GOOD = 2
    THEN_RATING = 3
    THEN_NARRATIVE = 4
    RATING = 5
    NARRATIVE = 6
    CONFIRMED = 7
    EVIDENCE = 8
    NEW_LINKS = 9
    COMMENTS = 10
    NEW_COMMENT = 11
    ACTIONS = 12
    VERSION = 13
    MARKS = 14


HEADINGS: Mapping[Column, str] = {
    Column.CODE: "Code",
    Column.QUESTION: "Question",
    Column.GOOD: "What good looks like",
    Column.THEN_RATING: "Last time’s answer",
    Column.THEN_NARRATIVE: "Last time, in your words",
    Column.RATING: "Your answer",
    Column.NARRATIVE: "In your words: how you know",
    Column.CONFIRMED: "Confirmed",
    Column.EVIDENCE: "Evidence so far",
    Column.NEW_LINKS: "Add evidence: a line for each link",
    Column.COMMENTS: "Comments so far",
    Column.NEW_COMMENT: "Add a comment",
    Column.ACTIONS: "Actions",
    Column.VERSION: "Version",
    Column.MARKS: "Marks",
}
WIDTHS: Mapping[Column, int] = {
    Column.CODE: 9,
    Column.QUESTION: 45,
    Column.GOOD: 45,
    Column.THEN_RATING: 20,
    Column.THEN_NARRATIVE: 40,
    Column.RATING: 24,
    Column.NARRATIVE: 60,
    Column.CONFIRMED: 12,
    Column.EVIDENCE: 40,
    Column.NEW_LINKS: 40,
    Column.COMMENTS: 35,
    Column.NEW_COMMENT: 35,
    Column.ACTIONS: 35,
    Column.VERSION: 8,
    Column.MARKS: 8,
}
"""In characters."""

OPEN = frozenset({Column.RATING, Column.NARRATIVE, Column.CONFIRMED, Column.NEW_LINKS, Column.NEW_COMMENT})
HIDDEN = frozenset({Column.VERSION, Column.MARKS})
ANSWER = (Column.RATING, Column.NARRATIVE)
"""What an answer says; each can be changed on both sides."""

BASED = (*ANSWER, Column.CONFIRMED)
"""Cells whose mark goes with what was typed into them."""

MARKED = tuple(column for column in Column if column not in HIDDEN)
INSTEAD = {
    Column.EVIDENCE: "Add evidence in the column next to it; remove it in the portal",
    Column.COMMENTS: "Write your comment in the column next to it",
    Column.ACTIONS: "Change actions in the portal",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link given as evidence, with its own day."""

    title: str
    url: str
    dated_on: date


class Faults(list[tuple[Column, str]]):
    """What is wrong with a row, cell by cell."""


def tidy(text: str) -> str:
    """Return a text with one kind of newline, composed letters and no white space around it, as pages keep texts."""
    return unicodedata.normalize("NFC", _NEWLINES.sub("\n", text)).strip()


def has_unseen(text: str) -> bool:
    """Whether a text holds control characters."""
    return _UNSEEN.search(text) is not None


def line(found: Mapping[str, object], name: str) -> str:
    """Return a text that may be empty; raises ValueError for anything else."""
    value = found[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, not {value!r}.")
    return value


def mark(text: str) -> str:
    """Return what tells whether a cell still says what it said."""
    return hashlib.sha256(tidy(text).encode()).hexdigest()[:MARK_LENGTH]


def read_version(said: str, faults: Faults) -> int:
    """Return the version of the answer that the row was made from."""
    if said.strip().isascii() and said.strip().isdigit() and len(said.strip()) < 10:
        return int(said)
    faults.append((Column.VERSION, "the hidden columns were changed. Download the workbook again"))
    return 0


def read_rating(said: str, scale: Scale, faults: Faults) -> str | None:
    """Return the rating that a label stands for; nothing typed is no rating."""
    if not said:
        return None
    by_label = {scale.label(code).casefold(): code for code in scale.codes}
    found = by_label.get(" ".join(said.split()).casefold()) or by_label.get(said.casefold())
    if found is None:
        answers = ", ".join(f"“{scale.label(code)}”" for code in scale.codes)
        faults.append((Column.RATING, f"“{said[:60]}” is not one of the answers. They are {answers}"))
    return found


def read_confirmed(said: str, base: Mapping[Column, str], faults: Faults) -> bool:
    """Return whether the answer is said to be true; what was confirmed stays so."""
    was = base[Column.CONFIRMED] == mark(YES)
    if said.casefold() not in (YES, NO, ""):
        faults.append((Column.CONFIRMED, f"“{said[:60]}” is neither “yes” nor “no”"))
    elif was and said.casefold() != YES:
        faults.append((Column.CONFIRMED, "an answer that was confirmed stays so. Write “yes” again"))
    return said.casefold() == YES


def read_words(said: str, column: Column, limit: int, base: Mapping[Column, str], faults: Faults) -> str:
    """Return what was written; only what was changed can be at fault."""
    words = tidy(said)
    if mark(words) != base[column]:
        if has_unseen(words):
            faults.append((column, "this text contains characters that cannot be seen or saved. Type it anew"))
        if len(words) > limit:
            faults.append((column, f"this text has {len(words):,} characters. Shorten it to {limit:,} or fewer"))
    return words


def read_links(said: str, today: date, faults: Faults) -> tuple[Link, ...]:
    """Return the links of a cell, a line each."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, said.split("\n"))), start=1):
        parts = [" ".join(part.split()) for part in line.split("|")]
        fault = _link_fault(parts, today)
        if fault:
            faults.append((Column.NEW_LINKS, f"line {number}: {fault}"))
        elif (day := _day(parts[2])) is not None:
            found.append(Link(parts[0], parts[1], day))
    return tuple(dict.fromkeys(found))


def day_words(day: date) -> str:
    """Return a day as the workbook writes and reads it: 3 May 2026."""
    return f"{day.day} {day:%B %Y}"


def lines_of(texts: Iterable[str]) -> str:
    """Return several texts as the lines of one cell."""
    return "\n".join(" ".join(text.split()) for text in texts)


def evidence_line(title: str, where: str, dated_on: date) -> str:
    """Return a piece of evidence as a line of its cell."""
    return f"{title} | {where} | {day_words(dated_on)}"


def comment_line(name: str, day: date, words: str) -> str:
    """Return a comment as a line of its cell."""
    return f"{name}, {day_words(day)}: {words}"


def _link_fault(parts: Sequence[str], today: date) -> str | None:
    if len(parts) != 3 or not parts[0]:
        return f"write it as {LINK_FORM}"
    if len(parts[0]) > TITLE_LIMIT or has_unseen(parts[0]):
        return f"shorten the title to {TITLE_LIMIT} characters or fewer, without any that cannot be seen"
    if fault := link_fault(parts[1]):
        return fault[0].lower() + fault[1:]
    day = _day(parts[2])
    if day is None:
        return f"“{parts[2][:40]}” is not a day, like 3 May 2026"
    return "the day of the evidence must be today or earlier" if day > today else None


def _day(said: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
