"""The one door for changes: all or nothing, never without its activity, never waiting for itself."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, text, update

from portal.database.session import db, writing, writing_apart
from portal.domain.errors import Conflict
from portal.models.activity import Activity
from portal.models.partnerships import Agency
from portal.services import activity
from portal.services.changes import changing
from tests.harness import apart


@pytest.fixture
def viewer(world, viewer_of):
    """Whoever it is."""
    return viewer_of(world.person("a.business_manager"))


def names() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Agency.name)))


def entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Activity)) or 0


def fail_halfway(viewer) -> None:
    with changing(viewer) as change:
        first_agency(change.session).name = "Half done"
        change.log("agency.changed", "agency", 1)
        raise ValueError("halfway")


def first_agency(session) -> Agency:
    return session.scalars(select(Agency).order_by(Agency.id).limit(1)).one()


def test_a_change_without_activity_is_not_kept(viewer):
    before = names()
    with pytest.raises(RuntimeError, match="must log"), changing(viewer) as change:
        first_agency(change.session).name = "Changed in silence"
    assert names() == before


def test_a_change_that_fails_leaves_neither_row_nor_activity(viewer):
    before, logged = names(), entries()
    with pytest.raises(ValueError, match="halfway"):
        fail_halfway(viewer)
    assert (names(), entries()) == (before, logged)


def test_what_a_failed_change_meant_to_log_does_not_stand_in_the_next_ones_trail(viewer):
    logged = entries()
    with pytest.raises(ValueError, match="halfway"):
        fail_halfway(viewer)
    with changing(viewer) as change:
        change.log("agency.added", "agency", 2)
    assert entries() == logged + 1


def test_a_change_inside_a_change_is_kept_or_lost_with_it(viewer):
    before = names()

    def outer() -> None:
        with changing(viewer) as change:
            change.log("agency.changed", "agency", 1)
            with changing(viewer) as inner:
                first_agency(inner.session).name = "Inner"
                inner.log("agency.changed", "agency", 1)
            raise ValueError("outer")

    with pytest.raises(ValueError, match="outer"):
        outer()
    assert names() == before


def test_a_row_that_somebody_changed_first_is_a_conflict(viewer, app):
    def overtake() -> None:
        with app.app_context(), writing() as session:
            first_agency(session).name = "Theirs"

    def late() -> None:
        with changing(viewer) as change:
            agency = first_agency(change.session)
            if db.engine.dialect.name == "sqlite":
                # Only one writer at a time here, so the other's change is made to look as if it came in between.
                change.session.execute(
                    text("UPDATE agencies SET version = version + 1 WHERE id = :id"), {"id": agency.id}
                )
            else:
                other = threading.Thread(target=apart, args=(overtake,))
                other.start()
                other.join()
            agency.name = "Mine"
            change.log("agency.changed", "agency", agency.id)

    with pytest.raises(Conflict, match="Nothing was overwritten"):
        late()
    assert "Mine" not in names()


def test_two_changes_that_wait_for_each_other_end_with_one_of_them_told(viewer, app, backend):
    if backend == "sqlite":
        return  # one writer at a time: they cannot
    first, second = db.session.scalars(select(Agency.id).order_by(Agency.id).limit(2)).all()
    db.session.rollback()
    met = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def cross(here: int, there: int) -> None:
        with app.app_context():
            try:
                with changing(viewer) as change:
                    change.session.execute(update(Agency).where(Agency.id == here).values(name=f"{here}"))
                    met.wait()
                    change.session.execute(update(Agency).where(Agency.id == there).values(name=f"{here}"))
                    change.log("agency.changed", "agency", here)
                outcomes.append("kept")
            except Conflict:
                outcomes.append("told")

    threads = [threading.Thread(target=apart, args=(cross, *pair)) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "told"]


def test_a_reading_is_logged_beside_a_page_and_inside_a_change_alike(viewer):
    before = entries()
    held = first_agency(db.session)
    activity.record_reading(viewer, "case.read", "case", [1, 2])
    assert entries() == before + 2
    assert held.name
    with changing(viewer) as change:
        activity.record_reading(viewer, "case.read", "case", [3])
        change.log("agency.changed", "agency", 1)
    assert entries() == before + 4


def test_a_short_transaction_keeps_what_the_page_has_read_as_it_was_read(viewer, count_queries, app):
    held = first_agency(db.session)
    with count_queries() as statements:
        with writing_apart() as connection:
            connection.execute(select(1))
        assert held.name
    assert statements == []
