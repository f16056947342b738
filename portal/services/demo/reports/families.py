"""What families have seen of reports before a conference, and reports that are not needed, because."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.report_sharing import Seen
from portal.domain.sharing_vocabulary import NotNeededReason, ShareWay, WithheldReason
from portal.domain.vocabulary import AgencyType
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting
from portal.services.demo.diary import Who as Person
from portal.services.demo.meetings.family_notes import FATHERS, FIRST_NAMES
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework, Part
from portal.services.families.answers import Who
from portal.services.families.keeping import add_person
from portal.services.report_sharing.recording import open_recording, record_sharing
from portal.services.report_sharing.waiving import ask_after_all, waive

MEETINGS = 2
"""Of so many conferences the record names the parents before the day; the second has gaps."""
LEAST = 2
"""How many reports must have come by then."""
_MAY_BE_SPARED = (
    AgencyType.HOUSING,
    AgencyType.HOSPITAL,
    AgencyType.MENTAL_HEALTH,
    AgencyType.PROBATION,
    AgencyType.EARLY_HELP,
    AgencyType.VOLUNTARY,
    AgencyType.YOUTH_JUSTICE,
)
MOTHER, FATHER = FamilyRelation.MOTHER, FamilyRelation.FATHER


def plan(work: Casework) -> None:
    """Families are shown reports on the afternoon before; what is not needed is said when nobody writes any more."""
    work.at(-1, lambda viewer: _show(work, viewer), 15)
    work.at(-1, lambda viewer: _spare(work, viewer), 18)


def _show(work: Casework, worker: Viewer) -> None:
    sent: dict[int, list[Part]] = {}
    for part in work.parts():
        if part.is_sent and not _has_record(part.meeting_id):
            sent.setdefault(part.meeting_id, []).append(part)
    ready = [found for found in sent.values() if len(found) >= LEAST]
    for number, found in enumerate(ready[:MEETINGS]):
        _name_parents(work, worker, found[0])
        _share(work, worker, found, in_full=not number)


def _name_parents(work: Casework, worker: Viewer, part: Part) -> None:
    chair = work.acting(part.chair, worker.now)
    surname = db.session.scalars(
        select(Child.surname).join(Meeting, Meeting.case_id == Child.case_id).where(Meeting.id == part.meeting_id)
    ).first()
    for relation, names in ((MOTHER, FIRST_NAMES), (FATHER, FATHERS)):
        add_person(chair, part.meeting_id, Who(relation, f"{names[part.meeting_id % len(names)]} {surname}"))


def _share(work: Casework, worker: Viewer, parts: Sequence[Part], *, in_full: bool) -> None:
    """The mother has seen the first report, from the second something is withheld from the father."""
    for part in parts[:3]:
        # No other story is about these: one that is withdrawn takes with it what was recorded.
        work.take([part])
    first, second, *others = parts
    shown = Seen("", worker.today, ShareWay.IN_PERSON, shared_by=words.SHOWN_BY, words=work.said(words.SHOWN, "H"))
    _record(work, worker, work.cast.lead(first.code), first, MOTHER, shown)
    withheld = Seen("", withheld=WithheldReason.RISK_OF_HARM, words=work.said(words.WITHHELD, "H"))
    _record(work, worker, work.cast.lead(second.code), second, FATHER, withheld)
    if in_full:
        posted = replace(shown, way=ShareWay.POST, words=words.FROM_POST)
        _record(work, worker, work.cast.lead(first.code), first, FATHER, posted)
    for part in others[:1]:
        words_of_it = work.said(words.READ_OUT, "H")
        read_out = replace(shown, way=ShareWay.INTERPRETER, language="Polish", words=words_of_it)
        _record(work, worker, work.coordinator, part, MOTHER, read_out)


def _record(work: Casework, worker: Viewer, who: Person, part: Part, relation: FamilyRelation, seen: Seen) -> None:
    viewer = work.acting(who, worker.now)
    readers = open_recording(viewer, part.meeting_id, part.invitation_id).readers
    reader = next(one.key for one in readers if one.relation is relation)
    record_sharing(viewer, part.meeting_id, part.invitation_id, replace(seen, reader=reader))


def _spare(work: Casework, worker: Viewer) -> None:
    """The coordinator spares one agency, the chair another in words, and a third is asked after all."""
    coordinator = work.acting(work.coordinator, worker.now)
    waiting = work.unwritten()
    if (known := work.take(waiting, *_MAY_BE_SPARED)) is not None:
        waive(coordinator, known.meeting_id, known.invitation_id, NotNeededReason.NOTHING_HELD)
    for _ in range(LEAST):
        if (odd := work.take(waiting, *_MAY_BE_SPARED)) is not None:
            note = work.said(words.NOT_NEEDED, "B")
            chair = work.acting(odd.chair, worker.now)
            waive(chair, odd.meeting_id, odd.invitation_id, NotNeededReason.SOMETHING_ELSE, note)
    if (wanted := work.take(waiting, *_MAY_BE_SPARED)) is not None:
        waive(coordinator, wanted.meeting_id, wanted.invitation_id, NotNeededReason.COVERED)
        ask_after_all(coordinator, wanted.meeting_id, wanted.invitation_id)


def _has_record(meeting_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(FamilyAttendance.meeting_id == meeting_id))))
