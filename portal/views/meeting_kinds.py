"""The kinds of meetings of a partnership: what each is and asks, and how a new one is added without code."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.meeting_kinds import may_add
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.row_numbers import row_number
from portal.forms.meeting_kinds import DescribedKindForm, NewKindForm, RetiredKindForm, RuledKindForm
from portal.forms.meeting_rules import rule_data
from portal.services.meeting_kinds import changing, listing
from portal.services.meeting_kinds.listing import KindPage
from portal.web.guards import requires

pages = Blueprint("meeting_kinds", __name__)


@pages.get("/meeting-kinds")
@requires(Permission.KINDS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Every kind with the rules that hold today."""
    kinds = listing.list_kinds(viewer)
    return render_template("meeting_kinds/index.html", kinds=kinds, may_add=may_add(viewer))


@pages.route("/meeting-kinds/new", methods=["GET", "POST"])
@requires(Permission.KINDS_MANAGE)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Add a kind; `like` in the address is one whose parts and rules it starts from."""
    form = NewKindForm(data=_like(viewer))
    form.offer(listing.choosing(viewer).names)
    if form.validate_on_submit():
        try:
            kind_id = changing.add_kind(viewer, cast(MeetingFamily, form.family.data), form.details, form.rule)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} is added. Meetings of this kind can be arranged now.")
            return redirect(url_for("meeting_kinds.show", kind_id=kind_id), 303)
    page = render_template("meeting_kinds/add.html", form=form)
    return page, 400 if form.error_summary else 200


@pages.get("/meeting-kinds/<int:kind_id>")
@requires(Permission.KINDS_VIEW)
def show(viewer: Viewer, kind_id: int) -> ResponseReturnValue:
    """One kind: what it is, its rules in plain words, and those that held before."""
    return render_template("meeting_kinds/show.html", kind=listing.find_kind(viewer, kind_id))


@pages.route("/meeting-kinds/<int:kind_id>/change", methods=["GET", "POST"])
@requires(Permission.KINDS_MANAGE)
def change(viewer: Viewer, kind_id: int) -> ResponseReturnValue:
    """Change what is said of a kind besides its rules."""
    kind = _managed(viewer, kind_id)
    said = kind.details
    form = DescribedKindForm(
        data={
            "name": said.name,
            "sections": said.sections,
            "several_families": said.several_families,
            "named_people_only": said.named_people_only,
            "version": kind.version,
        }
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            changing.describe_kind(viewer, kind_id, form.details, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = listing.find_kind(viewer, kind_id).version
        else:
            flash(f"{form.name.data} is saved.")
            return _back(kind_id)
    page = render_template("meeting_kinds/change.html", form=form, kind=kind, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/meeting-kinds/<int:kind_id>/rules", methods=["GET", "POST"])
@requires(Permission.KINDS_MANAGE)
def rules(viewer: Viewer, kind_id: int) -> ResponseReturnValue:
    """Change a kind's rules from a day on."""
    kind = _managed(viewer, kind_id)
    choosing = listing.choosing(viewer, kind_id)
    first_day = max(viewer.today, choosing.earliest)
    form = RuledKindForm(data={**rule_data(kind.rule), "first_day": first_day, "version": kind.version})
    form.offer(choosing.names)
    lost: Conflict | None = None
    if form.validate_on_submit():
        from_on = cast(date, form.first_day.data)
        try:
            done = changing.change_rule(viewer, kind_id, form.rule, from_on, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = listing.find_kind(viewer, kind_id).version
        else:
            flash(_changed(done.recounted) if done.has_changed else "These rules hold already. Nothing was changed.")
            return _back(kind_id)
    page = render_template("meeting_kinds/rules.html", form=form, kind=kind, choosing=choosing, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/meeting-kinds/<int:kind_id>/retire", methods=["GET", "POST"])
@requires(Permission.KINDS_MANAGE)
def retire(viewer: Viewer, kind_id: int) -> ResponseReturnValue:
    """Let no more meetings of a kind be arranged."""
    kind = _managed(viewer, kind_id)
    if not kind.may_retire:
        raise NotPermitted("Figures count this kind of meeting by its code.")
    form = RetiredKindForm()
    if form.validate_on_submit():
        changing.retire_kind(viewer, kind_id)
        flash(f"{kind.name} is retired. Meetings that are arranged already stay.")
        return _back(kind_id)
    return render_template("meeting_kinds/retire.html", form=form, kind=kind)


@pages.post("/meeting-kinds/<int:kind_id>/bring-back")
@requires(Permission.KINDS_MANAGE)
def bring_back(viewer: Viewer, kind_id: int) -> ResponseReturnValue:
    """Let meetings of a kind be arranged again."""
    kind = _managed(viewer, kind_id)
    if changing.bring_back_kind(viewer, kind_id):
        flash(f"{kind.name} can be arranged again.")
    return _back(kind_id)


def _managed(viewer: Viewer, kind_id: int) -> KindPage:
    kind = listing.find_kind(viewer, kind_id)
    if not kind.may_manage:
        raise NotPermitted("Changing kinds of meetings is not part of this role.")
    return kind


def _like(viewer: Viewer) -> dict[str, Any]:
    """What a new kind starts from: another one's parts and rules where one is named, else nothing."""
    number = request.args.get("like", 0, row_number)
    if not number:
        return {"sections": [], "reports": "no"}
    kind = listing.find_kind(viewer, number)
    said = kind.details
    return {
        "family": kind.family,
        "sections": said.sections,
        "several_families": said.several_families,
        "named_people_only": said.named_people_only,
        **rule_data(kind.rule),
    }


def _changed(recounted: int) -> str:
    if not recounted:
        return "The new rules are saved. No coming meeting is concerned yet."
    meetings = "1 coming meeting was" if recounted == 1 else f"{recounted} coming meetings were"
    return f"The new rules are saved. The due days of {meetings} worked out anew."


def _back(kind_id: int) -> ResponseReturnValue:
    return redirect(url_for("meeting_kinds.show", kind_id=kind_id), 303)
