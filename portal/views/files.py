"""Files: taken along under the rule of what they belong to, or looked at as pictures of their pages."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.services import file_pictures, file_reading
from portal.web.downloads import attachment
from portal.web.guards import requires

pages = Blueprint("files", __name__)


@pages.get("/files/<int:file_id>")
@requires(Permission.FILES_OPEN)
def open(viewer: Viewer, file_id: int) -> ResponseReturnValue:  # noqa: A001 - the endpoint is files.open
    """The file, decrypted as it is sent; or why it is held back."""
    try:
        stored, chunks = file_reading.open_file(viewer, file_id)
    except file_reading.HeldBack as held:
        return held_back(held)
    return attachment(chunks, stored.media_type, size=stored.size, name=stored.name)


@pages.get("/files/<int:file_id>/pages/<int:page>")
@requires(Permission.FILES_OPEN)
def show(viewer: Viewer, file_id: int, page: int) -> ResponseReturnValue:
    """One page of the file, as a picture that the portal makes of it."""
    try:
        shown = file_pictures.show_file(viewer, file_id, page)
    except file_reading.HeldBack as held:
        return held_back(held)
    except file_pictures.CannotShow as refused:
        return render_template("files/not_shown.html", stored=refused.stored), 409
    return render_template("files/show.html", shown=shown)


@pages.get("/files/<int:file_id>/pages/<int:page>/picture")
@requires(Permission.FILES_OPEN)
def picture(viewer: Viewer, file_id: int, page: int) -> ResponseReturnValue:
    """The picture itself: pixels that were drawn apart, never a byte of the file."""
    try:
        drawn = file_pictures.picture_of(viewer, file_id, page)
    except file_reading.HeldBack as held:
        return held_back(held)
    except file_pictures.CannotShow as refused:
        return render_template("files/not_shown.html", stored=refused.stored), 409
    return Response(drawn, mimetype="image/png")


def held_back(held: file_reading.HeldBack) -> ResponseReturnValue:
    """Why a file cannot be opened: it waits for the scanner, or a virus was found in it."""
    is_infected = held.stored.status is FileStatus.INFECTED
    return render_template("files/held_back.html", stored=held.stored, is_infected=is_infected), 409
