"""A small app with the portal's templating and headers but no database: components are looked at alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, g, request

from portal.config import ROOT
from portal.web.csrf import install_csrf
from portal.web.headers import csp_nonce, install_headers
from portal.web.static_files import install_static_files
from portal.web.templating import component, install_templating
from portal.web.uploads import install_uploads

TODAY = date(2026, 11, 20)
SECTIONS = (
    SimpleNamespace(label="Home", href="/", current=True),
    SimpleNamespace(label="Meetings", href="/meetings", current=False),
)


def signed_in(**more: Any) -> SimpleNamespace:
    """What the layout reads of a viewer."""
    facts = {
        "is_signed_in": True,
        "name": "Amira Shah",
        "partnership_name": "Eastmarsh",
        "agency_name": "Marsh Lane Surgery",
        "has_other_hats": False,
        "membership_id": 7,
        "unread_notices": 0,
        "opened": (),
    }
    return SimpleNamespace(**{**facts, **more})


def build_app(instance: Path) -> Flask:
    """The app that component tests draw pages with; `g.viewer` decides who looks."""
    app = Flask("components", root_path=str(ROOT), instance_path=str(instance), static_folder=None)
    app.secret_key = "k" * 40
    app.testing = True
    install_templating(app)
    install_uploads(app, most_file_bytes=2 * 1024 * 1024)
    install_csrf(app)
    install_headers(app)

    @app.context_processor
    def page_context() -> dict[str, Any]:
        return {
            "viewer": g.get("viewer"),
            "role_label": "Practitioner",
            "sections": component("page", "section_items")(SECTIONS),
            "rooms": [],
            "demo_mode": request.args.get("demo") == "yes",
            "idle_seconds": 1200,
            "warning_seconds": 120,
            "csp_nonce": csp_nonce(),
            "today": TODAY,
        }

    install_static_files(app)
    return app
