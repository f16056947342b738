"""JSON for machines, over the same services as pages and with the same walls."""

from __future__ import annotations

from flask import Flask

from portal.api import figures


def register(app: Flask) -> None:
    """Register every blueprint of the API."""
    app.register_blueprint(figures.pages)
