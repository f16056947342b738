"""Unique strings in the invented records, with who may see each: for scripts that look for leaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, select

from portal.access import audits as audit_access
from portal.access import cases as case_access
from portal.access import escalations as escalation_access
from portal.access import files as file_access
from portal.access import meetings as meeting_access
from portal.access import report_withdrawals as withdrawal_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.audits import Response
from portal.models.cases import Child
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.files import StoredFile
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Partnership
from portal.services import known_people
from portal.services.demo.accounts import list_accounts
from portal.services.demo.feedback import list_of_feedback
from portal.services.demo.improvement import list_of_plan
from portal.services.demo.marks import MARK, Marker, SeenBy, seen_by
from portal.services.demo.meetings.markers import list_of_meetings
from portal.services.demo.records import list_of_records
from portal.services.demo.reports.markers import list_of_reports
from portal.services.demo.restrictions import list_of_restrictions
from portal.services.demo.samples import list_of_samples, read_by_reviewers
from portal.services.demo.scrutiny_markers import list_of_scrutiny

_KINDS_OF_FILE = {
    FilePurpose.REPORT_ATTACHMENT: "uploaded_file",
    FilePurpose.AUDIT_EVIDENCE: "evidence_file",
    FilePurpose.MEETING_MINUTES: "minutes_file",
}


def list_markers(now: datetime) -> list[Marker]:
    """Every marker of each kind that exists so far, by the access rules that pages use."""
    viewers = list(_viewers(now))
    found: list[Marker] = []
    for partnership in db.session.scalars(select(Partnership).order_by(Partnership.id)):
        here = [viewer for viewer in viewers if viewer.partnership_id == partnership.id]
        found += _children(partnership, here)
        found += list_of_reports(partnership, here)
        found += _answers(partnership, here)
        found += _notes(partnership, here)
        found += _files(partnership, here)
        found += _audit_answers(partnership, here)
        found += _escalations(partnership, here)
        found += _waivers(partnership, here)
        found += list_of_meetings(partnership, here)
        found += list_of_scrutiny(partnership, here)
        found += list_of_plan(partnership, here)
        found += list_of_samples(partnership, here)
        found += list_of_records(partnership, here)
        found += list_of_restrictions(partnership, here)
        found += list_of_feedback(partnership.id, partnership.name, here)
    return read_by_reviewers(found, viewers)


def _viewers(now: datetime) -> Iterator[Viewer]:
    """Everybody under each of their hats."""
    for account in list_accounts():
        person = known_people.find_by_email(account.email)
        for hat in person.hats if person else ():
            worn = person.at(now).wearing(hat.membership_id) if person else None
            if worn is not None:
                yield worn


def _who(seen: SeenBy, row_id: int) -> tuple[str, ...]:
    return tuple(sorted(set(seen.get(row_id, ()))))


def _children(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    seen = seen_by(viewers, lambda v: case_access.children_visible_to(v).with_only_columns(Child.id))
    for child in db.session.scalars(select(Child).where(Child.partnership_id == partnership.id).order_by(Child.id)):
        yield Marker(
            f"{child.given_name} {child.surname}",
            "child_name",
            partnership.name,
            f"child {child.id}",
            _who(seen, child.id),
        )


def _answers(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    seen = seen_by(viewers, lambda v: meeting_access.invitations_visible_to(v).with_only_columns(Invitation.id))
    rows = (
        select(Invitation)
        .where(Invitation.partnership_id == partnership.id, Invitation.answer_note.is_not(None))
        .order_by(Invitation.id)
    )
    for invitation in db.session.scalars(rows):
        for mark in MARK.findall(invitation.answer_note or ""):
            record = f"invitation {invitation.id}"
            yield Marker(mark, "answer_note", partnership.name, record, _who(seen, invitation.id))


def _notes(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """The chair's note is read by those who keep the meeting, not by the agencies."""
    keepers = [viewer for viewer in viewers if viewer.role not in AGENCY_ROLES]
    seen = seen_by(keepers, lambda v: meeting_access.visible_to(v).with_only_columns(Meeting.id))
    rows = (
        select(Meeting).where(Meeting.partnership_id == partnership.id, Meeting.note.is_not(None)).order_by(Meeting.id)
    )
    for meeting in db.session.scalars(rows):
        for mark in MARK.findall(meeting.note or ""):
            yield Marker(mark, "meeting_note", partnership.name, f"meeting {meeting.id}", _who(seen, meeting.id))


