"""For people with several memberships: which of them they work as."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.labels import label
from portal.forms.account import WorkingAsForm
from portal.forms.fields import Choice
from portal.services import sessions
from portal.web.guards import requires
from portal.web.local_addresses import local_address

pages = Blueprint("working_as", __name__)


@pages.route("/working-as", methods=["GET", "POST"])
@requires(Permission.OWN_ACCOUNT)
def choose(viewer: Viewer) -> ResponseReturnValue:
    """List one's memberships and go on under the one chosen."""
    wanted = local_address(request.args.get("next")) or "/"
    form = WorkingAsForm(data={"membership": viewer.membership_id})
    form.membership.choices = [_choice(hat) for hat in viewer.hats]
    if form.validate_on_submit():
        sessions.wear(viewer, form.membership.data)
        return redirect(wanted)
    page = render_template("working_as/choose.html", form=form, wanted=wanted)
    return page, 400 if form.error_summary else 200


def _choice(hat: Hat) -> Choice:
    role = label(hat.role)
    return Choice(
        str(hat.membership_id), f"{role}, {hat.agency_name}" if hat.agency_name else role, hat.partnership_name
    )
