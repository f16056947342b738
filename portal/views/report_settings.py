"""An agency's own page about its reports: whether its lead signs them off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.forms.report_settings import LEAD, WRITER, SignOffSettingForm
from portal.services.reports.settings import LEADS_ALONE, set_sign_off, settings_of
from portal.web.guards import requires

pages = Blueprint("report_settings", __name__)


@pages.get("/agencies/<int:agency_id>/reports")
@requires(Permission.AGENCIES_VIEW)
def show(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """What the agency wants, to be changed by its lead."""
    settings = settings_of(viewer, agency_id)
    form = SignOffSettingForm(None, data={"sender": LEAD if settings.signed_off else WRITER})
    return render_template("report_settings/show.html", settings=settings, form=form)


@pages.post("/agencies/<int:agency_id>/reports")
@requires(Permission.AGENCIES_VIEW)
def change(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Say who sends a report."""
    form, settings = SignOffSettingForm(), settings_of(viewer, agency_id)
    if not settings.may_change:
        # Before the form: they were shown none, so its faults would lead nowhere.
        raise NotPermitted(LEADS_ALONE)
    if not form.validate():
        return render_template("report_settings/show.html", settings=settings, form=form), 400
    set_sign_off(viewer, agency_id, signed_off=form.sender.data == LEAD)
    flash(
        "From now on the lead signs reports off." if form.sender.data == LEAD else "Whoever writes a report sends it."
    )
    return redirect(url_for("report_settings.show", agency_id=agency_id), 303)
