"""Requests for all that is held on one child: the list, the review by kind of record, the file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.domain.subject_access import MARK_WORDS, Decision
from portal.forms.subject_access import FIELD, DecisionsForm, RequestForm, choices_for, decisions_in
from portal.services import kept_forms
from portal.services.subject_access import requests, reviewing
from portal.services.subject_access.reviewing import PER_PAGE, KindPage
from portal.web.downloads import download
from portal.web.guards import requires

pages = Blueprint("subject_access", __name__)

_REQUEST = "/records/requests/<int:export_id>"
_KIND = f"{_REQUEST}/kinds/<kind>"


@pages.get("/records/requests")
@requires(Permission.SUBJECT_EXPORT)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Every request, the newest first."""
    return render_template("records/requests.html", rows=requests.list_requests(viewer))


@pages.route("/records/requests/new", methods=["GET", "POST"])
@requires(Permission.SUBJECT_EXPORT)
def begin(viewer: Viewer) -> ResponseReturnValue:
    """Write down a request, and gather what is held."""
    form = RequestForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    if form.validate_on_submit():
        try:
            export_id = requests.begin(viewer, form.reference.data, form.asked_by.data)
        except Invalid as refused:
            form.take(refused)
        else:
            return redirect(url_for("subject_access.review", export_id=export_id), 303)
    return render_template("records/request.html", form=form), 400 if form.error_summary else 200


@pages.get(_REQUEST)
@requires(Permission.SUBJECT_EXPORT)
def review(viewer: Viewer, export_id: int) -> ResponseReturnValue:
    """The kinds of record in which something is held, and how far the review of each is."""
    return render_template("records/review.html", page=reviewing.review(viewer, export_id))


@pages.get(_KIND)
@requires(Permission.SUBJECT_EXPORT)
def review_kind(viewer: Viewer, export_id: int, kind: str) -> ResponseReturnValue:
    """What of one kind may be about others, or all of it; a page at a time, with what was decided."""
    return _draw(_page(viewer, export_id, kind))


@pages.post(_KIND)
@requires(Permission.SUBJECT_EXPORT)
def decide(viewer: Viewer, export_id: int, kind: str) -> ResponseReturnValue:
    """Keep what was decided, and go on."""
    form = DecisionsForm()
    page = _page(viewer, export_id, kind)
    if not form.validate():
        return _draw(page, form=form), 400
    decisions = decisions_in(request.form)
    try:
        reviewing.decide(viewer, export_id, kind, decisions, seen=form.version.data or 0)
    except Conflict as conflict:
        return _draw(_page(viewer, export_id, kind), lost=conflict, chosen=decisions), 409
    flash("Kept.")
    if page.is_last:
        return redirect(url_for("subject_access.review", export_id=export_id), 303)
    whole = request.args.get("all")
    address = url_for("subject_access.review_kind", export_id=export_id, kind=kind, all=whole, page=page.page + 1)
    return redirect(address, 303)


@pages.get(f"{_REQUEST}/file")
@requires(Permission.SUBJECT_EXPORT, fresh="file")
def take_along(viewer: Viewer, export_id: int) -> ResponseReturnValue:
    """The file for whoever asked: what nobody decided about is withheld."""
    name, content = requests.take_along(viewer, export_id)
    return download(content, "application/zip", name)


def _page(viewer: Viewer, export_id: int, kind: str) -> KindPage:
    number = request.args.get("page", 1, type=int)
    return reviewing.review_kind(viewer, export_id, kind, number, is_whole=bool(request.args.get("all")))


def _draw(
    page: KindPage,
    *,
    form: DecisionsForm | None = None,
    lost: Conflict | None = None,
    chosen: Mapping[str, Decision] | None = None,
) -> str:
    form = form or DecisionsForm(formdata=None)
    form.version.data = page.export.version
    return render_template(
        "records/review_kind.html",
        page=page,
        form=form,
        lost=lost,
        chosen={**page.decisions, **(chosen or {})},
        offered=choices_for,
        FIELD=FIELD,
        PER_PAGE=PER_PAGE,
        MARK_WORDS=MARK_WORDS,
    )
