"""HTTP in, HTML out: a guard, a form, one service call, a template or a redirect."""

from __future__ import annotations

from flask import Flask

from portal.views import health


def register(app: Flask) -> None:
    """Put every page under its address."""
    for module in (health,):
        app.register_blueprint(module.pages)
