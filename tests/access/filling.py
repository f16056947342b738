"""One change's form, filled in: what is typed, and where the form stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.world import World


@dataclass(frozen=True)
class Filling:
    """Where a change's form stands (its own address, unless said) and what is filled in; `raw` has no form.

    `of_people` fills in what is named by a person's membership, such as person_12. `upload` sends, under that name, the
    file that `page` gives.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    raw: bool = False
    upload: str = ""
    of_people: Callable[[World], dict[str, Any]] | None = None


def filling(page: str = "", **fields: Any) -> Filling:
    """A form, filled in; a value may be worked out from the world."""
    return Filling(fields, page)


def raw(**fields: Any) -> Filling:
    """Fields that are posted without a form of their own."""
    return Filling(fields, raw=True)


def day(name: str, day: int, month: int, year: int) -> dict[str, str]:
    """The three boxes of a day."""
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


def membership_of(name: str) -> Callable[[World], int]:
    """A membership of A."""
    return lambda world: world.person(f"a.{name}").hat.membership_id
