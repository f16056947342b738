"""Who sees with which provider somebody signs in, and who links accounts or closes an agency's passwords."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import identities
from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.models.identities import Identity
from portal.models.people import Membership
from tests.access.conftest import who
from tests.world import NOW, viewer_of

LINKED = ("a.gp.practitioner", "a.gp.lead", "a.chair", "b.gp.practitioner", "both")


@pytest.fixture
def rows(world):
    """An identity each of some people, in both partnerships."""
    with writing() as session:
        for key in LINKED:
            session.add(
                Identity(
                    user_id=world.person(key).user_id,
                    provider="cis2",
                    issuer="https://issuer.example",
                    subject=f"subject {key}",
                    linked_at=NOW,
                )
            )
    found = {row.user_id: row for row in db.session.scalars(select(Identity))}
    return {key: found[world.person(key).user_id] for key in LINKED}


@pytest.fixture
def held(database, world):
    """Everybody's memberships."""
    found = list(db.session.scalars(select(Membership)))
    return lambda key: [row for row in found if row.user_id == world.person(key).user_id]


def test_rows_and_verb_agree_for_everybody(rows, onlookers, ids, held):
    for onlooker in onlookers:
        may = {row.id for key, row in rows.items() if identities.may_view(onlooker.viewer, row, held(key))}
        assert ids(identities.visible_to(onlooker.viewer)) == may, onlooker.name


def test_leads_see_their_own_people_and_administrators_everybody_of_their_partnership(rows, onlookers, held):
    def seen(key):
        return who(onlookers, lambda viewer: identities.may_view(viewer, rows[key], held(key)))

    assert seen("a.gp.practitioner") >= {"gp.practitioner", "gp.lead", "administrator"}
    assert seen("a.chair") == {"chair", "administrator"}
    assert "gp.lead" not in seen("b.gp.practitioner")
    assert "administrator" not in seen("b.gp.practitioner")


def test_only_an_administrator_who_looks_after_all_of_somebodys_roles_links_them(onlookers, held):
    def links(key):
        return who(onlookers, lambda viewer: identities.may_link(viewer, held(key)))

    assert links("a.gp.practitioner") == {"administrator"}
    assert links("a.chair") == {"administrator"}
    assert links("a.administrator") == set(), "nobody takes over their own account, or is it"
    assert links("both") == set(), "one partnership's administrator does not take over who works in another too"
    assert links("b.chair") == {"b.administrator (for B)"}


def test_only_an_administrator_closes_passwords(onlookers):
    assert who(onlookers, identities.may_set_local) == {"administrator", "b.administrator (for B)"}


def test_nobody_sees_and_does_nothing(rows, ids, held, world):
    for viewer in (Viewer.nobody(NOW), Viewer.of_system("tests", NOW)):
        assert ids(identities.visible_to(viewer)) == set()
        assert not identities.may_link(viewer, held("a.chair"))
    assert not identities.may_set_local(Viewer.nobody(NOW))
    assert not identities.may_view(Viewer.nobody(NOW), rows["a.chair"], held("a.chair"))
    assert not identities.may_link(viewer_of(world.person("a.administrator")), [])
