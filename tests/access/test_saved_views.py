"""Saved views: each is its keeper's alone, under the hat with which it was saved."""

from __future__ import annotations

from sqlalchemy import select

from portal.access.saved_views import may_change, may_save, may_view, visible_to
from portal.database.session import db
from portal.models.saved_views import SavedView
from tests.world_saved_views import OWNERS


def test_rows_and_verbs_agree_for_everybody(world, viewer_of):
    views = {view.id: view for view in db.session.scalars(select(SavedView))}
    assert set(views) == set(world.saved_views.values())
    for person, hat in world.wearers():
        viewer = viewer_of(person, hat=hat)
        seen = {view.id for view in db.session.scalars(visible_to(viewer))}
        assert seen == {view.id for view in views.values() if may_view(viewer, view)}
        assert seen == {view.id for view in views.values() if may_change(viewer, view)}
        own = {
            world.saved_views[f"{letter}.{key}"]
            for letter in "ab"
            for key, owner in OWNERS.items()
            if person.key == f"{letter}.{owner}"
        }
        assert seen == own


def test_those_who_read_figures_save_views(world, viewer_of):
    saving = {key for key in world.people if may_save(viewer_of(world.person(key)))}
    assert {"a.board", "a.gp.lead", "a.chair", "a.manager", "a.sector_lead"} <= saving
    assert not {"a.gp.practitioner", "a.coordinator", "a.administrator"} & saving
