"""Links for people without an account: who may be sent one, sending and ending them, and codes that are read out."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.forms.fields import PortalForm
from portal.forms.return_links import ContactForm, SendLinkForm, TelephoneForm
from portal.services.return_links import codes, contacts, ending, mailed, making
from portal.services.return_links.making import LinksOfAgency
from portal.services.return_links.opening import LinkOver
from portal.web.guards import requires

pages = Blueprint("return_links", __name__)

OF_AGENCY = "/agencies/<int:agency_id>/contacts"
OF_MEETING = "/meetings/<int:meeting_id>/links"


@pages.get(OF_AGENCY)
@requires(Permission.RETURN_LINKS)
def people(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """The people of an agency who may be sent links, and the lead's switch."""
    return render_template("return_links/people.html", page=contacts.contacts_page(viewer, agency_id))


@pages.route(f"{OF_AGENCY}/new", methods=["GET", "POST"])
@requires(Permission.RETURN_LINKS)
def name(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Name somebody."""
    page = contacts.contacts_page(viewer, agency_id)
    form = ContactForm()
    if form.validate_on_submit():
        try:
            contacts.name_contact(
                viewer, agency_id, name=form.name.data, email=form.email.data, telephone=form.telephone.data
            )
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} can be sent links now.")
            return redirect(url_for("return_links.people", agency_id=agency_id), 303)
    return render_template("return_links/name.html", form=form, page=page), 400 if form.error_summary else 200


@pages.route(f"{OF_AGENCY}/<int:contact_id>", methods=["GET", "POST"])
@requires(Permission.RETURN_LINKS)
def telephone(viewer: Viewer, agency_id: int, contact_id: int) -> ResponseReturnValue:
    """Let somebody's codes go to another number."""
    contact = contacts.find_contact(viewer, agency_id, contact_id)
    form = TelephoneForm(data={"version": contact.version})
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            contacts.change_telephone(viewer, agency_id, contact_id, form.telephone.data, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            contact = contacts.find_contact(viewer, agency_id, contact_id)
            form.version.data = contact.version
        else:
            flash("The number is saved.")
            return redirect(url_for("return_links.people", agency_id=agency_id), 303)
    page = render_template("return_links/telephone.html", form=form, contact=contact, agency_id=agency_id, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route(f"{OF_AGENCY}/<int:contact_id>/end", methods=["GET", "POST"])
@requires(Permission.RETURN_LINKS)
def end_contact(viewer: Viewer, agency_id: int, contact_id: int) -> ResponseReturnValue:
    """Name somebody no longer."""
    contact = contacts.find_contact(viewer, agency_id, contact_id)
    form = PortalForm()
    if form.validate_on_submit():
        contacts.end_contact(viewer, agency_id, contact_id)
        flash(f"{contact.name} is sent no more links, and those that were out have ended.")
        return redirect(url_for("return_links.people", agency_id=agency_id), 303)
    return render_template("return_links/end.html", form=form, contact=contact, agency_id=agency_id)


@pages.post(f"{OF_AGENCY}/allow")
@requires(Permission.RETURN_LINKS)
def allow(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Let links answer for the agency."""
    return _switched(viewer, agency_id, is_on=True)


@pages.post(f"{OF_AGENCY}/refuse")
@requires(Permission.RETURN_LINKS)
def refuse(viewer: Viewer, agency_id: int) -> ResponseReturnValue:
    """Let no link answer for the agency."""
    return _switched(viewer, agency_id, is_on=False)


@pages.get(OF_MEETING)
@requires(Permission.RETURN_LINKS)
def index(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The links of a meeting, agency by agency."""
    return render_template("return_links/index.html", page=making.links_page(viewer, meeting_id))


@pages.route(f"{OF_MEETING}/<int:invitation_id>/new", methods=["GET", "POST"])
@requires(Permission.RETURN_LINKS)
def make(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Send somebody a link; where the portal sends no mail it is shown once, to be handed over."""
    page = making.links_page(viewer, meeting_id)
    agency = _agency(page.agencies, invitation_id)
    form = SendLinkForm(data={"after": agency.newest})
    form.offer(
        (one.contact_id, one.name, f"{one.email}, telephone {one.telephone or 'not given: codes are read out'}")
        for one in agency.choices
    )
    if agency.choices and form.validate_on_submit():
        try:
            token = making.make_link(viewer, meeting_id, invitation_id, form.contact.data, after=form.after.data)
        except Invalid as refused:
            form.take(refused)
        except Conflict as meanwhile:
            flash(str(meanwhile), "notice")
            return redirect(url_for("return_links.index", meeting_id=meeting_id), 303)
        else:
            if token is not None:
                address = mailed.link_address(current_app.extensions["settings"].base_url, token)
                return render_template("return_links/handed.html", page=page, agency=agency, address=address)
            flash("The link is on its way.")
            return redirect(url_for("return_links.index", meeting_id=meeting_id), 303)
    drawn = render_template("return_links/make.html", form=form, page=page, agency=agency)
    return drawn, 400 if form.error_summary else 200


@pages.post(f"{OF_MEETING}/<int:link_id>/end")
@requires(Permission.RETURN_LINKS)
def withdraw(viewer: Viewer, meeting_id: int, link_id: int) -> ResponseReturnValue:
    """End a link at once."""
    was_out = ending.withdraw_link(viewer, meeting_id, link_id)
    flash("The link has ended." if was_out else "This link had been used or ended already.", _kind(was_out))
    return redirect(url_for("return_links.index", meeting_id=meeting_id), 303)


@pages.post(f"{OF_MEETING}/<int:link_id>/code")
@requires(Permission.RETURN_LINKS)
def read_out(viewer: Viewer, meeting_id: int, link_id: int) -> ResponseReturnValue:
    """Make a code to be read out."""
    try:
        codes.read_out(viewer, meeting_id, link_id)
    except LinkOver:
        return _ended_meanwhile(meeting_id)
    return redirect(url_for("return_links.shown", meeting_id=meeting_id, link_id=link_id), 303)


@pages.get(f"{OF_MEETING}/<int:link_id>/code")
@requires(Permission.RETURN_LINKS)
def shown(viewer: Viewer, meeting_id: int, link_id: int) -> ResponseReturnValue:
    """The code to be read out, for as long as it works."""
    try:
        code = codes.shown_code(viewer, meeting_id, link_id)
    except LinkOver:
        return _ended_meanwhile(meeting_id)
    return render_template("return_links/code.html", code=code, meeting_id=meeting_id, link_id=link_id)


def _switched(viewer: Viewer, agency_id: int, *, is_on: bool) -> ResponseReturnValue:
    contacts.switch(viewer, agency_id, is_on=is_on)
    flash("Links can answer for your agency." if is_on else "No link answers for your agency any more.")
    return redirect(url_for("return_links.people", agency_id=agency_id), 303)


def _agency(agencies: tuple[LinksOfAgency, ...], invitation_id: int) -> LinksOfAgency:
    found = next((one for one in agencies if one.invitation_id == invitation_id), None)
    if found is None:
        raise NotVisible("No such invitation.")
    return found


def _ended_meanwhile(meeting_id: int) -> ResponseReturnValue:
    flash("This link has ended meanwhile, so no code goes with it.", "notice")
    return redirect(url_for("return_links.index", meeting_id=meeting_id), 303)


def _kind(is_done: bool) -> str:
    return "message" if is_done else "notice"
