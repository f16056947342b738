"""What happened to a meeting, in plain words and without content, from the system's own trail.

Whoever sees the meeting sees that others answered, reported or were marked; what an agency does within its own house
stays there. Drafts save themselves every few seconds, so the report's own page says when, and this does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.labels import short_label
from portal.domain.vocabulary import AGENCY_ROLES, ActivityOutcome
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.reports import Report

LONGEST = 100

_Row = Row[*tuple[Any, ...]]

_SHARED = {
    "meeting.scheduled": "Meeting scheduled",
    "meeting.changed": "Meeting changed",
    "meeting.moved": "Meeting moved",
    "meeting.cancelled": "Meeting cancelled",
    "meeting.chair_changed": "Chair changed",
    "meeting.imported": "Meeting brought in by an import",
    "meeting.changed_by_import": "Meeting changed by an import",
    "register.closed": "Register closed",
    "outcomes.signed": "What was decided signed off by the chair",
    "outcomes.amended": "What was decided for a child amended",
    "decisions.sent": "Decision sheet sent",
    "minutes.sent": "Minutes sent",
    "invitation.added": "{agency} invited",
    "invitation.imported": "{agency} invited",
    "invitation.changed_by_import": "Facts about {agency} changed by an import",
    "invitation.answered": "{agency} answered",
    "invitation.confirmed": "{agency} said that its answer still stands",
    "invitation.expectation_changed": "What is expected of {agency} changed",
    "invitation.sent_back": "“Not ours” sent back to {agency}",
    "attendance.declared": "{agency} said who came",
    "attendance.confirmed": "Attendance of {agency} recorded",
    "report.submitted": "{agency} sent its report",
    "report.added_to": "{agency} added to its report, or corrected it",
    "return_link.used": "{agency} answered by a link, without signing in",
    "report.withdrawn": "The report of {agency} was withdrawn",
    "report.not_needed": "The report of {agency} is not needed",
    "report.needed": "The report of {agency} is needed after all",
    "bundle.cut": "Reports put together for those who come",
    "bundle.closed": "The reports that had been put together were closed",
    "consultation.recorded": "The chair wrote down a talk with {agency}",
    "consultation.confirmed": "{agency} confirmed its talk with the chair",
    "consultation.corrected": "{agency} corrected what was written of its talk with the chair",
    "consultation.taken_back": "The chair took back what was written of a talk with {agency}",
}
_WITHIN_THE_AGENCY = {
    "invitation.given_to_team": "Given to a team",
    "report.sign_off_asked": "Report given to the lead to sign off",
    "report.sent_back": "Report sent back by the lead",
    "report.taken_back": "Report taken back before it was signed off",
    "return_link.made": "Link sent to somebody of {agency}",
    "return_link.opened": "Link of {agency} opened with its code",
    "return_link.withdrawn": "Link of {agency} ended",
}
_WORDS = _SHARED | _WITHIN_THE_AGENCY
_DONE_IN_ONE_GO = {"invitation.imported", "invitation.changed_by_import", "attendance.confirmed"}
"""What one person does to many agencies' rows within minutes: one line says it."""

_ONE_GO = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a meeting's history; `who` is empty where the line itself names the agency, and no more is told."""

    what: str
    who: str
    at: datetime


def history(viewer: Viewer, meeting_id: int) -> list[Event]:
    """A meeting's history, the newest first. Raises NotVisible."""
    seen = access.visible_to(viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    if db.session.scalar(seen) is None:
        raise NotVisible("No such meeting.")
    names = db.session.execute(
        select(Invitation.id, Agency.name)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id)
    )
    return trail(viewer, meeting_id, dict(names.all()))


def trail(viewer: Viewer, meeting_id: int, agency_names: Mapping[int, str]) -> list[Event]:
    """The same for a meeting that the caller has found visible, with the names of its agencies by invitation."""
    invitations = list(agency_names)
    rows = db.session.execute(
        select(
            Activity.verb,
            Activity.at,
            Activity.subject,
            Activity.subject_id,
            Activity.agency_id,
            Activity.user_id,
            User.name,
            Agency.name.label("agency"),
            Membership.role,
            Report.invitation_id,
        )
        .outerjoin(User, User.id == Activity.user_id)
        .outerjoin(Agency, Agency.id == Activity.agency_id)
        .outerjoin(Membership, Membership.id == Activity.membership_id)
        .outerjoin(Report, and_(Activity.subject == "report", Report.id == Activity.subject_id))
        .where(
            Activity.partnership_id == viewer.partnership_id,
            Activity.outcome == ActivityOutcome.DONE,
            or_(
                and_(Activity.subject == "meeting", Activity.subject_id == meeting_id),
                and_(Activity.subject == "invitation", Activity.subject_id.in_(invitations)),
                and_(
                    Activity.subject == "report",
                    Activity.subject_id.in_(select(Report.id).where(Report.invitation_id.in_(invitations))),
                ),
            ),
            _told_to(viewer),
        )
        .order_by(Activity.sequence.desc())
        .limit(LONGEST)
    )
    return [_event(viewer, run, agency_names) for run in _runs(list(rows))]


def _runs(rows: list[_Row]) -> list[list[_Row]]:
    """The rows, those that belong to one go together."""
    runs: list[list[_Row]] = []
    for row in rows:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and row.verb in _DONE_IN_ONE_GO
            and (row.verb, row.user_id) == (last.verb, last.user_id)
            and last.at - row.at <= _ONE_GO
        ):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _event(viewer: Viewer, run: list[_Row], agency_names: Mapping[int, str]) -> Event:
    newest = run[0]
    agencies = {agency_names.get(row.invitation_id or row.subject_id, "an agency") for row in run}
    agency = agencies.pop() if len(agencies) == 1 else f"{len(agencies)} agencies"
    return Event(_WORDS[newest.verb].format(agency=agency), _who(viewer, newest), newest.at)


def _told_to(viewer: Viewer) -> ColumnElement[bool]:
    shared = Activity.verb.in_(_SHARED)
    if viewer.role not in AGENCY_ROLES:
        return shared
    return or_(shared, and_(Activity.verb.in_(_WITHIN_THE_AGENCY), Activity.agency_id == viewer.agency_id))


def _who(viewer: Viewer, row: _Row) -> str:
    if row.name is None:
        return "the portal"
    if row.agency is None:
        return f"{row.name}, {short_label(row.role).lower()}" if row.role else str(row.name)
    is_colleague = viewer.role not in AGENCY_ROLES or row.agency_id == viewer.agency_id
    return f"{row.name}, {row.agency}" if is_colleague else ""
