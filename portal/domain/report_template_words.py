"""Whom a template asks, and for which meetings, as pages say it."""

from __future__ import annotations

from collections.abc import Iterable

from portal.domain.labels import in_words, listed
from portal.domain.vocabulary import AgencyType


def asked_of(agency_types: Iterable[AgencyType]) -> str:
    """Who answers a template; nobody named means any agency."""
    said = listed(in_words(agency_types)) or "any agency"
    return f"{said[:1].upper()}{said[1:]}"


def asked_at(meeting_types: Iterable[str], kinds: Iterable[tuple[str, str]]) -> str:
    """For which meetings; `kinds` are all of a partnership's with their names, by code."""
    codes = frozenset(meeting_types)
    return listed([name for code, name in kinds if code in codes]) or "Any meeting"
