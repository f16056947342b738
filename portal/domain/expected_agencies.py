"""Which agencies a meeting asks: the kinds that the rules expect, and whoever knows the children."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from portal.domain.vocabulary import AgencyType, Expectation, ExpectationReason

INVOLVED_BECAUSE = (
    ExpectationReason.ON_ROLL,
    ExpectationReason.REGISTERED,
    ExpectationReason.KNOWS_CHILD,
    ExpectationReason.SUPPORTS_FAMILY,
    ExpectationReason.REFERRED,
)
"""Why an agency is involved with a child; of several reasons for siblings the first of these is given."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agency that has something to do with a family; `expectation` is what the meeting before asked of it."""

    agency_id: int
    agency_type: AgencyType
    reason: ExpectationReason | None
    expectation: Expectation | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """An agency to ask, what is expected of it, and why."""

    agency_id: int
    expectation: Expectation
    reason: ExpectationReason


def proposed(
    expected_types: Collection[AgencyType],
    candidates: Iterable[Candidate],
    agencies: Iterable[tuple[int, AgencyType]],
) -> list[Proposed]:
    """Return whom to ask, each once; `agencies` are all of the partnership's, with their types.

    What the meeting before asked of an agency holds, for a coordinator has thought about it. Otherwise whoever knows a
    child is expected where the rules expect its type, and may come where they do not. Of an expected type that nobody
    is known for, the partnership's only agency is asked, because law or guidance does; of several none is guessed.
    """
    known: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        known.setdefault(candidate.agency_id, []).append(candidate)
    found = [_best(of_agency, expected_types) for of_agency in known.values()]
    listed = list(agencies)
    number = Counter(agency_type for _, agency_type in listed)
    covered = {candidate.agency_type for of_agency in known.values() for candidate in of_agency}
    found += [
        Proposed(agency_id, Expectation.EXPECTED, ExpectationReason.STATUTORY)
        for agency_id, agency_type in listed
        if agency_type in expected_types and agency_type not in covered and number[agency_type] == 1
    ]
    return found


def missing_types(expected_types: Collection[AgencyType], covered: Collection[AgencyType]) -> list[AgencyType]:
    """Return the expected types of which no agency is asked, in the vocabulary's order."""
    return [agency_type for agency_type in AgencyType if agency_type in expected_types and agency_type not in covered]


def _best(of_agency: list[Candidate], expected_types: Collection[AgencyType]) -> Proposed:
    before = next((one for one in of_agency if one.expectation is not None), None)
    reasons = [one.reason for one in of_agency if one.reason in INVOLVED_BECAUSE and one.expectation is None]
    reason = min((one for one in reasons if one is not None), key=INVOLVED_BECAUSE.index, default=None)
    if before is not None and before.expectation is not None:
        earlier = before.reason if before.reason not in (None, ExpectationReason.IMPORTED) else None
        return Proposed(before.agency_id, before.expectation, reason or earlier or ExpectationReason.KNOWS_CHILD)
    one = of_agency[0]
    expectation = Expectation.EXPECTED if one.agency_type in expected_types else Expectation.OPTIONAL
    return Proposed(one.agency_id, expectation, reason or ExpectationReason.KNOWS_CHILD)
