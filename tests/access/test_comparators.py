"""Who reads what measures are held against, who keeps it, and who compares agencies."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import comparators, pictures
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.comparators import Comparator, ComparatorFile
from tests.access.conftest import who
from tests.access.picture_routes import COMPARERS, READERS
from tests.world import NOW


@pytest.fixture
def kept(database) -> dict[int, Comparator]:
    """Every row, whoever may read it."""
    return {row.id: row for row in db.session.scalars(select(Comparator))}


def test_rows_are_listed_exactly_where_they_may_be_viewed(kept, onlookers, ids):
    files = {row.id: row for row in db.session.scalars(select(ComparatorFile))}
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in kept.items() if comparators.may_view(viewer, row)}
        assert ids(comparators.visible_to(viewer)) == may, onlooker.name
        may = {number for number, row in files.items() if comparators.may_view(viewer, row)}
        assert ids(comparators.files_visible_to(viewer)) == may, onlooker.name


def test_whoever_reads_figures_reads_them_and_the_business_manager_keeps_them(kept, onlookers, world):
    row = next(one for one in kept.values() if one.partnership_id == world.partnerships["a"])
    assert who(onlookers, lambda viewer: comparators.may_view(viewer, row)) == READERS
    assert who(onlookers, comparators.may_keep) == {"business_manager", "b.business_manager (for B)"}


def test_agencies_are_compared_by_those_who_oversee_them(onlookers):
    assert {name for name in who(onlookers, pictures.may_compare) if not name.startswith("b.")} == COMPARERS


def test_nobody(kept, ids):
    nobody = Viewer.nobody(NOW)
    assert ids(comparators.visible_to(nobody)) == ids(comparators.files_visible_to(nobody)) == set()
    assert not any(comparators.may_view(nobody, row) for row in kept.values())
    assert not comparators.may_keep(nobody)
    assert not pictures.may_compare(nobody)
