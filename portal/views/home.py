"""Home: what needs this person, under all of their memberships."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.domain.labels import short_label
from portal.domain.months import Month
from portal.services.home.page import home
from portal.services.home.tasks import Task, TaskKind
from portal.web.guards import requires

pages = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task in words, with the one step that does it; `other_hat` is the membership under which it opens."""

    task: Task
    title: str
    action: str
    href: str
    other_hat: int | None


ALL = "all"
"""In the address: everything that there is to do, by pages."""


@pages.get("/")
@requires(Permission.HOME)
def show(viewer: Viewer) -> ResponseReturnValue:
    """The few things that this person must do, soonest due first, or all of them."""
    found = home(viewer, request.args.get("page", 1, type=int) if ALL in request.args else None)
    tasks = [_shown(viewer, task) for task in found.tasks]
    return render_template("home/show.html", home=found, tasks=tasks, called=lambda hat: _called(viewer, hat))


_WORDS = {
    TaskKind.ANSWER: ("Answer an invitation", "Answer"),
    TaskKind.CONFIRM_ANSWER: ("Moved: say whether your answer still stands", "Say"),
    TaskKind.REPORT: ("Send your report", "Write"),
    TaskKind.REPORT_TO_SIGN: ("Sign off a report", "Read"),
    TaskKind.REPORT_SENT_BACK: ("Your lead sent your report back", "Change"),
    TaskKind.ADDENDUM_TO_SIGN: ("Sign off what is added to a report", "Read"),
    TaskKind.ADDENDUM_SENT_BACK: ("Your lead sent back what you added to a report", "Change"),
    TaskKind.CONSULTATION: ("Confirm what was said to the chair", "Read"),
    TaskKind.DECLARE: ("Say who attended", "Record"),
    TaskKind.DIFFERS: ("The chair has recorded your attendance otherwise", "See"),
    TaskKind.REGISTER: ("Close the register", "Open"),
    TaskKind.OVERSEE_REGISTER: ("A register is not closed", "See"),
    TaskKind.PROPOSALS: ("{missing} {proposals} not decided after a register was closed", "Decide"),
    TaskKind.WITHDRAWALS: ("{missing} withdrawn {reports} to assess for data protection", "See"),
    TaskKind.OPENINGS_TO_REVIEW: ("Review {missing} emergency {openings} of closed records", "See"),
    TaskKind.CHILD_NOT_OURS: ("“Not ours” of {done} {children}, says {subject}", "Decide"),
    TaskKind.NOT_OURS: ("“Not ours”, says {subject}", "Decide"),
    TaskKind.CONTEST: ("{subject} contests what is expected of them", "Decide"),
    TaskKind.CONTEST_DECIDED: ("What you contested was decided", "Read"),
    TaskKind.STRATEGY_TO_SIGN: ("Sign the strategy record", "Open"),
    TaskKind.STRATEGY_TO_WRITE: ("Write the strategy record: nobody has begun it", "Write"),
    TaskKind.OUTCOMES_TO_SIGN: ("Sign off what was decided", "Open"),
    TaskKind.DECISIONS_TO_SEND: ("Send the decision sheet", "Send"),
    TaskKind.MINUTES_TO_SEND: ("Send the minutes", "Write"),
    TaskKind.STRATEGY_WAIT: ("The strategy records of {subject} meetings wait to be written or signed", "See which"),
    TaskKind.OUTCOMES_WAIT: ("The decisions of {subject} meetings wait to be signed off", "See which"),
    TaskKind.DECISIONS_WAIT: ("The decision sheets of {subject} meetings wait to be sent", "See which"),
    TaskKind.MINUTES_WAIT: ("The minutes of {subject} meetings are overdue", "See which"),
    TaskKind.CHASE: ("{missing} of {of} agencies {have} not answered", "See who"),
    TaskKind.QUORACY: ("Not quorate yet: {subject} missing", "See who"),
    TaskKind.JOINING: ("{subject} has not joined: the link has run out", "New link"),
    TaskKind.ALONE: ("{subject} has only one person here", "See"),
    TaskKind.CONFIRM_PEOPLE: ("Say who still works with you", "Go through"),
    TaskKind.LEAVERS_WORK: ("{subject} has left, and their work waits", "Hand over"),
    TaskKind.AUDIT_TO_START: ("Start the audit", "Start"),
    TaskKind.AUDIT: ("Answer the audit: {done} of {of}", "Go on"),
    TaskKind.AUDIT_SECTIONS: ("Answer {done} {sections}", "Answer"),
    TaskKind.AUDIT_READY: ("Send the audit to be signed", "Send"),
    TaskKind.SIGN_AUDIT: ("Sign the audit return of {subject}", "Sign"),
    TaskKind.RETURNS_LATE: ("{missing} {returns} late: {subject}", "See who"),
    TaskKind.ROUND_OPENS: ("{subject} opens tomorrow", "Look through"),
    TaskKind.RATE_RETURNS: ("Rate {missing} signed {signed}: {subject}", "Open"),
    TaskKind.MONTH_WAITS: ("A register of {subject} waits until you open a correction of its figures", "Open"),
    TaskKind.MONTH_CHANGED: ("A register of {subject} was closed after its figures were frozen", "See"),
    TaskKind.MONTH_CORRECTED: ("A correction of {subject} is open until you freeze its next revision", "See"),
    TaskKind.SAMPLES_TO_DRAW: ("Draw {missing} proposed dip {samples}", "Draw"),
    TaskKind.SAMPLES_TO_REVIEW: ("Review {missing} sampled {meetings}", "Review"),
    TaskKind.SAMPLES_TO_SETTLE: ("Settle the grades of {missing} sampled {meetings}", "See which"),
    TaskKind.SCRUTINY_REPLY: ("Reply to the scrutineer: challenge {subject}", "Reply"),
    TaskKind.SCRUTINY_READ: ("Read the reply to challenge {subject}", "Read"),
    TaskKind.QUOTATION: ("Say whether the board may read a quotation", "Read"),
    TaskKind.ACTION_OVERDUE: ("Action overdue", "Open"),
    TaskKind.CHECK_ACTION: ("Check an action of {subject}", "Check"),
    TaskKind.ACTIONS_OVERDUE: ("{done} {actions} overdue in {of} {agencies}", "See which"),
    TaskKind.IMPROVEMENT_DUE: ("Improvement plan: action {subject} is yours", "Open"),
    TaskKind.IMPROVEMENT_MONTH: ("Improvement plan: close {subject}", "Go through"),
    TaskKind.MIDWAY_CHECK: ("Check a plan midway", "Check"),
    TaskKind.MIDWAY_OVERDUE: ("{done} midway {checks} overdue", "See which"),
    TaskKind.ESCALATION_REPLY: ("Reply to an escalation", "Reply"),
    TaskKind.ESCALATION_DECIDE: ("{subject} has replied: say whether it is enough", "Read"),
    TaskKind.ESCALATION_OVERDUE: ("Escalation overdue: {subject}", "Open"),
    TaskKind.ALERT_REPLY: ("Reply to a practice alert", "Reply"),
    TaskKind.ALERT_DECIDE: ("{subject} has replied to a practice alert", "Read"),
    TaskKind.ALERT_OVERDUE: ("Practice alert overdue: {subject}", "Open"),
    TaskKind.ALERT_PRAISES: ("Your work is praised in a practice alert", "Read"),
}


