"""Who reads the rules of an area, and who changes them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.access import area_rules
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.rule_sets import RuleSet
from portal.services.changes import changing
from portal.services.rule_set_changes import rule_set_from
from tests.access.conftest import who
from tests.access.rules_routes import READERS
from tests.world import NOW


@pytest.fixture
def rule_sets(database, world) -> dict[int, RuleSet]:
    """Every rule set of both partnerships: what holds, and in each one that is planned."""
    for partnership_id in world.partnerships.values():
        with changing(Viewer.of_system("tests", NOW, partnership_id)) as change:
            rule_set_from(change, partnership_id, date(2027, 4, 1))
    return {row.id: row for row in db.session.scalars(select(RuleSet))}


def test_rules_are_listed_exactly_where_they_may_be_viewed(rule_sets, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {row.id for row in rule_sets.values() if area_rules.may_view(viewer, row)}
        assert ids(area_rules.visible_to(viewer)) == may, onlooker.name


def test_who_reads_and_who_changes(rule_sets, onlookers, world):
    mine, theirs = (
        next(row for row in rule_sets.values() if row.partnership_id == world.partnerships[letter]) for letter in "ab"
    )
    assert who(onlookers, lambda viewer: area_rules.may_view(viewer, mine)) == READERS
    assert who(onlookers, lambda viewer: area_rules.may_view(viewer, theirs)) == {
        f"b.{name} (for B)" for name in READERS
    }
    assert who(onlookers, area_rules.may_change) == {"business_manager", "b.business_manager (for B)"}


def test_nobody_and_a_system_viewer(rule_sets, world, ids):
    nobody, system = Viewer.nobody(NOW), Viewer.of_system("tests", NOW, world.partnerships["b"])
    assert ids(area_rules.visible_to(nobody)) == set()
    assert not any(area_rules.may_view(nobody, row) for row in rule_sets.values())
    of_b = {row.id for row in rule_sets.values() if row.partnership_id == world.partnerships["b"]}
    assert ids(area_rules.visible_to(system)) == of_b
