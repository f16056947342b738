"""For which report a record is brought: what its template takes of one, and whose it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.access import cases
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.clinical_answers import filled_by_parts
from portal.domain.clinical_records import ChildHere, ClinicalPart
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.report_templates import TemplateQuestion
from portal.models.cases import Child
from portal.services.reports.desk import Desk, open_desk


@dataclass(frozen=True, slots=True)
class Place:
    """A draft that takes lines of a record."""

    desk: Desk
    questions: Mapping[ClinicalPart, TemplateQuestion]

    @property
    def meeting_id(self) -> int:
        """The meeting that the report is for."""
        return self.desk.meeting.id

    def is_open(self, code: str) -> bool:
        """Whether a question's answer can be filled: nothing stands there, or only what was filled before."""
        kept = self.desk.kept.get(code)
        return kept is None or not kept.value or kept.is_carried


def open_place(viewer: Viewer, meeting_id: int) -> Place:
    """The viewer's agency's report on a meeting, to be filled from a record; the reading is logged.

    Raises NotVisible, also where the report asks for nothing that a clinical record holds, and NotPermitted where it
    cannot be written now.
    """
    desk = open_desk(viewer, meeting_id)
    questions = filled_by_parts(desk.template, desk.is_limited)
    if not filled_by_parts(desk.template):
        raise NotVisible("No clinical record belongs to this report.")
    if not desk.may_write:
        raise NotPermitted("This report cannot be written now.")
    return Place(desk, questions)


def takes_records(desk: Desk) -> bool:
    """Whether the report's own page leads to where a record is brought."""
    return desk.may_write and not desk.is_adding and bool(filled_by_parts(desk.template, desk.is_limited))


def children_here(meeting_id: int) -> list[tuple[int, ChildHere]]:
    """The children of a meeting that the caller has found visible and whose reading is logged, with what tells them.

    Their numbers stay in here: no page shows them.
    """
    rows = db.session.execute(
        cases.children_of_meeting(meeting_id)
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.given_name, Child.surname, Child.nhs_number, Child.date_of_birth)
    )
    return [
        (row.id, ChildHere(row.given_name, f"{row.given_name} {row.surname}", row.nhs_number, _born(row.date_of_birth)))
        for row in rows
    ]


def _born(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None
