"""Challenge sessions: the plan, the agenda on screen and on paper, what came of it, and its release."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain import agendas
from portal.domain.audit_vocabulary import SessionStatus
from portal.domain.contradictions import claim
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import AGENCY_ROLES
from portal.forms.moderation import PlanForm, ReleaseForm, hold_form
from portal.services.audits import challenges
from portal.services.audits.challenges import Plan, SessionPage
from portal.web.guards import requires

pages = Blueprint("challenges", __name__)


@pages.get("/moderation/<int:return_id>/session")
@requires(Permission.AUDITS_VIEW)
def show(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """A return's session and its agenda; for the agency when and where it is, and after its release what came of it."""
    if viewer.role in AGENCY_ROLES:
        told = challenges.announced(viewer, return_id)
        if told.status is not SessionStatus.RELEASED:
            return render_template("moderation/announced.html", told=told, return_id=return_id)
    found = challenges.open_session(viewer, return_id)
    session = found.session
    form = ReleaseForm(None, data={"version": session.version if session else 0})
    return _page("moderation/session.html", found, form=form, is_agency=viewer.role in AGENCY_ROLES)


@pages.get("/moderation/<int:return_id>/session/agenda")
@requires(Permission.AUDITS_READ)
def agenda(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """The agenda to print, with room for notes."""
    return _page("moderation/agenda.html", challenges.open_session(viewer, return_id))


@pages.route("/moderation/<int:return_id>/session/plan", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def plan(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Give a return its session, or move it."""
    found = challenges.open_session(viewer, return_id)
    if not found.may_plan:
        raise NotPermitted("This session is not the viewer's to plan.")
    planned = found.session
    form = PlanForm(
        data={
            "version": planned.version if planned else 0,
            "held_on": planned.held_on if planned else None,
            "start_time": planned.start_time if planned else None,
            "place": planned.place if planned else "",
            "panel": planned.panel if planned else "",
        }
    )
    lost: Conflict | None = None
    if form.validate_on_submit() and form.held_on.data is not None:
        wanted = Plan(form.held_on.data, form.start_time.data, form.place.data, form.panel.data)
        try:
            challenges.plan_session(viewer, return_id, wanted, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
            found = challenges.open_session(viewer, return_id)
        except Conflict as refused:
            lost, found = refused, challenges.open_session(viewer, return_id)
            form.version.data = found.session.version if found.session else 0
        else:
            flash("The session is planned. The agency sees when and where it is.")
            return redirect(url_for("challenges.show", return_id=return_id), 303)
    page = render_template("moderation/plan.html", found=found, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/moderation/<int:return_id>/session/hold", methods=["GET", "POST"])
@requires(Permission.AUDITS_RUN)
def hold(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Write down what came of the session: notes, and the ratings that were agreed."""
    found = challenges.open_session(viewer, return_id)
    session = found.session
    if session is None or not found.may_hold:
        raise NotPermitted("This session is not the viewer's to write up, or has not come yet.")
    points = [(point.question_id, found.answers[point.question_id]) for point in found.points]
    given = {f"agreed-{number}": answer.panel.agreed for number, answer in points if answer.panel}
    form = hold_form(
        [(number, answer.scale) for number, answer in points],
        data={**given, "version": session.version, "notes": session.notes},
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            challenges.hold_session(
                viewer, return_id, notes=form.notes.data, agreed=form.agreed, version=form.version.data or 0
            )
        except Invalid as refused:
            form.take(refused)
            found = challenges.open_session(viewer, return_id)
        except Conflict as refused:
            lost, found = refused, challenges.open_session(viewer, return_id)
            form.version.data = found.session.version if found.session else 0
        else:
            flash("What came of the session is saved. The agency reads it once you release it.")
            return redirect(url_for("challenges.show", return_id=return_id), 303)
    page = _page("moderation/hold.html", found, form=form, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.post("/moderation/<int:return_id>/session/release")
@requires(Permission.AUDITS_RUN)
def release(viewer: Viewer, return_id: int) -> ResponseReturnValue:
    """Send the outcome to the agency."""
    form = ReleaseForm()
    challenges.release_session(viewer, return_id, version=form.version.data or 0)
    flash("The agency can now read what came of the session.")
    return redirect(url_for("challenges.show", return_id=return_id), 303)


def _page(template: str, found: SessionPage, **more: object) -> str:
    return render_template(template, found=found, reason_words=agendas.words, claim=claim, **more)
