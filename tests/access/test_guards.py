"""A route that declares no policy stops the app from starting; and the check that says so is not vacuous."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask

from portal import views
from portal.access.roles import Permission
from portal.web.guards import UnguardedView, policies, public, requires
from tests.harness import make_app, make_settings


def a_portal_with(view) -> Flask:
    """An app with one more route."""
    bare = Flask("bare", static_folder=None)
    pages = Blueprint("more", __name__)
    pages.add_url_rule("/more", view_func=view)
    bare.register_blueprint(pages)
    return bare


def more(*_viewer: object) -> str:
    """A view."""
    return "more"


def test_a_route_without_a_policy_stops_the_app_from_starting(monkeypatch, tmp_path):
    pages = Blueprint("more", __name__)
    pages.add_url_rule("/more", view_func=more)
    register = views.register
    monkeypatch.setattr(views, "register", lambda app: (register(app), app.register_blueprint(pages)))
    with pytest.raises(UnguardedView, match=r"more\.more \(/more\)"):
        make_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'portal.sqlite3'}"))


def test_the_check_passes_a_guarded_route_and_names_an_unguarded_one():
    assert policies(a_portal_with(public(more))) == [
        {"rule": "/more", "methods": ["GET"], "endpoint": "more.more", "policy": "public"}
    ]
    assert policies(a_portal_with(requires(Permission.HOME)(more)))[0]["policy"] == "home.view"
    with pytest.raises(UnguardedView):
        policies(a_portal_with(more))
