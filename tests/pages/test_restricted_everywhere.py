"""Every page that told somebody of a family tells them nothing once its record is closed to them: door by door.

Each page of the access matrix is asked for at every row of the world, first by somebody who sees the family. Those that
said anything of it are asked for again when its record is closed to them. So nothing is passed for having been empty.
"""

from __future__ import annotations

import pytest

from portal.database.session import writing
from portal.domain.restriction_vocabulary import Reach
from portal.models.escalations import Escalation
from tests.access.matrix import address_of
from tests.access.routes import ROUTES
from tests.closed_records import close
from tests.escalation_rows import EscalationRows
from tests.pages.reading import contents

WHO = {
    "a.gp.practitioner": 10,
    "a.police.lead": 20,
    "a.school.lead": 15,
    "a.chair": 30,
    "a.manager": 40,
    "a.coordinator": 40,
}
"""People who see the family of p.initial, and how many pages at least tell each of them of it."""

LISTS = (
    "/meetings?when=all",
    "/meetings?when=all&size=100",
    "/meetings?from_day-day=1&from_day-month=6&from_day-year=2026",
    "/escalations?show=all",
    "/actions?show=all",
)
_NOT_PAGES = ("/sign-in", "/static", "/join", "/api", "/return/", "/f/")
_NAMES = {"person", "person's address", "agency", "contact"}
OWN = {"a.chair": {"ZQ-A-EMERGENCY-QZ", "ZQ-A-EMERGENCY-REVIEW-QZ"}}
"""What the chair typed to open the record a while ago, and what a review answered them: theirs to read again."""


@pytest.fixture
def markers(world) -> frozenset[str]:
    """Every text of the world that stands in a row of this family, but for the names of those who work with it."""
    names = {marker.text for marker in world.markers if marker.kind in _NAMES}
    found = world.records_of[world.subject_exports["a.child_1"]] - names
    assert {"ZQ-A-CASE-1-QZ", "ZQ-A-CHILD-1-QZ"} <= found
    assert len(found) > 20
    return found


@pytest.fixture
def escalated(world) -> None:
    """An escalation about this family, between two who are tested."""
    (number,) = EscalationRows(world).add(1, with_="police", by="school")
    with writing() as session:
        row = session.get_one(Escalation, number)
        row.meeting_id, row.case_id = world.meeting("a.initial").id, world.cases["a.1"]


def every_address(world) -> list[str]:
    """Each page of the matrix at each of its rows in A, and its lists in other ways."""
    found = set(LISTS)
    for rule, by_method in ROUTES.items():
        route = by_method.get("GET")
        if route is None or rule.startswith(_NOT_PAGES):
            continue
        if not route.places:
            found.add(rule)
        for place in route.places:
            found.add(address_of(world, rule, place, "a"))
    return sorted(found)


@pytest.mark.usefixtures("on_one_database")
@pytest.mark.parametrize("name", WHO)
def test_what_told_of_the_family_tells_nothing_of_it_once_it_is_closed(name, as_person, world, markers, escalated):
    browser = as_person(name)
    told = [address for address in every_address(world) if _says(browser, address, markers)]
    assert len(told) >= WHO[name], told
    close(world, "a.1", [name], reach=Reach.NAMED, by="manager" if name == "a.coordinator" else "coordinator")
    still = {address: said for address in told if (said := _says(browser, address, markers - OWN.get(name, set())))}
    assert still == {}


def _says(browser, address: str, markers: frozenset[str]) -> list[str]:
    said = contents(browser.get(address))
    return [marker for marker in markers if marker in said]
