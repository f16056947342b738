"""A child's record as CSV: a row for each thing, with whose it is in every row, so that two records cannot be mixed."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice

from portal.domain.clinical_records import Broken, ClinicalPart, ClinicalRecord, Line, NotARecord, Whose, arranged
from portal.domain.clinical_words import day_of, tidied
from portal.domain.identifiers import clean_nhs_number

MOST_ROWS = 5_000
COLUMNS = ("nhs_number", "date_of_birth", "part", "date", "entry", "status")
"""The columns as the portal's own words name them; the last may be left out."""

NO_COLUMNS = "The first line of this file has to name its columns: nhs_number, date_of_birth, part, date and entry."
NOT_CSV = "This file cannot be read as CSV. Export it again, as “CSV UTF-8”."
TOO_MANY = f"This file has more than {MOST_ROWS:,} rows, so it was not read. Export less, such as two years."
NOBODY = "No row of this file says whose record it is, with an NHS number and a date of birth."
SEVERAL = "This file holds the records of several people, so it was not read. Export the child’s alone."
BAD_NUMBER = "its NHS number is not one"
BAD_BIRTH = "its date of birth cannot be read"
BAD_DAY = "its date cannot be read"
NO_WORDS = "it has no entry"
NO_PART = "it names no part of a record"

_ALSO_CALLED: Mapping[str, str] = {
    **dict.fromkeys(("nhsnumber", "nhsno", "nhs"), "nhs_number"),
    **dict.fromkeys(("dateofbirth", "dob", "birthdate", "born"), "date_of_birth"),
    **dict.fromkeys(("part", "section", "type", "category", "recordtype"), "part"),
    **dict.fromkeys(("date", "day", "eventdate", "entrydate", "effectivedate", "dateofentry"), "date"),
    **dict.fromkeys(("entry", "description", "text", "details", "term", "codeterm", "words"), "entry"),
    **dict.fromkeys(("status", "state"), "status"),
}
_PARTS: Mapping[str, ClinicalPart] = {
    **dict.fromkeys(("registration", "registered", "registrationdetails"), ClinicalPart.REGISTRATION),
    **dict.fromkeys(("problem", "problems", "diagnosis", "condition", "conditions"), ClinicalPart.PROBLEMS),
    **dict.fromkeys(
        ("consultation", "consultations", "encounter", "encounters", "appointment", "appointments"),
        ClinicalPart.CONSULTATIONS,
    ),
    **dict.fromkeys(
        ("medication", "medications", "medicine", "medicines", "drug", "prescription", "prescriptions"),
        ClinicalPart.MEDICATION,
    ),
    **dict.fromkeys(
        ("immunisation", "immunisations", "immunization", "immunizations", "vaccination", "vaccinations"),
        ClinicalPart.IMMUNISATIONS,
    ),
    **dict.fromkeys(("contact", "contacts", "family", "relationship", "nextofkin", "carer"), ClinicalPart.CONTACTS),
}
_CURRENT = frozenset({"active", "current", "ongoing", "repeat", "yes"})
_LETTERS = re.compile(r"[^a-z]+")


def read_csv(content: bytes) -> ClinicalRecord:
    """The record that a CSV file holds. Raises NotARecord with the sentence for whoever sent it."""
    rows = _rows(content)
    try:
        columns = _columns(next(rows, (0, []))[1])
        found = list(islice(rows, MOST_ROWS + 1))
    except csv.Error:
        raise NotARecord(NOT_CSV) from None
    if len(found) > MOST_ROWS:
        raise NotARecord(TOO_MANY)
    people: set[Whose] = set()
    lines: list[Line] = []
    broken: list[Broken] = []
    passed: Counter[str] = Counter()
    for number, cells in found:
        row = {name: cells[place].strip() if place < len(cells) else "" for name, place in columns.items()}
        if not any(row.values()):
            continue
        try:
            people.add(_whose(row))
            line = _line(row)
        except ValueError as refused:
            broken.append(Broken(f"Line {number}", str(refused)))
            continue
        if line is None:
            passed[tidied(row["part"], 40)] += 1
        else:
            lines.append(line)
    if len(people) > 1:
        raise NotARecord(SEVERAL)
    if not people:
        raise NotARecord(NOBODY)
    shown, cut_off = arranged(lines)
    return ClinicalRecord(people.pop(), shown, broken=tuple(broken), passed_over=_most(passed), cut_off=cut_off)


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Every row with the number of its line. Raises NotARecord where the file is no text."""
    try:
        said = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotARecord(NOT_CSV) from None
    first = said.partition("\n")[0]
    # A line at a time: a list of a million short ones takes thirty times the room of the file.
    lines = StringIO(said, newline="")
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True)
    for cells in reader:
        yield reader.line_num, cells


def _columns(heads: list[str]) -> dict[str, int]:
    """Where each column stands. Raises NotARecord where one is missing."""
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        name = _ALSO_CALLED.get(_LETTERS.sub("", head.lower()))
        if name is not None:
            found.setdefault(name, place)
    if not set(COLUMNS[:-1]) <= set(found):
        raise NotARecord(NO_COLUMNS)
    return found


def _whose(row: Mapping[str, str]) -> Whose:
    """Whose row it is. Raises ValueError with why that cannot be told."""
    try:
        number = clean_nhs_number(row["nhs_number"])
    except ValueError:
        raise ValueError(BAD_NUMBER) from None
    born = day_of(row["date_of_birth"])
    if born is None:
        raise ValueError(BAD_BIRTH)
    return Whose(number, born)


def _line(row: Mapping[str, str]) -> Line | None:
    """What a row says; None where it is no part of a report. Raises ValueError with why it cannot be read."""
    if not (named := _LETTERS.sub("", row["part"].lower())):
        raise ValueError(NO_PART)
    part = _PARTS.get(named)
    if part is None:
        return None
    words = tidied(row["entry"])
    if not words:
        raise ValueError(NO_WORDS)
    day = day_of(row["date"])
    if row["date"] and day is None:
        raise ValueError(BAD_DAY)
    return Line(part, words, day, is_current=row.get("status", "").lower() in _CURRENT)


def _most(passed: Counter[str], named: int = 20) -> dict[str, int]:
    found = dict(passed.most_common(named))
    if rest := passed.total() - sum(found.values()):
        found["other parts"] = rest
    return found
