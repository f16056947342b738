"""The file store: what is put in comes out, and nothing that was cut off, altered, moved or exchanged does."""

from __future__ import annotations

import os
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.gateways import file_store
from portal.gateways.file_store import CHUNK, TAG, Damaged, FileStore, StoreUnusable, new_key, new_name, stored_size

CONTEXT = b"1/2/report_attachment"
SIZES = st.one_of(st.integers(0, 40), st.sampled_from([15, 16, 17, 31, 32, 33, 48]))


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore.at((tmp_path / "files").as_uri())


@pytest.fixture(scope="module")
def small_store(tmp_path_factory) -> FileStore:
    """One for many examples, with chunks so small that a few bytes fill several."""
    return FileStore(tmp_path_factory.mktemp("store"))


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(file_store, "CHUNK", 16)


def path_of(store: FileStore, name: str) -> Path:
    return store.folder / name[:2] / name


def read(store: FileStore, name: str, key: bytes, size: int, context: bytes = CONTEXT) -> bytes:
    return b"".join(store.read(name, key, context, size))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7])
@pytest.mark.parametrize("piece", [1000, CHUNK, 3 * CHUNK])
def test_what_is_put_in_comes_out(store, size, piece):
    content, key = os.urandom(size), new_key()
    name = store.write(key, CONTEXT, (content[at : at + piece] for at in range(0, size, piece)))
    assert read(store, name, key, size) == content
    assert path_of(store, name).stat().st_size == stored_size(size)
    assert content[:40] not in path_of(store, name).read_bytes() or size < 8


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70))
def test_what_is_put_in_comes_out_whatever_it_is(small_store, content):
    key = new_key()
    name = small_store.write(key, CONTEXT, [content])
    assert read(small_store, name, key, len(content)) == content


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70), bit=st.integers(0, 10_000))
def test_no_flipped_bit_goes_unseen(small_store, content, bit):
    key = new_key()
    name = small_store.write(key, CONTEXT, [content])
    path = path_of(small_store, name)
    stored = bytearray(path.read_bytes())
    place = bit % (8 * len(stored))
    stored[place // 8] ^= 1 << place % 8
    path.write_bytes(stored)
    with pytest.raises(Damaged):
        read(small_store, name, key, len(content))


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(max_size=70), cut=st.integers(1, 200), tell=st.booleans())
@example(content=bytes(32), cut=16 + TAG, tell=True)
@example(content=bytes(33), cut=1 + TAG, tell=True)
def test_no_cut_goes_unseen_even_where_the_size_is_told_to_fit(small_store, content, cut, tell):
    key = new_key()
    name = small_store.write(key, CONTEXT, [content])
    path = path_of(small_store, name)
    stored = path.read_bytes()
    path.write_bytes(stored[:-cut])
    sizes = [size for size in range(len(content) + 1) if stored_size(size) == len(stored) - cut] if tell else []
    for size in sizes or [len(content)]:
        with pytest.raises(Damaged):
            read(small_store, name, key, size)


@pytest.mark.usefixtures("small_chunks")
@given(content=st.binary(min_size=33, max_size=96), data=st.data())
def test_chunks_in_another_order_are_refused(small_store, content, data):
    key = new_key()
    name = small_store.write(key, CONTEXT, [content])
    path = path_of(small_store, name)
    stored = path.read_bytes()
    head, body = stored[: len(file_store.MAGIC)], stored[len(file_store.MAGIC) :]
    chunks = [body[at : at + 16 + TAG] for at in range(0, len(body), 16 + TAG)]
    order = data.draw(st.permutations(range(len(chunks))))
    path.write_bytes(head + b"".join(chunks[number] for number in order))
    if [chunks[number] for number in order] == chunks:
        assert read(small_store, name, key, len(content)) == content
    else:
        with pytest.raises(Damaged):
            read(small_store, name, key, len(content))


def test_a_file_does_not_open_with_anothers_key_or_as_anothers(store):
    first, second = new_key(), new_key()
    name = store.write(first, CONTEXT, [b"the first"])
    other = store.write(second, CONTEXT, [b"the other"])
    for key, context in ((second, CONTEXT), (first, b"1/3/report_attachment"), (first, b"")):
        with pytest.raises(Damaged):
            store.read(name, key, context, 9)
    path_of(store, name).write_bytes(path_of(store, other).read_bytes())
    with pytest.raises(Damaged):
        store.read(name, first, CONTEXT, 9)


