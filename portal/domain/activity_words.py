"""What the trail's verbs and subjects are in plain words; the trail itself holds no content."""

from __future__ import annotations

from collections.abc import Mapping

REFUSED = "refused"

VERBS: Mapping[str, str] = {
    "agency.added": "Added an agency",
    "agency.changed": "Changed an agency",
    "agency.shared": "Shared an agency of another partnership",
    "attendance.confirmed": "Confirmed who attended",
    "attendance.declared": "Said who attended",
    "case.opened": "Opened a case",
    "case.read": "Read a child’s record",
    "child.added": "Added a child to a case",
    "child.changed": "Changed a child’s record",
    "invitation.answered": "Answered an invitation",
    "invitation.expectation_changed": "Changed what is expected of an agency",
    "invitation.given_to_team": "Gave an invitation to a team",
    "invitation.sent_back": "Said that a child is not theirs",
    "membership.added": "Gave a person a role",
    "membership.changed": "Changed a person’s role",
    "membership.ended": "Ended a person’s role",
    "partnership.created": "Opened the partnership",
    "person.added": "Added a person",
    "person.authenticator_reset": "Reset an authenticator app",
    "person.authenticator_set": "Set up an authenticator app",
    "person.deactivated": "Deactivated a person",
    "person.link_issued": "Made a new joining link",
    "person.password_changed": "Chose a password",
    "person.password_refused": "Typed a wrong password to change theirs",
    "person.reactivated": "Let a person in again",
    REFUSED: "Was refused a page",
    "register.closed": "Closed a register",
    "report.read": "Read a report",
    "report.saved": "Saved a draft report",
    "report.submitted": "Sent a report",
    "rule_set.created": "Set the partnership’s rules",
    "session.code_refused": "Typed a wrong code",
    "session.ended": "Signed out",
    "session.hat_chosen": "Changed what they work as",
    "session.password_refused": "Typed a wrong password",
    "session.started": "Signed in",
    "team.added": "Formed a team",
    "team.renamed": "Renamed a team",
}

SUBJECTS: Mapping[str, str] = {
    "membership": "role",
    "person": "person",
    "rule_set": "rule set",
}


def did(verb: str) -> str:
    """Return what somebody did; one that is not listed is still readable: "minutes.sent_out" is "Minutes sent out"."""
    return VERBS.get(verb) or verb.replace(".", " ").replace("_", " ").capitalize()


def record(subject: str, subject_id: int | None) -> str:
    """Return which record it was about: "invitation 12", "role 7", "page people.show, 3" for what was refused."""
    words = f"page {subject}," if "." in subject else SUBJECTS.get(subject, subject.replace("_", " "))
    return words.rstrip(",") if subject_id is None else f"{words} {subject_id}"
