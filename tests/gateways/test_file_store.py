"""The file stores: what is put in comes out, and nothing that was cut off, altered, moved or exchanged does.

Every test of `shelf` runs on a folder and on a real server that speaks S3. What only one of them has stands in
test_folder_store.py and test_s3_store.py.
"""

from __future__ import annotations

import os
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.gateways import file_store
from portal.gateways.file_store import CHUNK, TAG, Damaged, new_key, new_name, stored_size
from tests.gateways.stores import CONTEXT, read

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7, 11 * MEGABYTE])
@pytest.mark.parametrize("piece", [1000, CHUNK, 3 * CHUNK])
def test_what_is_put_in_comes_out(shelf, size, piece):
    content, key = os.urandom(size), new_key()
    name = shelf.store.write(key, CONTEXT, (content[at : at + piece] for at in range(0, size, piece)))
    assert read(shelf.store, name, key, size) == content
    raw = shelf.raw(name)
    assert len(raw) == stored_size(size)
    assert content[:40] not in raw or size < 8


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70))
def test_what_is_put_in_comes_out_whatever_it_is(small_shelf, content):
    key = new_key()
    name = small_shelf.store.write(key, CONTEXT, [content])
    assert read(small_shelf.store, name, key, len(content)) == content


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70), bit=st.integers(0, 10_000))
def test_no_flipped_bit_goes_unseen(small_shelf, content, bit):
    key = new_key()
    name = small_shelf.store.write(key, CONTEXT, [content])
    stored = bytearray(small_shelf.raw(name))
    place = bit % (8 * len(stored))
    stored[place // 8] ^= 1 << place % 8
    small_shelf.lay(name, bytes(stored))
    with pytest.raises(Damaged):
        read(small_shelf.store, name, key, len(content))


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70), cut=st.integers(1, 200), tell=st.booleans())
@example(content=bytes(32), cut=16 + TAG, tell=True)
@example(content=bytes(33), cut=1 + TAG, tell=True)
def test_no_cut_goes_unseen_even_where_the_size_is_told_to_fit(small_shelf, content, cut, tell):
    key = new_key()
    name = small_shelf.store.write(key, CONTEXT, [content])
    stored = small_shelf.raw(name)
    small_shelf.lay(name, stored[:-cut])
    sizes = [size for size in range(len(content) + 1) if stored_size(size) == len(stored) - cut] if tell else []
    for size in sizes or [len(content)]:
        with pytest.raises(Damaged):
            read(small_shelf.store, name, key, size)


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(min_size=33, max_size=96), data=st.data())
def test_chunks_in_another_order_are_refused(small_shelf, content, data):
    key = new_key()
    name = small_shelf.store.write(key, CONTEXT, [content])
    stored = small_shelf.raw(name)
    head, body = stored[: len(file_store.MAGIC)], stored[len(file_store.MAGIC) :]
    chunks = [body[at : at + 16 + TAG] for at in range(0, len(body), 16 + TAG)]
    order = data.draw(st.permutations(range(len(chunks))))
    small_shelf.lay(name, head + b"".join(chunks[number] for number in order))
    if [chunks[number] for number in order] == chunks:
        assert read(small_shelf.store, name, key, len(content)) == content
    else:
        with pytest.raises(Damaged):
            read(small_shelf.store, name, key, len(content))


def test_a_file_does_not_open_with_anothers_key_or_as_anothers(shelf):
    first, second = new_key(), new_key()
    name = shelf.store.write(first, CONTEXT, [b"the first"])
    other = shelf.store.write(second, CONTEXT, [b"the other"])
    for key, context in ((second, CONTEXT), (first, b"1/3/report_attachment"), (first, b"")):
        with pytest.raises(Damaged):
            shelf.store.read(name, key, context, 9)
    shelf.lay(name, shelf.raw(other))
    with pytest.raises(Damaged):
        shelf.store.read(name, first, CONTEXT, 9)


def test_a_damaged_file_fails_before_its_first_byte_is_given(shelf):
    key = new_key()
    name = shelf.store.write(key, CONTEXT, [b"x" * 3 * CHUNK])
    whole = shelf.raw(name)
    for damaged in (whole[:-1], whole + b"x", b"WHATEVER" + whole[8:], whole[:8] + b"\0" + whole[9:]):
        shelf.lay(name, damaged)
        with pytest.raises(Damaged):
            shelf.store.read(name, key, CONTEXT, 3 * CHUNK)
    shelf.store.delete(name)
    with pytest.raises(Damaged, match="not in the store"):
        shelf.store.read(name, key, CONTEXT, 3 * CHUNK)


@pytest.mark.parametrize("before", [0, 2 * CHUNK, 11 * MEGABYTE])
def test_what_is_not_finished_leaves_nothing(shelf, before):
    def broken():
        yield b"x" * before
        raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError):
        shelf.store.write(new_key(), CONTEXT, broken())
    assert shelf.everything() == []


def test_files_are_listed_and_deleted_by_name(shelf):
    name, other = (shelf.store.write(new_key(), CONTEXT, [b"x"]) for _ in range(2))
    listed = dict(shelf.store.names())
    assert set(listed) == {name, other}
    assert abs(listed[name] - datetime.now(UTC)) < timedelta(minutes=1)
    shelf.store.delete(name)
    shelf.store.delete(name)
    assert set(dict(shelf.store.names())) == {other}


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "ab/../../x", "A" * 64, "a" * 63, "a" * 65])
def test_no_other_name_leads_anywhere(shelf, name):
    with pytest.raises(ValueError, match="not a name"):
        shelf.store.delete(name)
    with pytest.raises(ValueError, match="not a name"):
        shelf.store.read(name, new_key(), CONTEXT, 1)


def test_names_tell_nothing_and_never_come_twice():
    names = {new_name() for _ in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {64}


def test_a_store_that_can_be_used_has_no_fault_and_keeps_no_trace_of_the_question(shelf):
    assert (shelf.store.fault(), shelf.store.misfit()) == (None, None)
    assert shelf.everything() == []


def test_a_large_file_is_never_whole_in_memory(shelf):
    size, key = 60 * MEGABYTE, new_key()
    piece = os.urandom(MEGABYTE)
    shelf.store.fault()  # what a client needs once is not the file's
    tracemalloc.start()
    try:
        name = shelf.store.write(key, CONTEXT, (piece for _ in range(60)))
        read_back = sum(len(chunk) for chunk in shelf.store.read(name, key, CONTEXT, size))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read_back == size
    assert most < 24 * MEGABYTE
