"""The rules of an area: all of them on one page, and a group changed from a day on after a look at what that does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.area_rules import RuleGroup
from portal.domain.errors import Conflict, Invalid
from portal.forms.area_rule_changes import RuleChangeForm
from portal.forms.area_rules import FORMS, WithdrawForm, form_data, said_by
from portal.services.area_rules import changing, listing
from portal.views.lost_races import lost_race, sent_fields
from portal.web.filters import write_day
from portal.web.guards import Guarded, requires

pages = Blueprint("area_rules", __name__)

_TOMORROW = timedelta(days=1)


def _of_each_group(ending: str, *methods: str) -> Callable[[Guarded[...]], Guarded[...]]:
    """Put a view under an address of each group."""

    def put(view: Guarded[...]) -> Guarded[...]:
        for group in RuleGroup:
            pages.add_url_rule(
                f"/rules/{group.value}/{ending}",
                view.__name__,
                view,
                defaults={"group": group},
                methods=list(methods),
            )
        return view

    return put


@pages.get("/rules")
@requires(Permission.RULES_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """Every rule that holds, since when, what it was before, and what is planned."""
    return render_template("area_rules/index.html", area=listing.area_page(viewer))


@_of_each_group("change", "GET", "POST")
@requires(Permission.RULES_MANAGE)
def change(viewer: Viewer, group: RuleGroup) -> ResponseReturnValue:
    """Say what a group's rules shall be, and see what that does before it is kept."""
    page = listing.change_page(viewer, group, _asked_day() or viewer.today + _TOMORROW)
    form = FORMS[group](data={**form_data(group, page.said), "first_day": page.first_day, "version": page.version})
    if "again" in request.form:
        return _draw(form, page)
    if form.validate_on_submit():
        try:
            seen = changing.preview(viewer, group, said_by(group, form), cast(date, form.first_day.data))
        except Invalid as refused:
            form.take(refused)
        else:
            return render_template("area_rules/check.html", page=page, seen=seen, fields=sent_fields())
    return _draw(form, page)


@_of_each_group("keep", "POST")
@requires(Permission.RULES_MANAGE)
def keep(viewer: Viewer, group: RuleGroup) -> ResponseReturnValue:
    """Let the rules that were looked at hold from their first day on."""
    form = FORMS[group]()
    if form.validate_on_submit():
        first_day, version = cast(date, form.first_day.data), form.version.data or 0
        try:
            is_new = changing.change_rules(viewer, group, said_by(group, form), first_day, version=version)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            now = listing.change_page(viewer, group, first_day)
            return lost_race(lost, version=now.version, back=_address(group))
        else:
            if is_new:
                flash(f"The new rules hold from {write_day(first_day, viewer.today, year=True)}.")
            else:
                flash("These rules hold already. Nothing was changed.", "notice")
            return redirect(_address(group), 303)
    return _draw(form, listing.change_page(viewer, group, viewer.today + _TOMORROW))


@_of_each_group("withdraw", "GET", "POST")
@requires(Permission.RULES_MANAGE)
def withdraw(viewer: Viewer, group: RuleGroup) -> ResponseReturnValue:
    """Take back what is planned of a group from the day in the address."""
    first_day = _asked_day()
    found = None if first_day is None else changing.planned_change(viewer, group, first_day)
    if first_day is None or found is None:
        flash("Nothing is planned from that day on.")
        return redirect(_address(group), 303)
    planned, version = found
    form = WithdrawForm(data={"version": version})
    if form.validate_on_submit():
        try:
            changing.withdraw(viewer, group, first_day, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=version, back=_address(group))
        else:
            flash(f"What was planned from {write_day(first_day, viewer.today, year=True)} is taken back.")
            return redirect(_address(group), 303)
    about = listing.change_page(viewer, group, first_day)
    page = render_template("area_rules/withdraw.html", form=form, page=about, planned=planned)
    return page, 400 if form.error_summary else 200


def _draw(form: RuleChangeForm, page: listing.ChangePage) -> ResponseReturnValue:
    drawn = render_template("area_rules/change.html", form=form, page=page)
    return drawn, 400 if form.error_summary else 200


def _asked_day() -> date | None:
    """The day in the address; none where it is no day."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None


def _address(group: RuleGroup) -> str:
    return url_for("area_rules.index", _anchor=group.value)
