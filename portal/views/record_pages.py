"""The pages on which lines of a clinical record are chosen, wherever the report that takes them is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import render_template

from portal.domain.clinical_records import CAUTION_WORDS, PART_TITLES
from portal.services.clinical_records.reading import NotThisChild, Offer

MOST_BROKEN = 30
"""Entries that could not be read and are named one by one; how many more there are is said."""


class Ways(NamedTuple):
    """Where these pages lead: to another file, on with what was chosen, and to the report."""

    upload: str
    take: str
    report: str


def choice_page(
    offered: Offer,
    ways: Ways,
    errors: Mapping[str, Sequence[str]] | None = None,
    carried: Iterable[tuple[str, str]] = (),
) -> str:
    """What a file says, line by line; `carried` is what else was typed beside the file, to come along."""
    return render_template(
        "clinical_records/choose.html",
        offer=offered,
        ways=ways,
        errors=errors or {},
        carried=list(carried),
        part_titles=PART_TITLES,
        cautions=CAUTION_WORDS,
        most_broken=MOST_BROKEN,
    )


def mismatch_page(refused: NotThisChild, ways: Ways) -> str:
    """Why a file was not taken that is not, or not surely, about a child of the meeting."""
    return render_template("clinical_records/mismatch.html", refused=refused, ways=ways)
