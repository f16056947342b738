"""Moving and cancelling a meeting, what became of its day, and an answer that still stands after a move."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import scheduling as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.slots import ASSUMED_MINUTES, Slot
from portal.forms.scheduling import CancelForm, ConfirmAnswerForm, MoveForm
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.scheduling.confirming import confirm_answer, is_asked_again
from portal.services.scheduling.days import due_of, has_later_ones, meeting_days, planned_meeting
from portal.services.scheduling.engagements import seen_clashes
from portal.services.scheduling.moving import Move, cancel_meeting, move_meeting
from portal.services.scheduling.planning import diary_for_meeting
from portal.services.scheduling.prefilling import days_to_look_at, slots_to_propose
from portal.views.lost_races import lost_race
from portal.web.guards import requires

pages = Blueprint("scheduling", __name__)


@pages.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def move(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Move a meeting to another day, or change how and where it is held."""
    meeting = planned_meeting(viewer, meeting_id)
    if not access.may_move(viewer, meeting):
        raise NotPermitted("A meeting that was held or cancelled stands.")
    form = MoveForm(
        data={
            "scheduled_on": meeting.scheduled_on,
            "start_time": meeting.start_time,
            "duration_minutes": meeting.duration_minutes,
            "format": meeting.format,
            "place": meeting.place,
            "link": meeting.link,
            "version": meeting.version,
        }
    )
    form.offer(meeting.duration_minutes)
    is_sound = form.validate_on_submit()
    on = form.scheduled_on.data or meeting.scheduled_on
    slot = Slot(on, form.start_time.data, form.duration_minutes.data)
    due = due_of(viewer, meeting, on)
    first, last = days_to_look_at(viewer.today, None)
    diary = diary_for_meeting(viewer, meeting, min(first, on), max(last, on))
    # Where it stands today nobody chooses anew: only a new day or time is held against the diaries.
    is_new_time = (on, slot.at) != (meeting.scheduled_on, meeting.start_time)
    clashes = diary.clashes(slot) if is_new_time else []
    if is_sound and clashes and not form.confirms(seen_clashes(clashes)):
        form.take_anyway.data = False
        form.add_error("take_anyway", "Something clashes with this. Choose another time, or confirm this one")
    elif is_sound:
        try:
            moved = move_meeting(viewer, meeting_id, _move(form), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            version = planned_meeting(viewer, meeting_id).version
            return lost_race(lost, version=version, back=url_for("meetings.show", meeting_id=meeting_id))
        else:
            flash("The meeting is moved, and everybody is told." if moved else "Nothing was changed.")
            return redirect(url_for("meetings.show", meeting_id=meeting_id), 303)
    form.clashes_seen.data = seen_clashes(clashes)
    page = render_template(
        "scheduling/move.html",
        form=form,
        meeting=meeting,
        due=due,
        is_late=is_new_time and due.is_late(slot),
        clashes=clashes,
        slots=slots_to_propose(viewer, diary, due, form.duration_minutes.data or ASSUMED_MINUTES),
        has_later_ones=has_later_ones(meeting),
    )
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def cancel(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Cancel a meeting."""
    meeting = planned_meeting(viewer, meeting_id)
    if not access.may_move(viewer, meeting):
        raise NotPermitted("A meeting that was held or cancelled stands.")
    form = CancelForm(data={"version": meeting.version})
    if form.validate_on_submit():
        back = url_for("meetings.show", meeting_id=meeting_id)
        try:
            cancel_meeting(viewer, meeting_id, form.reason.data, form.note.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=planned_meeting(viewer, meeting_id).version, back=back)
        else:
            flash("The meeting is cancelled, and everybody is told.")
            return redirect(back, 303)
    page = render_template("scheduling/cancel.html", form=form, meeting=meeting)
    return page, 400 if form.error_summary else 200


@pages.get("/meetings/<int:meeting_id>/days")
@requires(Permission.MEETINGS_VIEW)
def days(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """What became of a meeting's day: opened, moved, cancelled, by whom and why."""
    return render_template("scheduling/days.html", days=meeting_days(viewer, meeting_id))


@pages.route("/meetings/<int:meeting_id>/confirm-answer", methods=["GET", "POST"])
@requires(Permission.INVITATIONS_ANSWER)
def confirm(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Say that an answer still stands although day or time have changed."""
    invitation = own_invitation(viewer, meeting_id)
    back = url_for("meetings.show", meeting_id=meeting_id)
    if not is_asked_again(viewer, invitation.id):
        flash("Nobody asks for this again: your answer stands, or the meeting is over.", "notice")
        return redirect(back, 303)
    form = ConfirmAnswerForm(data={"version": seen_answer(invitation)})
    if form.validate_on_submit():
        try:
            confirm_answer(viewer, meeting_id, form.version.data or 0)
        except Conflict as lost:
            return lost_race(lost, version=seen_answer(own_invitation(viewer, meeting_id)), back=back)
        flash("Thank you. Your answer stands for the new day.")
        return redirect(back, 303)
    page = render_template(
        "scheduling/confirm.html", form=form, invitation=invitation, days=meeting_days(viewer, meeting_id)
    )
    return page, 400 if form.error_summary else 200


def _move(form: MoveForm) -> Move:
    return Move(
        scheduled_on=cast(date, form.scheduled_on.data),
        start_time=form.start_time.data,
        duration_minutes=form.duration_minutes.data,
        format=form.format.data,
        place=form.place.data,
        link=form.link.data,
        reason=form.reason.data,
        note=form.note.data,
        late_reason=form.late_reason.data,
        later_too=form.later_too.data,
    )
