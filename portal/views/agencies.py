"""The agencies of a partnership: the list, one agency, and keeping the list."""

from __future__ import annotations

from dataclasses import asdict, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import agencies as access
from portal.access import closures as closures_access
from portal.access import identities as identities_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import AGENCY_ROLES
from portal.forms.agencies import AdoptForm, AgencyFilter, AgencyForm, ChangedAgencyForm, SharedAgencyForm
from portal.services import agencies
from portal.services.agency_entries import Details, Put
from portal.web.guards import requires

pages = Blueprint("agencies", __name__)


@pages.get("/agencies")
@requires(Permission.AGENCIES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The agencies that the viewer sees."""
    form = AgencyFilter(request.args)
    form.validate()
    agency_type = None if form.agency_type.errors else form.agency_type.data
    search = "" if form.search.errors else form.search.data
    listed = agencies.list_agencies(
        viewer, search=search, agency_type=agency_type, page=request.args.get("page", 1, type=int)
    )
    return render_template(
        "agencies/index.html",
        form=form,
        listed=listed,
        set_filters=sum(map(bool, (search, agency_type))),
        sees_closures=closures_access.may_list(viewer),
        may_add=access.may_manage(viewer),
        may_share=access.may_manage(viewer) and bool(agencies.adoptable(viewer)),
    )


@pages.get("/agencies/<int:agency_id>")
@requires(Permission.AGENCIES_VIEW)
def show(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """One agency: what it is, where it is reached, how many people stand for it."""
    sees_report_settings = viewer.role in AGENCY_ROLES and agency_id == viewer.agency_id
    return render_template(
        "agencies/show.html",
        agency=agencies.find_agency(viewer, agency_id),
        sees_report_settings=sees_report_settings,
        sees_sign_in=identities_access.may_set_local(viewer),
    )


@pages.route("/agencies/new", methods=["GET", "POST"])
@requires(Permission.AGENCIES_MANAGE)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Put an agency on the list."""
    form = AgencyForm()
    if form.validate_on_submit():
        try:
            put = agencies.add_agency(viewer, **asdict(_details(form)))
        except Invalid as refused:
            form.take(refused)
        else:
            return _added(put)
    return render_template("agencies/add.html", form=form), 400 if form.error_summary else 200


@pages.route("/agencies/share", methods=["GET", "POST"])
@requires(Permission.AGENCIES_MANAGE)
def adopt(viewer: Viewer) -> ResponseReturnValue:
    """Share an agency of another partnership of the viewer's, such as a police force that serves both."""
    form = AdoptForm()
    form.agency_id.choices = [(str(agency_id), name) for agency_id, name in agencies.adoptable(viewer)]
    if form.agency_id.choices and form.validate_on_submit():
        try:
            put = agencies.adopt_agency(viewer, form.agency_id.data, form.code.data, form.email.data)
        except Invalid as refused:
            form.take(refused)
        else:
            return _added(put)
    return render_template("agencies/adopt.html", form=form), 400 if form.error_summary else 200


@pages.route("/agencies/<int:agency_id>/change", methods=["GET", "POST"])
@requires(Permission.AGENCIES_MANAGE)
def change(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Correct an agency's details; what other partnerships share stays, unless the viewer keeps their lists too."""
    agency = agencies.find_agency(viewer, agency_id)
    if not agency.may_change:
        raise NotPermitted("This role does not keep the list of agencies.")
    now = agency.details
    shown = {
        "name": now.name,
        "agency_type": now.agency_type,
        "code": now.code,
        "urn": now.urn,
        "ods_code": now.ods_code,
        "phase": now.phase,
        "email": now.email,
        "version": agency.version,
        "agency_version": agency.agency_version,
    }
    form = ChangedAgencyForm(data=shown) if agency.may_describe else SharedAgencyForm(data=shown)
    lost: Conflict | None = None
    if form.validate_on_submit():
        details = (
            _details(form)
            if isinstance(form, ChangedAgencyForm)
            else replace(now, code=form.code.data, email=form.email.data)
        )
        try:
            agencies.change_agency(
                viewer,
                agency_id,
                details,
                version=form.version.data or 0,
                agency_version=form.agency_version.data or 0,
            )
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            agency = agencies.find_agency(viewer, agency_id)
            form.version.data, form.agency_version.data = agency.version, agency.agency_version
        else:
            flash("The agency’s details are saved.")
            return redirect(url_for("agencies.show", agency_id=agency_id), 303)
    page = render_template("agencies/change.html", form=form, agency=agency, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


def _details(form: AgencyForm) -> Details:
    return Details(
        code=form.code.data,
        name=form.name.data,
        agency_type=form.agency_type.data,
        urn=form.urn.data,
        ods_code=form.ods_code.data,
        email=form.email.data,
        phase=form.phase.data,
    )


def _added(put: Put) -> ResponseReturnValue:
    flash("The agency is on the list.")
    for note in put.notes:
        flash(f"{note}.")
    return redirect(url_for("agencies.show", agency_id=put.agency_id), 303)
