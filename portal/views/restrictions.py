"""To whom a family's record is closed, and what is held back from which agency."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.labels import role_name
from portal.domain.row_numbers import row_number
from portal.forms.restrictions import CloseRecordForm, HoldForm, PutOnListForm
from portal.services.restrictions import holding, keeping, listing
from portal.services.restrictions.holding import Holding
from portal.services.restrictions.keeping import Closing
from portal.services.restrictions.people import Candidate
from portal.web.guards import requires

pages = Blueprint("restrictions", __name__)

_OF_CASE = "/cases/<int:case_id>/restrictions"
_ONE = "/restrictions/<int:restriction_id>"
_HOLDS = "/meetings/<int:meeting_id>/held-back"


@pages.get(_OF_CASE)
@requires(Permission.RESTRICTIONS_KEEP)
def of_case(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """To whom a family's record is closed, and was."""
    return render_template("restrictions/of_case.html", page=listing.of_case(viewer, case_id))


@pages.route(f"{_OF_CASE}/new", methods=["GET", "POST"])
@requires(Permission.RESTRICTIONS_KEEP)
def close(viewer: Viewer, case_id: int) -> ResponseReturnValue:
    """Close a family's record to people."""
    page = listing.of_case(viewer, case_id)
    form = CloseRecordForm.of(((one.user_id, _called(one)) for one in page.others), begins_on=viewer.today)
    form.begins_on.earliest = viewer.today
    if form.validate_on_submit():
        closing = Closing(
            reach=form.reach.data,
            people=frozenset(form.people.data),
            reason=form.reason.data,
            begins_on=form.begins_on.data or viewer.today,
            until=form.until.data,
            address=form.address.data,
        )
        try:
            restriction_id = keeping.close_record(viewer, case_id, closing)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The record is closed to them. From now on they find it nowhere, and are told nothing of it.")
            return redirect(url_for("restrictions.show", restriction_id=restriction_id), 303)
    drawn = render_template("restrictions/close.html", page=page, form=form)
    return drawn, 400 if form.error_summary else 200


@pages.get(_ONE)
@requires(Permission.RESTRICTIONS_KEEP)
def show(viewer: Viewer, restriction_id: int) -> ResponseReturnValue:
    """One restriction with its list."""
    return _drawn(viewer, restriction_id, PutOnListForm(None)), 200


@pages.post(f"{_ONE}/people")
@requires(Permission.RESTRICTIONS_KEEP)
def put_on_list(viewer: Viewer, restriction_id: int) -> ResponseReturnValue:
    """Put one more person on its list."""
    form = PutOnListForm()
    form.offer((one.user_id, _called(one)) for one in listing.one_restriction(viewer, restriction_id)[1])
    if form.validate_on_submit():
        try:
            keeping.put_on_list(viewer, restriction_id, form.person.data, form.address.data)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("They stand on the list now.")
            return redirect(url_for("restrictions.show", restriction_id=restriction_id), 303)
    return _drawn(viewer, restriction_id, form), 400


@pages.post(f"{_ONE}/people/remove")
@requires(Permission.RESTRICTIONS_KEEP)
def take_off_list(viewer: Viewer, restriction_id: int) -> ResponseReturnValue:
    """Take somebody off its list."""
    try:
        keeping.take_off_list(viewer, restriction_id, request.form.get("person", 0, int))
    except Invalid as refused:
        flash(f"{refused}.", "notice")
    else:
        flash("They no longer stand on the list.")
    return redirect(url_for("restrictions.show", restriction_id=restriction_id), 303)


@pages.post(f"{_ONE}/end")
@requires(Permission.RESTRICTIONS_KEEP)
def end(viewer: Viewer, restriction_id: int) -> ResponseReturnValue:
    """Open the record again."""
    try:
        case_id = keeping.end_restriction(viewer, restriction_id, request.form.get("version", 0, int))
    except Conflict as lost:
        flash(str(lost), "notice")
        return redirect(url_for("restrictions.show", restriction_id=restriction_id), 303)
    flash("The restriction has ended. They see the record again, as far as their role lets them.")
    return redirect(url_for("restrictions.of_case", case_id=case_id), 303)


@pages.route(_HOLDS, methods=["GET", "POST"])
@requires(Permission.RESTRICTIONS_KEEP)
def holds(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What is held back from which agency at a meeting; holding back more."""
    page = holding.holds_of(viewer, meeting_id)
    form = HoldForm()
    form.offer((one.invitation_id, one.agency_id, one.name) for one in page.agencies)
    if form.validate_on_submit():
        asked = Holding(form.of.data or 0, form.agency.data or 0, form.because.data, form.reason.data)
        try:
            holding.hold_back(viewer, meeting_id, asked)
        except Invalid as refused:
            form.take(refused)
        else:
            flash("It is held back. That agency’s bundle is without it from now on.")
            return redirect(url_for("restrictions.holds", meeting_id=meeting_id), 303)
    drawn = render_template("restrictions/holds.html", page=page, meeting=page.meeting, form=form)
    return drawn, 400 if form.error_summary else 200


@pages.post(f"{_HOLDS}/let-through")
@requires(Permission.RESTRICTIONS_KEEP)
def let_through(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Let an agency have it after all."""
    hold_id = request.form.get("hold", type=row_number)
    if hold_id is None:
        abort(400)
    holding.let_through(viewer, meeting_id, hold_id)
    flash("It is no longer held back: that agency’s bundle has it again.")
    return redirect(url_for("restrictions.holds", meeting_id=meeting_id), 303)


def _drawn(viewer: Viewer, restriction_id: int, form: PutOnListForm) -> str:
    restriction, others, reference = listing.one_restriction(viewer, restriction_id)
    form.offer((one.user_id, _called(one)) for one in others)
    return render_template("restrictions/show.html", one=restriction, reference=reference, form=form)


def _called(person: Candidate) -> str:
    places = ", ".join(
        dict.fromkeys(agency or (role_name(role).lower() if role else "") for role, agency in person.places)
    )
    return f"{person.name} ({places})"
