"""Evidence for an answer: a file, a link, or what was given already; each with its own day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session, joinedload

from portal.access import answers as access
from portal.access import audits as audits_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import EvidenceKind, FilePurpose
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.evidence import TITLE_LIMIT, link_fault
from portal.domain.files import Upload
from portal.domain.returns import missing
from portal.models.audits import AuditReturn, Response
from portal.models.evidence import Evidence
from portal.models.files import StoredFile
from portal.services import files
from portal.services.audits.answers import answer_to_change
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.same_files import told_apart

MOST_OFFERED = 100

_RESPONSES = cast(Table, Response.__table__)


@dataclass(frozen=True, slots=True)
class GivenAlready:
    """A piece that was given to another question, or in an earlier return."""

    id: int
    title: str
    dated_on: date
    question_id: int
    is_of_this_return: bool


def add_files(
    viewer: Viewer, return_id: int, question_id: int, uploads: Sequence[Upload], title: str, dated_on: date
) -> bool:
    """Keep files as evidence; `title` says what they are, or (empty) each is called as its file is.

    What stands there already under that title and day, as after a double click, is not kept once more; False where
    that is all. Raises NotVisible, NotPermitted, Invalid by field.
    """
    if viewer.agency_id is None:
        raise NotPermitted("Evidence is given by an agency.")
    if not uploads:
        raise Invalid("No file.", errors={"files": ["Choose a file"]})
    _check(viewer, title, dated_on)
    purpose = FilePurpose.AUDIT_EVIDENCE
    try:
        with (
            files.receiving(viewer, agency_id=viewer.agency_id, purpose=purpose, uploads=uploads) as received,
            changing(viewer) as change,
        ):
            row = answer_to_change(change, return_id, question_id, alone=True)
            new, again = told_apart(received, _files_of(change.session, row.response_id, title, dated_on))
            if not new:
                raise AlreadySo
            files.check_number(row.evidence, new)
            for one in new:
                stored = files.keep_file(change, one)
                _add(change, row, EvidenceKind.FILE, title or stored.name, dated_on, file_id=stored.id)
            _recount(change, row)
    except AlreadySo:
        return False
    files.drop_bytes(*(one.store_name for one in again))
    return True


def add_link(viewer: Viewer, return_id: int, question_id: int, url: str, title: str, dated_on: date) -> bool:
    """Add a link as evidence; gives False where the same stands there already, as after a double click.

    Raises NotVisible, NotPermitted, Invalid by field.
    """
    if fault := link_fault(url):
        raise Invalid("The link cannot be used.", errors={"url": [fault]})
    _check(viewer, title, dated_on)
    try:
        with changing(viewer) as change:
            row = answer_to_change(change, return_id, question_id, alone=True)
            if any(piece.url == url and piece.dated_on == dated_on for piece in _of(change.session, row.response_id)):
                raise AlreadySo
            _add(change, row, EvidenceKind.LINK, title or url, dated_on, url=url)
            _recount(change, row)
    except AlreadySo:
        return False
    return True


def add_given(viewer: Viewer, return_id: int, question_id: int, evidence_id: int) -> bool:
    """Use a piece that the agency gave to another question, or last time; it keeps its own day.

    Gives False where the answer has it already. Raises NotVisible, NotPermitted, and Invalid where the piece is not
    one that the viewer can use.
    """
    try:
        with changing(viewer) as change:
            row = answer_to_change(change, return_id, question_id, alone=True)
            piece = change.session.scalar(_usable(viewer).where(Evidence.id == evidence_id))
            if piece is None:
                raise Invalid("No such evidence.", errors={"given": ["Choose from the evidence shown"]})
            if any(_is_same(piece, other) for other in _of(change.session, row.response_id)):
                raise AlreadySo
            _add(
                change,
                row,
                EvidenceKind.GIVEN,
                piece.title,
                piece.dated_on,
                url=piece.url,
                file_id=piece.file_id,
                given_from_id=piece.id,
            )
            _recount(change, row)
    except AlreadySo:
        return False
    return True


def remove(viewer: Viewer, return_id: int, question_id: int, evidence_id: int) -> bool:
    """Take a piece away from an answer; a file that nothing else has is deleted. False where it had gone already.

    Raises NotVisible, NotPermitted.
    """
    dropped = None
    try:
        with changing(viewer) as change:
            row = answer_to_change(change, return_id, question_id, alone=True)
            piece = next((one for one in _of(change.session, row.response_id) if one.id == evidence_id), None)
            if piece is None:
                raise AlreadySo
            # What repeats this piece stands on its own: it has its file or link itself.
            change.session.execute(
                update(Evidence).where(Evidence.given_from_id == piece.id).values(given_from_id=None)
            )
            change.session.delete(piece)
            change.session.flush()
            if piece.file_id is not None:
                dropped = files.drop_if_unused(change, piece.file_id)
            change.log("evidence.removed", "answer", row.response_id)
            _recount(change, row)
    except AlreadySo:
        return False
    files.drop_bytes(dropped)
    return True


def given_already(viewer: Viewer, return_id: int, question_id: int) -> list[GivenAlready]:
    """What the agency has given and this answer does not have, this return's first, each once; newest first."""
    rows = db.session.execute(
        _usable(viewer)
        .add_columns(Response.return_id, Response.question_id)
        .outerjoin(StoredFile, StoredFile.id == Evidence.file_id)
        .order_by((Response.return_id == return_id).desc(), Evidence.id.desc())
        .limit(MOST_OFFERED)
    ).all()
    here = {
        _what(piece) for piece, of_return, of_question in rows if (of_return, of_question) == (return_id, question_id)
    }
    found: dict[tuple[Any, ...], GivenAlready] = {}
    for piece, of_return, of_question in rows:
        if _what(piece) not in here:
            found.setdefault(
                _what(piece), GivenAlready(piece.id, piece.title, piece.dated_on, of_question, of_return == return_id)
            )
    return list(found.values())


