"""Families that come to a partnership's notice in these weeks: their children, and who knows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from portal.domain.vocabulary import ExpectationReason
from portal.services.cases import ChildFacts
from portal.services.demo.audits.cast import Cast
from portal.services.demo.names import newcomers
from portal.services.demo.people import POLICE
from portal.services.scheduling.opening import NewFamily

_BECAUSE = {
    "CHILDREN": ExpectationReason.STATUTORY,
    "POLICE": ExpectationReason.STATUTORY,
    "GP": ExpectationReason.REGISTERED,
    "SCH": ExpectationReason.ON_ROLL,
    "HV": ExpectationReason.KNOWS_CHILD,
}
"""Why an agency is asked, by what its code says it is."""


@dataclass(slots=True)
class Household:
    """One family; its case's id and its children's are known once somebody has opened a meeting about it."""

    reference: str
    children: tuple[ChildFacts, ...]
    codes: tuple[str, ...]
    """The agencies that know it."""
    case_id: int = 0
    child_ids: tuple[int, ...] = ()

    @property
    def opened(self) -> int | NewFamily:
        """The family as whoever opens a meeting names it."""
        return self.case_id or NewFamily(self.reference, self.children)


class Households:
    """Numbers one partnership's new families."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._surnames: Iterator[str] = newcomers(cast.place.prefix)
        self._number = 0

    def new(self, given: Sequence[str], known_to: Sequence[str]) -> Household:
        """A family whose children are of these first names, known to these agencies, written without the prefix."""
        cast = self._cast
        self._number += 1
        surname = next(self._surnames)
        children = tuple(
            ChildFacts(name, surname, cast.today - timedelta(days=365 * (4 + 3 * place) + cast.chance.randint(20, 340)))
            for place, name in enumerate(given)
        )
        codes = tuple(code_of(cast, one) for one in known_to)
        return Household(f"{cast.place.prefix}-N{self._number:03d}", children, codes)


def code_of(cast: Cast, name: str) -> str:
    """An agency's code in the partnership: "GP-1" is Eastmarsh's EM-GP-1; the police serve both."""
    return POLICE.code if name == "POLICE" else f"{cast.place.prefix}-{name}"


def because(code: str) -> ExpectationReason:
    """Why an agency is asked about a family that it knows."""
    return _BECAUSE.get(code.split("-")[1], ExpectationReason.SUPPORTS_FAMILY)
