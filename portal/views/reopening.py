"""Opening a closed register again, to have it corrected."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.registers import ReopenForm
from portal.services import kept_forms
from portal.services.registers.reopening import read_closed, reopen_register
from portal.web.guards import requires

pages = Blueprint("reopening", __name__)


@pages.get("/meetings/<int:meeting_id>/register/reopen")
@requires(Permission.REGISTER_REOPEN)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What opening the register again does, and the question why; or what keeps it closed."""
    closed = read_closed(viewer, meeting_id)
    form = ReopenForm(kept_forms.take(viewer, request.path), data={"version": closed.version})
    return render_template("registers/reopen.html", closed=closed, form=form)


@pages.post("/meetings/<int:meeting_id>/register/reopen")
@requires(Permission.REGISTER_REOPEN)
def reopen(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Open it again, for a reason."""
    form, closed = ReopenForm(), read_closed(viewer, meeting_id)
    if closed.sealed:
        # The page says why, and has no form that could be mended.
        return redirect(url_for("reopening.show", meeting_id=meeting_id), 303)
    if not form.validate():
        return render_template("registers/reopen.html", closed=closed, form=form), 400
    try:
        reopen_register(viewer, meeting_id, form.reason.data, form.version.data or 0)
    except Invalid as refused:
        form.take(refused)
        return render_template("registers/reopen.html", closed=closed, form=form), 400
    except Conflict as lost:
        closed = read_closed(viewer, meeting_id)
        form.version.data = closed.version
        form.add_error(None, str(lost))
        return render_template("registers/reopen.html", closed=closed, form=form), 409
    flash("The register is open again. What it said before is kept.")
    if viewer.may(Permission.REGISTER_KEEP):
        return redirect(url_for("registers.show", meeting_id=meeting_id), 303)
    return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
