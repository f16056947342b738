"""Fixtures of the services' tests, so that who asks and what about has one name everywhere.

viewer           viewer("a.gp.lead", now=...): somebody of the world by name, as services are called
chair, coordinator, manager, administrator   A's; `manager` is its business manager
foreign_manager  B's business manager; `manager_of_both` is both at once
lead, gp         of A's surgery: its lead as a viewer, and its practitioner as a person
head, teacher    of A's school: its lead, its practitioner
system           what a command for A is
place            A's initial conference
edition          a second published edition of section 11 in A
chain            A's trail, with twelve entries
area             a partnership to import into; `planned` has two meetings
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.access.viewer import Viewer
from portal.models.frameworks import FrameworkEdition
from portal.services.changes import changing
from tests import audits
from tests.areas import Area, meeting
from tests.services.activity_steps import ROWS, chain_of
from tests.world import NOW, MeetingPlace, Person, World


@pytest.fixture
def viewer(world: World, viewer_of: Callable[..., Viewer]) -> Callable[..., Viewer]:
    """Somebody by name, with the world's clock or another."""
    return lambda key, **more: viewer_of(world.person(key), **more)


@pytest.fixture
def chair(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """The chair of A's initial conference, which is today."""
    return viewer_of(world.person("a.chair"))


@pytest.fixture
def coordinator(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """A's coordinator."""
    return viewer_of(world.person("a.coordinator"))


@pytest.fixture
def manager(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """A's business manager."""
    return viewer_of(world.person("a.business_manager"))


@pytest.fixture
def foreign_manager(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """B's business manager."""
    return viewer_of(world.person("b.business_manager"))


@pytest.fixture
def manager_of_both(manager: Viewer, foreign_manager: Viewer) -> Viewer:
    """Somebody who keeps the list in both partnerships, now in A."""
    return replace(manager, hats=(manager.hat, foreign_manager.hat))


@pytest.fixture
def administrator(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """A's administrator."""
    return viewer_of(world.person("a.administrator"))


@pytest.fixture
def lead(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """The lead of A's surgery."""
    return viewer_of(world.person("a.gp.lead"))


@pytest.fixture
def gp(world: World) -> Person:
    """The practitioner of A's surgery."""
    return world.person("a.gp.practitioner")


@pytest.fixture
def head(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def teacher(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """A practitioner of the school."""
    return viewer_of(world.person("a.school.practitioner"))


@pytest.fixture
def system(world: World) -> Viewer:
    """What a command for partnership A is."""
    return Viewer.of_system("tests", NOW, world.partnerships["a"])


@pytest.fixture
def place(world: World) -> MeetingPlace:
    """A's initial conference of today, for which the school has neither answered nor written."""
    return world.meeting("a.initial")


@pytest.fixture
def edition(world: World) -> FrameworkEdition:
    """A second published edition of section 11 in A."""
    return audits.published_edition(world.partnerships["a"], number=12)


@pytest.fixture
def chain(world: World, viewer_of: Callable[..., Viewer]) -> int:
    """Partnership A's chain with twelve entries: what its people did, with what was refused among it."""
    chain_id = chain_of(world.partnerships["a"])
    for number in range(ROWS - 1):
        viewer = viewer_of(world.person("a.gp.lead"), now=NOW + timedelta(hours=number))
        with changing(viewer) as change:
            change.log("invitation.answered", "invitation", 100 + number)
    return chain_id


@pytest.fixture
def area(database: object) -> Area:
    """A partnership of its own, to import into."""
    return Area.new()


@pytest.fixture
def planned(area: Area) -> Area:
    """A review that was held, and one that was cancelled."""
    area.meetings(
        meeting("M", "review_conference", "2026-05-05"),
        meeting("OFF", "review_conference", "2026-05-05", status="cancelled", held_on=""),
    )
    return area
