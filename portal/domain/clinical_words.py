"""The words of clinical systems: days as they write them, lines without what cannot be seen, and whom a line names."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from portal.domain.working_days import check_day

LONGEST_LINE = 1_000
"""Characters of one line; what is longer is cut and says so."""

CUT = " … (shortened)"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORMS = (
    *("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%B-%Y"),
    *("%d/%m/%y", "%d-%b-%y", "%Y%m%d"),
)
_MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_DAY_FIRST = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2}|\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{2,4})"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"(?:\s*[:,;–—-]\s*|\s+|$)"
)
_ADULTS = re.compile(
    r"""\b(
        (step|grand|god|foster[ -]?|birth[ -]?)?(mothers?|fathers?|mums?|dads?|parents?)
      | mummy | daddy | mam | grand(ma|pa|dad|mum)s? | grann(y|ies) | nans? | nannas?
      | parental | maternal | paternal | partners? | ex-?partners? | spouses? | wife | wives | husbands?
      | boyfriends? | girlfriends? | fianc[eé]e? | carers? | guardians? | aunt(ie|y)?s? | uncles? | relatives?
      | step-?(mothers?|fathers?|mums?|dads?|parents?) | cohabite?e?s?
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def tidied(text: str, most: int = LONGEST_LINE) -> str:
    """A line as it is kept: on one line, without controls and halves of characters, cut where it is too long."""
    if text.isascii() and text.isprintable():
        return _cut(" ".join(text.split()), most)  # Nearly all of a long record is like that.
    shown = "".join(" " if letter in "\t\n\r\v\f\x85\u2028\u2029" else letter for letter in text)
    seen = "".join(letter for letter in shown if unicodedata.category(letter) not in _UNSEEN)
    return _cut(" ".join(unicodedata.normalize("NFC", seen).split()), most)


def _cut(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - len(CUT)].rstrip() + CUT


def day_of(said: str) -> date | None:
    """The day that a clinical system writes in any of its ways (2024-05-03, 03/05/2024, 03-May-2024); None for others.

    The time of day is left out; a day that must be a slip of the pen is none.
    """
    plain = _CLOCK.sub("", said.strip())
    if not plain.isascii() or len(plain) > len("03 September 2024"):
        return None
    for form in _FORMS:
        try:
            return check_day(datetime.strptime(plain, form).date())  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def split_day(line: str) -> tuple[date | None, str]:
    """A line that may begin with its day, and what it says besides."""
    found = _DAY_FIRST.match(line)
    day = day_of(found["day"]) if found else None
    if found is None or day is None:
        return None, line
    return day, line[found.end() :].strip()


def day_words(day: date) -> str:
    """A day as it stands in a report: 3 May 2024."""
    return f"{day.day} {_MONTH_NAMES[day.month - 1]} {day.year}"


def names_an_adult(words: str) -> bool:
    """Whether a line seems to speak of an adult of the family; it is not taken unless somebody says so."""
    return _ADULTS.search(words) is not None
