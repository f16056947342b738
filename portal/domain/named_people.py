"""Meetings for named people only: who can be named, and who must stay so."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.vocabulary import ANSWERING_ROLES, Role

OVERSEERS = frozenset({Role.COORDINATOR, Role.SAFEGUARDING_MANAGER})
"""Roles of which anybody in the partnership can be named; agencies' people only where theirs is invited."""

REASON_LIMIT = 2_000


def can_be_named(role: Role, *, is_its_chair: bool, is_invited: bool) -> bool:
    """Return whether a membership can be named: it must be able to see the meeting once it is.

    `is_its_chair`: it chairs this meeting; `is_invited`: it is of an agency that has a part in it.
    """
    if role in OVERSEERS or is_its_chair:
        return True
    return role in ANSWERING_ROLES and is_invited


def stays_named(named: Mapping[int, Role], chair: int | None, membership_id: int) -> str:
    """Return why a membership must stay named, or nothing; `named` are all that are, by membership.

    A meeting must always be seen by its chair and by somebody who can keep it: else nobody could name anybody.
    """
    if membership_id == chair:
        return "The chair of a meeting always sees it. Give the meeting to another chair first"
    if named.get(membership_id) is Role.COORDINATOR and not _keepers(named, chair) - {membership_id}:
        return "Somebody who keeps this meeting must stay named: name another coordinator first"
    return ""


def _keepers(named: Mapping[int, Role], chair: int | None) -> frozenset[int]:
    return frozenset(one for one, role in named.items() if role is Role.COORDINATOR or one == chair)
