"""The words of messages: what somebody is told of, how urgently, and how far a mail is."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """What somebody is told of. None of them says anything of a child, a family or a meeting's title."""

    INVITATION = "invitation"
    INVITATION_CHANGED = "invitation_changed"
    PART_ENDED = "part_ended"
    REPORT_DUE = "report_due"
    REPORT_TO_SIGN = "report_to_sign"
    REPORT_SENT_BACK = "report_sent_back"
    BUNDLE_CUT = "bundle_cut"
    CONSULTATION_RECORDED = "consultation_recorded"
    REPORT_WITHDRAWN = "report_withdrawn"
    WITHDRAWAL_LISTED = "withdrawal_listed"
    RECORD_OPENED = "record_opened"
    OPENING_REVIEWED = "opening_reviewed"
    ATTENDANCE_TO_SAY = "attendance_to_say"
    REGISTER_TO_CLOSE = "register_to_close"
    PROPOSALS = "proposals"
    QUORACY_AT_RISK = "quoracy_at_risk"
    QUORACY_ASKED = "quoracy_asked"
    QUORACY_FAILED = "quoracy_failed"
    CONTEST_RAISED = "contest_raised"
    CONTEST_UPHELD = "contest_upheld"
    CONTEST_KEPT = "contest_kept"
    CHAIRING = "chairing"
    CHAIRING_ENDED = "chairing_ended"
    DECISIONS_SENT = "decisions_sent"
    MINUTES_SENT = "minutes_sent"
    CORRECTION_ASKED = "correction_asked"
    CORRECTION_ANSWERED = "correction_answered"
    AUDIT_OPENED = "audit_opened"
    AUDIT_DUE = "audit_due"
    AUDIT_SECTIONS = "audit_sections"
    AUDIT_TO_SIGN = "audit_to_sign"
    AUDIT_REOPENED = "audit_reopened"
    SAMPLE_PROPOSED = "sample_proposed"
    SAMPLE_REVIEW = "sample_review"
    SAMPLE_DIFFERS = "sample_differs"
    ACTION_GIVEN = "action_given"
    ACTION_DUE = "action_due"
    ACTION_SENT_BACK = "action_sent_back"
    IMPROVEMENT_GIVEN = "improvement_given"
    IMPROVEMENT_DUE = "improvement_due"
    ESCALATION_RAISED = "escalation_raised"
    ESCALATION_STAGE = "escalation_stage"
    ESCALATION_REPLY = "escalation_reply"
    ESCALATION_DUE = "escalation_due"
    ESCALATION_CLOSED = "escalation_closed"
    ALERT_RAISED = "alert_raised"
    ALERT_STAGE = "alert_stage"
    ALERT_REPLY = "alert_reply"
    ALERT_CLOSED = "alert_closed"
    VIEW_READY = "view_ready"
    SCRUTINY_ASKED = "scrutiny_asked"
    SCRUTINY_DUE = "scrutiny_due"
    SCRUTINY_REPLIED = "scrutiny_replied"
    SCRUTINY_CLOSED = "scrutiny_closed"
    QUOTATION_PROPOSED = "quotation_proposed"
    QUOTATION_ANSWERED = "quotation_answered"
    SECTOR_REMINDED = "sector_reminded"
    SECTOR_REMARKED = "sector_remarked"
    JOINING = "joining"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of message, not a password
    PEOPLE_TO_CONFIRM = "people_to_confirm"
    ACCOUNT_ASLEEP = "account_asleep"
    WORK_HANDED_OVER = "work_handed_over"
    MAIL_FAILED = "mail_failed"


class Urgency(StrEnum):
    """Routine goes into the day's one mail; soon goes at once in office hours; urgent goes at once, always."""

    ROUTINE = "routine"
    SOON = "soon"
    URGENT = "urgent"


class MailPlace(StrEnum):
    """Where a notice is on its way into a mail."""

    WAITING = "waiting"
    MAILED = "mailed"
    DROPPED = "dropped"
    INBOX_ONLY = "inbox_only"


class MailKind(StrEnum):
    """The day's mail to a person, one sent at once, one about their account, a link to answer by, one for feedback."""

    DIGEST = "digest"
    AT_ONCE = "at_once"
    ACCOUNT = "account"
    RETURN_LINK = "return_link"
    FEEDBACK = "feedback"


class MailState(StrEnum):
    """How far a mail is; one that failed for good is shown to whoever looks after the person's account."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
