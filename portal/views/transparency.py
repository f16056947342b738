"""What is held here, why, for how long, and whose rights: for everybody."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.retention import CLASS_WORDS
from portal.domain.working_days import london_day
from portal.services.records import transparency
from portal.web.guards import public

pages = Blueprint("transparency", __name__)


@pages.get("/privacy")
@public
def index(viewer: Viewer) -> ResponseReturnValue:
    """What the portal holds, why, and whom to write to in each area."""
    return render_template("records/privacy.html", contacts=transparency.list_contacts())


@pages.get("/privacy/<int:partnership_id>")
@public
def show(viewer: Viewer, partnership_id: int) -> ResponseReturnValue:
    """One area: whom to write to, and how long it keeps what."""
    contact = transparency.find_contact(partnership_id)
    rules = transparency.published_rules(partnership_id, london_day(viewer.now))
    return render_template("records/privacy_area.html", contact=contact, rules=rules, CLASS_WORDS=CLASS_WORDS)
