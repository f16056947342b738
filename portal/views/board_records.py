"""Who was at the board's meetings: recorded on one page, closed, and corrected afterwards."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.board_meetings import RecordForm
from portal.services import kept_forms
from portal.services.board_meetings import recording, records
from portal.services.board_meetings.recording import Said
from portal.services.board_meetings.records import MeetingPage
from portal.web.guards import requires

pages = Blueprint("board_records", __name__)


@pages.route("/board/meetings/<int:board_meeting_id>/attendance", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def record(viewer: Viewer, board_meeting_id: int) -> ResponseReturnValue:
    """Record who is there, and close the meeting when it is over."""
    meeting = records.find_meeting(viewer, board_meeting_id)
    if not meeting.may_record:
        raise NotPermitted("Who was there is recorded from the day of the meeting on, until it is closed.")
    form = _form(viewer, meeting, is_correction=False)
    lost: Conflict | None = None
    if form.validate_on_submit():
        said, version = Said(form.entries, form.minutes.data), form.version.data or 0
        try:
            if form.close.data:
                recording.close_meeting(viewer, board_meeting_id, said, form.status.data, version=version)
                flash("The meeting is closed. What was recorded can still be corrected.")
            else:
                recording.record_attendance(viewer, board_meeting_id, said, version=version)
                flash("What you recorded is saved. The meeting is still open.")
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = records.find_meeting(viewer, board_meeting_id).version
        else:
            return _to_meeting(board_meeting_id)
    page = render_template("board_meetings/record.html", form=form, meeting=meeting, lost=lost, is_correction=False)
    return page, 409 if lost else 400 if form.error_summary else 200


@pages.route("/board/meetings/<int:board_meeting_id>/correct", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def correct(viewer: Viewer, board_meeting_id: int) -> ResponseReturnValue:
    """Put right what was recorded of a meeting that is over."""
    meeting = records.find_meeting(viewer, board_meeting_id)
    if not meeting.may_correct:
        raise NotPermitted("Only what was recorded of a meeting that is over can be corrected.")
    form = _form(viewer, meeting, is_correction=True)
    lost: Conflict | None = None
    if form.validate_on_submit():
        said, version = Said(form.entries, form.minutes.data), form.version.data or 0
        try:
            recording.correct_meeting(
                viewer, board_meeting_id, said, form.status.data, form.reason.data, version=version
            )
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = records.find_meeting(viewer, board_meeting_id).version
        else:
            flash("The correction is saved, and what was recorded before is kept.")
            return _to_meeting(board_meeting_id)
    page = render_template("board_meetings/record.html", form=form, meeting=meeting, lost=lost, is_correction=True)
    return page, 409 if lost else 400 if form.error_summary else 200


def _form(viewer: Viewer, meeting: MeetingPage, *, is_correction: bool) -> RecordForm:
    seats = [(seat.member_id, seat.name, seat.entry) for seat in meeting.seats]
    shown = {
        "status": meeting.status if meeting.is_over else None,
        "minutes": meeting.minutes,
        "version": meeting.version,
    }
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else None
    return RecordForm.of(seats, shown, kept, is_correction=is_correction)


def _to_meeting(meeting_id: int) -> ResponseReturnValue:
    return redirect(url_for("board_meetings.show", board_meeting_id=meeting_id), 303)
