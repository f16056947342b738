"""Saving one attendance, as a register's script does, against the least that an ORM can do: get, change, commit."""

from __future__ import annotations

import json
import re
from itertools import cycle

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.area import Sheet
from benchmarks.doors import Door, fetch, hidden_fields
from benchmarks.measuring import Result
from benchmarks.pages import register_path
from benchmarks.plain_orm import share_of_plain_orm
from benchmarks.run import Run
from portal.domain.vocabulary import Attendance
from portal.models.meetings import Invitation

_SEEN = re.compile(r'action="[^"]*/register/(\d+)".*?name="version" value="([^"]*)"', re.DOTALL)
"""A row's number, and what a save of it is based on."""
_CHOICES = (Attendance.IN_PERSON, Attendance.VIDEO, Attendance.TELEPHONE)


class Keeper:
    """Somebody with a register open: sets one row after the other, each save based on what the last one answered."""

    def __init__(self, door: Door, sheet: Sheet) -> None:
        self._door = door
        self._path = register_path(sheet.meeting_id)
        page = fetch(door, self._path)
        self._hidden = hidden_fields(page)
        self._rows = cycle(sheet.invitation_ids)
        self._choices = cycle(_CHOICES)
        # Another benchmark may have set these rows before.
        self._seen = {int(row): seen for row, seen in _SEEN.findall(page.decode())}
        self.saved: dict[int, tuple[Attendance, int]] = {}
        """By invitation what was saved last, and how many saves were answered as kept."""

    def save(self) -> None:
        """Set the next row; raises RuntimeError where the answer is not that it is saved."""
        row, choice = next(self._rows), next(self._choices)
        fields = {**self._hidden, "version": self._seen[row], "attendance": choice.value}
        answer = self._door.post(f"{self._path}/{row}", fields, by_script=True)
        if answer.status != 200:
            raise RuntimeError(f"saving answered {answer.status}: {answer.body[:200]!r}")
        self._seen[row] = str(json.loads(answer.body)["version"])
        self.saved[row] = choice, self.saved.get(row, (choice, 0))[1] + 1


def measure(run: Run) -> Result:
    """One attendance after the other, of the same register."""
    keeper = Keeper(run.inside(run.area.people["chair"]), run.area.sheet)
    rows, choices = cycle(run.area.spare.invitation_ids), cycle(_CHOICES)
    return share_of_plain_orm(
        run,
        "one attendance",
        save=keeper.save,
        plainly=lambda engine: _plainly(engine, next(rows), next(choices)),
    )


def _plainly(engine: Engine, invitation_id: int, choice: Attendance) -> None:
    """No access, no CSRF, no trail; the version is counted because the table's class does."""
    with Session(engine) as session:
        row = session.get_one(Invitation, invitation_id)
        row.attendance = choice
        session.commit()
