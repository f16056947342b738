"""All reports for a meeting as one document: what stands in it, cut by hand, opened, and who has opened it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.report_bundles import CutForm
from portal.services.file_reading import HeldBack
from portal.services.reports import bundle_page, bundling
from portal.views.files import held_back
from portal.web.downloads import attachment
from portal.web.guards import requires

pages = Blueprint("report_bundles", __name__)

AT = "/meetings/<int:meeting_id>/bundle"


@pages.get(AT)
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What stands in the bundle, and what does not."""
    page = bundle_page.bundle_page(viewer, meeting_id)
    return render_template("report_bundles/show.html", page=page, form=CutForm(None, data={"after": page.newest}))


@pages.post(AT)
@requires(Permission.MEETINGS_RECORD)
def cut(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Put the reports together now."""
    try:
        number = bundling.cut_bundle(viewer, meeting_id, CutForm().after.data or 0)
    except (Conflict, Invalid) as refused:
        flash(str(refused), "notice")
    else:
        flash(f"Bundle {number} is ready. The chair and the agencies are told.")
    return redirect(url_for("report_bundles.show", meeting_id=meeting_id), 303)


@pages.get(f"{AT}/<int:number>")
@requires(Permission.REPORTS_READ, fresh="file")
def take(viewer: Viewer, meeting_id: int, number: int) -> ResponseReturnValue:
    """The document itself, to be saved."""
    try:
        stored, chunks = bundle_page.open_bundle(viewer, meeting_id, number)
    except HeldBack as held:
        return held_back(held)
    return attachment(chunks, stored.media_type, size=stored.size, name=stored.name)
