"""Marking who was there: one row at a time as it is touched, or a whole sheet at once, all of it or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, update

from portal.access import meetings as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.registers import NOTE_LIMIT, Mark, QuorumLine, Sat, attendance_of, mark_words, quorum_line
from portal.domain.vocabulary import COUNTED_STATUSES
from portal.models.meetings import Invitation
from portal.services import case_facts
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.registers.queries import meeting_of, quorum_from, rows_of
from portal.services.registers.seals import cannot_mark_because
from portal.services.registers.sheet import mark_in, seen_row

_INVITATIONS = cast(Table, Invitation.__table__)

# Built once, like the reads of queries.py.
_CONFIRM = (
    update(_INVITATIONS)
    .where(_INVITATIONS.c.id == bindparam("invitation_id"))
    .values(
        attendance=bindparam("counted"),
        confirmed_attendance=bindparam("counted"),
        confirmed_at=bindparam("now"),
        confirmed_by_id=bindparam("person"),
        confirmed_note=bindparam("note"),
        present_by=bindparam("by"),
        is_deputy=bindparam("deputy"),
        left_early=bindparam("left"),
        version=_INVITATIONS.c.version + 1,
    )
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody entered in one row; `seen` is what its page was drawn from (RegisterRow.seen)."""

    seen: int
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of saving: what each row's next save is based on, and the quorum with it."""

    seen: Mapping[int, int]
    line: QuorumLine


class AlreadyClosed(Conflict):
    """The register was closed before this came."""


def record(viewer: Viewer, meeting_id: int, entries: Mapping[int, Entry]) -> Recorded:
    """Confirm who was there, by invitation: every row of `entries`, or none.

    Raises NotVisible, NotPermitted, AlreadyClosed; Invalid by invitation; Conflict where somebody else set a row
    otherwise in the meantime, with both entries in words by invitation.
    """
    _check(entries)
    try:
        with changing(viewer) as change:
            meeting = locked_meeting(change, meeting_id)
            rows = {row.invitation_id: row for row in rows_of(change.session, viewer, meeting_id)}
            changed = _changed(entries, rows)
            recorded = Recorded(
                {invitation_id: seen_row(entry.mark, entry.note) for invitation_id, entry in entries.items()},
                quorum_line(quorum_from(meeting.quorum), _sat(rows, changed)),
            )
            if not changed:
                raise AlreadySo
            if meeting.status in COUNTED_STATUSES:
                _check_month(change, meeting, changed)
            for invitation_id, entry in changed.items():
                confirm(change, invitation_id, entry.mark, entry.note)
            if meeting.status in COUNTED_STATUSES:
                case_facts.recount_meeting(change.session, meeting_id)
    except AlreadySo:
        pass
    return recorded


def locked_meeting(change: Change, meeting_id: int) -> Any:
    """The meeting whose register is to be changed, locked so that its closing and its saving wait for each other.

    Its rows are read after it: whoever waited for the lock then sees what the other did. Raises
    NotVisible, AlreadyClosed, NotPermitted.
    """
    meeting = meeting_of(change.session, change.viewer, meeting_id, locked=True)
    if meeting is None:
        raise NotVisible("No such meeting.")
    if not access.may_keep_register(change.viewer, meeting):
        if meeting.register_closed_at is not None and change.viewer.may(Permission.REGISTER_KEEP):
            raise AlreadyClosed("The register has been closed. Nothing was changed.")
        raise NotPermitted("This register cannot be kept now.")
    return meeting


def confirm(change: Change, invitation_id: int, mark: Mark, note: str) -> None:
    """Write one row: the counted fact, and what was entered."""
    attendance = attendance_of(mark)
    entered = {
        "invitation_id": invitation_id,
        "counted": attendance,
        "now": change.viewer.now,
        "person": change.viewer.user_id,
        "note": note or None,
        "by": mark.present_by,
        "deputy": mark.is_deputy,
        "left": mark.left_early,
    }
    change.session.connection().execute(_CONFIRM, entered)
    change.log("attendance.confirmed", "invitation", invitation_id)


def _check(entries: Mapping[int, Entry]) -> None:
    errors: dict[str, list[str]] = {}
    for invitation_id, entry in entries.items():
        try:
            attendance_of(entry.mark)
        except Invalid as refused:
            errors[str(invitation_id)] = [str(refused)]
        if len(entry.note) > NOTE_LIMIT:
            errors.setdefault(str(invitation_id), []).append(
                f"Shorten the note to {NOTE_LIMIT} characters or fewer. It has {len(entry.note):,} now."
            )
    if errors:
        raise Invalid("Check the rows that are named.", errors=errors)


def _check_month(change: Change, meeting: Any, changed: Mapping[int, Entry]) -> None:
    """A meeting that counts already changes its month with each mark: not while that is frozen."""
    day = meeting.held_on or meeting.scheduled_on
    if sealed := cannot_mark_because(change.session, meeting.partnership_id, day):
        raise Invalid(sealed, errors={str(invitation_id): [sealed] for invitation_id in changed})


def _changed(entries: Mapping[int, Entry], rows: Mapping[int, Any]) -> dict[int, Entry]:
    """The entries that say something new; what somebody else has saved alike is no conflict, both said the same.

    An imported row that a person saves as it stands is new: now a person says so.
    """
    if not entries.keys() <= rows.keys():
        raise NotVisible("No such invitation.")
    changed, mine, theirs = {}, {}, {}
    for invitation_id, entry in entries.items():
        row = rows[invitation_id]
        mark, note = mark_in(row), row.confirmed_note or ""
        if (entry.mark, entry.note) != (mark, note):
            if entry.seen != seen_row(mark, note):
                mine[str(invitation_id)], theirs[str(invitation_id)] = (
                    _words(entry.mark, entry.note),
                    _words(mark, note),
                )
            changed[invitation_id] = entry
        elif row.confirmed_by_id is None:
            changed[invitation_id] = entry
    if mine:
        raise Conflict("Somebody else changed this in the meantime. Nothing was overwritten.", mine=mine, theirs=theirs)
    return changed


def _sat(rows: Mapping[int, Any], changed: Mapping[int, Entry]) -> list[Sat]:
    """What the register says of everybody once the changed rows are kept."""
    return [
        (
            row.agency_type,
            attendance_of(changed[invitation_id].mark) if invitation_id in changed else row.confirmed_attendance,
            row.agency_name,
        )
        for invitation_id, row in rows.items()
    ]


def _words(mark: Mark, note: str) -> str:
    return f"{mark_words(mark)}. Note: {note}" if note else mark_words(mark)
