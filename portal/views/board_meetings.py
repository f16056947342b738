"""The board's own meetings: its groups, their members, and what is planned. None of it names a child or a family."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access.board_meetings import may_add
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.forms.board_meetings import (
    BoardMeetingForm,
    CancelledBoardMeetingForm,
    ChangedBoardMeetingForm,
    ChangedGroupForm,
    ChangedMemberForm,
    GroupForm,
    MemberForm,
)
from portal.services.board_meetings import attendance, groups, members, planning, records
from portal.services.board_meetings.groups import GroupDetails
from portal.services.board_meetings.members import MemberDetails
from portal.services.board_meetings.planning import MeetingDetails
from portal.web.guards import requires

pages = Blueprint("board_meetings", __name__)


@pages.get("/board")
@requires(Permission.BOARD_MEETINGS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The board and its subgroups."""
    return render_template("board_meetings/index.html", groups=groups.list_groups(viewer), may_add=may_add(viewer))


@pages.route("/board/groups/new", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def add_group(viewer: Viewer) -> ResponseReturnValue:
    """Set up a group."""
    form = GroupForm(data={"deputies_count": True})
    if form.validate_on_submit():
        try:
            group_id = groups.add_group(viewer, GroupDetails(form.name.data, form.quorum))
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} is set up. Add its members next.")
            return _to_group(group_id)
    page = render_template("board_meetings/add_group.html", form=form)
    return page, 400 if form.error_summary else 200


@pages.get("/board/groups/<int:group_id>")
@requires(Permission.BOARD_MEETINGS_VIEW)
def show_group(viewer: Viewer, group_id: int) -> ResponseReturnValue:
    """A group with its members, their attendance of the last year, and its meetings."""
    return render_template("board_meetings/group.html", group=attendance.find_group(viewer, group_id))


