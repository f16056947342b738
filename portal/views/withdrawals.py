"""What was sent to the wrong child or person: withdrawn, listed for data protection, assessed, and read by a few."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.withdrawal_vocabulary import RegulatorStep
from portal.domain.withdrawals import Assessment
from portal.domain.working_days import london_instant, london_time
from portal.forms.withdrawals import WHOLE, AssessmentForm, WithdrawForm
from portal.services import kept_forms
from portal.services.file_reading import HeldBack
from portal.services.withdrawals import assessing, listing, page, withdrawing
from portal.services.withdrawals.page import Entry
from portal.views.files import held_back
from portal.web.downloads import attachment
from portal.web.guards import requires

pages = Blueprint("withdrawals", __name__)


@pages.route("/meetings/<int:meeting_id>/reports/<int:invitation_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.REPORTS_WITHDRAW)
def withdraw(viewer: Viewer, meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take back a report that was sent, or one of its files."""
    found = withdrawing.find_withdrawable(viewer, meeting_id, invitation_id)
    form = WithdrawForm(kept_forms.take(viewer, request.path) if request.method == "GET" else request.form)
    form.offer((one.id, one.name) for one in found.files)
    if request.method == "GET" and not found.files:
        form.what.data = WHOLE
    if form.validate_on_submit():
        try:
            entry_id = withdrawing.withdraw(
                viewer, meeting_id, invitation_id, form.reason.data, form.words.data, file_id=form.file_id
            )
        except Invalid as refused:
            form.take(refused)
        else:
            flash("It is withdrawn. Nobody can read it any more, and whoever had opened it is told.")
            if viewer.may(Permission.WITHDRAWALS_VIEW):
                return redirect(url_for("withdrawals.show", withdrawal_id=entry_id), 303)
            return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    return render_template("withdrawals/withdraw.html", form=form, found=found), 400 if form.error_summary else 200


@pages.get("/withdrawals")
@requires(Permission.WITHDRAWALS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The data-protection list."""
    listed = listing.list_withdrawals(viewer, page=request.args.get("page", 1, type=int))
    return render_template("withdrawals/index.html", listed=listed, now=viewer.now)


@pages.get("/withdrawals/<int:withdrawal_id>")
@requires(Permission.WITHDRAWALS_VIEW)
def show(viewer: Viewer, withdrawal_id: int) -> ResponseReturnValue:
    """One entry: what happened, the clock, who had opened it, what was found."""
    return render_template("withdrawals/show.html", entry=page.read_entry(viewer, withdrawal_id), now=viewer.now)


@pages.route("/withdrawals/<int:withdrawal_id>/assess", methods=["GET", "POST"])
@requires(Permission.WITHDRAWALS_ASSESS)
def assess(viewer: Viewer, withdrawal_id: int) -> ResponseReturnValue:
    """Write down whom it may harm, and what is decided about the regulator."""
    entry = page.read_entry(viewer, withdrawal_id)
    if not entry.may_assess:
        if request.method == "GET":
            return redirect(url_for("withdrawals.show", withdrawal_id=withdrawal_id))
        raise NotPermitted("This entry is closed.")
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AssessmentForm(kept, data=_filled(entry))
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            assessing.assess(viewer, withdrawal_id, _written(form), form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = page.read_entry(viewer, withdrawal_id).withdrawal.version
        else:
            flash("The assessment is saved.")
            return redirect(url_for("withdrawals.show", withdrawal_id=withdrawal_id), 303)
    drawn = render_template("withdrawals/assess.html", form=form, entry=entry, now=viewer.now, lost=lost)
    return drawn, 409 if lost else 400 if form.error_summary else 200


@pages.get("/withdrawals/<int:withdrawal_id>/text")
@requires(Permission.WITHDRAWALS_VIEW)
def read(viewer: Viewer, withdrawal_id: int) -> ResponseReturnValue:
    """What was withdrawn, for the manager and the agency's own leads."""
    return render_template("withdrawals/text.html", withdrawn=page.read_withdrawn(viewer, withdrawal_id))


@pages.get("/withdrawals/<int:withdrawal_id>/files/<int:file_id>")
@requires(Permission.WITHDRAWALS_VIEW)
def open_file(viewer: Viewer, withdrawal_id: int, file_id: int) -> ResponseReturnValue:
    """A file that was withdrawn, for the same few."""
    try:
        stored, chunks = page.open_withdrawn_file(viewer, withdrawal_id, file_id)
    except HeldBack as held:
        return held_back(held)
    return attachment(chunks, stored.media_type, size=stored.size, name=stored.name)


def _filled(entry: Entry) -> dict[str, object]:
    """What the form shows first: what was written before, where something was."""
    withdrawal = entry.withdrawal
    told_at = withdrawal.regulator_told_at and london_time(withdrawal.regulator_told_at)
    return {
        "words": withdrawal.assessment or "",
        "step": withdrawal.regulator,
        "told_on": told_at and told_at.date(),
        "told_at": told_at and told_at.time().replace(second=0, microsecond=0),
        "reason": withdrawal.regulator_reason or "",
        "version": withdrawal.version,
    }


def _written(form: AssessmentForm) -> Assessment:
    told = form.step.data is RegulatorStep.TOLD
    return Assessment(
        words=form.words.data,
        step=form.step.data,
        told_at=_told_at(form) if told else None,
        reason=form.reason.data,
        is_closed=form.is_closed.data,
    )


def _told_at(form: AssessmentForm) -> datetime | None:
    """The instant of London's day and time; none where either is missing."""
    if form.told_on.data is None or form.told_at.data is None:
        return None
    return london_instant(form.told_on.data, form.told_at.data)
