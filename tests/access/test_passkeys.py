"""Passkeys and sign-ins are everybody's own: rows and verbs agree, for everybody under every hat."""

from __future__ import annotations

from dataclasses import replace

from portal.access.passkeys import (
    may_add,
    may_end_session,
    may_remove,
    may_view,
    sessions_visible_to,
    visible_to,
)
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.models.passkeys import Passkey
from portal.models.sessions import SignInSession
from tests.world import NOW, viewer_of


def test_rows_and_verbs_agree_and_nobody_sees_anothers(world):
    passkeys, sessions = (
        list(db.session.scalars(visible_all(Passkey))),
        list(db.session.scalars(visible_all(SignInSession))),
    )
    assert len(passkeys) == 2
    assert len(sessions) >= 2
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        seen = set(db.session.scalars(visible_to(viewer)))
        assert seen == {row for row in passkeys if may_view(viewer, row)}
        assert seen == {row for row in passkeys if row.user_id == person.user_id}
        assert seen == {row for row in passkeys if may_remove(viewer, row)}
        open_ones = set(db.session.scalars(sessions_visible_to(viewer)))
        assert open_ones == {row for row in sessions if may_end_session(viewer, row)}
        assert open_ones == {row for row in sessions if row.user_id == person.user_id}


def test_before_the_second_step_and_by_a_command_there_are_none(world):
    owner = viewer_of(world.person("a.other_gp.lead"))
    for viewer in (
        Viewer.nobody(NOW),
        Viewer.of_system("upkeep", NOW),
        replace(owner, code_pending=True, hat=None, hats=()),
    ):
        assert not list(db.session.scalars(visible_to(viewer)))
        assert not list(db.session.scalars(sessions_visible_to(viewer)))
        assert not may_add(viewer)
    assert may_add(owner)


def visible_all(model):
    """Every row there is."""
    return db.select(model)
