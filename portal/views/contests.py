"""What agencies contest of what is expected of them: raised, listed, decided; and how an expectation came to be."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid
from portal.forms.contests import ALL, UPHOLD, ContestFilter, ContestForm, DecisionForm, WithdrawalForm
from portal.services import kept_forms
from portal.services.contests import deciding, listing, raising, reading
from portal.services.invitations.expectations import reasons_for
from portal.services.invitations.expecting import expectation_history
from portal.services.invitations.seen import seen_expected
from portal.web.guards import requires

pages = Blueprint("contests", __name__)


@pages.get("/contests")
@requires(Permission.MEETINGS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """What waits to be decided, and what came of the rest; an agency's own, or those of the meetings one keeps."""
    form = ContestFilter(request.args)
    form.validate()
    shows_all = form.show.data == ALL if form.show.data else viewer.may(Permission.EXPECTATIONS_CONTEST)
    form.show.data = ALL if shows_all else form.show.choices[0].value
    listed = listing.list_contests(viewer, only_open=not shows_all, page=request.args.get("page", 1, type=int))
    return render_template("contests/index.html", listed=listed, form=form, shows_all=shows_all)


@pages.get("/contests/<int:contest_id>")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, contest_id: int) -> ResponseReturnValue:
    """One contest, and what was decided."""
    found = reading.find_contest(viewer, contest_id)
    history = expectation_history(viewer, found.meeting.id, found.invitation.id)
    return render_template("contests/show.html", found=found, contest=found.contest, history=history, lost=None)


@pages.route("/contests/<int:contest_id>/decide", methods=["GET", "POST"])
@requires(Permission.EXPECTATIONS_SET)
def decide(viewer: Viewer, contest_id: int) -> ResponseReturnValue:
    """Uphold a contest, or leave what is expected, with words to the agency."""
    found = reading.find_contest(viewer, contest_id)
    if request.method == "GET" and not found.may_decide:
        return redirect(url_for("contests.show", contest_id=contest_id))
    wanted = found.contest.wanted
    form = DecisionForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    form.offer(wanted, reasons_for(wanted))
    if form.version.data is None and request.method == "GET":
        form.version.data = found.contest.version
    if form.validate_on_submit():
        try:
            said = _decide(viewer, contest_id, form)
        except Invalid as refused:
            form.take(refused)
            found = reading.find_contest(viewer, contest_id)
        except Conflict as lost:
            return _lost_page(viewer, contest_id, lost)
        else:
            flash(said)
            return redirect(url_for("contests.index"), 303)
    page = render_template("contests/decide.html", form=form, found=found, contest=found.contest)
    return page, 400 if form.error_summary else 200


@pages.route("/contests/<int:contest_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.EXPECTATIONS_CONTEST)
def withdraw(viewer: Viewer, contest_id: int) -> ResponseReturnValue:
    """Take back what one's agency contested."""
    found = reading.find_contest(viewer, contest_id)
    if request.method == "GET" and not found.may_withdraw:
        return redirect(url_for("contests.show", contest_id=contest_id))
    form = WithdrawalForm()
    if form.validate_on_submit():
        try:
            raising.withdraw_contest(viewer, contest_id, form.version.data or 0)
        except Conflict as lost:
            return _lost_page(viewer, contest_id, lost)
        flash("You took it back. What is expected stays as it is.")
        return redirect(url_for("meetings.show", meeting_id=found.meeting.id), 303)
    if request.method == "GET":
        form.version.data = found.contest.version
    page = render_template("contests/withdraw.html", form=form, found=found, contest=found.contest)
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/contest", methods=["GET", "POST"])
@requires(Permission.EXPECTATIONS_CONTEST)
def contest(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Say what should be expected of one's agency instead, and why."""
    found = raising.contestable(viewer, meeting_id)
    if request.method == "GET" and found.open_contest_id is not None:
        return redirect(url_for("contests.show", contest_id=found.open_contest_id))
    form = ContestForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    form.offer(found.wanted)
    if form.version.data is None and request.method == "GET":
        form.version.data = seen_expected(found.invitation)
    lost = None
    if form.validate_on_submit():
        try:
            raising.raise_contest(
                viewer, meeting_id, form.wanted.data, form.reason.data, form.words.data, seen=form.version.data or 0
            )
        except Invalid as refused:
            form.take(refused)
            found = raising.contestable(viewer, meeting_id)
        except Conflict as conflict:
            lost = conflict
            found = raising.contestable(viewer, meeting_id)
            form.offer(found.wanted)
            form.version.data = seen_expected(found.invitation)
        else:
            flash("Your contest was sent. The coordinator is told, and you are told what is decided.")
            return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    page = render_template("contests/contest.html", form=form, found=found, invitation=found.invitation, lost=lost)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.get("/meetings/<int:meeting_id>/expectations/<int:invitation_id>/history")
@requires(Permission.MEETINGS_VIEW)
def history(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """How what is expected of an agency at a meeting came to be."""
    found = expectation_history(viewer, meeting_id, invitation_id)
    return render_template("contests/history.html", history=found)


def _decide(viewer: Viewer, contest_id: int, form: DecisionForm) -> str:
    """Do what the form says, and tell what was done."""
    version = form.version.data or 0
    if form.outcome.data == UPHOLD:
        deciding.uphold_contest(viewer, contest_id, form.reason.data, form.words.data, version)
        return "It is upheld. What is expected has changed, the figures follow, and the agency is told."
    deciding.keep_expectation(viewer, contest_id, form.kept_words.data, version)
    return "It is not upheld. What is expected stays, and the agency is told why."


def _lost_page(viewer: Viewer, contest_id: int, lost: Conflict) -> ResponseReturnValue:
    """What stands now, with what the person had written, so that they can copy it."""
    found = reading.find_contest(viewer, contest_id)
    told = expectation_history(viewer, found.meeting.id, found.invitation.id)
    page = render_template("contests/show.html", found=found, contest=found.contest, history=told, lost=lost)
    return page, 409
