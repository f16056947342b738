"""Setting up, changing and closing audit rounds, for the business manager."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import RoundKind
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.labels import choices, label
from portal.domain.rounds import RoundPlan, RoundState
from portal.domain.row_numbers import row_number
from portal.forms.audit_rounds import (
    ChangedRoundForm,
    ConfirmForm,
    MonthsFilter,
    NewRoundForm,
    RunningRoundForm,
    ToAddFilter,
    Who,
    agencies_form,
    panel_form,
)
from portal.services.audits import asked, panels, proposals, rounds
from portal.services.audits.asked import Asking
from portal.services.audits.proposals import Proposal
from portal.services.audits.rounds import RoundEntry
from portal.web.guards import requires

pages = Blueprint("audit_planning", __name__)


@pages.route("/audit-rounds/new", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def add(viewer: Viewer) -> ResponseReturnValue:
    """Choose what to ask; then the round that follows from the last one, to be put right and opened."""
    edition_id = request.values.get("edition", type=row_number)
    if edition_id is None:
        return render_template("audit_rounds/choose.html", editions=proposals.editions_to_ask(viewer))
    again = MonthsFilter(request.args)
    again.validate()
    kind = None if again.kind.errors else again.kind.data
    proposal = proposals.propose(viewer, edition_id, months=again.number, kind=kind)
    form = _proposed(proposal)
    if form.validate_on_submit():
        try:
            round_id = rounds.open_round(viewer, form.written(edition_id), _asking(form, proposal))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The round is set up. Agencies see it from its opening day on.")
            if form.who.data is Who.CHOSEN:
                return redirect(url_for("audit_planning.agencies", round_id=round_id), 303)
            return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    page = render_template("audit_rounds/new.html", form=form, again=again, proposal=proposal, edition_id=edition_id)
    return page, 400 if form.error_summary else 200


@pages.route("/audit-rounds/<int:round_id>/change", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def change(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """Everything about a round that has not opened; afterwards its due day and challenge sessions."""
    entry = _running(viewer, round_id)
    form = _form_of(viewer, entry)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            changed = rounds.change_round(viewer, round_id, _plan(form, entry), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = _running(viewer, round_id).row.version
        else:
            flash("The round is changed." if changed else "Nothing was changed.")
            return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    page = render_template("audit_rounds/change.html", form=form, entry=entry, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/audit-rounds/<int:round_id>/agencies", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def agencies(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """Ask more agencies: one by one, or all of a kind."""
    entry = _running(viewer, round_id)
    narrow = ToAddFilter(request.args)
    narrow.agency_type.choices = choices(asked.types_asked(entry.agency_types))
    narrow.validate()
    agency_type = None if narrow.agency_type.errors else narrow.agency_type.data
    search = "" if narrow.search.errors else narrow.search.data
    page = request.args.get("page", 1, type=int)
    offered = asked.agencies_to_add(viewer, entry.row, search=search, agency_type=agency_type, page=page)
    form = agencies_form((one.id, one.name, label(one.agency_type)) for one in offered.rows)
    if request.method == "POST" and not offered.rows:
        flash("Nobody was asked: what you ticked is not in this list any more.", "notice")
        return redirect(request.full_path, 303)
    if form.validate_on_submit():
        wants_all = agency_type is not None and not search and "all" in request.form
        asking = (
            Asking(types=frozenset({agency_type}))
            if wants_all and agency_type is not None
            else Asking(agency_ids=frozenset(form.agencies.data))
        )
        if not wants_all and not form.agencies.data:
            form.add_error("agencies", "Choose at least one agency")
        else:
            number = asked.add_agencies(viewer, round_id, asking)
            flash(f"{number} {'agency is' if number == 1 else 'agencies are'} asked as well.")
            return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    shown = render_template(
        "audit_rounds/agencies.html",
        entry=entry,
        form=form,
        narrow=narrow,
        offered=offered,
        whole_type=agency_type if not search else None,
        set_filters=sum(map(bool, (search, agency_type))),
    )
    return shown, 400 if form.error_summary else 200


@pages.route("/audit-rounds/<int:round_id>/agencies/<int:agency_id>/remove", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def remove(viewer: Viewer, round_id: int, agency_id: int) -> ResponseReturnValue:
    """Ask an agency no longer that has not started."""
    entry = _running(viewer, round_id)
    name = asked.name_of_unstarted(viewer, round_id, agency_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        asked.remove_agency(viewer, round_id, agency_id)
        flash(f"{name} is not asked any more.")
        return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    return render_template("audit_rounds/remove.html", entry=entry, name=name)


@pages.route("/audit-rounds/<int:round_id>/panel", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def panel(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """Who moderates the round's returns."""
    entry = _running(viewer, round_id)
    form = panel_form(
        ((one.membership_id, one.name, label(one.role)) for one in panels.panel_candidates(viewer)),
        (one.membership_id for one in panels.panel_of(viewer, round_id)),
    )
    if form.validate_on_submit():
        panels.set_panel(viewer, round_id, form.panel.data)
        flash("The panel is saved.")
        return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    return render_template("audit_rounds/panel.html", entry=entry, form=form), 400 if form.error_summary else 200


