"""Both kinds of places for anchors: put once, whole, and under no name that leads elsewhere."""

from __future__ import annotations

import stat
from dataclasses import asdict

import pytest

from portal.gateways.anchor_store import BucketAnchors, FolderAnchors, anchor_name, checked_anchor_name, number_of
from portal.gateways.file_store import StoreSilent, StoreUnusable
from portal.gateways.folder_store import FolderStore
from tests.s3_server import Server

ONE, TWO = anchor_name(1, "0" * 64), anchor_name(2, "f" * 64)


def bucket_anchors(server: Server, **changes: str) -> BucketAnchors:
    """A place in the server's bucket."""
    facts = asdict(server.bucket) | changes
    url = f"s3://{facts['name']}/anchors"
    return BucketAnchors.at(
        url, key_id=facts["key_id"], secret=facts["secret"], region=facts["region"], endpoint=facts["endpoint"]
    )


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path, s3_process):
    """A place of each kind with nothing in it."""
    if request.param == "folder":
        return FolderAnchors.at((tmp_path / "anchors").as_uri())
    s3_process.empty()
    return bucket_anchors(s3_process)


def test_what_is_put_is_there_under_its_name(place):
    assert place.listed() == []
    place.put(TWO, b"two")
    place.put(ONE, b"one")
    assert place.listed() == [ONE, TWO]
    assert (place.get(ONE), place.get(TWO)) == (b"one", b"two")
    assert place.fault() is None


def test_what_is_not_there_is_said(place):
    with pytest.raises(FileNotFoundError):
        place.get(ONE)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "activity-1-0.json",
        f"x/{ONE}",
        f"{ONE}\n",
        "",
        ONE.upper(),
        "activity-000001-" + "g" * 16 + ".json",
    ],
)
def test_a_name_that_is_none_leads_nowhere(place, name):
    for call in (lambda: place.get(name), lambda: place.put(name, b""), lambda: checked_anchor_name(name)):
        with pytest.raises(ValueError, match="not a name of an anchor"):
            call()
    assert place.listed() == []


def test_names_sort_as_anchors_were_made_also_after_a_million(place):
    for number in (999_999, 1_000_000, 2):
        place.put(anchor_name(number, "a" * 64), b"")
    assert [number_of(name) for name in place.listed()] == [2, 999_999, 1_000_000]


def test_an_anchor_in_a_folder_is_never_written_over(tmp_path):
    place = FolderAnchors(tmp_path / "anchors")
    place.put(ONE, b"one")
    with pytest.raises(FileExistsError):
        place.put(ONE, b"another")
    assert place.get(ONE) == b"one"
    assert [path.name for path in place.folder.iterdir()] == [ONE]
    assert stat.S_IMODE((place.folder / ONE).stat().st_mode) == 0o400


def test_what_else_lies_there_is_left_alone(tmp_path):
    place = FolderAnchors(tmp_path)
    (tmp_path / "notes.txt").touch()
    (tmp_path / f"{ONE}.0011.part").touch()
    place.put(ONE, b"one")
    assert place.listed() == [ONE]
    assert (tmp_path / "notes.txt").exists()


def test_a_bucket_of_files_has_no_anchors_among_its_files_and_the_other_way(s3_process):
    s3_process.empty()
    anchors = bucket_anchors(s3_process)
    anchors.put(ONE, b"one")
    store = s3_process.store()
    name = store.write(b"k" * 32, b"", [b"content"])
    assert [kept for kept, _at in store.names()] == [name]
    assert anchors.listed() == [ONE]


def test_a_folder_and_a_file_of_the_file_store_do_not_meet(tmp_path):
    store = FolderStore(tmp_path)
    FolderAnchors(tmp_path / "anchors").put(ONE, b"one")
    assert list(store.names()) == []


def test_a_place_that_is_no_place_is_refused():
    for url in ("file:///", "/anchors", "file://host/anchors"):
        with pytest.raises(StoreUnusable):
            FolderAnchors.at(url)
    with pytest.raises(StoreUnusable):
        BucketAnchors.at("s3://No_Bucket", key_id="k", secret="s")


def test_a_bucket_that_does_not_let_one_in_says_so(s3_process):
    wrong = bucket_anchors(s3_process, secret="x" * 40)
    assert "FILE_STORE_SECRET" in (wrong.fault() or "") or "secret" in (wrong.fault() or "").lower()
    with pytest.raises(StoreSilent):
        wrong.put(ONE, b"one")
