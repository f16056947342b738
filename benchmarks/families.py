"""The one child of each family of the area that is measured, under a surname by which it is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.database.encryption import keyring
from portal.services.cases import SURNAME_PLACE


def surname_of(number: int) -> str:
    """The surname in a family, by its number."""
    return f"Marsh {number:06}"


def children(own: Mapping[str, Any], case_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The children as rows; `own` is what all rows of the area share."""
    for number, case_id in enumerate(case_ids):
        surname = surname_of(number)
        yield {
            **own,
            "case_id": case_id,
            "given_name": "Ada",
            "surname": surname,
            "surname_index": keyring.blind_index(surname, SURNAME_PLACE),
        }
