"""Writing in a strategy record: each question is saved by itself, by whoever keeps it, or by an agency its own part."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.access import strategy_records as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.strategy_records import Answer, faults, tidied
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.strategy_words import words_of
from portal.models.strategy_records import StrategyAnswer, StrategyRecord
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.strategy_records.places import check_place
from portal.services.strategy_records.stored import Place, Stored, stored_record


@dataclass(frozen=True, slots=True)
class Saved:
    """When an answer was saved (UTC), and the version that its next save is based on."""

    at: datetime
    version: int


class AlreadySigned(Conflict):
    """The record was signed before this came; nothing of it can be changed but by an amendment."""


def save_answer(viewer: Viewer, meeting_id: int, place: Place, version: int, answer: Answer) -> Saved:
    """Keep what stands under one question; the first save begins the record.

    `version` is that of the answer it is based on, 0 for none. Raises NotVisible, NotPermitted, AlreadySigned, Invalid
    by field, and Conflict with both texts by field where a colleague saved another one in the meantime.
    """
    mine = tidied(place.question, answer)
    try:
        with changing(viewer) as change:
            stored = stored_record(change.session, viewer, meeting_id, locked=True)
            _check(change, stored, place, mine)
            if found := faults(place.question, answer, [part.invitation_id for part in stored.facts.parts]):
                raise Invalid("This cannot be saved.", errors={field: [words] for field, words in found.items()})
            kept = stored.answers.get(place)
            saved = Saved(kept.saved_at, kept.version) if kept else Saved(viewer.now, 0)
            if mine == (kept.answer if kept else tidied(place.question, {})):
                raise AlreadySo
            if version != saved.version:
                names = stored.agency_names
                raise Conflict(
                    "Somebody else saved this while you were writing.",
                    mine=words_of(place.question, mine, names),
                    theirs=words_of(place.question, kept.answer if kept else {}, names),
                )
            saved = _write(change, stored, place, mine)
    except AlreadySo:
        pass
    return saved


def _check(change: Change, stored: Stored, place: Place, mine: Answer) -> None:
    """Whether the viewer writes here now. Raises NotVisible, NotPermitted, AlreadySigned."""
    viewer, record = change.viewer, stored.record
    own = check_place(change.session, viewer, stored, place)
    if record is not None and record.state is StrategyRecordState.SIGNED:
        raise AlreadySigned(
            "The record has been signed. It changes by an amendment alone.",
            mine=words_of(place.question, mine, stored.agency_names),
        )
    if own is not None and not access.may_share(viewer, stored.meeting, own, record):
        raise NotPermitted("Ask the chair to amend what your agency shared: the record was signed, or is off.")


def _write(change: Change, stored: Stored, place: Place, answer: Mapping[str, str | list[str]]) -> Saved:
    viewer, record = change.viewer, stored.record or _begun(change, stored)
    row = change.session.scalar(
        select(StrategyAnswer).where(
            StrategyAnswer.record_id == record.id,
            StrategyAnswer.question == place.question,
            StrategyAnswer.invitation_id == place.invitation_id
            if place.invitation_id is not None
            else StrategyAnswer.invitation_id.is_(None),
        )
    )
    if row is None:
        row = StrategyAnswer(
            partnership_id=record.partnership_id,
            record_id=record.id,
            question=place.question,
            invitation_id=place.invitation_id,
        )
        change.session.add(row)
    row.content = json.dumps(answer, ensure_ascii=False)
    row.saved_at = viewer.now
    row.saved_by_id = person(viewer)
    change.session.flush()
    change.log("strategy_record.saved", "strategy_record", record.id)
    return Saved(viewer.now, row.version)


def _begun(change: Change, stored: Stored) -> StrategyRecord:
    record = StrategyRecord(
        partnership_id=stored.meeting.partnership_id,
        meeting_id=stored.meeting.id,
        state=StrategyRecordState.DRAFT,
        opened_at=change.viewer.now,
        opened_by_id=person(change.viewer),
    )
    change.session.add(record)
    change.session.flush()
    change.log("strategy_record.opened", "strategy_record", record.id)
    return record


def person(viewer: Viewer) -> int:
    """Whoever writes. Raises NotPermitted for a command."""
    if viewer.user_id is None:
        raise NotPermitted("A record is written by a person.")
    return viewer.user_id
