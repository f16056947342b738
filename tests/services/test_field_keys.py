"""Whether the keys of the settings are those of the database, found out before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from portal.database.declarative import Base
from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted, Unusable
from portal.models.activity import Activity
from portal.models.keys import FieldKey
from portal.services.field_keys import SEALED, faults, note_keys, retire, uses
from portal.services.key_rotation import rotate
from tests.services.key_steps import NEW, OLD, OTHER, SPARE, SYSTEM, use_of
from tests.services.racing import at_once
from tests.world import NOW


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[..., None]]:
    """Puts keys on the process's one ring; the tests' own key goes back on it."""
    yield lambda *keys: keyring.install(keys)
    keyring.install((OLD,))


def noted() -> dict[str, bytes]:
    db.session.rollback()
    return {row.key_id: bytes(row.check_value) for row in db.session.scalars(select(FieldKey))}


@pytest.mark.usefixtures("world")
class TestBeforeAnythingWasNoted:
    """A database from before there were check values: its own values tell."""

    def test_the_right_key_is_taken_and_noted(self):
        assert faults() == []
        assert note_keys(NOW) == 1
        assert noted() == keyring.check_values

    def test_another_key_under_the_same_id_is_refused(self, ring):
        ring(OTHER)
        assert len(faults()) == 1
        assert "another key under the id t1" in faults()[0]

    def test_a_lost_key_is_named(self, ring):
        ring(NEW)
        assert len(faults()) == 1
        assert "has no key t1" in faults()[0]

    def test_the_right_key_behind_a_new_one_is_fine(self, ring):
        ring(NEW, OLD)
        assert faults() == []

    def test_the_first_time_all_of_them_are_noted(self, ring):
        """What lies under the second was written before anything was noted."""
        ring(NEW, OLD)
        assert note_keys(NOW) == 2
        ring(NEW)
        assert "no key t1" in faults()[0]


@pytest.mark.usefixtures("world")
class TestOnceNoted:
    """One look at a small table says it, also where nothing is stored yet."""

    @pytest.fixture(autouse=True)
    def keys_noted(self, world) -> None:
        note_keys(NOW)

    def test_the_same_again_writes_nothing(self):
        rows = db.session.scalars(select(Activity).where(Activity.verb == "keys.noted")).all()
        assert note_keys(NOW) == 0
        assert len(db.session.scalars(select(Activity).where(Activity.verb == "keys.noted")).all()) == len(rows) == 1

    @pytest.mark.parametrize(("keys", "words"), [((OTHER,), "another key under the id t1"), ((NEW,), "no key t1")])
    def test_a_wrong_and_a_lost_key_are_refused(self, ring, keys, words):
        ring(*keys)
        assert [words in fault for fault in faults()] == [True]

    def test_a_new_key_is_noted_and_from_then_on_needed(self, ring):
        ring(NEW, OLD)
        assert faults() == []
        assert note_keys(NOW) == 1
        ring(OLD)
        assert "no key t2" in faults()[0]

    def test_a_check_value_is_not_the_key_nor_anything_that_is_made_with_it(self):
        (value,) = noted().values()
        assert value != OLD[1]
        assert value not in (keyring.seal(b""), keyring.blind_index("", "children.surname"))
        assert len(value) == 32

    def test_a_key_is_let_go_once_nothing_lies_under_it(self, ring):
        ring(OLD, SPARE)
        note_keys(NOW)
        retire(SYSTEM, "t9")
        ring(OLD)
        assert faults() == []

    def test_a_key_that_was_let_go_is_not_needed_again_because_it_stands_there_still(self, ring):
        """Between letting it go and taking it out of the settings something always starts, if only `keys status`."""
        ring(OLD, SPARE)
        note_keys(NOW)
        retire(SYSTEM, "t9")
        assert faults() == []
        assert note_keys(NOW) == 0
        ring(OLD)
        assert faults() == []

    def test_a_key_that_was_let_go_is_needed_again_once_it_writes(self, ring):
        ring(OLD, SPARE)
        note_keys(NOW)
        retire(SYSTEM, "t9")
        ring(SPARE, OLD)
        assert note_keys(NOW) == 1
        ring(OLD)
        assert "no key t9" in faults()[0]

    def test_a_key_that_is_needed_is_not_let_go(self, ring):
        ring(NEW, OLD)
        note_keys(NOW)
        with pytest.raises(Conflict, match="texts"):
            retire(SYSTEM, "t1")
        rotate(SYSTEM)
        with pytest.raises(Conflict, match="seals of the activity"):
            retire(SYSTEM, "t1")
        assert "t1" in noted()

    def test_the_key_that_writes_is_not_let_go(self):
        with pytest.raises(Conflict, match="put another one before it"):
            retire(SYSTEM, "t1")

    def test_an_unknown_one_is_said(self):
        with pytest.raises(Unusable, match="t7"):
            retire(SYSTEM, "t7")

    def test_a_missing_key_still_shows_what_lies_under_it(self, ring):
        ring(NEW)
        use = use_of("t1")
        assert not use.is_set
        assert use.texts > 100


def test_several_that_start_at_once_note_a_key_once(app, world):
    assert sum(at_once(app, *[lambda: note_keys(NOW)] * 4)) >= 1
    assert noted() == keyring.check_values


def test_a_database_without_tables_has_nothing_to_say(databases, database):
    db.session.remove()
    db.engine.dispose()
    databases.copy(None, "portal")
    assert faults() == []
    assert note_keys(NOW) == 0


def test_a_database_that_is_away_keeps_nobody_from_starting(database):
    with database.lost():
        assert faults() == []
        assert note_keys(NOW) == 0


def test_people_read_nothing_about_keys(world, viewer_of):
    for call in (lambda who: uses(who), lambda who: retire(who, "t1")):
        with pytest.raises(NotPermitted):
            call(viewer_of(world.person("a.administrator")))


def test_whatever_is_sealed_keeps_its_key():
    """A table with seals that is added later has to be counted too, or its key could be let go."""
    assert {f"{column.class_.__table__.name}.{column.key}" for column in SEALED} == {
        f"{table.name}.key_id"
        for table in Base.metadata.sorted_tables
        if "key_id" in table.columns and {"seal", "mark"} & set(table.columns.keys())
    }
