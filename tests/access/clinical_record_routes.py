"""The matrix's lines about clinical records: for whoever writes a report that asks for something of one."""

from __future__ import annotations

import csv
from tempfile import NamedTemporaryFile, TemporaryDirectory

from sqlalchemy import select

from portal.database.session import db
from portal.domain.clinical_records import ClinicalPart, ClinicalRecord, Line, Whose
from portal.models.cases import Child
from portal.services.clinical_records.sealing import seal
from tests.access.filling import Filling, raw
from tests.access.who import AGENCIES, GP, OTHER_GP, Route, place, rows
from tests.world import World, viewer_of

_AT = "/meetings/<int:meeting_id>/report/record"
_UPLOADS = TemporaryDirectory()

# The practices' form asks for a record, which other_gp answers at p.past_initial; the draft at p.initial began with the
# form before it, and at p.strategy no report is due.
RECORDS = rows(
    AGENCIES, {"past_initial": place(OTHER_GP), "initial": place(()), "review": place(()), "strategy": place((), GP)}
)

CLINICAL_ROUTES: dict[str, dict[str, Route]] = {
    _AT: {"GET": RECORDS, "POST": RECORDS},
    f"{_AT}/document": {"GET": RECORDS},
    f"{_AT}/take": {"POST": RECORDS},
}


def _child(world: World) -> Child:
    return db.session.scalars(select(Child).where(Child.id == world.children["a.2"])).one()


def _file(world: World) -> tuple[str, str]:
    """A record of one line, by its path, because a client closes what it has sent."""
    child = _child(world)
    with NamedTemporaryFile("w", dir=_UPLOADS.name, suffix=".csv", delete=False, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("nhs_number", "date_of_birth", "part", "date", "entry"))
        writer.writerow((child.nhs_number, child.date_of_birth, "problem", "2025-10-02", "Asthma"))
    return file.name, "record.csv"


def _sealed(world: World) -> str:
    """The same, as the page carries it for the practice's lead."""
    child = _child(world)
    assert child.nhs_number is not None
    assert child.born is not None
    record = ClinicalRecord(Whose(child.nhs_number, child.born), (Line(ClinicalPart.PROBLEMS, "Asthma"),))
    viewer = viewer_of(world.person("a.other_gp.lead"))
    return seal(viewer, world.meeting("a.past_initial").id, child.id, record)


CLINICAL_FILLINGS: dict[str | tuple[str, str], Filling] = {
    _AT: raw(record=_file),
    f"{_AT}/take": raw(record_token=_sealed, line="0"),
}