@pages.route("/audit-rounds/<int:round_id>/close", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def close(viewer: Viewer, round_id: int) -> ResponseReturnValue:
    """End a round: nothing is answered in it any more."""
    entry = rounds.runnable(viewer, round_id)
    if entry.state is RoundState.PLANNED:
        raise NotPermitted("This round has not opened yet.")
    if entry.state is RoundState.CLOSED:
        flash("The round is closed already.", "notice")
        return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    form = ConfirmForm()
    if form.validate_on_submit():
        rounds.close_round(viewer, round_id)
        flash("The round is closed.")
        return redirect(url_for("audit_rounds.show", round_id=round_id), 303)
    return render_template("audit_rounds/close.html", entry=entry)


def _running(viewer: Viewer, round_id: int) -> RoundEntry:
    entry = rounds.runnable(viewer, round_id)
    if entry.state is RoundState.CLOSED:
        raise NotPermitted("This round is closed.")
    return entry


def _proposed(proposal: Proposal) -> NewRoundForm:
    shown = _shown(proposal.plan)
    shown |= {"who": Who.AS_LAST_TIME if proposal.last_id else Who.TYPES, "types": proposal.types}
    form = NewRoundForm(data=shown)
    form.offer_rounds(proposal.full_rounds)
    form.offer_agencies(proposal.types, proposal.last_title)
    return form


def _asking(form: NewRoundForm, proposal: Proposal) -> Asking:
    if form.who.data is Who.AS_LAST_TIME:
        return Asking(as_in=proposal.last_id)
    return Asking(types=frozenset(form.types.data)) if form.who.data is Who.TYPES else Asking()


def _form_of(viewer: Viewer, entry: RoundEntry) -> ChangedRoundForm | RunningRoundForm:
    shown = _shown(entry.plan) | {"version": entry.row.version, "edition_id": entry.plan.edition_id}
    if entry.state is RoundState.OPEN:
        return RunningRoundForm(data=shown)
    form = ChangedRoundForm(data=shown)
    form.offer_rounds(proposals.full_rounds(viewer, entry.code, besides=entry.row.id))
    form.edition_id.choices = [(str(number), words) for number, words in proposals.editions_of(viewer, entry.code)]
    return form


def _plan(form: ChangedRoundForm | RunningRoundForm, entry: RoundEntry) -> RoundPlan:
    if isinstance(form, ChangedRoundForm):
        return form.written(form.edition_id.data)
    return replace(
        entry.plan,
        due_on=cast(date, form.due_on.data),
        challenge_from=form.challenge_from.data,
        challenge_to=form.challenge_to.data,
    )


def _shown(plan: RoundPlan) -> dict[str, Any]:
    return {
        "title": plan.title,
        "kind": RoundKind(plan.kind),
        "follows_id": plan.follows_id,
        "opens_on": plan.opens_on,
        "due_on": plan.due_on,
        "reminders": ", ".join(map(str, plan.reminders)),
        "challenge_from": plan.challenge_from,
        "challenge_to": plan.challenge_to,
    }
