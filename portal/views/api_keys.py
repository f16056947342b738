"""Keys of the API: the list, making one, and ending one."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.forms.api_keys import EndKeyForm, KeyForm
from portal.services import kept_forms
from portal.services.api_keys import keeping
from portal.web.guards import requires

pages = Blueprint("api_keys", __name__)


@pages.get("/api-keys")
@requires(Permission.API_KEYS_KEEP)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The keys that the viewer keeps, with when each was last used."""
    return render_template("api_keys/index.html", keys=keeping.list_keys(viewer), opens=keeping.opens_words(viewer))


@pages.route("/api-keys/new", methods=["GET", "POST"])
@requires(Permission.API_KEYS_KEEP, fresh=True)
def make(viewer: Viewer) -> ResponseReturnValue:
    """Make a key, shown once in the answer."""
    form = KeyForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    opens = keeping.opens_words(viewer)
    if form.validate_on_submit():
        try:
            made = keeping.make_key(viewer, form.name.data, cast(date, form.ends_on.data))
        except Invalid as refused:
            form.take(refused)
        else:
            address = current_app.extensions["settings"].base_url + url_for("api.measures")
            return render_template("api_keys/made.html", made=made, opens=opens, address=address)
    page = render_template("api_keys/make.html", form=form, opens=opens)
    return page, 400 if form.error_summary else 200


@pages.route("/api-keys/<int:key_id>/end", methods=["GET", "POST"])
@requires(Permission.API_KEYS_KEEP, fresh=True)
def end(viewer: Viewer, key_id: int) -> ResponseReturnValue:
    """End a key at once."""
    key = keeping.find_key(viewer, key_id)
    form = EndKeyForm()
    if form.validate_on_submit():
        keeping.end_key(viewer, key_id)
        flash(f"The key “{key.name}” opens nothing any more.")
        return redirect(url_for("api_keys.index"), 303)
    return render_template("api_keys/end.html", form=form, key=key)
