"""The reference of a meeting that is opened in the portal: the partnership's next of the year."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.domain.meeting_references import meeting_reference, reference_letters
from portal.models.meetings import Meeting
from portal.models.moves import MeetingNumber
from portal.models.partnerships import Partnership
from portal.services.changes import Change

_NUMBERS = cast(Table, MeetingNumber.__table__)


def next_reference(change: Change, partnership_id: int) -> str:
    """The next free reference; whoever else opens a meeting waits until this one is there.

    One that a file has brought in is passed over.
    """
    name = change.session.scalar(select(Partnership.name).where(Partnership.id == partnership_id)) or ""
    while True:
        reference = meeting_reference(
            reference_letters(name), change.viewer.today, _next_number(change, partnership_id)
        )
        taken = select(Meeting.id).where(Meeting.partnership_id == partnership_id, Meeting.reference == reference)
        if change.session.scalar(taken) is None:
            return reference


def _next_number(change: Change, partnership_id: int) -> int:
    insert: Any = postgresql.insert if change.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = (
        insert(_NUMBERS)
        .values(partnership_id=partnership_id, year=change.viewer.today.year, last=1)
        .on_conflict_do_update(index_elements=["partnership_id", "year"], set_={"last": _NUMBERS.c.last + 1})
        .returning(_NUMBERS.c.last)
    )
    number: int = change.session.execute(counted).scalar_one()
    return number
