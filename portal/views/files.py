"""Files: opened under the rule of what they belong to, always as something to save and never shown in a page."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FileStatus
from portal.services import files
from portal.web.guards import requires

pages = Blueprint("files", __name__)


@pages.get("/files/<int:file_id>")
@requires(Permission.FILES_OPEN)
def open(viewer: Viewer, file_id: int) -> ResponseReturnValue:  # noqa: A001 - the endpoint is files.open
    """The file, decrypted as it is sent; or why it is held back."""
    try:
        stored, chunks = files.open_file(viewer, file_id)
    except files.HeldBack as held:
        is_infected = held.stored.status is FileStatus.INFECTED
        return render_template("files/held_back.html", stored=held.stored, is_infected=is_infected), 409
    response = Response(chunks, mimetype=stored.media_type)
    response.content_length = stored.size
    # A name that no browser misreads, and the true one as RFC 5987 writes it.
    plain = stored.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(stored.name, safe='')}"
    )
    return response
