"""A surgery's report begun from its own system: the answers wait to be confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.files import Upload
from portal.domain.vocabulary import AgencyType
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.services.clinical_records.reading import Offer, read_record
from portal.services.clinical_records.taking import take_lines
from portal.services.demo.import_files import csv_text, iso
from portal.services.demo.reports import words
from portal.services.demo.reports.parts import Casework

COLUMNS = ("nhs_number", "date_of_birth", "part", "date", "entry", "status")


def plan(work: Casework) -> None:
    """The lead of a surgery takes what the portal proposes of a child's record."""
    work.at(-1, lambda viewer: _fill(work, viewer), 19)


def _fill(work: Casework, worker: Viewer) -> None:
    for part in work.unwritten():
        child = _known_child(part.meeting_id) if part.agency_type is AgencyType.GP else None
        if child is None or work.take([part]) is None:
            continue
        lead = work.lead(part, worker.now)
        offer = read_record(lead, part.meeting_id, Upload("record.csv", BytesIO(_record(work, worker, child).encode())))
        take_lines(lead, part.meeting_id, offer.sealed, _ticked(offer))
        return


def _known_child(meeting_id: int) -> Child | None:
    """The first child of a meeting whose record can be told by its number."""
    children = db.session.scalars(
        select(Child).join(Meeting, Meeting.case_id == Child.case_id).where(Meeting.id == meeting_id).order_by(Child.id)
    )
    return next((child for child in children if child.nhs_number and child.date_of_birth), None)


def _record(work: Casework, worker: Viewer, child: Child) -> str:
    said = ((part, days, work.said(text, "X") if part == words.MARKED else text) for part, days, text in words.RECORD)
    rows = (
        (child.nhs_number, child.date_of_birth, part, iso(worker.today - timedelta(days=days)), text, "current")
        for part, days, text in said
    )
    return csv_text(COLUMNS, rows)


def _ticked(offer: Offer) -> Sequence[int]:
    return [line.number for part in offer.parts for line in part.lines if part.is_open and line.is_ticked]