def evidence_of(session: Session, viewer: Viewer, response_id: int) -> list[Evidence]:
    """What backs an answer that the viewer may read, with the files, in the order in which it was given."""
    query = access.evidence_visible_to(viewer).where(Evidence.response_id == response_id)
    return list(session.scalars(query.options(joinedload(Evidence.file)).order_by(Evidence.id)))


def _usable(viewer: Viewer) -> Any:
    """The agency's own evidence, of every return of theirs that the viewer may read."""
    return (
        select(Evidence)
        .join(Response, Response.id == Evidence.response_id)
        .join(AuditReturn, AuditReturn.id == Response.return_id)
        .where(
            Response.id.in_(audits_access.answers_visible_to(viewer).with_only_columns(Response.id)),
            AuditReturn.agency_id == viewer.agency_id,
        )
    )


def _of(session: Session, response_id: int) -> Sequence[Evidence]:
    return session.scalars(select(Evidence).where(Evidence.response_id == response_id)).all()


def _files_of(session: Session, response_id: int, title: str, dated_on: date) -> list[StoredFile]:
    """The files that back an answer under a title (without one, under their own names) and of a day."""
    of_day = select(Evidence).where(Evidence.response_id == response_id, Evidence.dated_on == dated_on)
    pieces = session.scalars(of_day.options(joinedload(Evidence.file)))
    return [piece.file for piece in pieces if piece.file is not None and piece.title == (title or piece.file.name)]


def _what(piece: Evidence) -> tuple[Any, ...]:
    return (piece.file_id, piece.url, piece.dated_on)


def _is_same(piece: Evidence, other: Evidence) -> bool:
    return piece.id == other.id or _what(piece) == _what(other)


def _add(
    change: Change,
    row: Any,
    kind: EvidenceKind,
    title: str,
    dated_on: date,
    *,
    url: str | None = None,
    file_id: int | None = None,
    given_from_id: int | None = None,
) -> None:
    if change.viewer.user_id is None:
        raise NotPermitted("Evidence is given by a person.")
    change.session.add(
        Evidence(
            partnership_id=row.partnership_id,
            response_id=row.response_id,
            kind=kind,
            title=title,
            url=url,
            file_id=file_id,
            given_from_id=given_from_id,
            dated_on=dated_on,
            added_at=change.viewer.now,
            added_by_id=change.viewer.user_id,
        )
    )
    change.log("evidence.added", "answer", row.response_id)


def _recount(change: Change, row: Any) -> None:
    """Whether the answer is whole may hang on its evidence. Its version stays: what somebody types there is not old."""
    change.session.flush()
    if row.answered_at is None:
        return
    number = change.session.scalar(select(func.count()).where(Evidence.response_id == row.response_id)) or 0
    lacks = missing(row, rating=row.rating, narrative=row.narrative, evidence=number)
    change.session.connection().execute(
        update(_RESPONSES).where(_RESPONSES.c.id == row.response_id).values(is_confirmed=not lacks)
    )


def _check(viewer: Viewer, title: str, dated_on: date) -> None:
    if len(title) > TITLE_LIMIT:
        raise Invalid("Too long.", errors={"title": [f"Shorten this to {TITLE_LIMIT} characters or fewer"]})
    if dated_on > viewer.today:
        raise Invalid("Not yet.", errors={"dated_on": ["The day of the evidence must be today or earlier"]})
