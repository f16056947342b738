"""Joining links: where a person sets their first password, or a new one."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.vocabulary import JoiningPurpose
from portal.forms.sign_in import JoinForm
from portal.services import joining
from portal.services.single_sign_on import providers
from portal.views import signed_in
from portal.web.guards import public

pages = Blueprint("joining", __name__)


@pages.route("/join/<token>", methods=["GET", "POST"])
@public
def join(viewer: Viewer, token: str) -> ResponseReturnValue:
    """Open a link, which uses nothing up, or use it by sending the form."""
    try:
        link = joining.open_link(token, viewer.now)
        form = JoinForm(data={"name": link.name})
        if form.validate_on_submit():
            made = joining.use_link(viewer, token, form.name.data, form.password.data)
            signed_in.leave()
            if made is None:
                return render_template("sign_in/not_connected.html")
            return signed_in.go_on(None, made, None)
    except joining.LinkOver:
        return render_template("sign_in/link_over.html"), 404
    except Invalid as refused:
        form.take(refused)
    joins = link.purpose is JoiningPurpose.JOIN
    links = link.purpose is JoiningPurpose.SIGN_ON
    page = render_template(
        "sign_in/join.html",
        form=form,
        email=link.email,
        joins=joins,
        links=links,
        providers=providers.offered() if joins or links else [],
        token=token,
        closed_by=joining.agency_without_password(link, viewer.now),
    )
    return page, 400 if form.error_summary else 200
