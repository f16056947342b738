"""Whose figures each role reads, and whether small counts are hidden from it."""

from __future__ import annotations

import pytest

from portal.access import indicators
from portal.access.indicators import FigureScope
from portal.access.viewer import Hat, Viewer
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import AgencyType, Role
from tests.world import NOW, viewer_of


def test_each_role_reads_its_own_part_of_the_figures(database, world):
    home, gp = world.partnerships["a"], world.agencies["a.gp"]
    table = {
        "a.manager": FigureScope(home, None, None, hides_small=False),
        "a.board": FigureScope(home, None, None, hides_small=True),
        "a.business_manager": FigureScope(home, None, None, hides_small=True),
        "a.scrutineer": FigureScope(home, None, None, hides_small=True),
        "a.sector_lead": FigureScope(home, None, AgencyType.GP, hides_small=True),
        "a.gp.lead": FigureScope(home, gp, None, hides_small=False),
    }
    for person, _hat in world.wearers():
        if person.key in table:
            assert indicators.scope(viewer_of(person)) == table[person.key], person.key
        elif person.key.startswith("a.") and person.hat.role is not Role.AGENCY_LEAD:
            with pytest.raises(NotPermitted):
                indicators.scope(viewer_of(person))


def test_a_sector_lead_without_a_sector_reads_no_figures():
    hat = Hat(1, 1, "A", Role.SECTOR_LEAD)
    with pytest.raises(NotPermitted):
        indicators.scope(Viewer(now=NOW, user_id=1, hat=hat, hats=(hat,)))


def test_a_command_reads_one_partnership_whole_and_the_system_none():
    assert indicators.scope(Viewer.of_system("tests", NOW, 7)) == FigureScope(7, None, None, hides_small=False)
    with pytest.raises(NotPermitted):
        indicators.scope(Viewer.of_system("tests", NOW))
    with pytest.raises(NotPermitted):
        indicators.scope(Viewer.nobody(NOW))
