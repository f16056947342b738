"""What notices are called in mails and lists: a kind of thing and what is asked, never a child, a title or a place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portal.domain.message_vocabulary import NoticeKind

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A kind's title, and what it asks or tells; `asks` says whether something is to be done."""

    title: str
    task: str
    asks: bool = True


def _told(title: str, task: str) -> NoticeWords:
    return NoticeWords(title, task, asks=False)


NOTICE_WORDS: Mapping[NoticeKind, NoticeWords] = {
    NoticeKind.INVITATION: NoticeWords("Invitation to a meeting", "Answer an invitation"),
    NoticeKind.INVITATION_CHANGED: NoticeWords("Changed invitation", "Look at an invitation that has changed"),
    NoticeKind.PART_ENDED: _told(
        "Meeting not yours any more", "Take a meeting that is not yours any more out of your calendar"
    ),
    NoticeKind.REPORT_DUE: NoticeWords("Report due", "Send a report"),
    NoticeKind.REPORT_TO_SIGN: NoticeWords("Report to sign off", "Sign off a report"),
    NoticeKind.REPORT_SENT_BACK: NoticeWords("Report sent back", "Change a report that your lead sent back"),
    NoticeKind.BUNDLE_CUT: _told("Reports to read", "The reports for a meeting can be read"),
    NoticeKind.CONSULTATION_RECORDED: NoticeWords("Talk to confirm", "Confirm what was said on the telephone"),
    NoticeKind.REPORT_WITHDRAWN: NoticeWords(
        "Report withdrawn", "A report that you opened was withdrawn: destroy what you printed", asks=False
    ),
    NoticeKind.WITHDRAWAL_LISTED: NoticeWords(
        "Report withdrawn: data protection", "See who had opened a report that was withdrawn", asks=False
    ),
    NoticeKind.RECORD_OPENED: NoticeWords("Record opened in an emergency", "See who opened a closed record, and why"),
    NoticeKind.OPENING_REVIEWED: _told("Opening reviewed", "Read what was said of a record that you opened"),
    NoticeKind.ATTENDANCE_TO_SAY: NoticeWords("Attendance to record", "Say who attended"),
    NoticeKind.REGISTER_TO_CLOSE: NoticeWords("Register to close", "Close a register"),
    NoticeKind.PROPOSALS: NoticeWords("Escalations proposed", "Decide what the rules propose to escalate"),
    NoticeKind.QUORACY_AT_RISK: NoticeWords("Quorum at risk", "See whom a meeting still needs"),
    NoticeKind.QUORACY_ASKED: NoticeWords("You are needed at a meeting", "Say whether somebody can come after all"),
    NoticeKind.QUORACY_FAILED: _told("Conference not quorate", "A conference was held or adjourned without its quorum"),
    NoticeKind.CONTEST_RAISED: NoticeWords("Expectation contested", "Decide what an agency contests"),
    NoticeKind.CONTEST_UPHELD: _told("Contest upheld", "What you contested was upheld"),
    NoticeKind.CONTEST_KEPT: _told("Contest not upheld", "What you contested was looked at and not upheld"),
    NoticeKind.CHAIRING: _told("Meeting to chair", "A meeting that you chair was arranged or changed"),
    NoticeKind.CHAIRING_ENDED: _told("Meeting chaired by somebody else", "Somebody else chairs a meeting of yours now"),
    NoticeKind.DECISIONS_SENT: _told("Decision sheet sent", "What was decided at a meeting was sent"),
    NoticeKind.MINUTES_SENT: _told("Minutes sent", "The minutes of a meeting were sent"),
    NoticeKind.CORRECTION_ASKED: NoticeWords("Correction asked for", "Answer what is said to be wrong in minutes"),
    NoticeKind.CORRECTION_ANSWERED: _told("Correction answered", "What you asked to be corrected was answered"),
    NoticeKind.AUDIT_OPENED: NoticeWords("Audit opened", "Start an audit"),
    NoticeKind.AUDIT_DUE: NoticeWords("Audit due", "Finish an audit"),
    NoticeKind.AUDIT_SECTIONS: NoticeWords("Audit sections for you", "Answer sections of an audit"),
    NoticeKind.AUDIT_TO_SIGN: NoticeWords("Audit to sign", "Sign an audit"),
    NoticeKind.AUDIT_REOPENED: NoticeWords("Audit opened again", "Look at an audit that was opened again"),
    NoticeKind.SAMPLE_PROPOSED: NoticeWords("Dip sample to draw", "Draw a dip sample"),
    NoticeKind.SAMPLE_REVIEW: NoticeWords("Sampled meeting to review", "Review a sampled meeting"),
    NoticeKind.SAMPLE_DIFFERS: NoticeWords("Reviewers differ", "Settle the grades of a sampled meeting"),
    NoticeKind.ACTION_GIVEN: NoticeWords("Action for you", "Take on an action"),
    NoticeKind.ACTION_DUE: NoticeWords("Action due", "Finish an action"),
    NoticeKind.ACTION_SENT_BACK: NoticeWords("Action sent back", "Look at an action that was sent back"),
    NoticeKind.IMPROVEMENT_GIVEN: NoticeWords(
        "Improvement plan: action for you", "Lead an action of the improvement plan"
    ),
    NoticeKind.IMPROVEMENT_DUE: NoticeWords("Improvement plan: action due", "Finish an action of the improvement plan"),
    NoticeKind.ESCALATION_RAISED: NoticeWords("Escalation raised", "Reply to an escalation"),
    NoticeKind.ESCALATION_STAGE: NoticeWords("Escalation at its next stage", "Look at an escalation that has moved up"),
    NoticeKind.ESCALATION_REPLY: NoticeWords("Reply to an escalation", "Read a reply to an escalation"),
    NoticeKind.ESCALATION_DUE: NoticeWords("Escalation due", "Reply to an escalation that is due"),
    NoticeKind.ESCALATION_CLOSED: _told("Escalation closed", "An escalation was closed"),
    NoticeKind.ALERT_RAISED: NoticeWords("Practice alert raised", "Respond to a practice alert"),
    NoticeKind.ALERT_STAGE: NoticeWords("Practice alert at its next stage", "Look at a practice alert that has moved"),
    NoticeKind.ALERT_REPLY: NoticeWords("Response to a practice alert", "Read a response to a practice alert"),
    NoticeKind.ALERT_CLOSED: _told("Practice alert closed", "A practice alert was closed"),
    NoticeKind.VIEW_READY: _told("View of the figures", "Look at a view of the figures that you saved"),
    NoticeKind.SCRUTINY_ASKED: NoticeWords("Question of the scrutineer", "Reply to the scrutineer"),
    NoticeKind.SCRUTINY_DUE: NoticeWords("Reply to the scrutineer due", "Reply to the scrutineer: it is due"),
    NoticeKind.SCRUTINY_REPLIED: NoticeWords("Reply to a challenge", "Read a reply to a challenge of yours"),
    NoticeKind.SCRUTINY_CLOSED: _told("Challenge closed", "The scrutineer has closed a challenge"),
    NoticeKind.QUOTATION_PROPOSED: NoticeWords("Quotation to agree", "Say whether the board may read a quotation"),
    NoticeKind.QUOTATION_ANSWERED: _told("Quotation answered", "The chair has answered about a quotation"),
    NoticeKind.SECTOR_REMINDED: NoticeWords("Reminder of your sector lead", "See what is behind in your agency"),
    NoticeKind.SECTOR_REMARKED: _told("Remark of your sector lead", "Your sector lead has written to your agency"),
    NoticeKind.JOINING: NoticeWords("Joining link", "Choose a password"),
    NoticeKind.PASSWORD_CHANGED: _told("Password changed", "Your password was changed"),
    NoticeKind.PEOPLE_TO_CONFIRM: NoticeWords("People to confirm", "Confirm who still works with you"),
    NoticeKind.ACCOUNT_ASLEEP: _told("Account asleep", "An account that nobody used is asleep"),
    NoticeKind.WORK_HANDED_OVER: NoticeWords("Work handed over", "Look at work that was handed over to you"),
    NoticeKind.MAIL_FAILED: NoticeWords("Mail not delivered", "Check the address of somebody whose mail came back"),
}


def words_of(kind: NoticeKind) -> NoticeWords:
    """Return what a kind is called."""
    return NOTICE_WORDS[kind]


def day_words(day: date, today: date) -> str:
    """Return "Tuesday 24 November", with the year unless it is this one."""
    words = f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return words if day.year == today.year else f"{words} {day.year}"


def by_words(due: Iterable[date], today: date) -> str:
    """Return by when the first of several things is due: "by Tuesday", "today", "now"; empty where none has a day."""
    first = min(due, default=None)
    if first is None:
        return ""
    if first <= today:
        return "today" if first == today else "now"
    if (first - today).days < _A_WEEK:
        return f"by {_DAYS[first.weekday()]}"
    return f"by {day_words(first, today)}"


def needs_words(asked: int, told: int, whom: str, by: str) -> str:
    """Return what a mail is about: "2 things need Marsh Lane Surgery by Tuesday", "1 thing to know for you"."""
    if not asked:
        return f"{_things(told)} to know for {whom}"
    verb = "needs" if asked == 1 else "need"
    return " ".join(filter(None, (_things(asked), verb, whom, by)))


def _things(number: int) -> str:
    return "1 thing" if number == 1 else f"{number} things"