def _shown(viewer: Viewer, task: Task) -> ShownTask:
    words, action = _WORDS[task.kind]
    missing = task.of - task.done
    have = "has" if missing == 1 else "have"
    title = words.format(
        subject=task.subject,
        missing=missing,
        done=task.done,
        of=task.of,
        have=have,
        returns="return is" if missing == 1 else "returns are",
        signed="return" if missing == 1 else "returns",
        actions="action" if task.done == 1 else "actions",
        checks="check is" if task.done == 1 else "checks are",
        proposals="proposal is" if missing == 1 else "proposals are",
        reports="report" if missing == 1 else "reports",
        sections="section of the audit" if task.done == 1 else "sections of the audit",
        samples="sample" if missing == 1 else "samples",
        openings="opening" if missing == 1 else "openings",
        meetings="meeting" if missing == 1 else "meetings",
        agencies="agency" if task.of == 1 else "agencies",
        children="child" if task.done == 1 else "children",
    )
    if task.kind is TaskKind.REPORT and task.draft_saved_at is not None:
        action = "Go on"
    hat = _called(viewer, task.hat)
    is_active = task.hat.membership_id == viewer.membership_id
    return ShownTask(
        task,
        f"{title} ({hat})" if hat and hat != task.subject else title,
        action,
        _address(task),
        None if is_active else task.hat.membership_id,
    )


