"""The file with a child's record, and what of it was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from portal.forms.fields import PortalForm
from portal.forms.fields.files import OneFile

SEALED = "record_token"
"""The sealed record. Its name keeps it out of what is kept of a form whose sign-in has ended: see kept_forms.py."""

LINE, ANSWER = "line", "answer"
_LONGEST_NUMBER = 5


class RecordForm(PortalForm):
    """One file, of any of the three kinds."""

    record = OneFile(
        "The file with the child’s record",
        accept=".json,.csv,.docx,.txt",
        hint="A FHIR Bundle (.json), a CSV file, or the portal’s Word document as your system filled it.",
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What was ticked, and the record that it was ticked in."""

    sealed: str
    lines: frozenset[int]
    answers: frozenset[str]


def read_choice(form: MultiDict[str, str]) -> Choice:
    """What a page of offered lines sent; whatever is no number of a line is left out."""
    said = form.getlist(LINE)
    numbers = {int(one) for one in said if one.isascii() and one.isdigit() and len(one) <= _LONGEST_NUMBER}
    return Choice(form.get(SEALED, ""), frozenset(numbers), frozenset(form.getlist(ANSWER)))
