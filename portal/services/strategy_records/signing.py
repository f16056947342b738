"""Signing a strategy record, and opening a signed one again to amend it: every version that was signed is kept."""

from __future__ import annotations

from zlib import crc32

from portal.access import strategy_records as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.strategy_records import SHORT_LIMIT, YES, missing
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.models.strategy_records import StrategyRecord, StrategyVersion
from portal.services.changes import changing
from portal.services.strategy_records.snapshots import snapshot_of
from portal.services.strategy_records.stored import Stored, stored_record
from portal.services.strategy_records.writing import AlreadySigned, person

AMENDING_LIMIT = SHORT_LIMIT * 10


def seen(stored: Stored) -> int:
    """The record as one number: what a signature is given for."""
    return crc32(snapshot_of(stored).encode()) & 0x7FFFFFFF


def sign_record(viewer: Viewer, meeting_id: int, checked: int) -> int:
    """Sign the record as it was checked; returns the number of the version that holds from now on.

    What it says of the interim safety plan is what the meeting says from then on. Raises NotVisible, NotPermitted,
    AlreadySigned, Invalid where something is missing, and Conflict where it was changed since it was checked.
    """
    with changing(viewer) as change:
        stored = stored_record(change.session, viewer, meeting_id, locked=True)
        record = _signable(viewer, stored)
        if lacking := missing(stored.facts, stored.of_meeting, stored.of_agencies):
            raise Invalid("Something is missing.", errors={"": [one.words for one in lacking]})
        if checked != seen(stored):
            raise Conflict("Somebody changed this record since you checked it. It has not been signed.")
        number = record.signed_number + 1
        change.session.add(
            StrategyVersion(
                record_id=record.id,
                number=number,
                partnership_id=record.partnership_id,
                content=snapshot_of(stored),
                amended_because=record.amending_because,
                signed_at=viewer.now,
                signed_by_id=person(viewer),
            )
        )
        record.state = StrategyRecordState.SIGNED
        record.signed_number = number
        record.amending_because = None
        has_plan = stored.of_meeting[StrategyQuestion.SAFETY_PLAN]["exists"] == YES
        if stored.meeting.interim_safety_plan is not has_plan:
            stored.meeting.interim_safety_plan = has_plan
            change.log("meeting.changed", "meeting", meeting_id)
        change.log("strategy_record.signed", "strategy_record", record.id)
        return number


def amend_record(viewer: Viewer, meeting_id: int, reason: str) -> None:
    """Open a signed record again; what was signed stays what is read until its chair signs anew.

    Once more changes nothing. Raises NotVisible, NotPermitted, and Invalid without a reason.
    """
    with changing(viewer) as change:
        stored = stored_record(change.session, viewer, meeting_id, locked=True)
        record = stored.record
        if record is None or not access.may_keep(viewer, stored.meeting):
            raise NotPermitted("Only a record that was signed is amended, by those who keep it.")
        if not reason.strip():
            raise Invalid("A reason is missing.", errors={"reason": ["Say why the record has to be amended"]})
        if len(reason) > AMENDING_LIMIT:
            raise Invalid("Too long.", errors={"reason": [f"Use {AMENDING_LIMIT:,} characters or fewer"]})
        change.log("strategy_record.amended", "strategy_record", record.id)
        if record.state is StrategyRecordState.AMENDING:
            return
        if not access.may_amend(viewer, stored.meeting, record):
            raise NotPermitted("This record has not been signed yet: write in it.")
        record.state = StrategyRecordState.AMENDING
        record.amending_because = reason.strip()


def _signable(viewer: Viewer, stored: Stored) -> StrategyRecord:
    record = stored.record
    if record is None:
        raise Invalid("Something is missing.", errors={"": ["Nothing has been written yet"]})
    if record.state is StrategyRecordState.SIGNED and access.may_keep(viewer, stored.meeting):
        raise AlreadySigned("The record had been signed already.")
    if not access.may_sign(viewer, stored.meeting, record):
        raise NotPermitted("The meeting’s chair signs the record.")
    return record
