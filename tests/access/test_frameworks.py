"""Who reads which editions of the audit frameworks, and who keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import frameworks as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.frameworks import FrameworkEdition
from tests.access.conftest import who
from tests.world import NOW

READERS = {"board", "business_manager", "scrutineer", "sector_lead"}
KEEPERS = {"business_manager"}


@pytest.fixture
def editions(database) -> dict[int, FrameworkEdition]:
    """Every edition there is."""
    return {row.id: row for row in db.session.scalars(select(FrameworkEdition))}


def both(names: set[str]) -> set[str]:
    """The same people in A and in B."""
    return names | {f"b.{name} (for B)" for name in names}


def test_what_is_listed_is_what_may_be_viewed(onlookers, editions, ids):
    for onlooker in onlookers:
        listed = ids(access.visible_to(onlooker.viewer))
        assert listed == {key for key, row in editions.items() if access.may_view(onlooker.viewer, row)}, onlooker.name


@pytest.mark.parametrize(("key", "readers"), [("section_11", READERS), ("schools", READERS), ("draft", KEEPERS)])
def test_the_board_reads_what_is_published_and_a_draft_is_its_keepers(onlookers, editions, world, key, readers):
    row = editions[world.editions[f"a.{key}"].id]
    assert who(onlookers, lambda viewer: access.may_view(viewer, row)) == readers


def test_who_keeps_the_frameworks(onlookers):
    assert who(onlookers, access.may_keep) == both(KEEPERS)


def test_a_draft_changes_and_a_published_edition_begins_another(onlookers, editions, world):
    draft, published = (editions[world.editions[f"a.{key}"].id] for key in ("draft", "section_11"))
    assert who(onlookers, lambda viewer: access.may_change(viewer, draft)) == KEEPERS
    assert who(onlookers, lambda viewer: access.may_draft_from(viewer, published)) == KEEPERS
    assert who(onlookers, lambda viewer: access.may_change(viewer, published)) == set()
    assert who(onlookers, lambda viewer: access.may_draft_from(viewer, draft)) == set()


def test_a_command_sees_one_partnership_whole_and_without_one_nothing(editions, ids, world):
    of_a = {key for key, row in editions.items() if row.partnership_id == world.partnerships["a"]}
    assert ids(access.visible_to(Viewer.of_system("tests", NOW, world.partnerships["a"]))) == of_a
    assert ids(access.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(access.visible_to(Viewer.nobody(NOW))) == set()
