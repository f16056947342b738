"""Who reads which report templates, and who keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import report_templates as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.report_templates import ReportTemplate
from tests.access.conftest import who
from tests.world import NOW

READERS = {"manager", "coordinator", "business_manager", "scrutineer"}
KEEPERS = {"business_manager"}


@pytest.fixture
def templates(database) -> dict[int, ReportTemplate]:
    """Every version there is."""
    return {row.id: row for row in db.session.scalars(select(ReportTemplate))}


def both(names: set[str]) -> set[str]:
    """The same people in A and in B."""
    return names | {f"b.{name} (for B)" for name in names}


def test_what_is_listed_is_what_may_be_viewed(onlookers, templates, ids):
    for onlooker in onlookers:
        listed = ids(access.visible_to(onlooker.viewer))
        assert listed == {key for key, row in templates.items() if access.may_view(onlooker.viewer, row)}, onlooker.name


@pytest.mark.parametrize(("key", "readers"), [("own", READERS), ("draft", KEEPERS)])
def test_a_published_version_is_read_by_those_who_arrange_and_a_draft_by_its_keepers(
    onlookers, templates, world, key, readers
):
    row = templates[world.templates[f"a.{key}"]]
    assert who(onlookers, lambda viewer: access.may_view(viewer, row)) == readers


def test_who_keeps_the_templates(onlookers):
    assert who(onlookers, access.may_keep) == both(KEEPERS)


def test_a_draft_changes_and_a_published_version_begins_another(onlookers, templates, world):
    draft, published = (templates[world.templates[f"a.{key}"]] for key in ("draft", "own"))
    assert who(onlookers, lambda viewer: access.may_change(viewer, draft)) == KEEPERS
    assert who(onlookers, lambda viewer: access.may_draft_from(viewer, published)) == KEEPERS
    assert who(onlookers, lambda viewer: access.may_change(viewer, published)) == set()
    assert who(onlookers, lambda viewer: access.may_draft_from(viewer, draft)) == set()


def test_a_command_sees_one_partnership_whole_and_without_one_nothing(templates, ids, world):
    of_a = {key for key, row in templates.items() if row.partnership_id == world.partnerships["a"]}
    assert ids(access.visible_to(Viewer.of_system("tests", NOW, world.partnerships["a"]))) == of_a
    assert ids(access.visible_to(Viewer.of_system("tests", NOW))) == set()
    assert ids(access.visible_to(Viewer.nobody(NOW))) == set()
