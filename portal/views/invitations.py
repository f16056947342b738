"""Invitations beyond a single answer: several answered at once, expectations, "not ours", and teams."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.vocabulary import Answer, Expectation
from portal.forms.fields import Choice
from portal.forms.invitations import (
    INVITE_INSTEAD,
    SEND_BACK,
    AnswersForm,
    ExpectationForm,
    NotOursForm,
    TeamForm,
    TypedAnswer,
)
from portal.services import kept_forms
from portal.services.invitations.answering import Answering, answer_several
from portal.services.invitations.asked import OpenInvitation, open_invitations
from portal.services.invitations.expectations import invitation_of, send_back, set_expectation
from portal.services.invitations.inviting import agencies_instead, invite_instead
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expectation, seen_no_answer, seen_team
from portal.services.invitations.teams import NO_TEAM, give_to_team, teams_of
from portal.views.lost_races import lost_race
from portal.web.filters import write_day
from portal.web.guards import requires

pages = Blueprint("invitations", __name__)


@pages.route("/meetings/answers", methods=["GET", "POST"])
@requires(Permission.HOME, fresh=True)
def answer_several_now(viewer: Viewer) -> ResponseReturnValue:
    """Answer several invitations on one page, whichever membership each is for."""
    invitations = {one.invitation_id: one for one in open_invitations(viewer)}
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AnswersForm.for_invitations({number: one.answers for number, one in invitations.items()}, kept)
    if request.method == "GET":
        for number in invitations if kept is None else ():
            form.version_of(number).data = seen_no_answer()
    elif form.validate():
        typed = form.typed(invitations)
        if form.check_words(typed):
            _tell_gone(set(form.posted_numbers(request.form)) - set(invitations))
            _save(viewer, [(invitations[number], given) for number, given in typed.items()])
            is_done = len(typed) == len(invitations)
            return redirect(url_for("home.show") if is_done else url_for("invitations.answer_several_now"), 303)
    page = render_template(
        "meetings/answers.html",
        form=form,
        invitations=list(invitations.values()),
        was_kept=request.method == "GET" and kept is not None,
    )
    return page, 400 if form.error_summary else 200


def _save(viewer: Viewer, answers: list[tuple[OpenInvitation, TypedAnswer]]) -> None:
    """Save each answer under its own membership, and say of each that failed why."""
    outcomes = answer_several(
        [
            Answering(
                viewer.wearing(one.hat.membership_id) or viewer, one.meeting_id, given.answer, given.note, given.version
            )
            for one, given in answers
        ]
    )
    sent = outcomes.count(None)
    if sent:
        flash("Your answer was sent." if sent == 1 else f"{sent} answers were sent.")
    elif not outcomes:
        flash("No answer was chosen, so nothing was sent.", "notice")
    for (one, _), refusal in zip(answers, outcomes, strict=True):
        if refusal is not None:
            flash(f"Not sent: {one.meeting_type}, {write_day(one.on, viewer.today)}. {refusal}", "notice")


def _tell_gone(gone: set[int]) -> None:
    if gone:
        count = "One invitation was" if len(gone) == 1 else f"{len(gone)} invitations were"
        flash(f"{count} answered or closed before this came, and stay as they were.", "notice")


@pages.route("/meetings/<int:meeting_id>/expectations/<int:invitation_id>", methods=["GET", "POST"])
@requires(Permission.EXPECTATIONS_SET)
def expect(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Say what is expected of an agency, or deal with its answer that the child is not theirs."""
    invitation = invitation_of(viewer, meeting_id, invitation_id)
    back = url_for("meetings.show", meeting_id=meeting_id)
    if request.method == "GET" and not access.may_set_expectation(viewer, invitation.meeting):
        flash("What is expected stands once the register is closed.", "notice")
        return redirect(back)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    is_not_ours = invitation.answer is Answer.NOT_OURS and invitation.expectation is not Expectation.NOT_RELEVANT
    if request.method == "POST":
        # What was sent is dealt with as it was meant, even where the answer has changed since: that is a lost race.
        is_not_ours = "outcome" in request.form
    form: ExpectationForm | NotOursForm = NotOursForm(kept) if is_not_ours else ExpectationForm(kept)
    if isinstance(form, NotOursForm):
        form.offer(agencies_instead(viewer, meeting_id))
    if kept is None:
        form.version.data = seen_expectation(invitation)
        if isinstance(form, ExpectationForm):
            form.expectation.data = invitation.expectation
            form.reason.data = invitation.expectation_reason
    # Now: a change that finds nothing to do lets go of what was read.
    agency = invitation.agency.name
    if form.validate_on_submit():
        try:
            said = _settle(viewer, meeting_id, invitation_id, form)
        except Invalid as refused:
            form.take(refused)
            invitation = invitation_of(viewer, meeting_id, invitation_id)
        except Conflict as lost:
            now = seen_expectation(invitation_of(viewer, meeting_id, invitation_id))
            return lost_race(lost, version=now, back=back)
        else:
            flash(said.format(agency=agency))
            return redirect(back, 303)
    page = render_template(
        "meetings/not_ours_answer.html" if is_not_ours else "meetings/expectation.html",
        form=form,
        invitation=invitation,
        meeting=invitation.meeting,
    )
    return page, 400 if form.error_summary else 200


def _settle(viewer: Viewer, meeting_id: int, invitation_id: int, form: ExpectationForm | NotOursForm) -> str:
    """Do what the form says, and tell what was done."""
    seen = form.version.data or 0
    if isinstance(form, ExpectationForm):
        set_expectation(viewer, meeting_id, invitation_id, form.expectation.data, form.reason.data, seen)
        return "What is expected of {agency} was saved."
    if form.outcome.data == INVITE_INSTEAD:
        invite_instead(viewer, meeting_id, invitation_id, form.agency_id.data, seen)
        return "The agency where the child is now was invited, and {agency} marked as not relevant."
    if form.outcome.data == SEND_BACK:
        send_back(viewer, meeting_id, invitation_id, form.note.data, seen)
        return "The invitation was sent back to {agency}, with your words."
    set_expectation(viewer, meeting_id, invitation_id, Expectation.NOT_RELEVANT, form.reason.data, seen)
    return "{agency} was marked as not relevant to this meeting."


@pages.route("/meetings/<int:meeting_id>/team", methods=["GET", "POST"])
@requires(Permission.TEAMS_ASSIGN)
def give(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Give the agency's part in a meeting to one of its teams."""
    invitation = own_invitation(viewer, meeting_id)
    if not access.may_give_to_team(viewer, invitation):
        raise NotPermitted("Only the agency's lead gives meetings to teams.")
    back = url_for("meetings.show", meeting_id=meeting_id)
    teams = teams_of(viewer)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = TeamForm(kept)
    form.team.choices = [
        *(Choice(str(team.id), team.name) for team in teams),
        Choice("0", NO_TEAM, "Everybody at your agency who belongs to no team sees it."),
    ]
    if kept is None:
        form.team.data = invitation.team_id or 0
        form.version.data = seen_team(invitation)
    if form.validate_on_submit():
        try:
            give_to_team(viewer, meeting_id, form.team.data or None, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
            invitation = own_invitation(viewer, meeting_id)
        except Conflict as lost:
            return lost_race(lost, version=seen_team(own_invitation(viewer, meeting_id)), back=back)
        else:
            flash("The meeting was given to that team." if form.team.data else "The meeting is for no team now.")
            return redirect(back, 303)
    page = render_template("meetings/team.html", form=form, meeting=invitation.meeting, teams=teams)
    return page, 400 if form.error_summary else 200
