"""Guards: every view says which permission it asks for, or that it is public; the app starts only if all do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from flask import Flask, g, request
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotFresh, NotPermitted
from portal.extensions import login_manager
from portal.web.posted_forms import posted_by

P = ParamSpec("P")
View = Callable[Concatenate[Viewer, P], ResponseReturnValue]
Guarded = Callable[P, ResponseReturnValue]

PUBLIC = "public"


class SignedIn(UserMixin):
    """What flask-login keeps for a request: the viewer, under the opaque token of their session's row."""

    def __init__(self, token: str, viewer: Viewer) -> None:
        self.token = token
        self.viewer = viewer

    def get_id(self) -> str:
        """The session's token, which is all that the cookie holds."""
        return self.token


class UnguardedView(Exception):
    """A route declares no policy; the app refuses to start."""


def current_viewer() -> Viewer:
    """Who asks, under the hat that the page was made for.

    A posted form names the membership it was shown under, so that two tabs under two hats never mix.
    """
    if "viewer" not in g:
        viewer: Viewer = current_user._get_current_object().viewer
        posted = request.form.get("working_as", type=int) if request.method == "POST" else None
        if posted is not None and posted != viewer.membership_id:
            viewer = viewer.wearing(posted) or viewer
        g.viewer = replace(viewer, posted=posted_by(request)) if request.method == "POST" else viewer
    found: Viewer = g.viewer
    return found


def requires(permission: Permission, *, fresh: bool | Literal["file"] = False) -> Callable[[View[P]], Guarded[P]]:
    """Ask the viewer's role for `permission` (403 where it lacks it) and hand the viewer to the view.

    `fresh` also asks that they have shown within the last minutes that it is they: for exports, roles and bulk views.
    "file" says that the address gives a file, which leaves a browser on the page before it.
    """

    def guard(view: View[P]) -> Guarded[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            viewer = current_viewer()
            if not viewer.is_known:
                answer: ResponseReturnValue = login_manager.unauthorized()
                return answer
            if not viewer.may(permission):
                raise NotPermitted("This page is not part of your role.")
            if fresh and viewer.is_signed_in and not viewer.is_fresh:
                raise NotFresh(is_file=fresh == "file")
            return view(viewer, *args, **kwargs)

        guarded.policy = permission.value  # type: ignore[attr-defined]  # this makes it a Guarded
        guarded.fresh = bool(fresh)  # type: ignore[attr-defined]  # so that a test can list which routes ask
        return guarded

    return guard


def public(view: View[P]) -> Guarded[P]:
    """Open to everybody; the view still gets the viewer, who may be nobody."""

    @wraps(view)
    def open_to_all(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(current_viewer(), *args, **kwargs)

    open_to_all.policy = PUBLIC  # type: ignore[attr-defined]  # this makes it a Guarded
    return open_to_all


def policies(app: Flask) -> list[dict[str, Any]]:
    """Every route with its policy; raises UnguardedView naming those without one."""
    listed, unguarded = [], []
    for rule in app.url_map.iter_rules():
        policy = getattr(app.view_functions[rule.endpoint], "policy", None)
        if policy is None:
            unguarded.append(f"{rule.endpoint} ({rule.rule})")
            continue
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        listed.append({"rule": rule.rule, "methods": methods, "endpoint": rule.endpoint, "policy": policy})
    if unguarded:
        raise UnguardedView(f"these routes declare no policy: {', '.join(sorted(unguarded))}")
    return sorted(listed, key=lambda row: (row["rule"], row["endpoint"]))
