"""Moving and cancelling a meeting, giving it to another chair, what became of it, and answers that still stand."""

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
from portal.forms.scheduling import CancelForm, ChairForm, ConfirmAnswerForm, MoveForm
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.scheduling.chairing import change_chair
from portal.services.scheduling.chairs import chairs_to_choose
from portal.services.scheduling.confirming import confirm_answer, is_asked_again
from portal.services.scheduling.days import due_of, meeting_days, planned_in_series, planned_meeting
from portal.services.scheduling.engagements import seen_clashes
from portal.services.scheduling.moving import Move, cancel_meeting, move_meeting, slot_of
from portal.services.scheduling.planning import diary_for_chair, diary_for_meeting
from portal.services.scheduling.prefilling import days_to_look_at, slots_to_propose
from portal.views.lost_races import lost_race
from portal.web.guards import requires

pages = Blueprint("scheduling", __name__)


@pages.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def move(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Move a meeting to another day, or change how and where it is held."""
    meeting, has_later_ones = planned_in_series(viewer, meeting_id)
    if not access.may_move(viewer, meeting):
        raise NotPermitted("A meeting that was held or cancelled stands.")
    form = MoveForm(
        data={
            "scheduled_on": meeting.scheduled_on,
            "start_time": meeting.start_time,
            "duration_minutes": meeting.duration_minutes,
            "chair_membership_id": meeting.chair_membership_id,
            "format": meeting.format,
            "place": meeting.place,
            "link": meeting.link,
            "version": meeting.version,
        }
    )
    form.offer(
        meeting.duration_minutes,
        chairs_to_choose(viewer),
        (meeting.chair.id, meeting.chair.user.name) if meeting.chair else None,
    )
    is_sound = form.validate_on_submit()
    on = form.scheduled_on.data or meeting.scheduled_on
    slot = Slot(on, form.start_time.data, form.duration_minutes.data)
    due = due_of(viewer, meeting, on)
    first, last = days_to_look_at(viewer.today, None)
    chair = form.chair_membership_id.data
    diary = diary_for_meeting(viewer, meeting, min(first, on), max(last, on), chair_membership_id=chair)
    # Where it stands today nobody chooses anew: only a new day or time, or a new chair, is held against the diaries.
    is_new_time = (on, slot.at) != (meeting.scheduled_on, meeting.start_time)
    clashes = diary.clashes(slot) if is_new_time else []
    if not is_new_time and chair != meeting.chair_membership_id:
        clashes = diary.clashes_of_chair(slot)
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
        has_later_ones=has_later_ones,
    )
    return page, 400 if form.error_summary else 200


@pages.route("/meetings/<int:meeting_id>/chair", methods=["GET", "POST"])
@requires(Permission.MEETINGS_PLAN)
def chair(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Give a meeting to another chair; its day and place stay."""
    meeting = planned_meeting(viewer, meeting_id)
    if not access.may_change_chair(viewer, meeting):
        raise NotPermitted("Who chaired a meeting that was held or cancelled stands.")
    form = ChairForm(data={"version": meeting.version})
    form.offer(chairs_to_choose(viewer))
    is_sound, chosen = form.validate_on_submit(), form.chair_membership_id.data
    clashes: list[str] = []
    if chosen is not None and chosen != meeting.chair_membership_id:
        clashes = diary_for_chair(viewer, meeting, chosen).clashes_of_chair(slot_of(meeting))
    if is_sound and clashes and not form.confirms(seen_clashes(clashes)):
        form.take_anyway.data = False
        form.add_error("take_anyway", "They are wanted elsewhere then. Choose somebody else, or confirm this one")
    elif is_sound:
        back = url_for("meetings.show", meeting_id=meeting_id)
        try:
            changed = change_chair(viewer, meeting_id, chosen, form.note.data, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as lost:
            return lost_race(lost, version=planned_meeting(viewer, meeting_id).version, back=back)
        else:
            if changed:
                flash("The chair is changed, and both chairs are told.")
            else:
                flash("They chair it already. Nothing was changed.", "notice")
            return redirect(back, 303)
    form.clashes_seen.data = seen_clashes(clashes)
    page = render_template("scheduling/chair.html", form=form, meeting=meeting, clashes=clashes)
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
        chair_membership_id=form.chair_membership_id.data,
    )