@pages.route("/board/groups/<int:group_id>/change", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def change_group(viewer: Viewer, group_id: int) -> ResponseReturnValue:
    """Change a group's name and rule, or say that it meets no more."""
    group = groups.kept_group(viewer, group_id)
    now = groups.details_of(group)
    form = ChangedGroupForm(
        data={
            "name": now.name,
            "quorum_members": now.quorum.members or None,
            "quorum_partners": now.quorum.partners,
            "deputies_count": now.quorum.deputies_count,
            "is_active": now.is_active,
            "version": group.version,
        }
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        details = GroupDetails(form.name.data, form.quorum, form.is_active.data)
        try:
            groups.change_group(viewer, group_id, details, version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = groups.kept_group(viewer, group_id).version
        else:
            flash("The group is saved.")
            return _to_group(group_id)
    page = render_template("board_meetings/change_group.html", form=form, group_id=group_id, name=now.name, lost=lost)
    return page, _status(lost, form.error_summary)


@pages.route("/board/groups/<int:group_id>/members/new", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def add_member(viewer: Viewer, group_id: int) -> ResponseReturnValue:
    """Add a member to a group."""
    offered = members.choosing(viewer, group_id)
    form = MemberForm(data={"from_on": viewer.today})
    form.offer(offered.agencies, offered.accounts)
    if form.validate_on_submit():
        try:
            members.add_member(viewer, group_id, _member(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash(f"{form.name.data} is added.")
            return _to_group(group_id)
    page = render_template("board_meetings/add_member.html", form=form, group=offered)
    return page, 400 if form.error_summary else 200


@pages.route("/board/members/<int:member_id>", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def change_member(viewer: Viewer, member_id: int) -> ResponseReturnValue:
    """Change what is said of a member, or say when they left."""
    member = members.find_member(viewer, member_id)
    offered = members.choosing(viewer, member.group_id)
    now = member.details
    form = ChangedMemberForm(
        data={
            "name": now.name,
            "role_in_group": now.role_in_group,
            "agency": now.agency_id,
            "partner": now.partner,
            "account": now.membership_id,
            "from_on": now.from_on,
            "until_on": now.until_on,
            "version": member.version,
        }
    )
    form.offer(offered.agencies, offered.accounts)
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            members.change_member(viewer, member_id, _member(form), version=form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            lost = refused
            form.version.data = members.find_member(viewer, member_id).version
        else:
            flash(f"{form.name.data} is saved.")
            return _to_group(member.group_id)
    page = render_template("board_meetings/change_member.html", form=form, member=member, lost=lost)
    return page, _status(lost, form.error_summary)


@pages.route("/board/groups/<int:group_id>/meetings/new", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def plan(viewer: Viewer, group_id: int) -> ResponseReturnValue:
    """Plan a meeting of a group."""
    group = groups.kept_group(viewer, group_id)
    form = BoardMeetingForm()
    if form.validate_on_submit():
        try:
            meeting_id = planning.plan_meeting(viewer, group_id, _planned(form))
        except Invalid as refused:
            form.take(refused)
        else:
            flash("The meeting is planned.")
            return _to_meeting(meeting_id)
    page = render_template("board_meetings/plan.html", form=form, group=group)
    return page, 400 if form.error_summary else 200


@pages.get("/board/meetings/<int:board_meeting_id>")
@requires(Permission.BOARD_MEETINGS_VIEW)
def show(viewer: Viewer, board_meeting_id: int) -> ResponseReturnValue:
    """A meeting: agenda, who was there, minutes, and every record made of it."""
    return render_template("board_meetings/show.html", meeting=records.find_meeting(viewer, board_meeting_id))


@pages.route("/board/meetings/<int:board_meeting_id>/change", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def change(viewer: Viewer, board_meeting_id: int) -> ResponseReturnValue:
    """Move a meeting, or change its place or agenda."""
    meeting = records.find_meeting(viewer, board_meeting_id)
    if not meeting.may_change:
        raise NotPermitted("This meeting is over or cancelled.")
    now = meeting.details
    form = ChangedBoardMeetingForm(
        data={
            "meets_on": now.meets_on,
            "start_time": now.start_time,
            "place": now.place,
            "agenda": now.agenda,
            "version": meeting.version,
        }
    )
    lost: Conflict | None = None
    if form.validate_on_submit():
        try:
            planning.change_meeting(viewer, board_meeting_id, _planned(form), version=form.version.data or 0)
        except Conflict as refused:
            lost = refused
            form.version.data = records.find_meeting(viewer, board_meeting_id).version
        else:
            flash("The meeting is saved.")
            return _to_meeting(board_meeting_id)
    page = render_template("board_meetings/change.html", form=form, meeting=meeting, lost=lost)
    return page, _status(lost, form.error_summary)


@pages.route("/board/meetings/<int:board_meeting_id>/cancel", methods=["GET", "POST"])
@requires(Permission.BOARD_MEETINGS_KEEP)
def cancel(viewer: Viewer, board_meeting_id: int) -> ResponseReturnValue:
    """Cancel a meeting."""
    meeting = records.find_meeting(viewer, board_meeting_id)
    if not meeting.may_change:
        raise NotPermitted("This meeting is over or cancelled.")
    form = CancelledBoardMeetingForm()
    if form.validate_on_submit():
        planning.cancel_meeting(viewer, board_meeting_id)
        flash("The meeting is cancelled.")
        return _to_group(meeting.group_id)
    return render_template("board_meetings/cancel.html", form=form, meeting=meeting)


def _member(form: MemberForm) -> MemberDetails:
    return MemberDetails(
        name=form.name.data,
        role_in_group=form.role_in_group.data,
        from_on=cast(date, form.from_on.data),
        until_on=form.until_on.data,
        agency_id=form.agency.data,
        partner=form.partner.data,
        membership_id=form.account.data,
    )


def _planned(form: BoardMeetingForm) -> MeetingDetails:
    return MeetingDetails(cast(date, form.meets_on.data), form.place.data, form.start_time.data, form.agenda.data)


def _status(lost: Conflict | None, errors: list[tuple[str, str | None]]) -> int:
    return 409 if lost else 400 if errors else 200


def _to_group(group_id: int) -> ResponseReturnValue:
    return redirect(url_for("board_meetings.show_group", group_id=group_id), 303)


def _to_meeting(meeting_id: int) -> ResponseReturnValue:
    return redirect(url_for("board_meetings.show", board_meeting_id=meeting_id), 303)
