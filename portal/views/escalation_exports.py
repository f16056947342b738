"""Escalations to take along, by the same rules as their pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.services.escalations import exports, log_documents
from portal.views.escalation_filters import read_filters
from portal.web.downloads import PDF, download, spreadsheet
from portal.web.guards import requires

pages = Blueprint("escalation_exports", __name__)


@pages.get("/escalations/<int:escalation_id>/log.pdf")
@requires(Permission.ESCALATIONS_VIEW, fresh="file")
def log_pdf(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """One escalation with its log as a PDF; or back to one whose log is too long for it."""
    try:
        log = exports.log_to_take(viewer, escalation_id)
    except Invalid as refused:
        return _back(refused, escalation_id)
    return download(log_documents.as_pdf(viewer, log), PDF, f"{_name(log.reference)}.pdf")


@pages.get("/escalations/<int:escalation_id>/log.csv")
@requires(Permission.ESCALATIONS_VIEW, fresh="file")
def log_csv(viewer: Viewer, escalation_id: int) -> ResponseReturnValue:
    """One escalation's log for a spreadsheet; or back to one whose log is too long for it."""
    try:
        log = exports.log_to_take(viewer, escalation_id)
    except Invalid as refused:
        return _back(refused, escalation_id)
    return spreadsheet(exports.log_csv(log), f"{_name(log.reference)}.csv")


@pages.get("/escalations/log.csv")
@requires(Permission.ESCALATIONS_VIEW, fresh="file")
def list_csv(viewer: Viewer) -> ResponseReturnValue:
    """The escalations that the list shows, on all its pages; or back to a list that is too long for one file."""
    _form, wanted = read_filters(viewer)
    try:
        text = exports.list_csv(viewer, wanted)
    except Invalid as refused:
        flash(str(refused), "notice")
        return redirect(f"{url_for('escalations.index')}?{request.query_string.decode()}")
    return spreadsheet(text, f"escalations {viewer.today.isoformat()} {exports.MARKING}.csv")


def _name(reference: str) -> str:
    return f"escalation {reference} log {exports.MARKING}"


def _back(refused: Invalid, escalation_id: int) -> ResponseReturnValue:
    flash(str(refused), "notice")
    return redirect(url_for("escalations.show", escalation_id=escalation_id))
