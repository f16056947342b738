"""All rows of the world, and the viewers who look at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.meetings import Invitation, Meeting
from portal.models.reports import Report
from tests.world import Person, World, viewer_of


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


def who(onlookers: list[Onlooker], may: Callable[[Viewer], bool]) -> set[str]:
    """Who may: names of A without their letter; whoever acts for B keeps it, so that no table expects them unawares."""
    found = set()
    for onlooker in onlookers:
        if may(onlooker.viewer):
            in_a = "-A-" in onlooker.viewer.partnership_name
            found.add(onlooker.person.key.removeprefix("a.") if in_a else f"{onlooker.person.key} (for B)")
    return found
