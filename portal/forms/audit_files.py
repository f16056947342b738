"""Files by which whole returns come in: a workbook that was filled in, a signed return, the keys that are trusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.domain.return_sheets import RowChange, Typed, choice_name
from portal.domain.rule_json import members, whole_number
from portal.domain.sheet_cells import ANSWER, Column
from portal.forms.fields import PortalForm, TextField
from portal.forms.fields.files import OneFile

KEEP, TAKE = "portal", "workbook"
MOST_SENT = 1_500_000
"""Bytes of a workbook's changes that a page carries; forms may be a little larger."""

MOST_ROWS = 2_000


class WorkbookForm(PortalForm):
    """A workbook to be looked at."""

    workbook = OneFile(
        "Your workbook", accept=".xlsx", hint="The Excel file (.xlsx) that you downloaded here and filled in."
    )


class PortableForm(PortalForm):
    """A return that was signed elsewhere."""

    file = OneFile(
        "The signed return",
        accept=".return",
        hint="The file ending in .return that the other partnership’s portal made.",
    )


class TrustForm(PortalForm):
    """Another partnership's public key."""

    name = TextField("Which partnership is it?", required="Enter the name of the partnership", max_length=120)
    public_key = TextField(
        "Its public key",
        required="Enter the public key",
        max_length=200,
        hint="The other partnership’s business manager finds it on this same page of their portal.",
        look={"spellcheck": False},
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """What was looked at and is now to be taken: rows, the versions that were shown, and what was chosen."""

    typed: tuple[Typed, ...]
    seen: Mapping[int, int]
    chosen: Mapping[tuple[int, Column], bool]


def write_rows(rows: tuple[RowChange, ...]) -> str:
    """The rows as a page carries them from looking to taking; empty where they are too many for one page."""
    plain = [{"seen": row.question.version, "row": row.typed.to_plain()} for row in rows]
    said = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return said if len(said.encode()) <= MOST_SENT else ""


def read_rows(form: MultiDict[str, str]) -> Sent:
    """What the page carried, and which text was chosen of each two. Raises ValueError for anything else."""
    try:
        plain = json.loads(form.get("rows", ""))
    except RecursionError:
        raise ValueError("The rows are nested too deeply.") from None
    if not isinstance(plain, list) or len(plain) > MOST_ROWS:
        raise ValueError("The rows are a list.")
    typed, seen = [], {}
    for one in plain:
        found: Mapping[str, Any] = members(one, "a row", {"seen", "row"})
        row = Typed.from_plain(found["row"])
        typed.append(row)
        seen[row.question_id] = whole_number(found, "seen")
    if len(seen) != len(typed):
        raise ValueError("A row stands twice.")
    return Sent(tuple(typed), seen, _chosen(form, typed))


def _chosen(form: MultiDict[str, str], typed: list[Typed]) -> dict[tuple[int, Column], bool]:
    chosen = {}
    for row in typed:
        for column in ANSWER:
            said = form.get(choice_name(row.question_id, column))
            if said in (KEEP, TAKE):
                chosen[row.question_id, column] = said == TAKE
    return chosen