_MEETING_PAGES = {
    TaskKind.MIDWAY_CHECK: "plans.check",
    TaskKind.ANSWER: "meetings.answer",
    TaskKind.CONFIRM_ANSWER: "scheduling.confirm",
    TaskKind.REPORT: "reports.write",
    TaskKind.REPORT_TO_SIGN: "report_sending.check",
    TaskKind.REPORT_SENT_BACK: "reports.write",
    TaskKind.DECLARE: "meetings.declare",
    TaskKind.REGISTER: "registers.show",
    TaskKind.QUORACY: "quoracy.show",
    TaskKind.STRATEGY_TO_SIGN: "strategy_records.show",
    TaskKind.STRATEGY_TO_WRITE: "strategy_records.show",
    TaskKind.OUTCOMES_TO_SIGN: "outcomes.index",
    TaskKind.DECISIONS_TO_SEND: "minutes.show",
    TaskKind.MINUTES_TO_SEND: "minutes.write",
}
_OF_MONTHS = frozenset({TaskKind.MONTH_WAITS, TaskKind.MONTH_CHANGED, TaskKind.MONTH_CORRECTED})
_SUBJECT_PAGES = {
    TaskKind.CONTEST: ("contests.decide", "contest_id"),
    TaskKind.CONTEST_DECIDED: ("contests.show", "contest_id"),
    TaskKind.JOINING: ("people.show", "membership_id"),
    TaskKind.ALONE: ("agencies.show", "agency_id"),
    TaskKind.LEAVERS_WORK: ("people_upkeep.hand_over", "membership_id"),
    TaskKind.AUDIT_TO_START: ("audits.show", "return_id"),
    TaskKind.AUDIT: ("audits.show", "return_id"),
    TaskKind.AUDIT_SECTIONS: ("audits.show", "return_id"),
    TaskKind.AUDIT_READY: ("audit_signing.show", "return_id"),
    TaskKind.SIGN_AUDIT: ("audit_signing.show", "return_id"),
    TaskKind.RETURNS_LATE: ("audit_rounds.chase", "round_id"),
    TaskKind.ROUND_OPENS: ("audit_rounds.show", "round_id"),
    TaskKind.SCRUTINY_REPLY: ("scrutiny.show", "challenge_id"),
    TaskKind.SCRUTINY_READ: ("scrutiny.show", "challenge_id"),
    TaskKind.QUOTATION: ("quotations.answer", "quotation_id"),
    TaskKind.ACTION_OVERDUE: ("actions.show", "action_id"),
    TaskKind.CHECK_ACTION: ("actions.check", "action_id"),
    TaskKind.IMPROVEMENT_DUE: ("improvement.show", "improvement_id"),
}

_LISTS = {
    TaskKind.PROPOSALS: "proposals.index",
    TaskKind.WITHDRAWALS: "withdrawals.index",
    TaskKind.OPENINGS_TO_REVIEW: "emergencies.index",
    TaskKind.CHILD_NOT_OURS: "siblings.not_ours",
    TaskKind.STRATEGY_WAIT: "minutes.waiting",
    TaskKind.OUTCOMES_WAIT: "minutes.waiting",
    TaskKind.DECISIONS_WAIT: "minutes.waiting",
    TaskKind.MINUTES_WAIT: "minutes.waiting",
    TaskKind.MIDWAY_OVERDUE: "plans.checks",
    TaskKind.SAMPLES_TO_DRAW: "samples.index",
    TaskKind.SAMPLES_TO_REVIEW: "sample_reviews.index",
    TaskKind.SAMPLES_TO_SETTLE: "samples.index",
    TaskKind.CONFIRM_PEOPLE: "people_upkeep.confirm",
    TaskKind.IMPROVEMENT_MONTH: "improvement_months.month_end",
}

_ADDENDA = {
    TaskKind.ADDENDUM_TO_SIGN: "report_sending.check",
    TaskKind.ADDENDUM_SENT_BACK: "reports.write",
}

_OF_ESCALATIONS = frozenset(kind for kind in TaskKind if kind.value.startswith(("escalation_", "alert_")))


def _address(task: Task) -> str:
    if task.kind in _SUBJECT_PAGES:
        endpoint, name = _SUBJECT_PAGES[task.kind]
        row: dict[str, Any] = {name: task.subject_id}
        return url_for(endpoint, **row)
    if task.kind in _LISTS:
        return url_for(_LISTS[task.kind])
    if task.kind in _OF_ESCALATIONS:
        return url_for("escalations.show", escalation_id=task.subject_id)
    if task.kind in _OF_MONTHS and task.on is not None:
        return url_for("frozen_months.show", month=str(Month.of(task.on)))
    if task.kind is TaskKind.ACTIONS_OVERDUE:
        return url_for("actions.index", show="overdue")
    if task.kind is TaskKind.RATE_RETURNS:
        return url_for("audit_rounds.show", round_id=task.subject_id, state="signed")
    if task.kind is TaskKind.NOT_OURS:
        return url_for("invitations.expect", meeting_id=task.meeting_id, invitation_id=task.subject_id)
    if task.kind is TaskKind.CONSULTATION:
        return url_for("consultations.show", meeting_id=task.meeting_id, talk_id=task.subject_id)
    if task.kind in _ADDENDA:
        return url_for(_ADDENDA[task.kind], meeting_id=task.meeting_id, adding=True)
    return url_for(_MEETING_PAGES.get(task.kind, "meetings.show"), meeting_id=task.meeting_id)


def _called(viewer: Viewer, hat: Hat) -> str:
    """What tells another membership from the active one, in as few words as will do; nothing for the active one."""
    if hat.membership_id == viewer.membership_id:
        return ""
    if hat.partnership_id != viewer.partnership_id:
        return hat.partnership_name
    if hat.agency_id != viewer.agency_id and hat.agency_name:
        return hat.agency_name
    return short_label(hat.role)
