"""Rotation: all that is kept comes under the new key while people work, whenever it breaks off, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text, update

from portal.access.viewer import Viewer
from portal.database.declarative import Base
from portal.database.encryption import Undecryptable, keyring
from portal.database.session import db, writing_apart
from portal.domain.errors import Conflict, NotPermitted
from portal.models.cases import Child
from portal.models.feedback import FeedbackCard
from portal.models.people import RecoveryCode
from portal.services import authenticator, key_rotation
from portal.services.activity_checks import verify
from portal.services.changes import changing
from portal.services.feedback.giving import open_card
from portal.services.key_rotation import INDEXES, count_work, rotate
from portal.services.meetings.searching import find
from portal.services.reports.writing import save_answer, seen
from tests.services.key_steps import NEW, OLD, SYSTEM, all_texts, use_of
from tests.services.racing import at_once
from tests.services.report_steps import answers_of
from tests.world import NOW


@pytest.fixture(autouse=True)
def ring() -> Iterator[Callable[..., None]]:
    """Puts keys on the process's one ring; the tests' own key goes back on it."""
    yield lambda *keys: keyring.install(keys)
    keyring.install((OLD,))


@pytest.fixture
def coordinator(world, viewer_of) -> Viewer:
    return viewer_of(world.person("a.coordinator"))


def surname_of(world) -> str:
    db.session.rollback()
    return next(child.surname for child in db.session.query(Child).order_by(Child.id))


@pytest.mark.usefixtures("world")
def test_everything_opens_with_the_new_key_alone(ring):
    before = all_texts()
    ring(NEW, OLD)
    assert count_work(SYSTEM) > 100
    done = rotate(SYSTEM)
    assert (done.unopened, done.left) == ([], 0)
    assert done.texts > 100
    assert done.files
    assert (use_of("t1").texts, use_of("t1").files, count_work(SYSTEM)) == (0, 0, 0)
    ring(NEW)
    assert all_texts() == before


@pytest.mark.usefixtures("world")
def test_without_it_the_new_key_alone_opens_nothing_old(ring):
    ring(NEW)
    with pytest.raises(Undecryptable):
        all_texts()


def test_a_child_is_found_before_meanwhile_and_afterwards(ring, coordinator, world):
    surname = surname_of(world)
    found = find(coordinator, surname).case_ids
    assert found
    ring(NEW, OLD)
    assert find(coordinator, surname).case_ids == found
    assert rotate(SYSTEM).indexes > 1
    ring(NEW)
    assert find(coordinator, surname).case_ids == found


def test_a_printed_card_still_opens_its_form(ring, world):
    code = next(card.code for card in db.session.query(FeedbackCard).filter(FeedbackCard.expires_at > NOW))
    ring(NEW, OLD)
    rotate(SYSTEM)
    ring(NEW)
    assert open_card(code, NOW, "192.0.2.1")


def test_every_blind_index_of_every_table_is_made_anew():
    """A column that is added later has to be added to the rotation too."""
    indexed = {f"{index.class_.__table__.name}.{index.key}" for _text, index, _place in INDEXES}
    assert indexed == {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_index")
    }


@pytest.mark.usefixtures("world")
def test_the_trail_keeps_its_seals_and_the_key_that_they_need(ring):
    sealed = use_of("t1").seals
    ring(NEW, OLD)
    rotate(SYSTEM)
    assert use_of("t1").seals == sealed
    assert verify(SYSTEM).faults == []
    ring(NEW)
    assert "t1" in str(verify(SYSTEM).faults[0])


class Broken(Exception):
    """Stands for a machine that goes off."""


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("after", [1, 2, 5, 20])
def test_what_breaks_off_goes_on_where_it_was(ring, after):
    before = all_texts()
    ring(NEW, OLD)
    work, steps = count_work(SYSTEM), 0

    def step(_number: int) -> None:
        nonlocal steps
        steps += 1
        if steps == after:
            raise Broken

    with pytest.raises(Broken):
        rotate(SYSTEM, step)
    left = count_work(SYSTEM)
    assert 0 < left < work
    assert all_texts() == before
    assert rotate(SYSTEM).texts <= left
    ring(NEW)
    assert all_texts() == before


@pytest.mark.usefixtures("world")
def test_in_steps_of_one_row_each_comes_once(ring, monkeypatch):
    before = all_texts()
    monkeypatch.setattr(key_rotation, "AT_ONCE", 1)
    ring(NEW, OLD)
    work = count_work(SYSTEM)
    done = rotate(SYSTEM)
    assert done.texts + done.files == work
    ring(NEW)
    assert all_texts() == before


def test_a_form_that_stood_open_meanwhile_saves_without_a_conflict(ring, world):
    before = dict(db.session.execute(text("SELECT id, version FROM children")).tuples().all())
    ring(NEW, OLD)
    rotate(SYSTEM)
    assert dict(db.session.execute(text("SELECT id, version FROM children")).tuples().all()) == before


def test_what_people_save_meanwhile_stays_as_they_saved_it(app, ring, head, place):
    """Back and forth between two keys, while somebody writes on: no answer of theirs is lost to an older one."""
    ring(NEW, OLD)
    told: list[str] = []

    def write() -> None:
        before = answers_of(place).get("worries", "")
        for step in range(40):
            words = f"{step} words"
            try:
                save_answer(head, place.id, "worries", seen(before), words)
            except Conflict:
                continue
            before = words
            told.append(words)

    def turn() -> int:
        done = 0
        for keys in ((NEW, OLD), (OLD, NEW)) * 3:
            ring(*keys)
            done += rotate(SYSTEM).texts
        return done

    wrote, turned = at_once(app, write, turn)
    assert not isinstance(wrote, BaseException), wrote
    assert not isinstance(turned, BaseException), turned
    assert turned > 100
    assert answers_of(place)["worries"] == told[-1]
    assert len(told) == 40
    assert verify(SYSTEM).faults == []


@pytest.mark.usefixtures("world")
def test_what_is_saved_between_reading_and_exchanging_is_not_undone(ring, monkeypatch):
    ring(NEW, OLD)
    turn, saved = keyring.recrypt, list[bytes]()

    def save_first(stored: bytes, place: str) -> bytes:
        if place == "children.given_name" and not saved:
            saved.append(keyring.encrypt("Saved meanwhile", place))
            with writing_apart() as connection:
                changing_it = text("UPDATE children SET given_name = :new WHERE given_name = :old")
                connection.execute(changing_it, {"new": saved[0], "old": stored})
        return turn(stored, place)

    monkeypatch.setattr(keyring, "recrypt", save_first)
    assert rotate(SYSTEM).left == 0
    held = db.session.execute(text("SELECT given_name FROM children")).scalars()
    assert saved[0] in [bytes(value) for value in held if value is not None]


@pytest.mark.usefixtures("world")
def test_two_rotations_at_once_do_each_thing_once(app, ring):
    before = all_texts()
    ring(NEW, OLD)
    work = count_work(SYSTEM)
    one, other = at_once(app, lambda: rotate(SYSTEM), lambda: rotate(SYSTEM))
    assert one.texts + one.files + other.texts + other.files == work
    ring(NEW)
    assert all_texts() == before


def test_a_value_that_does_not_open_is_named_by_its_place_and_left_as_it_is(ring, world):
    child = db.session.query(Child).order_by(Child.id).first().id
    stays = keyring.encrypt("moved here", "children.given_name")

    with changing(SYSTEM) as change:
        change.session.execute(text("UPDATE children SET upn = :stays WHERE id = :id"), {"stays": stays, "id": child})
        change.log("tests.moved", "child", child)
    ring(NEW, OLD)
    done = rotate(SYSTEM)
    assert done.unopened == [f"children.upn, row {child}"]
    row = db.session.execute(text("SELECT upn FROM children WHERE id = :id"), {"id": child}).scalar_one()
    assert bytes(row) == stays
    assert "moved here" not in str(done)


def test_recovery_codes_need_the_key_they_were_made_under(ring, world, viewer_of):
    person = viewer_of(world.person("a.chair"))
    ring(NEW, OLD)
    before = use_of("t2").recovery_codes
    with changing(person) as change:
        authenticator.write_recovery_codes(change)
        change.log("person.recovery_codes_made", "person", person.user_id)
    assert use_of("t2").recovery_codes - before == authenticator.RECOVERY_CODES
    with changing(SYSTEM) as change:
        change.session.execute(update(RecoveryCode).values(key_id=None))
        change.log("tests.forgotten", "person", None)
    assert use_of("t2").recovery_codes == 0, "nobody noted it, so the oldest key counts"
    assert use_of("t1").recovery_codes >= authenticator.RECOVERY_CODES


def test_people_do_not_turn_keys(world, viewer_of):
    with pytest.raises(NotPermitted):
        rotate(viewer_of(world.person("a.administrator")))
