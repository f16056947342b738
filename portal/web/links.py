"""Links to pages that stand in another feature."""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for


def address_of(endpoint: str, **values: Any) -> str:
    """The address of a page; empty where the portal was built without it, so that nothing links to it."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else ""
