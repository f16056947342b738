"""Reading stored rules strictly: a misspelt or missing member is refused, never taken for a default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from portal.domain.vocabulary import AgencyType


def members(stored: object, what: str, expected: set[str]) -> Mapping[str, object]:
    """Return the stored object if it has exactly the expected members; raises ValueError otherwise."""
    if not isinstance(stored, Mapping):
        raise ValueError(f"{what} must be an object, not {stored!r}.")
    if set(stored) != expected:
        raise ValueError(
            f"{what} must have exactly {', '.join(sorted(expected))}; it has {', '.join(map(str, stored))}."
        )
    return stored


def whole_number(found: Mapping[str, object], name: str) -> int:
    """Return a whole number; true and false are none."""
    number = found[name]
    if not isinstance(number, int) or isinstance(number, bool):
        raise ValueError(f"{name} must be a whole number, not {number!r}.")
    return number


def optional_whole_number(found: Mapping[str, object], name: str) -> int | None:
    """Return a whole number, or None where null is stored."""
    return None if found[name] is None else whole_number(found, name)


def boolean(found: Mapping[str, object], name: str) -> bool:
    """Return true or false; 0 and 1 are neither."""
    value = found[name]
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r}.")
    return value


def text(found: Mapping[str, object], name: str) -> str:
    """Return a text that is not empty."""
    value = found[name]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be a text, not {value!r}.")
    return value


def day(found: Mapping[str, object], name: str) -> date:
    """Return a day stored as YYYY-MM-DD."""
    return date.fromisoformat(text(found, name))


def objects(found: Mapping[str, object], name: str) -> list[object]:
    """Return a stored list."""
    value = found[name]
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list, not {value!r}.")
    return value


def agency_types(stored: object, name: str) -> frozenset[AgencyType]:
    """Return a stored list of agency types as a set; raises ValueError for a type that does not exist."""
    if not isinstance(stored, list):
        raise ValueError(f"{name} must be a list of agency types, not {stored!r}.")
    return frozenset(AgencyType(agency_type) for agency_type in stored)


def agency_type_groups(found: Mapping[str, object], name: str) -> tuple[frozenset[AgencyType], ...]:
    """Return a stored list of lists of agency types."""
    return tuple(agency_types(group, name) for group in objects(found, name))