def test_a_damaged_file_fails_before_its_first_byte_is_given(store):
    key = new_key()
    name = store.write(key, CONTEXT, [b"x" * 3 * CHUNK])
    path = path_of(store, name)
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole + b"x", b"WHATEVER" + whole[8:], whole[:8] + b"\0" + whole[9:]):
        path.write_bytes(damaged)
        with pytest.raises(Damaged):
            store.read(name, key, CONTEXT, 3 * CHUNK)
    path.unlink()
    with pytest.raises(Damaged):
        store.read(name, key, CONTEXT, 3 * CHUNK)


def test_a_read_that_is_given_up_closes_its_file(store):
    key = new_key()
    name = store.write(key, CONTEXT, [b"x" * 3 * CHUNK])
    descriptors = Path("/proc/self/fd")
    if not descriptors.exists():
        pytest.skip("this system does not list open files")
    before = len(list(descriptors.iterdir()))
    pieces = store.read(name, key, CONTEXT, 3 * CHUNK)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    assert len(list(descriptors.iterdir())) == before


def test_what_is_not_finished_leaves_nothing(store):
    def broken():
        yield b"x" * CHUNK * 2
        raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError):
        store.write(new_key(), CONTEXT, broken())
    assert list(store.names()) == []


def test_what_cannot_be_put_in_its_place_leaves_nothing(store, monkeypatch):
    def refuse(_self, _target):
        raise OSError("no room")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="no room"):
        store.write(new_key(), CONTEXT, [b"x"])
    assert list(store.names()) == []


def test_only_its_owner_can_read_what_lies_there(store):
    name = store.write(new_key(), CONTEXT, [b"x"])
    assert path_of(store, name).stat().st_mode & 0o077 == 0
    assert path_of(store, name).parent.stat().st_mode & 0o077 == 0


def test_files_are_listed_and_deleted_by_name(store):
    name, other = (store.write(new_key(), CONTEXT, [b"x"]) for _ in range(2))
    listed = dict(store.names())
    assert set(listed) == {name, other}
    assert abs(listed[name] - datetime.now(UTC)) < timedelta(minutes=1)
    store.delete(name)
    store.delete(name)
    assert set(dict(store.names())) == {other}


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "ab/../../x", "A" * 64, "a" * 63, "a" * 65])
def test_no_other_name_leads_anywhere(store, name):
    with pytest.raises(ValueError, match="not a name"):
        store.delete(name)
    with pytest.raises(ValueError, match="not a name"):
        store.read(name, new_key(), CONTEXT, 1)


def test_names_tell_nothing_and_never_come_twice():
    names = {new_name() for _ in range(1000)}
    assert len(names) == 1000
    assert {len(name) for name in names} == {64}


@pytest.mark.parametrize(
    "url", ["", "files", "/files", "file://", "file:///", "file://host/files", "s3://bucket/files"]
)
def test_what_is_no_file_store_is_refused(url):
    with pytest.raises(StoreUnusable):
        FileStore.at(url)


def test_addresses_are_read_as_such(tmp_path):
    assert FileStore.at((tmp_path / "a b%20c").as_uri()).folder == tmp_path / "a b%20c"
    assert FileStore.at("file:///C:/files").folder == Path("C:/files")


def test_a_store_says_whether_it_can_be_used(tmp_path):
    store = FileStore(tmp_path / "deep" / "files")
    assert store.fault() is None
    assert list((tmp_path / "deep" / "files").iterdir()) == []
    (tmp_path / "file").touch()
    assert "nothing can be written" in str(FileStore(tmp_path / "file").fault())


def test_a_large_file_is_never_whole_in_memory(store):
    size, key = 25 * 1024 * 1024, new_key()
    piece = os.urandom(1024 * 1024)
    tracemalloc.start()
    try:
        name = store.write(key, CONTEXT, (piece for _ in range(25)))
        read_back = sum(len(chunk) for chunk in store.read(name, key, CONTEXT, size))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read_back == size
    assert most < 4 * 1024 * 1024
