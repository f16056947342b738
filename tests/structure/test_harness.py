"""The tests' own ground: worlds are alike, fresh for each test, and marked."""

from __future__ import annotations

from sqlalchemy import func, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.models.cases import Child
from portal.models.partnerships import Agency
from portal.services import activity


def test_a_change_is_gone_in_the_next_test(database):
    with writing() as session:
        session.execute(update(Agency).values(name="changed"))
    assert set(db.session.scalars(select(Agency.name))) == {"changed"}


def test_what_another_test_changed_is_as_it_was(database):
    assert db.session.scalar(select(func.count()).where(Agency.name == "changed")) == 0


def test_children_of_both_partnerships_can_be_read(database, world):
    names = set(db.session.scalars(select(Child.given_name)))
    assert {marker.text for marker in world.markers if "-CHILD-" in marker.text} == names


def test_every_marker_is_found_by_itself_alone(world):
    texts = [form for marker in world.markers for form in marker.forms]
    assert len(set(texts)) == len(texts)
    for text in texts:
        assert [other for other in texts if text in other] == [text]


def test_every_marker_is_hidden_from_somebody_and_seen_by_somebody(world):
    assert all(marker.seen_by for marker in world.markers)
    everybody = {person.key for person, _ in world.wearers()}
    assert all(everybody - marker.seen_by for marker in world.markers)


def test_the_trails_own_commit_is_not_counted(database, world, count_queries):
    viewer = Viewer.of_system("tests", world.now, world.partnerships["a"])
    with count_queries() as statements:
        activity.record_reading(viewer, "case.read", "case", [1])
        assert statements == []
        db.session.execute(select(Agency.id))
    assert len(statements) == 1
