"""What only the store in a bucket has: keys, a server that goes away, uploads in parts."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from portal.gateways.file_store import PART, Damaged, StoreSilent, StoreUnusable, new_key, new_name
from portal.gateways.s3_store import Bucket, S3Store
from tests.gateways.stores import CONTEXT, InBucket, read
from tests.s3_server import OTHER_BUCKET, Door

MEGABYTE = 1024 * 1024


@pytest.fixture
def shelf(s3_server):
    return InBucket(s3_server.store(), s3_server)


@pytest.fixture
def through_door(s3_server):
    """A store that reaches the server through a door which shuts after so many bytes."""
    doors = []

    def reach(shut_after):
        doors.append(Door(s3_server, shut_after))
        return s3_server.store(endpoint=doors[-1].address), doors[-1]

    yield reach
    for door in doors:
        door.shut()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "not-there"}, "no bucket of this name"),
        ({"name": OTHER_BUCKET}, "this key may not use the bucket"),
        ({"key_id": "AKIANOBODY"}, "does not know this FILE_STORE_KEY_ID"),
        ({"secret": "x" * 40}, "FILE_STORE_SECRET is not the one"),
    ],
)
def test_what_the_server_refuses_is_said_in_plain_words(s3_server, changes, words):
    store = s3_server.store(**changes)
    for said in (store.fault(), store.misfit()):
        assert words in said
        assert s3_server.bucket.secret not in said
        assert s3_server.bucket.key_id not in said
    with pytest.raises(StoreSilent, match=words):
        store.write(new_key(), CONTEXT, [b"x"])


def test_a_server_that_is_away_may_come_back(through_door):
    store, door = through_door(10 * MEGABYTE)
    assert store.fault() is None
    door.shut()
    assert "the server does not answer" in store.fault()
    assert store.misfit() is None
    with pytest.raises(StoreSilent):
        store.write(new_key(), CONTEXT, [b"x"])
    with pytest.raises(StoreSilent):
        store.read(new_name(), new_key(), CONTEXT, 1)
    with pytest.raises(StoreSilent):
        list(store.names())


@pytest.mark.parametrize(
    ("megabytes", "shut_after", "begun"), [(1, 100_000, 0), (12, 100_000, 1), (12, 7 * MEGABYTE, 1)]
)
def test_a_server_that_goes_away_meanwhile_has_no_half_file(shelf, through_door, megabytes, shut_after, begun):
    store, _door = through_door(shut_after)
    with pytest.raises(StoreSilent):
        store.write(new_key(), CONTEXT, (os.urandom(MEGABYTE) for _ in range(megabytes)))
    assert shelf.server.kept() == []
    # What it had taken of an upload can neither be read nor was it lost sight of.
    assert len(shelf.server.begun()) == begun
    for name, _written in shelf.store.names():
        assert name.endswith(PART)
        with pytest.raises(Damaged):
            shelf.store.read(name.removesuffix(PART), new_key(), CONTEXT, 12 * MEGABYTE)
        shelf.store.delete(name)
        shelf.store.delete(name)
    assert shelf.everything() == []


def test_a_download_that_breaks_off_is_no_short_file(shelf, through_door):
    key = new_key()
    name = shelf.store.write(key, CONTEXT, [b"x" * 3 * MEGABYTE])
    store, _door = through_door(MEGABYTE)
    pieces = store.read(name, key, CONTEXT, 3 * MEGABYTE)
    with pytest.raises(StoreSilent):
        b"".join(pieces)


def test_two_stores_in_one_bucket_keep_apart_and_leave_what_is_not_theirs(shelf):
    name = shelf.store.write(new_key(), CONTEXT, [b"x"])
    shelf.server.client.put_object(Bucket=shelf.server.bucket.name, Key="files/notes.txt", Body=b"x")
    assert [found for found, _written in shelf.store.names()] == [name]
    assert list(shelf.server.store(prefix="other/").names()) == []


def test_more_files_than_one_answer_lists(shelf):
    for number in range(1005):
        shelf.lay(f"{number:064x}", b"")
    assert len(list(shelf.store.names())) == 1005


def test_no_identity_of_the_machine_and_no_other_programs_settings_are_used(s3_server, monkeypatch, tmp_path):
    (tmp_path / "config").write_text("[default]\nregion = us-east-1\n[profile other]\n", encoding="ascii")
    for name, value in {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "not-there",
        "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "AKIANOBODY",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_SESSION_TOKEN": "nothing",
    }.items():
        monkeypatch.setenv(name, value)
    assert s3_server.store().fault() is None


def test_a_process_that_was_forked_speaks_over_connections_of_its_own(shelf):
    key = new_key()
    name = shelf.store.write(key, CONTEXT, [b"from before"])
    own = shelf.store._client()
    there, here = multiprocessing.get_context("fork").Pipe(duplex=False)

    def look() -> None:
        here.send((shelf.store._client() is own, read(shelf.store, name, key, 11)))

    child = multiprocessing.get_context("fork").Process(target=look)
    child.start()
    assert there.poll(30)
    assert there.recv() == (False, b"from before")
    child.join(timeout=30)
    assert shelf.store._client() is own


@pytest.mark.parametrize(
    "url",
    [
        "", "s3:", "s3://", "s3:///files", "s3://UPPER", "s3://key:secret@bucket", "s3://bucket:80", "s3://b",
        "s3://bucket/../x", "s3://bucket/a b", "s3://bucket?x=1", "s3://bucket#x", "file:///files", "https://bucket",
    ],
)  # fmt: skip
def test_what_is_no_bucket_is_refused(url):
    with pytest.raises(StoreUnusable):
        Bucket.at(url, key_id="k", secret="s")


def test_addresses_are_read_as_such():
    assert Bucket.at("s3://bucket", key_id="k", secret="s").prefix == ""
    found = Bucket.at("s3://my.bucket/portal/files/", key_id="k", secret="s", region="eu-west-1")
    assert (found.name, found.prefix, found.region) == ("my.bucket", "portal/files/", "eu-west-1")


def test_the_secret_stands_in_nothing_that_is_printed():
    bucket = Bucket.at("s3://bucket", key_id="AKIAKEY", secret="verysecret")
    assert "verysecret" not in f"{bucket!r} {bucket} {S3Store(bucket)!r}"
    assert "AKIAKEY" not in repr(bucket)