def _files(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """A file's mark stands in its name and in what it says; one that was withdrawn is opened by a few."""
    seen = seen_by(viewers, lambda v: file_access.visible_to(v).with_only_columns(StoredFile.id))
    withdrawn = seen_by(viewers, lambda v: withdrawal_access.files_visible_to(v).with_only_columns(StoredFile.id))
    for file_id, readers in withdrawn.items():
        seen.setdefault(file_id, []).extend(readers)
    rows = select(StoredFile).where(StoredFile.partnership_id == partnership.id).order_by(StoredFile.id)
    for stored in db.session.scalars(rows):
        for mark in MARK.findall(stored.name):
            kind = _KINDS_OF_FILE[stored.purpose]
            yield Marker(mark, kind, partnership.name, f"file {stored.id}", _who(seen, stored.id))


def _audit_answers(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """An answer that was carried over, or opened again, says what it said: its mark names the first of them."""
    rows = select(Response.id, Response.narrative).where(Response.partnership_id == partnership.id)
    marked: dict[str, list[int]] = {}
    for row in db.session.execute(rows.order_by(Response.id)):
        for mark in MARK.findall(row.narrative):
            marked.setdefault(mark, []).append(row.id)
    ids = [row_id for found in marked.values() for row_id in found]

    def marked_answers(viewer: Viewer) -> Select[int]:
        return audit_access.answers_visible_to(viewer).where(Response.id.in_(ids)).with_only_columns(Response.id)

    seen = seen_by(viewers, marked_answers)
    for mark, found in marked.items():
        who = {email for row_id in found for email in seen.get(row_id, ())}
        yield Marker(mark, "audit_answer", partnership.name, f"answer {found[0]}", tuple(sorted(who)))


def _escalations(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """What was raised and what its log says are read by the same people."""
    seen = seen_by(viewers, lambda v: escalation_access.readable_to(v).with_only_columns(Escalation.id))
    matters = select(Escalation).where(Escalation.partnership_id == partnership.id).order_by(Escalation.id)
    texts = [(matter.id, f"{matter.summary}\n{matter.wanted}") for matter in db.session.scalars(matters)]
    entries = select(EscalationEntry.escalation_id, EscalationEntry.text)
    entries = entries.where(EscalationEntry.partnership_id == partnership.id).order_by(EscalationEntry.id)
    texts += [(row.escalation_id, row.text) for row in db.session.execute(entries)]
    for escalation_id, text in texts:
        for mark in MARK.findall(text):
            record = f"escalation {escalation_id}"
            yield Marker(mark, "escalation", partnership.name, record, _who(seen, escalation_id))


def _waivers(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """Why a chair did not raise what the rules had proposed."""
    seen = seen_by(
        viewers, lambda v: escalation_access.proposals_visible_to(v).with_only_columns(EscalationProposal.id)
    )
    rows = (
        select(EscalationProposal)
        .where(EscalationProposal.partnership_id == partnership.id, EscalationProposal.waiver_note.is_not(None))
        .order_by(EscalationProposal.id)
    )
    for proposal in db.session.scalars(rows):
        for mark in MARK.findall(proposal.waiver_note or ""):
            record = f"proposal {proposal.id}"
            yield Marker(mark, "waiver_note", partnership.name, record, _who(seen, proposal.id))
