"""A backup as a file: what is put in comes out, and whatever is done to it is found."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.gateways.backup_files import (
    MAGIC,
    FilePlace,
    NoBackup,
    archive,
    bucket_place,
    read_entries,
    read_header,
    read_manifest,
)
from portal.gateways.file_store import CHUNK, Damaged, StoreUnusable, new_key
from portal.gateways.s3_store import PART_BYTES

KEY = new_key()
HEADER = {"made_at": "2026-06-10T12:00:00+00:00", "keys": {"t1": "00"}}
CONTENT = [("rows/one", [b"a" * 100, b"", b"b" * CHUNK]), ("files/two", []), ("rows/three", [b"c" * 2_500_000])]


def made(entries=CONTENT, key: bytes = KEY) -> bytes:
    return b"".join(archive(HEADER, key, entries, lambda: {"said": "last"}))


def read(content: bytes, key: bytes = KEY) -> tuple[dict, list[tuple[str, bytes]]]:
    file = BytesIO(content)
    header, context = read_header(file)
    return header, [(name, b"".join(pieces)) for name, pieces in read_entries(file, key, context)]


def is_found(content: bytes, key: bytes = KEY) -> bool:
    try:
        read(content, key)
    except (Damaged, NoBackup):
        return True
    return False


def test_what_is_put_in_comes_out_with_its_manifest():
    header, entries = read(made())
    assert header == HEADER
    assert entries[:-1] == [(name, b"".join(pieces)) for name, pieces in CONTENT]
    manifest = read_manifest([entries[-1][1]])
    assert entries[-1][0] == "manifest"
    assert manifest.facts == {"said": "last"}
    assert {name: one.size for name, one in manifest.entries.items()} == {
        "rows/one": 100 + CHUNK,
        "files/two": 0,
        "rows/three": 2_500_000,
    }


def test_entries_that_are_not_read_are_passed_over():
    file = BytesIO(made())
    _header, context = read_header(file)
    assert [name for name, _pieces in read_entries(file, KEY, context)] == [
        "rows/one",
        "files/two",
        "rows/three",
        "manifest",
    ]


@given(st.lists(st.tuples(st.text(min_size=1, max_size=20), st.lists(st.binary(max_size=300), max_size=4)), max_size=5))
def test_any_entries_come_through(entries):
    _header, found = read(made(entries))
    assert found[:-1] == [(name, b"".join(pieces)) for name, pieces in entries]


WHOLE = made([("rows/one", [b"a" * 300]), ("files/two", [b"b" * 150_000])])


@settings(max_examples=150)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
def test_wherever_it_is_cut_off_is_found(at):
    assert is_found(WHOLE[:at])


@settings(max_examples=150)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.integers(min_value=1, max_value=255))
def test_whichever_byte_is_changed_is_found(at, by):
    assert is_found(WHOLE[:at] + bytes([WHOLE[at] ^ by]) + WHOLE[at + 1 :])


def test_something_behind_its_end_and_another_key_are_found():
    assert is_found(WHOLE + b"x")
    assert is_found(WHOLE, new_key())
    assert not is_found(WHOLE)


def test_two_backups_put_together_are_found():
    other = made([("rows/one", [b"A" * 300]), ("files/two", [b"B" * 150_000])])
    middle = len(WHOLE) // 2
    assert is_found(WHOLE[:middle] + other[middle:])


def test_another_header_before_the_same_stream_is_found():
    other = b"".join(archive(HEADER | {"keys": {}}, KEY, CONTENT, dict))
    begins = len(other) - len(made()) + len(MAGIC)
    assert begins != len(MAGIC)
    stated = b'{"keys": {}, "made_at": "2026-06-10T12:00:00+00:00"}'
    whole = made()
    old = whole.index(b"}", whole.index(b'"made_at"')) + 1
    assert is_found(MAGIC + len(stated).to_bytes(4, "big") + stated + whole[old:])


def test_the_backup_of_a_large_portal_goes_into_a_bucket():
    """Ten thousand parts is all that S3 takes, and a terabyte is what a year of every partnership's files makes."""
    place = bucket_place("s3://bucket/one.backup", key_id="k", secret="s", region="", endpoint="")
    assert place.part_bytes * 10_000 > 10**12


class TestPlaces:
    """A path: all of it or what stood there."""

    def test_what_breaks_off_leaves_what_stood_there(self, tmp_path: Path):
        place = FilePlace(tmp_path / "a.backup")
        place.put([WHOLE])

        def breaking():
            yield MAGIC
            raise OSError(28, "No space left on device")

        with pytest.raises(OSError, match="No space"):
            place.put(breaking())
        assert (tmp_path / "a.backup").read_bytes() == WHOLE
        assert [path.name for path in tmp_path.iterdir()] == ["a.backup"]

    def test_it_is_its_owners_alone(self, tmp_path: Path):
        FilePlace(tmp_path / "a.backup").put([WHOLE])
        assert (tmp_path / "a.backup").stat().st_mode & 0o777 == 0o600

    def test_something_else_is_never_overwritten(self, tmp_path: Path):
        path = tmp_path / "thesis.doc"
        path.write_text("Years of work")
        with pytest.raises(NoBackup, match="not overwritten"):
            FilePlace(path).put([WHOLE])
        assert path.read_text() == "Years of work"

    def test_what_is_not_there_is_said(self, tmp_path: Path):
        with pytest.raises(NoBackup), FilePlace(tmp_path / "nothing").opened():
            pass

    @pytest.mark.parametrize(
        "url", ["s3://", "s3://bucket", "s3://bucket/", "s3://bucket/a b", "s3://UP/x", "s3://b/x/../y"]
    )
    def test_an_address_that_is_none_is_refused(self, url):
        with pytest.raises(StoreUnusable):
            bucket_place(url, key_id="k", secret="s", region="", endpoint="")


def test_in_a_bucket_all_of_it_or_what_stood_there(s3_server):
    bucket = s3_server.bucket
    address = f"s3://{bucket.name}/nightly/monday.backup"
    place = bucket_place(
        address, key_id=bucket.key_id, secret=bucket.secret, region=bucket.region, endpoint=bucket.endpoint
    )
    place.part_bytes = PART_BYTES
    long = made([("rows/one", [bytes(1_000_000)] * 12)])
    for content in (WHOLE, long):
        place.put(content[start : start + 100_000] for start in range(0, len(content), 100_000))
        with place.opened() as file:
            assert file.read() == content
    assert s3_server.kept() == ["nightly/monday.backup"]

    def breaking():
        yield long[:7_000_000]
        raise OSError(5, "The disk is gone")

    with pytest.raises(OSError, match="disk is gone"):
        place.put(breaking())
    with place.opened() as file:
        assert file.read() == long
    assert s3_server.begun() == []
