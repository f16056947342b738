"""Erasing what is due: proposed by the worker and approved by a person, or run as a command; holds beat both."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.emptying import empty_free_space
from portal.database.session import db
from portal.domain.audit_vocabulary import FileStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.retention import Cause, ErasureState, Unit
from portal.models.files import StoredFile
from portal.models.partnerships import Partnership
from portal.models.records import Erasure
from portal.services import files
from portal.services.changes import Change, changing
from portal.services.records.certificates import certificate_of, seal
from portal.services.records.closure import erase, gather
from portal.services.records.due import Due, due, roots_of
from portal.services.records.texts import forget_typed, markers_of, sweep
from portal.services.records.turns import take_turn

Place = tuple[str | None, int | None]
"""A class of records and the row at its root: both are empty where a whole partnership left."""

WORKER = "worker"
TOGETHER = 20
"""How many go in one transaction: each looks through every text of the partnership twice, together or alone."""
MEANWHILE = "Something that you chose was erased already, is held, or is not due any more."


def propose_due(now: datetime) -> int:
    """Propose what has become due in every partnership, and take back what no longer is; returns how many are new."""
    numbers = list(db.session.scalars(select(Partnership.id).order_by(Partnership.id)))
    db.session.rollback()
    return sum(propose(Viewer.of_system(WORKER, now, number)) for number in numbers)


def propose(viewer: Viewer) -> int:
    """The same for one partnership."""
    session, partnership_id = db.session(), _partnership(viewer)
    found = {_place(one.unit): one for one in due(session, partnership_id, viewer.today) if not one.is_held}
    waiting = {_place_of(row): row.id for row in session.scalars(_proposed(viewer))}
    new = [one for place, one in found.items() if place not in waiting]
    stale = [number for place, number in waiting.items() if place not in found]
    session.rollback()
    if not new and not stale:
        return 0
    try:
        with changing(viewer) as change:
            for number in stale:
                change.session.execute(
                    delete(Erasure).where(Erasure.id == number, Erasure.state == ErasureState.PROPOSED)
                )
                change.log("erasure.taken_back", "erasure", number)
            for one in new:
                row = _proposal(viewer, one)
                change.session.add(row)
                change.session.flush()
                change.log("erasure.proposed", "erasure", row.id)
    except IntegrityError:
        # Another worker was quicker: its proposals stand.
        return 0
    return len(new)


def approve(viewer: Viewer, erasure_ids: Collection[int]) -> list[Erasure]:
    """Erase what was proposed and still is due, all of it or nothing.

    Raises NotPermitted, NotVisible, Invalid by field ("erasures"), and Conflict where something is held or no longer
    due by now.
    """
    if not access.may_erase(viewer):
        raise NotPermitted("The safeguarding manager approves what is erased.")
    if not erasure_ids:
        words = "Choose what is to be erased"
        raise Invalid(words, errors={"erasures": [words]})
    if len(erasure_ids) > TOGETHER:
        words = f"Choose up to {TOGETHER} at once"
        raise Invalid(words, errors={"erasures": [words]})
    partnership_id = _partnership(viewer)
    with changing(viewer) as change:
        take_turn(change.session, partnership_id)
        rows = list(
            change.session.scalars(
                access.erasures_visible_to(viewer)
                .where(Erasure.id.in_(erasure_ids))
                .order_by(Erasure.id)
                .with_for_update(of=Erasure)
                .execution_options(populate_existing=True)
            )
        )
        if len(rows) != len(set(erasure_ids)):
            raise NotVisible("No such proposal.")
        still = {_place(one.unit): one for one in due(change.session, partnership_id, viewer.today)}
        for row in rows:
            one = still.get(_place_of(row))
            if row.state is not ErasureState.PROPOSED or one is None or one.is_held:
                raise Conflict(MEANWHILE)
        store_names = _erase(change, rows, [still[_place_of(row)] for row in rows])
    files.drop_bytes(*store_names)
    empty_free_space()
    return rows


def run(viewer: Viewer, as_of: date, *, dry_run: bool = False) -> tuple[list[Due], list[Erasure]]:
    """Erase everything in one partnership that is due by a day; returns what is due, and the certificates.

    What is held is named and stays. Raises NotPermitted for whoever is no command.
    """
    if not viewer.is_system or not access.may_erase(viewer):
        raise NotPermitted("Only whoever runs the portal erases without a proposal.")
    partnership_id = _partnership(viewer)
    found = due(db.session(), partnership_id, as_of)
    db.session.rollback()
    done: list[Erasure] = []
    free = [one for one in found if not one.is_held]
    for start in range(0, 0 if dry_run else len(free), TOGETHER):
        done += _run_some(viewer, partnership_id, free[start : start + TOGETHER], as_of)
    if done:
        empty_free_space()
    return found, done


def _run_some(viewer: Viewer, partnership_id: int, some: Sequence[Due], as_of: date) -> list[Erasure]:
    places = {_place(one.unit) for one in some}
    with changing(viewer) as change:
        take_turn(change.session, partnership_id)
        # Asked again inside: a hold may have been placed meanwhile.
        still = [
            one for one in due(change.session, partnership_id, as_of) if _place(one.unit) in places and not one.is_held
        ]
        waiting = {_place_of(row): row for row in change.session.scalars(_proposed(viewer))}
        rows = [waiting.get(_place(one.unit)) or _proposal(viewer, one) for one in still]
        change.session.add_all(rows)
        change.session.flush()
        if not rows:
            change.log("retention.run", "partnership", partnership_id)
        store_names = _erase(change, rows, still)
    files.drop_bytes(*store_names)
    return rows


def _erase(change: Change, rows: Sequence[Erasure], found: Sequence[Due]) -> list[str]:
    """Erase each with a certificate of its own; returns what the file store calls the files that go with them."""
    dropped: list[str] = []
    for row, one in zip(rows, found, strict=True):
        dropped += _erase_one(change, row, one)
    return dropped


def _erase_one(change: Change, row: Erasure, one: Due) -> list[str]:
    session, viewer = change.session, change.viewer
    session.flush()
    going = gather(session, row.partnership_id, roots_of(session, row.partnership_id, one.unit))
    markers = markers_of(session, going)
    blotted = sweep(session, going, markers, blots=True)
    typed = forget_typed(session, going, markers)
    store_names = [stored["store_name"] for stored in going.of("stored_files").values()]
    erase(session, going)
    # What the session has read may be gone now.
    session.expire_all()
    checked = sweep(session, going, markers, blots=False)
    files_left = _files_of_others(session, row.partnership_id)
    session.refresh(row)
    row.state, row.due_on, row.rule = ErasureState.ERASED, one.due_on, one.rule
    row.erased_at, row.erased_by_id = viewer.now, viewer.user_id
    row.erased_by = viewer.name[:120] or viewer.system
    row.certificate = certificate_of(
        going,
        typed=typed,
        markers=markers,
        blotted=blotted,
        checked=checked,
        store_names=store_names,
        files_left=files_left,
    )
    seal(row)
    session.flush()
    change.log("erasure.done", "erasure", row.id)
    return store_names


def _files_of_others(session: Session, partnership_id: int) -> int:
    """How many files stay, of other families and of audits: the words inside them are not looked through."""
    stay = StoredFile.partnership_id == partnership_id, StoredFile.status != FileStatus.INFECTED
    return session.scalar(select(func.count()).select_from(StoredFile).where(*stay)) or 0


def _proposal(viewer: Viewer, one: Due) -> Erasure:
    return Erasure(
        partnership_id=viewer.partnership_id,
        cause=Cause.RETENTION,
        record_class=one.unit.record_class,
        root_id=one.unit.root_id,
        state=ErasureState.PROPOSED,
        due_on=one.due_on,
        rule=one.rule[:200],
        proposed_at=viewer.now,
    )


def _proposed(viewer: Viewer) -> Any:
    return access.erasures_visible_to(viewer).where(Erasure.state == ErasureState.PROPOSED)


def _place(unit: Unit) -> Place:
    return unit.record_class.value, unit.root_id


def _place_of(row: Erasure) -> Place:
    return row.record_class.value if row.record_class else None, row.root_id


def _partnership(viewer: Viewer) -> int:
    if viewer.partnership_id is None:
        raise NotPermitted("Records are erased in a partnership.")
    return viewer.partnership_id
