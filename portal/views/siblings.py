"""Which of the children each agency knows: said by the agency, read by those who run the meeting, and dealt with."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.siblings import INVITE, ChildrenForm, NotKnownForm, TypedChild
from portal.services import kept_forms
from portal.services.families import not_ours as waiting
from portal.services.families.siblings import ChildrenSaid, OfChild, children_said, children_table, say_children
from portal.views.lost_races import lost_race
from portal.web.guards import requires

pages = Blueprint("siblings", __name__)


@pages.get("/meetings/<int:meeting_id>/children")
@requires(Permission.MEETINGS_VIEW)
def table(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Which agency knows which child; an agency's people see their own line."""
    return render_template("siblings/table.html", found=children_table(viewer, meeting_id))


@pages.route("/invitations/<int:invitation_id>/children", methods=["GET", "POST"])
@requires(Permission.MEETINGS_VIEW)
def say(viewer: Viewer, invitation_id: int) -> ResponseReturnValue:
    """Say which of the children the agency knows, and which its report is about."""
    found = children_said(viewer, invitation_id)
    if not found.may_say:
        raise NotPermitted("This is said by the agency, as long as it may answer or write its report.")
    back = url_for("meetings.show", meeting_id=found.invitation.meeting_id)
    form = _form(viewer, found)
    if found.children and form.validate_on_submit():
        said = {child.id: _of_child(form.typed(child.id)) for child in found.children}
        try:
            is_new = say_children(viewer, invitation_id, said, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=children_said(viewer, invitation_id).seen, back=back)
        else:
            flash("Thank you. It is written down." if is_new else "It stands as you said.")
            if children_said(viewer, invitation_id).knows_none:
                flash("You know none of the children: if so, answer the invitation with “Not ours”.", "notice")
            return redirect(back, 303)
    page = render_template("siblings/say.html", found=found, form=form, back=back)
    return page, 400 if form.error_summary else 200


@pages.get("/not-ours")
@requires(Permission.EXPECTATIONS_SET)
def not_ours(viewer: Viewer) -> ResponseReturnValue:
    """What agencies say is not theirs, until somebody has dealt with it."""
    return render_template("siblings/not_ours.html", found=waiting.not_ours(viewer))


@pages.route("/invitations/<int:invitation_id>/children/<int:child_id>/not-ours", methods=["GET", "POST"])
@requires(Permission.EXPECTATIONS_SET)
def settle(viewer: Viewer, invitation_id: int, child_id: int) -> ResponseReturnValue:
    """Deal with one child whom an agency does not know."""
    found = waiting.not_known(viewer, invitation_id, child_id)
    kept = request.form if request.method == "POST" else kept_forms.take(viewer, request.path)
    form = NotKnownForm(kept, data={"version": found.row.version})
    form.offer(found.agencies)
    is_lost = False
    if form.validate_on_submit():
        version = form.version.data or 0
        try:
            if form.outcome.data == INVITE:
                waiting.invite_for(viewer, invitation_id, child_id, form.agency_id.data, version=version)
                said = "The agency is invited, and told."
            else:
                waiting.settle(viewer, invitation_id, child_id, version=version)
                said = "It is noted that nothing more is to be done."
        except Invalid as refused:
            form.take(refused)
        except Conflict:
            is_lost = True
            found = waiting.not_known(viewer, invitation_id, child_id)
            form.version.data = found.row.version
        else:
            flash(said)
            return redirect(url_for("siblings.not_ours"), 303)
    page = render_template("siblings/settle.html", found=found, form=form, is_lost=is_lost)
    return page, 409 if is_lost else 400 if form.error_summary else 200


def _form(viewer: Viewer, found: ChildrenSaid) -> ChildrenForm:
    shown: dict[str, object] = {"version": found.seen}
    for number, one in found.said.items():
        shown |= ChildrenForm.fields_of(number, TypedChild(one.knows, one.covered_by_report, one.whereabouts))
    posted = request.form if request.method == "POST" else kept_forms.take(viewer, request.path)
    return ChildrenForm.for_children([(child.id, child.name) for child in found.children], posted, shown)


def _of_child(typed: TypedChild) -> OfChild:
    return OfChild(typed.knows, typed.covered_by_report, typed.whereabouts)
