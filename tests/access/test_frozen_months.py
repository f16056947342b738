"""Who reads frozen months and their revisions, and who freezes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import frozen_months
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.frozen_months import FrozenMonth, MonthRevision
from tests.access.conftest import who
from tests.access.who import BOARD, LEADS
from tests.world import NOW


@pytest.fixture
def months(database) -> dict[int, FrozenMonth]:
    """Every frozen month, whoever may read it."""
    return {row.id: row for row in db.session.scalars(select(FrozenMonth))}


@pytest.fixture
def revisions(database) -> dict[int, MonthRevision]:
    """Every revision, whoever may read it."""
    return {row.id: row for row in db.session.scalars(select(MonthRevision))}


def test_months_and_revisions_are_listed_exactly_where_they_may_be_viewed(months, revisions, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {number for number, row in months.items() if frozen_months.may_view(viewer, row)}
        assert ids(frozen_months.visible_to(viewer)) == may, onlooker.name
        may = {number for number, row in revisions.items() if frozen_months.may_view_revision(viewer, row)}
        assert ids(frozen_months.revisions_visible_to(viewer)) == may, onlooker.name


def test_whoever_reads_figures_reads_them_and_the_business_manager_freezes(months, onlookers, world):
    row = months[world.frozen_months["a.april"]]
    readers = BOARD | LEADS | {"manager", "sector_lead"}
    assert who(onlookers, lambda viewer: frozen_months.may_view(viewer, row)) == readers
    assert who(onlookers, frozen_months.may_freeze) == {"business_manager", "b.business_manager (for B)"}


def test_nobody(months, ids):
    assert ids(frozen_months.visible_to(Viewer.nobody(NOW))) == set()
    assert not any(frozen_months.may_view(Viewer.nobody(NOW), row) for row in months.values())
    assert not frozen_months.may_freeze(Viewer.nobody(NOW))
