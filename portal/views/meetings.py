"""Meetings: found, looked at, answered, and declared after the day."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.access import meetings as access
from portal.access import reports as reports_access
from portal.access import scheduling as scheduling_access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.answering import has_begun
from portal.domain.errors import Conflict, Invalid, NotVisible
from portal.domain.labels import label
from portal.domain.quoracy import quorum_words
from portal.domain.row_numbers import row_number
from portal.domain.vocabulary import AGENCY_ROLES, Answer, Role
from portal.forms.invitations import AnswerForm, AttendanceForm
from portal.forms.meetings import ANSWER, REPORT, MeetingFilter, SearchForm
from portal.services import kept_forms
from portal.services.invitations.answering import answer_invitation, answer_words, answers_for
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_answer, seen_declaration
from portal.services.meetings import searching
from portal.services.meetings.children import children_of_meeting
from portal.services.meetings.listing import COUNTED_AT_MOST, PER_PAGE, Filters, Period, list_meetings
from portal.services.meetings.page import MeetingPage, meeting_page
from portal.views.lost_races import lost_race
from portal.views.meeting_filters import draw_filters, draw_search
from portal.views.meeting_record import further_ways, next_step, record_parts
from portal.views.meeting_rows import meeting_rows
from portal.web.guards import requires

pages = Blueprint("meetings", __name__)
pages.add_app_template_global(draw_search)

SENT_AWAY = "not_ours"
"""In the cookie: the meeting that this person has just answered with "not ours", which they no longer see."""

FAMILY, MEETING = "family", "meeting"
"""In the address of a search's result: what was found, by ids that say nothing to anybody else."""

_MOST_PAGES = 100_000


@pages.get("/meetings")
@requires(Permission.MEETINGS_VIEW)
def index(viewer: Viewer) -> ResponseReturnValue:
    """The meetings that the viewer sees, narrowed by the address."""
    form = MeetingFilter(request.args)
    filters = _filters(form)
    is_agency = viewer.role in AGENCY_ROLES
    found = list_meetings(
        viewer,
        filters,
        page=min(request.args.get("page", 1, int), _MOST_PAGES),
        per_page=request.args.get("size", PER_PAGE, int),
    )
    form.type.choices = [(kind.code, kind.name) for kind in found.kinds]
    is_sound = form.validate()
    page = render_template(
        "meetings/index.html",
        form=form,
        filter_form=draw_filters(form, found.kinds, _kept(filters)),
        found=found,
        rows=meeting_rows(found, viewer.today, is_agency=is_agency, is_coming=filters.period is Period.COMING),
        filters=filters,
        is_agency=is_agency,
        counted_at_most=COUNTED_AT_MOST,
        periods=_periods(filters),
    )
    return page, 200 if is_sound else 400


def _kept(filters: Filters) -> list[tuple[str, str]]:
    """What the filters do not ask for themselves, but shall stay as it is."""
    found = [(name, value) for name in (FAMILY, MEETING) for value in request.args.getlist(name)]
    return found + ([("when", filters.period.value)] if "when" in request.args else [])


_PERIODS = {Period.COMING: "Coming", Period.PAST: "Past", Period.ALL: "Any time"}


def _periods(filters: Filters) -> list[tuple[str, str, bool]]:
    """The sides of today as (words, address, current), with all other filters kept."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name not in ("when", "page")]
    return [
        (words, f"{request.path}?{urlencode([('when', period.value), *others])}", period is filters.period)
        for period, words in _PERIODS.items()
    ]


def _filters(form: MeetingFilter) -> Filters:
    """What is asked for; whoever looks for something, or for a span of days, looks on both sides of today."""
    families, meetings = (
        tuple(request.args.getlist(name, row_number))[: searching.MOST_FOUND] for name in (FAMILY, MEETING)
    )
    is_search = bool({FAMILY, MEETING} & set(request.args))
    from_day, to_day = form.from_day.day, form.to_day.day
    if not form.when.offers(form.when.data):
        form.when.data = (Period.ALL if is_search or from_day or to_day else Period.COMING).value
    return Filters(
        period=Period(form.when.data),
        meeting_type=form.type.data or "",
        status=form.status.data,
        from_day=from_day,
        to_day=to_day,
        needs_answer=form.waiting.data == ANSWER,
        report_missing=form.waiting.data == REPORT,
        case_ids=families,
        meeting_ids=meetings,
        is_search=is_search,
    )


@pages.post("/meetings/search")
@requires(Permission.MEETINGS_VIEW)
def search(viewer: Viewer) -> ResponseReturnValue:
    """Look for a family or a meeting, and lead on to what was found."""
    form = SearchForm()
    if not form.validate():
        return render_template("meetings/search.html", search=form), 400
    found = searching.find(viewer, form.q.data)
    if len(found.meeting_ids) == 1 and not found.case_ids:
        return redirect(url_for("meetings.show", meeting_id=found.meeting_ids[0]), 303)
    if not found.case_ids and not found.meeting_ids:
        return render_template("meetings/search.html", search=form), 200
    return redirect(url_for("meetings.index", family=found.case_ids, meeting=found.meeting_ids), 303)


@pages.get("/meetings/<int:meeting_id>")
@requires(Permission.MEETINGS_VIEW)
def show(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """One meeting: what, when, where and who, and what is to be done about it."""
    page = meeting_page(viewer, meeting_id)
    meeting, own = page.meeting, page.own
    may_keep_register = access.may_keep_register(viewer, meeting)
    return render_template(
        "meetings/agency.html" if own else "meetings/keeper.html",
        page=page,
        meeting=meeting,
        own=own,
        has_begun=has_begun(viewer.now, meeting.day, meeting.start_time),
        may_answer=own is not None and access.may_answer(viewer, own, meeting),
        may_declare=own is not None and access.may_declare(viewer, own, meeting),
        may_write=own is not None and reports_access.may_write(viewer, own, meeting, page.report),
        **_report_steps(viewer, page),
        may_give_to_team=own is not None and access.may_give_to_team(viewer, own),
        may_set_expectation=access.may_set_expectation(viewer, meeting),
        may_reopen=viewer.may(Permission.REGISTER_REOPEN) and meeting.register_closed_at is not None,
        may_contest=own is not None and viewer.may(Permission.EXPECTATIONS_CONTEST),
        asks_to_confirm=own is not None
        and page.record.moved_after(own.answered_at)
        and scheduling_access.may_confirm(viewer, own, meeting),
        may_move=scheduling_access.may_move(viewer, meeting),
        may_change_chair=scheduling_access.may_change_chair(viewer, meeting),
        next_step=next_step(viewer, page, may_keep_register=may_keep_register),
        parts=record_parts(viewer, page),
        ways=list(further_ways(viewer, page)),
        quorum=quorum_words(page.quorum) if page.quorum else "",
    )


def _report_steps(viewer: Viewer, page: MeetingPage) -> dict[str, bool]:
    """What may be done with the agency's own report once it is written."""
    own, meeting, report = page.own, page.meeting, page.report
    if own is None or report is None:
        return {"may_settle": False, "may_add": False}
    return {
        "may_settle": reports_access.may_settle(
            viewer, own, meeting, report, signs_off=viewer.role is Role.AGENCY_LEAD
        ),
        "may_add": reports_access.may_add(viewer, own, meeting, report),
    }


