"""What only the store in a folder has: addresses, rights, room."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from portal.gateways.file_store import CHUNK, StoreUnusable, new_key
from portal.gateways.folder_store import FolderStore
from tests.gateways.stores import CONTEXT


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "files")


def path_of(store: FolderStore, name: str) -> Path:
    return store.folder / name[:2] / name


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


@pytest.mark.parametrize(
    "url", ["", "files", "/files", "file://", "file:///", "file://host/files", "s3://bucket/files"]
)
def test_what_is_no_folder_is_refused(url):
    with pytest.raises(StoreUnusable):
        FolderStore.at(url)


def test_addresses_are_read_as_such(tmp_path):
    assert FolderStore.at((tmp_path / "a b%20c").as_uri()).folder == tmp_path / "a b%20c"
    assert FolderStore.at("file:///C:/files").folder == Path("C:/files")


def test_a_folder_is_made_and_one_that_cannot_be_is_said(tmp_path):
    assert FolderStore(tmp_path / "deep" / "files").fault() is None
    assert list((tmp_path / "deep" / "files").iterdir()) == []
    (tmp_path / "file").touch()
    assert "nothing can be written" in str(FolderStore(tmp_path / "file").fault())
    assert FolderStore(tmp_path / "file").misfit() is None


def test_a_file_takes_a_few_chunks_of_memory(store):
    piece = os.urandom(1024 * 1024)
    tracemalloc.start()
    try:
        store.write(new_key(), CONTEXT, (piece for _ in range(25)))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * 1024 * 1024
