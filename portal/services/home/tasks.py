"""One thing to do, whoever has to do it, and the order in which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from portal.access.viewer import Hat


class TaskKind(StrEnum):
    """What is to be done; each is one step from done."""

    ANSWER = "answer"
    CONFIRM_ANSWER = "confirm_answer"
    REPORT = "report"
    REPORT_TO_SIGN = "report_to_sign"
    REPORT_SENT_BACK = "report_sent_back"
    ADDENDUM_TO_SIGN = "addendum_to_sign"
    ADDENDUM_SENT_BACK = "addendum_sent_back"
    CONSULTATION = "consultation"
    DECLARE = "declare"
    DIFFERS = "differs"
    REGISTER = "register"
    OVERSEE_REGISTER = "oversee_register"
    PROPOSALS = "proposals"
    WITHDRAWALS = "withdrawals"
    OPENINGS_TO_REVIEW = "openings_to_review"
    NOT_OURS = "not_ours"
    CHILD_NOT_OURS = "child_not_ours"
    CONTEST = "contest"
    CONTEST_DECIDED = "contest_decided"
    STRATEGY_TO_SIGN = "strategy_to_sign"
    STRATEGY_TO_WRITE = "strategy_to_write"
    OUTCOMES_TO_SIGN = "outcomes_to_sign"
    DECISIONS_TO_SEND = "decisions_to_send"
    MINUTES_TO_SEND = "minutes_to_send"
    STRATEGY_WAIT = "strategy_wait"
    OUTCOMES_WAIT = "outcomes_wait"
    DECISIONS_WAIT = "decisions_wait"
    MINUTES_WAIT = "minutes_wait"
    CHASE = "chase"
    QUORACY = "quoracy"
    JOINING = "joining"
    ALONE = "alone"
    CONFIRM_PEOPLE = "confirm_people"
    LEAVERS_WORK = "leavers_work"
    AUDIT_TO_START = "audit_to_start"
    AUDIT = "audit"
    AUDIT_SECTIONS = "audit_sections"
    AUDIT_READY = "audit_ready"
    SIGN_AUDIT = "sign_audit"
    RETURNS_LATE = "returns_late"
    ROUND_OPENS = "round_opens"
    RATE_RETURNS = "rate_returns"
    MONTH_WAITS = "month_waits"
    MONTH_CHANGED = "month_changed"
    MONTH_CORRECTED = "month_corrected"
    SAMPLES_TO_DRAW = "samples_to_draw"
    SAMPLES_TO_REVIEW = "samples_to_review"
    SAMPLES_TO_SETTLE = "samples_to_settle"
    SCRUTINY_REPLY = "scrutiny_reply"
    SCRUTINY_READ = "scrutiny_read"
    QUOTATION = "quotation"
    ACTION_OVERDUE = "action_overdue"
    CHECK_ACTION = "check_action"
    ACTIONS_OVERDUE = "actions_overdue"
    IMPROVEMENT_DUE = "improvement_due"
    IMPROVEMENT_MONTH = "improvement_month"
    MIDWAY_CHECK = "midway_check"
    MIDWAY_OVERDUE = "midway_overdue"
    ESCALATION_REPLY = "escalation_reply"
    ESCALATION_DECIDE = "escalation_decide"
    ESCALATION_OVERDUE = "escalation_overdue"
    ALERT_REPLY = "alert_reply"
    ALERT_DECIDE = "alert_decide"
    ALERT_OVERDUE = "alert_overdue"
    ALERT_PRAISES = "alert_praises"


_FIRST = frozenset({TaskKind.REGISTER, TaskKind.OPENINGS_TO_REVIEW})


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do under one membership. Children are not named: they are on the page behind it.

    `subject` is the agency, person, audit round or month that it is about, where it is about one, and `subject_id` is
    where to find them: an invitation, a membership, an agency or a round.
    """

    kind: TaskKind
    hat: Hat
    due: date | None = None
    meeting_id: int | None = None
    meeting_type: str = ""
    on: date | None = None
    at: time | None = None
    draft_saved_at: datetime | None = None
    subject: str = ""
    subject_id: int | None = None
    done: int = 0
    of: int = 0
    reference: str = ""
    """The meeting's own, which tells two of the same kind and time apart."""
    what: str = ""
    """What was promised, of an action; what an escalation is about, in a word and without its narrative."""

    @property
    def place(self) -> tuple[bool, date, date, time]:
        """Registers to close, on which all else of a meeting waits, and what was opened in an emergency; then the
        soonest due, then along the calendar. What has no due day comes last.
        """
        return (self.kind not in _FIRST, self.due or date.max, self.on or date.max, self.at or time.min)
