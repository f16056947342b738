"""Raising something: a professional disagreement, checked once more before it is sent, and a practice alert."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import escalations as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.escalation_vocabulary import LadderKind
from portal.domain.ladder_rules import Ladder
from portal.domain.row_numbers import row_number
from portal.forms.escalations_new import FORMAL, AlertForm, DisagreementForm
from portal.forms.fields import RadioField
from portal.services import kept_forms
from portal.services.escalation_rules import rules_today
from portal.services.escalations.choosing import OfferedMeeting, meeting_to_alert_about, meetings_to_choose
from portal.services.escalations.raising import Raised, agencies_to_raise_with, raise_escalation
from portal.web.filters import short_day
from portal.web.guards import requires

pages = Blueprint("escalations_new", __name__)

_NOT_SENT_AGAIN = ("csrf_token", "change", "send")


@pages.route("/escalations/new", methods=["GET", "POST"])
@requires(Permission.ESCALATIONS_RAISE)
def disagree(viewer: Viewer) -> ResponseReturnValue:
    """Raise a professional disagreement: written, looked at once more, sent."""
    ladder = rules_today(viewer).ladder(LadderKind.DISAGREEMENT)
    form = DisagreementForm(_typed(viewer), data={"meeting_id": request.args.get("meeting", type=row_number)})
    form.offer(
        agencies_to_raise_with(viewer, LadderKind.DISAGREEMENT),
        [(meeting.id, _words(meeting)) for meeting in meetings_to_choose(viewer)],
        ladder.stages,
    )
    # Who comes back to write on is not told what is missing.
    if not form.change.data and form.validate_on_submit():
        if not form.send.data:
            return _check_page(form, ladder)
        try:
            escalation_id = raise_escalation(viewer, _disagreement(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("Your disagreement is raised, and its first people are told.")
            return redirect(url_for("escalations.show", escalation_id=escalation_id), 303)
    page = render_template("escalations/disagree.html", form=form, ladder=ladder)
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/alerts/new", methods=["GET", "POST"])
@requires(Permission.ALERTS_RAISE)
def alert(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Raise a practice alert to the social work team about a meeting."""
    about = meeting_to_alert_about(viewer, meeting_id)
    if not access.may_raise(viewer, LadderKind.PRACTICE_ALERT):
        raise NotPermitted("Practice alerts are for those who chair.")
    ladder = rules_today(viewer).ladder(LadderKind.PRACTICE_ALERT)
    only = about.agencies[0][0] if len(about.agencies) == 1 else None
    form = AlertForm(_typed(viewer), data={"raised_with_agency_id": only})
    form.offer(about.agencies or agencies_to_raise_with(viewer, LadderKind.PRACTICE_ALERT))
    form.expected_on.earliest = viewer.today
    if form.validate_on_submit():
        try:
            escalation_id = raise_escalation(viewer, _alert(form, meeting_id, ladder))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The team is thanked." if form.is_praise else "The alert is raised, and its first people are told.")
            return redirect(url_for("escalations.show", escalation_id=escalation_id), 303)
    page = render_template("escalations/alert.html", form=form, meeting=about.meeting, ladder=ladder)
    return page, 400 if form.error_summary else 200


def _disagreement(form: DisagreementForm) -> Raised:
    urgent = form.says_urgent
    return Raised(
        kind=LadderKind.DISAGREEMENT,
        category=form.category.data,
        raised_with_agency_id=form.raised_with_agency_id.data,
        meeting_id=form.meeting_id.data,
        summary=form.summary.data,
        wanted=form.wanted.data,
        is_urgent=urgent,
        urgent_reason=form.urgent_reason.data if urgent else "",
        stage=(form.stage.data or 1) if urgent else 1,
    )


def _alert(form: AlertForm, meeting_id: int, ladder: Ladder) -> Raised:
    return Raised(
        kind=LadderKind.PRACTICE_ALERT,
        category=form.category.data,
        raised_with_agency_id=form.raised_with_agency_id.data,
        meeting_id=meeting_id,
        summary=form.summary.data,
        wanted=form.wanted.data,
        stage=ladder.first_formal() if form.sort.data == FORMAL else 1,
        expected_on=None if form.is_praise else form.expected_on.data,
        is_positive=form.is_praise,
    )


def _check_page(form: DisagreementForm, ladder: Ladder) -> str:
    """What was written, to be looked at once more; the page holds all of it, to be sent or to be changed."""
    stage = ladder.stage((form.stage.data or 1) if form.says_urgent else 1)
    rows = [
        ("With", _chosen(form.raised_with_agency_id)),
        ("About", _chosen(form.category)),
        ("Meeting", _chosen(form.meeting_id) or "No meeting in particular"),
        ("What happened", form.summary.data),
        ("What you want", form.wanted.data),
        ("Urgent", f"Yes. {form.urgent_reason.data}" if form.says_urgent else "No"),
        ("It begins at", f"Stage {stage.number}: {stage.name}"),
    ]
    posted = [(name, text) for name, text in request.form.items() if name in form and name not in _NOT_SENT_AGAIN]
    return render_template("escalations/check.html", form=form, rows=rows, posted=posted, stage=stage)


def _chosen(field: RadioField) -> str:
    """The words of what was chosen; empty where nothing was."""
    return next((choice.text for choice in field.choices if choice.value == str(field.data)), "")


def _words(meeting: OfferedMeeting) -> str:
    return f"{meeting.name}, {short_day(meeting.on)}, case {meeting.case_reference}"


def _typed(viewer: Viewer) -> Any:
    """What is posted, or else what was kept when the viewer's sign-in had ended."""
    return request.form if request.method == "POST" else kept_forms.take(viewer, request.path)
