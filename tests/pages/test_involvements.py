"""The coordinator's page of the agencies that know the children of a case."""

from __future__ import annotations

import pytest

from portal.models.involvements import Involvement
from tests.pages.reading import errors, rows, words
from tests.services.rows import stored


@pytest.fixture
def path(world):
    """The page of A's second family."""
    return f"/cases/{world.cases['a.2']}/agencies"


def test_who_knows_a_child_is_listed_with_the_reason(coordinator, world, path):
    page = coordinator.get(path)
    assert [row.split(" ZQ-A-CHILD")[0] for row in rows(page)] == [
        world.agency_names["a.other_gp"],
        world.agency_names["a.school"],
    ]
    assert "Registered Sunday 1 September 2024" in rows(page)[0]
    assert path in [link["href"] for link in coordinator.get(path.removesuffix("/agencies")).page.find_all("a")]


def test_an_agency_is_added(coordinator, world, path):
    # A child alone is ticked already.
    done = coordinator.submit(path, agency_id=str(world.agencies["a.police"]), reason="knows_child")
    assert (done.status_code, done.location) == (303, path)
    page = coordinator.get(path)
    assert "It is written down." in words(page)
    assert len(rows(page)) == 3


def test_what_is_missing_is_said_and_what_was_typed_stays(coordinator, world, path):
    page = coordinator.submit(path, reason="on_roll", **{"since-day": "1", "since-month": "9", "since-year": "2027"})
    assert errors(page) == ["Choose the agency", "Since when? must be 10 June 2026 or earlier"]
    assert page.page.find("input", attrs={"name": "since-year"})["value"] == "2027"
    page = coordinator.send(page, agency_id=str(world.agencies["a.school"]), **{"since-year": "2025"})
    assert errors(page) == ["The agency is written down for these children"]


def test_one_that_has_ended_stays_with_its_day(coordinator, world, path):
    number = world.involvements["a.2.school"]
    done = coordinator.submit(f"{path}/{number}/end")
    assert done.location == path
    listed = rows(coordinator.get(path))
    assert "Wednesday 10 June 2026" in listed[-1]
    first_family = rows(coordinator.get(f"/cases/{world.cases['a.1']}/agencies"))
    assert [row.startswith(f"{world.agency_names['a.gp']} Ended") for row in first_family] == [True]
    assert coordinator.get(f"{path}/{number}/end").status_code == 403
    assert stored(Involvement, number).until is not None


def test_another_family_s_is_not_found_here(coordinator, world, path):
    assert coordinator.get(f"{path}/{world.involvements['a.1.gp']}/end").status_code == 404


def test_pages_take_few_queries(coordinator, world, path, count_queries):
    for address in (path, f"{path}/{world.involvements['a.2.school']}/end"):
        with count_queries() as statements:
            assert coordinator.get(address).status_code == 200
        assert len(statements) <= 10, (address, len(statements))