@pages.route("/meetings/<int:meeting_id>/answer", methods=["GET", "POST"])
@requires(Permission.INVITATIONS_ANSWER)
def answer(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Answer the invitation, or change the answer until the meeting is held."""
    try:
        invitation = own_invitation(viewer, meeting_id)
    except NotVisible:
        if request.method == "POST" and session.get(SENT_AWAY) == meeting_id:
            # Sent twice: the first has ended this person's access, as it should.
            return redirect(url_for("meetings.not_ours"), 303)
        raise
    back = url_for("meetings.show", meeting_id=meeting_id)
    if request.method == "GET" and not access.may_answer(viewer, invitation, invitation.meeting):
        flash("Answers to this invitation are closed: the meeting is over, or its register is.", "notice")
        return redirect(back)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AnswerForm(kept)
    hat = viewer.hat
    form.offer(answers_for(invitation.expectation, invitation.report_due_on), hat.agency_type if hat else None)
    if kept is None:
        form.fill(invitation.answer, invitation.answer_note, seen_answer(invitation))
    if form.validate_on_submit():
        chosen = form.answer.data
        try:
            is_new = answer_invitation(viewer, meeting_id, chosen, form.note, form.version.data or 0)
        except Invalid as refused:
            form.take(refused)
            invitation = own_invitation(viewer, meeting_id)
        except Conflict as lost:
            return lost_race(lost, version=seen_answer(own_invitation(viewer, meeting_id)), back=back)
        else:
            if chosen is Answer.NOT_OURS:
                session[SENT_AWAY] = meeting_id
                return redirect(url_for("meetings.not_ours"), 303)
            said = answer_words(chosen, form.note)
            flash(f"Your answer was sent. {said}." if is_new else f"Your answer stands as it was. {said}.")
            return redirect(back, 303)
    page = render_template(
        "meetings/answer.html",
        form=form,
        invitation=invitation,
        meeting=invitation.meeting,
        children=children_of_meeting(viewer, meeting_id, invitation.meeting.case_id),
        was_kept=request.method == "GET" and kept is not None,
    )
    return page, 400 if form.error_summary else 200


@pages.get("/meetings/not-ours")
@requires(Permission.INVITATIONS_ANSWER)
def not_ours(_viewer: Viewer) -> ResponseReturnValue:
    """What happens after "not ours": nothing of the meeting stands here any more."""
    return render_template("meetings/not_ours.html")


@pages.route("/meetings/<int:meeting_id>/attendance", methods=["GET", "POST"])
@requires(Permission.ATTENDANCE_DECLARE)
def declare(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
    """Say who came, until the chair has confirmed it."""
    invitation = own_invitation(viewer, meeting_id)
    meeting = invitation.meeting
    back = url_for("meetings.show", meeting_id=meeting_id)
    if request.method == "GET" and not access.may_declare(viewer, invitation, meeting):
        confirmed = invitation.confirmed_attendance
        reason = "the chair has confirmed it" if confirmed else "the meeting has not come yet, or was cancelled"
        flash(f"Attendance cannot be said here now: {reason}.", "notice")
        return redirect(back)
    kept = kept_forms.take(viewer, request.path) if request.method == "GET" else request.form
    form = AttendanceForm(kept)
    if kept is None:
        form.attendance.data = invitation.declared_attendance
        form.version.data = seen_declaration(invitation)
    if form.validate_on_submit():
        chosen = form.attendance.data
        try:
            is_new = declare_attendance(viewer, meeting_id, chosen, form.version.data or 0)
        except Conflict as lost:
            return lost_race(lost, version=seen_declaration(own_invitation(viewer, meeting_id)), back=back)
        flash(f"{'Thank you. You said' if is_new else 'It stands as you said'}: {label(chosen)}.")
        return redirect(back, 303)
    page = render_template("meetings/attendance.html", form=form, meeting=meeting)
    return page, 400 if form.error_summary else 200
