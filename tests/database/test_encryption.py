"""Fields at rest: unreadable without their key, bound to their place, found again by exact look-up."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.database.encryption import Keyring, Undecryptable
from portal.database.session import db

OLD, NEW = ("old", os.urandom(32)), ("new", os.urandom(32))
PLACE = "children.surname"


def ring(*keys: tuple[str, bytes]) -> Keyring:
    made = Keyring()
    made.install(keys)
    return made


@given(st.text(max_size=300))
def test_what_is_encrypted_comes_back_and_never_looks_the_same(written: str) -> None:
    keys = ring(NEW)
    first, second = keys.encrypt(written, PLACE), keys.encrypt(written, PLACE)
    assert keys.decrypt(first, PLACE) == written
    assert first != second
    if len(written) > 3:
        assert written.encode() not in first


def test_a_value_moved_to_another_column_does_not_open() -> None:
    keys = ring(NEW)
    with pytest.raises(Undecryptable, match="belongs elsewhere"):
        keys.decrypt(keys.encrypt("Thornquill", PLACE), "children.given_name")


@pytest.mark.parametrize("position", [0, 1, 3, 8, -1])
def test_a_changed_byte_is_found(position: int) -> None:
    keys = ring(NEW)
    stored = bytearray(keys.encrypt("Thornquill", PLACE))
    stored[position] ^= 1
    with pytest.raises(Undecryptable):
        keys.decrypt(bytes(stored), PLACE)


@pytest.mark.parametrize("stored", [b"", b"\x01", b"plain text", b"\x01\xff"])
def test_what_was_never_encrypted_is_refused(stored: bytes) -> None:
    with pytest.raises(Undecryptable):
        ring(NEW).decrypt(stored, PLACE)


def test_after_a_rotation_old_values_still_read_and_new_ones_use_the_new_key() -> None:
    before = ring(OLD).encrypt("Thornquill", PLACE)
    rotated = ring(NEW, OLD)
    assert rotated.decrypt(before, PLACE) == "Thornquill"
    with pytest.raises(Undecryptable, match="'old' is not among FIELD_KEYS"):
        ring(NEW).decrypt(before, PLACE)
    with pytest.raises(Undecryptable):
        ring(OLD).decrypt(rotated.encrypt("Thornquill", PLACE), PLACE)


def test_a_blind_index_equals_for_the_same_name_however_it_is_typed() -> None:
    keys = ring(NEW)
    wanted = keys.blind_index("O’Néill Smith", PLACE)
    assert keys.blind_index(" o'neill-SMITH ", PLACE) == wanted
    assert keys.blind_index("O’Neil Smith", PLACE) != wanted
    assert keys.blind_index("O’Néill Smith", "children.upn") != wanted


def test_rows_written_before_a_rotation_are_found_by_one_of_the_indexes() -> None:
    assert ring(OLD).blind_index("Thornquill", PLACE) in ring(NEW, OLD).blind_indexes("Thornquill", PLACE)


def test_a_seal_needs_its_key() -> None:
    keys = ring(NEW, OLD)
    assert keys.seal(b"row", "old") == ring(OLD).seal(b"row")
    assert keys.seal(b"row") != keys.seal(b"row", "old")
    with pytest.raises(Undecryptable):
        keys.seal(b"row", "lost")


def test_no_text_about_a_family_stands_in_the_database_in_clear(world, database) -> None:
    """Every marker that the world hides in a name or a text, against every column of every table."""
    private = [form.encode() for marker in world.markers if marker.kind in PRIVATE for form in marker.forms[:1]]
    assert len(private) > 20
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(text(f"SELECT * FROM {table.name}")):
            held = b"\0".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
            )
            assert not [mark for mark in private if mark in held], table.name


PRIVATE = ("child", "answer_note", "register_note", "meeting_note", "report", "place", "link")
