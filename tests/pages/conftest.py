"""Fixtures of the pages' tests: browsers in which somebody of the world has signed in, each a browser of its own.

as_person    as_person("a.gp.lead"): anybody's
chair, coordinator, manager, administrator   A's; `manager` is its business manager
lead         the lead of A's surgery
head, teacher   the lead and a practitioner of A's school
gp           the practitioner of A's surgery, as a person who has not signed in
place        A's initial conference
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.page_client import PageClient
from tests.world import MeetingPlace, Person, World

AsPerson = Callable[[str], PageClient]


@pytest.fixture
def as_person(new_client: Callable[[], PageClient], sign_in: Callable[..., None], world: World) -> AsPerson:
    """A browser in which somebody has signed in."""

    def enter(key: str) -> PageClient:
        browser = new_client()
        sign_in(browser, world.person(key))
        return browser

    return enter


@pytest.fixture
def chair(as_person: AsPerson) -> PageClient:
    """The chair of A's initial conference."""
    return as_person("a.chair")


@pytest.fixture
def coordinator(as_person: AsPerson) -> PageClient:
    """A's coordinator."""
    return as_person("a.coordinator")


@pytest.fixture
def manager(as_person: AsPerson) -> PageClient:
    """A's business manager."""
    return as_person("a.business_manager")


@pytest.fixture
def administrator(as_person: AsPerson) -> PageClient:
    """A's administrator."""
    return as_person("a.administrator")


@pytest.fixture
def lead(as_person: AsPerson) -> PageClient:
    """The lead of A's surgery."""
    return as_person("a.gp.lead")


@pytest.fixture
def head(as_person: AsPerson) -> PageClient:
    """The school's lead."""
    return as_person("a.school.lead")


@pytest.fixture
def teacher(as_person: AsPerson) -> PageClient:
    """A practitioner of the school."""
    return as_person("a.school.practitioner")


@pytest.fixture
def gp(world: World) -> Person:
    """The practitioner of A's surgery."""
    return world.person("a.gp.practitioner")


@pytest.fixture
def place(world: World) -> MeetingPlace:
    """A's initial conference of today, for which the school has neither answered nor written."""
    return world.meeting("a.initial")
