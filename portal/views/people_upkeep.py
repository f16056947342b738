"""Keeping an agency's people right: who still works there, whose work is handed over, whose account sleeps."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid
from portal.domain.labels import label, role_name
from portal.forms.people_upkeep import ConfirmPeopleForm, HandOverForm
from portal.services import handover, people_confirming, sleeping
from portal.services.absences.colleagues import Colleague
from portal.services.handover import HandOver
from portal.services.people_confirming import Listed
from portal.web.filters import write_day
from portal.web.guards import requires

pages = Blueprint("people_upkeep", __name__)


@pages.route("/people/confirm", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def confirm(viewer: Viewer) -> ResponseReturnValue:
    """Say of everybody in the agency whether they still work there."""
    listed = people_confirming.people_to_confirm(viewer)
    form = _confirm_form(viewer, listed)
    if listed and form.validate_on_submit():
        try:
            left = people_confirming.confirm_people(viewer, form.still_here)
        except Invalid:
            # Somebody was added meanwhile: the page asks about them too, and keeps what was answered.
            listed = people_confirming.people_to_confirm(viewer)
            form = _confirm_form(viewer, listed)
            form.validate_on_submit()
        else:
            flash(_thanks(left))
            waits = left and people_confirming.leavers_with_work(viewer)
            return redirect(url_for("people_upkeep.leavers" if waits else "people.index"), 303)
    page = render_template(
        "people/confirm.html", form=form, listed=listed, confirmed_at=people_confirming.confirmed_at(viewer)
    )
    return page, 400 if form.error_summary else 200


def _confirm_form(viewer: Viewer, listed: list[Listed]) -> ConfirmPeopleForm:
    def known(one: Listed) -> str:
        seen = one.last_signed_in_at
        last = f"last signed in {write_day(seen, viewer.today)}" if seen else "has never signed in"
        return ", ".join([role_name(one.role), *([label(one.post)] if one.post else []), last])

    return ConfirmPeopleForm.of([(one.membership_id, one.name, known(one)) for one in listed])


def _thanks(left: int) -> str:
    if not left:
        return "Thank you. Your people are confirmed for this quarter."
    people = "One person has" if left == 1 else f"{left} people have"
    return f"Thank you. Your people are confirmed for this quarter. {people} lost their role."


@pages.get("/people/leavers")
@requires(Permission.PEOPLE_MANAGE)
def leavers(viewer: Viewer) -> ResponseReturnValue:
    """The people who have left and whose work waits."""
    return render_template("people/leavers.html", leavers=people_confirming.leavers_with_work(viewer))


@pages.route("/people/<int:membership_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def hand_over(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """Give somebody's open work to others, on one page."""
    work = handover.work_of(viewer, membership_id)
    ends = request.args.get("then") == "end" and not work.has_ended
    form = form_for(work)
    if work.work and form.validate_on_submit():
        try:
            number = handover.hand_over(viewer, membership_id, form.takers)
        except Invalid as refused:
            form.take(refused)
        else:
            flash(handed_over(number))
            return redirect(url_for("people.end" if ends else "people.show", membership_id=membership_id), 303)
    page = render_template("people/hand_over.html", form=form, work=work, ends=ends)
    return page, 400 if form.error_summary else 200


def form_for(work: HandOver) -> HandOverForm:
    """The form for somebody's open work."""

    def named(takers: tuple[Colleague, ...]) -> list[tuple[int, str]]:
        return [(one.membership_id, f"{one.name} ({role_name(one.role).lower()})") for one in takers]

    return HandOverForm.of(
        [(one.kind, one.words, named(one.takers)) for one in work.work],
        named(work.takers_of_all),
    )


def handed_over(number: int) -> str:
    """What is said when it is done."""
    things = "One thing was" if number == 1 else f"{number} things were"
    return f"{things} handed over. Everybody concerned is told."


@pages.post("/people/<int:membership_id>/wake")
@requires(Permission.PEOPLE_MANAGE, fresh=True)
def wake(viewer: Viewer, membership_id: int) -> ResponseReturnValue:
    """Wake an account that nobody had used."""
    woken = sleeping.wake(viewer, membership_id)
    flash("The account is awake. They sign in as before." if woken else "The account was awake already.")
    return redirect(url_for("people.show", membership_id=membership_id), 303)
