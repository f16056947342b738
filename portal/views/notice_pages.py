"""Where the thing that a notice tells of is done: the page that opens behind it."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.access.roles import Permission
from portal.domain.message_vocabulary import NoticeKind
from portal.services.notices.inbox import Opened

_MEETING_PAGES = {
    NoticeKind.INVITATION: "meetings.answer",
    NoticeKind.REPORT_DUE: "reports.write",
    NoticeKind.ATTENDANCE_TO_SAY: "meetings.declare",
    NoticeKind.REGISTER_TO_CLOSE: "registers.show",
    NoticeKind.PROPOSALS: "proposals.of_meeting",
    NoticeKind.QUORACY_AT_RISK: "quoracy.show",
    NoticeKind.QUORACY_ASKED: "meetings.answer",
    NoticeKind.BUNDLE_CUT: "report_bundles.show",
    NoticeKind.CONSULTATION_RECORDED: "report_sharing.index",
    **dict.fromkeys(
        (
            NoticeKind.DECISIONS_SENT,
            NoticeKind.MINUTES_SENT,
            NoticeKind.CORRECTION_ASKED,
            NoticeKind.CORRECTION_ANSWERED,
        ),
        "minutes.show",
    ),
}
_PAPERS = frozenset({NoticeKind.REPORT_TO_SIGN, NoticeKind.REPORT_SENT_BACK})
_KIND_PAGES = {
    # What was upheld may have ended the agency's sight of the meeting; the list says what became of it all the same.
    NoticeKind.CONTEST_UPHELD: "contests.index",
    # The meeting itself is not theirs to see any more.
    NoticeKind.PART_ENDED: "meetings.index",
    NoticeKind.CHAIRING_ENDED: "meetings.index",
    # The proposer reads of it among the quotations; the page of one is the chair's.
    NoticeKind.QUOTATION_ANSWERED: "quotations.index",
    NoticeKind.JOINING: "account.show",
    NoticeKind.PASSWORD_CHANGED: "account.show",
    NoticeKind.PEOPLE_TO_CONFIRM: "people_upkeep.confirm",
    # What was handed over stands among what is to be done; whose it was need not be theirs to see.
    NoticeKind.WORK_HANDED_OVER: "home.show",
}
_SUBJECT_PAGES = {
    "action": ("actions.show", "action_id"),
    "audit_return": ("audits.show", "return_id"),
    "contest": ("contests.show", "contest_id"),
    "audit_round": ("audit_rounds.show", "round_id"),
    "emergency_opening": ("emergencies.show", "opening_id"),
    "escalation": ("escalations.show", "escalation_id"),
    "escalation_proposal": ("proposals.show", "proposal_id"),
    "quotation": ("quotations.answer", "quotation_id"),
    "scrutiny_challenge": ("scrutiny.show", "challenge_id"),
    "sector_agency": ("sectors.remarks", "agency_id"),
    "practice_sample": ("sample_drawing.draw", "sample_id"),
    "sample_review": ("sample_reviews.show", "review_id"),
    "sampled_meeting": ("sample_reviews.settle", "sampled_id"),
    "improvement_action": ("improvement.show", "improvement_id"),
    "membership": ("people.show", "membership_id"),
    "withdrawal": ("withdrawals.show", "withdrawal_id"),
    "saved_view": ("saved_views.open_view", "view_id"),
}


def address_of(opened: Opened) -> str:
    """The address of the page for the viewer, who wears the right membership by now; Home where there is none."""
    if opened.kind in _KIND_PAGES:
        return url_for(_KIND_PAGES[opened.kind])
    if opened.meeting_id is not None and opened.kind in _PAPERS:
        # The report itself has the place 0; what is added to it has its number.
        return url_for("reports.write", meeting_id=opened.meeting_id, adding=opened.place > 0)
    if opened.meeting_id is not None:
        return url_for(_MEETING_PAGES.get(opened.kind, "meetings.show"), meeting_id=opened.meeting_id)
    if opened.subject == "escalation" and not opened.viewer.may(Permission.ESCALATIONS_VIEW):
        # Board members are told of the last stage, and read figures alone.
        return url_for("escalation_figures.show")
    endpoint, name = _SUBJECT_PAGES.get(opened.subject, ("home.show", ""))
    if opened.kind is NoticeKind.AUDIT_TO_SIGN and opened.subject == "audit_return":
        endpoint = "audit_signing.show"
    row: dict[str, Any] = {name: opened.subject_id} if name else {}
    return url_for(endpoint, **row)
