"""Who takes part in the matrix of roles and routes, and how a line of it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.world_plans import PLANS

AGENCY_NAMES = ("social_care", "police", "gp", "other_gp", "school")
LEADS = frozenset(f"{name}.lead" for name in AGENCY_NAMES)
PRACTITIONERS = frozenset(f"{name}.practitioner" for name in AGENCY_NAMES) | {"social_care.east", "social_care.west"}
AGENCIES = LEADS | PRACTITIONERS
POLICE = frozenset({"police.lead", "police.practitioner"})
GP = frozenset({"gp.lead", "gp.practitioner"})
OTHER_GP = frozenset({"other_gp.lead", "other_gp.practitioner"})
SCHOOL = frozenset({"school.lead", "school.practitioner"})
CHAIRS = frozenset({"chair", "second_chair"})
BOARD = frozenset({"board", "business_manager", "scrutineer"})
SIGNATORIES = frozenset({"school.head", "school.governor", "police.executive"})
EVERYBODY = AGENCIES | SIGNATORIES | CHAIRS | BOARD | {"manager", "coordinator", "sector_lead", "administrator"}
WHOLE_LIST = BOARD | {"manager", "coordinator", "administrator"}
LIST_KEEPERS = frozenset({"business_manager", "administrator"})

GIVEN = (200,)
ELSEWHERE = (302, 303)


@dataclass(frozen=True)
class Place:
    """At one row: who gets the page, and who sees the row but is told that this is not theirs to do (403).

    Everybody else whose role has the route gets 404. `answer` is what a GET of those who get it answers.
    """

    opens_to: frozenset[str]
    refused: frozenset[str] = frozenset()
    answer: tuple[int, ...] = GIVEN


@dataclass(frozen=True)
class Route:
    """Which roles have the route at all (403 for the rest), and its places; without places it has one for all of them.

    `public` routes are open to people who have not signed in, who get `answer`.
    """

    roles: frozenset[str] = EVERYBODY
    places: Mapping[str, Place] = field(default_factory=dict)
    answer: tuple[int, ...] = GIVEN
    public: bool = False
    keyed: bool = False
    """Whether it is for machines with a key: whoever is signed in is nobody there."""


def place(opens_to: Iterable[str], refused: Iterable[str] = (), answer: tuple[int, ...] = GIVEN) -> Place:
    """A place, from any kinds of sets."""
    return Place(frozenset(opens_to), frozenset(refused), answer)


def open_to(roles: Iterable[str], answer: tuple[int, ...] = GIVEN) -> Route:
    """A route without rows."""
    return Route(frozenset(roles), answer=answer)


def rows(roles: Iterable[str], places: Mapping[str, Place]) -> Route:
    """A route to rows."""
    return Route(frozenset(roles), places)


def public(*answer: int) -> Route:
    """A route for people who have not signed in."""
    return Route(answer=answer, public=True)


def by_key() -> Route:
    """A route for machines, which nobody has by signing in."""
    return Route(answer=(401,), keyed=True)


def seen_by(*names: str) -> dict[str, frozenset[str]]:
    """Who sees some meetings, as the world's plans say it."""
    return {plan.key: frozenset(plan.seen_by) for plan in PLANS if not names or plan.key in names}


def only_at(open_places: Iterable[str], whose: Mapping[str, frozenset[str]]) -> dict[str, Place]:
    """Places that are open to those whose they are, or refused to the same people."""
    return {key: place(who) if key in open_places else place((), refused=who) for key, who in whose.items()}
