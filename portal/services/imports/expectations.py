"""What follows where a file of attendance expects something new of an agency: its history, its access, who is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from portal.domain.vocabulary import Expectation
from portal.services.changes import Change
from portal.services.invitations.expecting import note_imported
from portal.services.notices.meetings import tell_invitation_changed, tell_invited
from portal.services.notices.parts import begin_parts_anew, end_parts


def note_expectations(
    change: Change, partnership_id: int, known: dict[tuple[int, int], Row[Any]], changed: list[dict[str, Any]]
) -> None:
    """Keep what was expected before, where the file expects something else."""
    before = {row.id: row for row in known.values()}
    note_imported(
        change,
        partnership_id,
        [
            (stored.id, stored.expectation, stored.expectation_reason, row["expectation"], row["expectation_reason"])
            for row in changed
            if (stored := before[row["row_id"]]).expectation != row["expectation"]
        ],
    )


def tell_expected(
    change: Change,
    partnership_id: int,
    invited: list[int],
    known: dict[tuple[int, int], Row[Any]],
    changed: list[dict[str, Any]],
) -> None:
    """Tell the agencies that are invited, asked after all, or asked otherwise; of what is to come alone."""
    before = {row.id: row.expectation for row in known.values() if row.meeting_on >= change.viewer.today}
    otherwise = [
        row["row_id"] for row in changed if row["row_id"] in before and before[row["row_id"]] != row["expectation"]
    ]
    anew = [row_id for row_id in otherwise if before[row_id] is Expectation.NOT_RELEVANT]
    ended = [row["row_id"] for row in changed if row["expectation"] is Expectation.NOT_RELEVANT]
    end_parts(change, partnership_id, set(ended) & set(otherwise))
    begin_parts_anew(change, anew)
    if invited:
        tell_invited(change, partnership_id, invited)
    if anew:
        tell_invited(change, partnership_id, anew, again=True)
    if len(anew) < len(otherwise):
        tell_invitation_changed(change, partnership_id, set(otherwise) - set(anew))
