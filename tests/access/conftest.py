"""All rows of the world, and the viewers who look at them."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from tests.access.changes import harvest
from tests.access.fresh_routes import stay_fresh
from tests.access.who import EVERYBODY
from tests.page_client import PageClient
from tests.world import Person, World, viewer_of

WHO = [*sorted(EVERYBODY), "both in A", "both in B"]
"""Who tries every route: the roles of A, and somebody with a hat in each partnership."""


@dataclass(frozen=True)
class Onlooker:
    """Somebody under one of their hats."""

    person: Person
    viewer: Viewer

    @property
    def name(self) -> str:
        """For the message of a failed assertion."""
        hat = self.viewer.hat
        return f"{self.person.key} as {hat.role} in partnership {hat.partnership_id}" if hat else "nobody"


@dataclass(frozen=True)
class Rows:
    """Every meeting, invitation and report there is, whoever may see it."""

    meetings: dict[int, Meeting]
    invitations: dict[int, Invitation]
    reports: dict[int, Report]

    def own(self, viewer: Viewer, meeting: Meeting) -> Invitation | None:
        """The invitation of the viewer's agency to a meeting."""
        for invitation in self.invitations.values():
            if invitation.meeting_id == meeting.id and invitation.agency_id == viewer.agency_id:
                return invitation
        return None


@pytest.fixture
def rows(database) -> Rows:
    """Read past every rule, straight from the tables."""
    return Rows(
        {row.id: row for row in db.session.scalars(select(Meeting))},
        {row.id: row for row in db.session.scalars(select(Invitation))},
        {row.id: row for row in db.session.scalars(select(Report))},
    )


@pytest.fixture
def onlookers(world: World) -> list[Onlooker]:
    """Every role in every agency and partnership, one by one."""
    return [Onlooker(person, viewer_of(person, hat=hat)) for person, hat in world.wearers()]


@pytest.fixture
def ids(database):
    """The ids that a select of `visible_to` gives."""
    return lambda query: {row.id for row in db.session.scalars(query)}


@pytest.fixture(scope="session")
def kept_conditions() -> list[Any]:
    """What keeps a condition for each hat, or a statement for all alike, under `make mutants` alone."""
    if "MUTANT_UNDER_TEST" not in os.environ:
        return []
    # Where tests/conftest.py has put what was loaded, Python does not tell of it.
    gc.unfreeze()
    kind = type(lru_cache(stay_fresh))
    keepers = ("kept_for_hat", "built_for_alike")
    return [one for one in gc.get_objects() if isinstance(one, kind) and one.__qualname__.startswith(keepers)]


@pytest.fixture(autouse=True)
def conditions_built_anew(kept_conditions: list[Any]) -> None:
    """A kept condition would be measured as reached by the first test that builds it, and by no other."""
    for kept in kept_conditions:
        kept.cache_clear()


def who(onlookers: list[Onlooker], may: Callable[[Viewer], bool]) -> set[str]:
    """Who may: names of A without their letter; whoever acts for B keeps it, so that no table expects them unawares."""
    found = set()
    for onlooker in onlookers:
        if may(onlooker.viewer):
            in_a = "-A-" in onlooker.viewer.partnership_name
            found.add(onlooker.person.key.removeprefix("a.") if in_a else f"{onlooker.person.key} (for B)")
    return found


@pytest.fixture(params=WHO)
def somebody(request, client: PageClient, sign_in, world: World) -> tuple[PageClient, str, str, str]:
    """Somebody signed in: the browser, their key, the name that the table knows them by, and their partnership."""
    name = request.param
    if name in EVERYBODY:
        sign_in(client, world.person(f"a.{name}"))
        stay_fresh()
        return client, f"a.{name}", name, "a"
    person = world.person("both")
    sign_in(client, person)
    letter = name[-1].lower()
    hat = person.hats["ab".index(letter)]
    answer = client.submit("/working-as", action="/working-as", membership=str(hat.membership_id))
    assert answer.status_code in (302, 303)
    stay_fresh()
    return client, "both", "police.practitioner" if letter == "a" else "police.lead", letter


@pytest.fixture(scope="session")
def harvested() -> dict[str, dict]:
    """The filled-in forms of each backend, gathered once: the world is the same in every copy."""
    return {}


@pytest.fixture
def forms(harvested, backend, world, new_client) -> dict:
    """What somebody who may would post, for each change and place."""
    if backend not in harvested:
        harvested[backend] = harvest(world, new_client)
    return harvested[backend]
