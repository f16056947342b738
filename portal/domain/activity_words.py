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
    "invitation.changed_by_import": "Changed an invitation by a file",
    "invitation.expectation_changed": "Changed what is expected of an agency",
    "invitation.given_to_team": "Gave an invitation to a team",
    "invitation.imported": "Brought in an invitation by a file",
    "invitation.sent_back": "Sent “not ours” back to an agency",
    "joining_link.made": "Made a joining link",
    "meeting.changed": "Changed a meeting",
    "meeting.changed_by_import": "Changed a meeting by a file",
    "meeting.imported": "Brought in a meeting by a file",
    "meeting.scheduled": "Scheduled a meeting",
    "membership.added": "Gave a person a role",
    "membership.changed": "Changed a person’s role",
    "membership.ended": "Ended a person’s role",
    "partnership.created": "Opened the partnership",
    "person.added": "Added a person",
    "person.authenticator_reset": "Reset a person’s authenticator app",
    "person.authenticator_set": "Set up an authenticator app",
    "person.deactivated": "Deactivated a person",
    "person.password_changed": "Changed their password",
    "person.password_refused": "Typed a wrong password to change theirs",
    "person.password_set": "Chose a password by a joining link",
    "person.reactivated": "Let a person in again",
    "person.recovery_code_used": "Used a recovery code",
    "person.recovery_codes_made": "Made new recovery codes",
    "person.renamed": "Changed their name",
    REFUSED: "Was refused",
    "register.closed": "Closed a register",
    "report.read": "Read a report",
    "report.saved": "Saved a draft report",
    "report.submitted": "Sent a report",
    "rule_set.created": "Set the partnership’s rules",
    "session.code_refused": "Typed a wrong code",
    "session.ended": "Signed out",
    "session.hat_chosen": "Changed what they work as",
    "session.password_accepted": "Typed their password",
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
    """Return which record it was about: "invitation 12", "role 7", or "people page, show: 3" for what was refused."""
    area, _dot, page = subject.partition(".")
    words = SUBJECTS.get(subject, subject.replace("_", " "))
    if page:
        words = f"{area} page, {page}:".replace("_", " ")
    return words.rstrip(":") if subject_id is None else f"{words} {subject_id}"
