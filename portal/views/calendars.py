"""A meeting to take along into one's own calendar."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.services.calendars import Office, calendar_file
from portal.web.downloads import CALENDAR, download
from portal.web.guards import requires

pages = Blueprint("calendars", __name__)


@pages.get("/meetings/<int:meeting_id>/calendar.ics")
@requires(Permission.MEETINGS_VIEW)
def meeting(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """One meeting; its name says nothing of what it is about."""
    settings = current_app.extensions["settings"]
    office = Office(settings.base_url, settings.mail_from)
    return download(calendar_file(viewer, meeting_id, office), CALENDAR, "safeguarding meeting.ics")
