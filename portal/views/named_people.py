"""Meetings for named people only: who sees them; and the families that a meeting is about."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.labels import role_name
from portal.forms.named_people import FamilyForm, NameOneselfForm, NamePersonForm
from portal.services.named_people import families as families_service
from portal.services.named_people import listing, naming
from portal.services.named_people.candidates import Candidate
from portal.web.guards import requires

pages = Blueprint("named_people", __name__)

_MOST_PAGES = 100_000


@pages.route("/meetings/<int:meeting_id>/people", methods=["GET", "POST"])
@requires(Permission.MEETINGS_VIEW)
def people(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Who sees a meeting for named people only; naming one more."""
    found = listing.people_of_meeting(viewer, meeting_id)
    form = NamePersonForm()
    form.offer((one.membership_id, _called(one)) for one in found.others)
    if form.validate_on_submit():
        try:
            naming.name_person(viewer, meeting_id, form.membership.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("They are named, and see the meeting from now on.")
            return redirect(url_for("named_people.people", meeting_id=meeting_id), 303)
    page = render_template("named_people/people.html", found=found, meeting=found.meeting, form=form)
    return page, 400 if form.error_summary else 200


@pages.post("/meetings/<int:meeting_id>/people/remove")
@requires(Permission.MEETINGS_VIEW)
def remove_person(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Take somebody off a meeting."""
    try:
        removed = naming.end_naming(viewer, meeting_id, request.form.get("named", 0, int))
    except Invalid as refused:
        flash(f"{refused}.", "notice")
    else:
        if removed == viewer.membership_id:
            flash("You are no longer named on that meeting.")
            return redirect(url_for("meetings.index"), 303)
        flash("They no longer see the meeting.")
    return redirect(url_for("named_people.people", meeting_id=meeting_id), 303)


@pages.route("/meetings/<int:meeting_id>/families", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def families(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """The families that a meeting is about; adding one more."""
    found = families_service.families_of(viewer, meeting_id)
    form = FamilyForm()
    if form.validate_on_submit():
        try:
            families_service.add_family(viewer, meeting_id, form.reference.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The meeting is about this family too. Whoever sees the meeting sees its children.")
            return redirect(url_for("named_people.families", meeting_id=meeting_id), 303)
    page = render_template("named_people/families.html", found=found, meeting=found.meeting, form=form)
    return page, 400 if form.error_summary else 200


@pages.post("/meetings/<int:meeting_id>/families/remove")
@requires(Permission.MEETINGS_PLAN)
def remove_family(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Say that a meeting is not about a family after all."""
    families_service.remove_family(viewer, meeting_id, request.form.get("family", 0, int))
    flash("The meeting is no longer about this family.")
    return redirect(url_for("named_people.families", meeting_id=meeting_id), 303)


@pages.get("/meetings/for-named-people")
@requires(Permission.NAMED_MEETINGS_OVERSEE)
def known(viewer: Viewer) -> ResponseReturnValue:
    """The meetings for named people only that there are, without what they are about."""
    found = listing.known_meetings(viewer, min(request.args.get("page", 1, int), _MOST_PAGES))
    return render_template("named_people/known.html", found=found)


@pages.route("/meetings/for-named-people/<int:meeting_id>", methods=["GET", "POST"])
@requires(Permission.NAMED_MEETINGS_OVERSEE)
def name_oneself(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """A manager names themselves, with a reason."""
    found = listing.known_meeting(viewer, meeting_id)
    if found.is_named:
        return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    form = NameOneselfForm()
    if form.validate_on_submit():
        try:
            naming.name_oneself(viewer, meeting_id, form.reason.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("You are named on this meeting. Your reason is kept with it.")
            return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    page = render_template("named_people/name_oneself.html", found=found, form=form)
    return page, 400 if form.error_summary else 200


def _called(person: Candidate) -> str:
    return f"{person.name} ({person.agency or role_name(person.role).lower()})"
