"""Packs: who knows of one, who opens it, and who has which kind made; rows and verbs agree for everybody."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import files as files_access
from portal.access import packs as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.packs import PackKind
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackFile
from tests.access.conftest import who
from tests.world import NOW

FIGURES = {"board", "business_manager", "scrutineer", "manager"}
MAKERS = {"business_manager", "manager"}


@pytest.fixture
def packs(database):
    """Every pack there is."""
    return db.session.scalars(select(Pack).order_by(Pack.id)).all()


def test_rows_and_verbs_agree_for_everybody(packs, onlookers, ids):
    assert len(packs) == 8
    for onlooker in onlookers:
        viewer = onlooker.viewer
        assert ids(access.visible_to(viewer)) == {row.id for row in packs if access.may_view(viewer, row)}
        assert ids(access.openable_by(viewer)) == {row.id for row in packs if access.may_open(viewer, row)}
        assert ids(access.openable_by(viewer)) <= ids(access.visible_to(viewer))


@pytest.mark.parametrize(
    ("key", "known_to", "opened_by"),
    [
        ("board", FIGURES, FIGURES),
        ("failed", FIGURES, set()),
        ("dataset", {"manager"}, {"manager"}),
        ("child_lists", {"manager"}, {"manager"}),
    ],
)
def test_who_knows_of_each_pack_and_opens_it(onlookers, world, ids, key, known_to, opened_by):
    number = world.packs[f"a.{key}"]
    assert who(onlookers, lambda viewer: number in ids(access.visible_to(viewer))) == known_to
    assert who(onlookers, lambda viewer: number in ids(access.openable_by(viewer))) == opened_by


def test_the_files_of_packs_are_those_of_the_packs_that_somebody_opens(onlookers, ids):
    for onlooker in onlookers:
        opened = access.openable_by(onlooker.viewer).with_only_columns(Pack.id)
        rows = select(PackFile.file_id).where(PackFile.pack_id.in_(opened))
        assert ids(access.files_visible_to(onlooker.viewer)) == set(db.session.scalars(rows)), onlooker.name


def test_a_pack_is_never_opened_as_a_file(onlookers, ids):
    """Its own page logs each child that stands in it; the page of files would not."""
    for onlooker in onlookers:
        seen = files_access.visible_to(onlooker.viewer).where(StoredFile.purpose == FilePurpose.PACK)
        assert ids(seen) == set(), onlooker.name


@pytest.mark.parametrize("kind", PackKind)
def test_who_has_a_pack_made(onlookers, kind):
    makers = who(onlookers, lambda viewer: access.may_make(viewer, kind))
    expected = {"manager"} if kind is PackKind.CHILD_LISTS else MAKERS
    assert makers == expected | {f"b.{name} (for B)" for name in expected}


def test_only_the_managers_dataset_and_child_lists_have_small_numbers(onlookers):
    for kind in PackKind:
        whole = who(
            onlookers, lambda viewer, one=kind: access.may_make(viewer, one) and access.makes_whole(viewer, one)
        )
        has_some = kind in (PackKind.DATASET, PackKind.CHILD_LISTS)
        assert whole == ({"manager", "b.manager (for B)"} if has_some else set())


def test_child_lists_open_for_nobody_but_whoever_asked_for_them(packs, onlookers, world):
    """They were made with that manager's eyes, who may be named on a meeting for named people only."""
    lists = next(row for row in packs if row.id == world.packs["a.child_lists"])
    db.session.expunge(lists)
    lists.asked_by_membership_id += 10_000
    assert who(onlookers, lambda viewer: access.may_view(viewer, lists)) == {"manager"}
    assert who(onlookers, lambda viewer: access.may_open(viewer, lists)) == set()


def test_a_command_opens_no_child_lists(packs, world, ids):
    command = Viewer.of_system("worker", NOW, world.partnerships["a"])
    assert ids(access.openable_by(command)) == {world.packs["a.board"], world.packs["a.dataset"]}
    assert not any(access.may_make(command, kind) for kind in PackKind)


def test_who_tries_again_and_who_deletes(packs, onlookers, world):
    rows = {
        key.removeprefix("a."): next(row for row in packs if row.id == number) for key, number in world.packs.items()
    }
    assert who(onlookers, lambda viewer: access.may_ask_again(viewer, rows["failed"])) == MAKERS
    assert who(onlookers, lambda viewer: access.may_ask_again(viewer, rows["board"])) == set()
    assert who(onlookers, lambda viewer: access.may_delete(viewer, rows["board"])) == MAKERS
    assert who(onlookers, lambda viewer: access.may_delete(viewer, rows["child_lists"])) == {"manager"}
    assert who(onlookers, lambda viewer: access.may_delete(viewer, rows["failed"])) == set()
