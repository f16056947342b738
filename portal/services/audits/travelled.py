"""A return that an agency signed in another partnership, taken in: what asks the same is answered, unconfirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access import signing_keys as keys_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES
from portal.domain.errors import NotPermitted
from portal.domain.portable_returns import PortableReturn, Refused, check, unpack
from portal.domain.ratings import scales_from_plain
from portal.domain.returns import AnswerState, answer_state, missing
from portal.domain.sheet_cells import day_words
from portal.domain.text_changes import Piece, word_differences
from portal.domain.travelled_answers import AskedHere, Fit, match
from portal.gateways import signatures
from portal.models.audits import AuditReturn, Response
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.portable_returns import TravelledAnswer
from portal.services import activity
from portal.services.audits.answering import confirm_answer
from portal.services.audits.holding import hold_return
from portal.services.audits.portable import agency_of, framework_of, led_return
from portal.services.audits.question_numbers import QUESTION_NUMBER
from portal.services.audits.returns_page import ReturnFacts
from portal.services.audits.starting import start_return
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo

_EVIDENCE = (
    select(func.count())
    .select_from(Evidence)
    .where(Evidence.response_id == Response.id)
    .correlate(Response)
    .scalar_subquery()
    .label("evidence")
)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a file: questions answered by it, altered ones, those answered here before, and what is left."""

    issuer: str
    answered: int
    altered: int
    kept: int
    left: int


@dataclass(frozen=True, slots=True)
class Travelled:
    """A question with what was answered to it elsewhere."""

    question_id: int
    number: str
    pieces: tuple[Piece, ...]
    """The question, with what reads otherwise here than there."""
    issuer: str
    label: str
    narrative: str
    evidence: tuple[str, ...]
    is_same: bool
    state: AnswerState
    can_confirm: bool


@dataclass(frozen=True, slots=True)
class PortablePage:
    """A return and what it brought along, as its lead sees it."""

    facts: ReturnFacts
    may_export: bool
    may_take: bool
    travelled: tuple[Travelled, ...]

    @property
    def to_confirm(self) -> int:
        """How many answers wait for one touch."""
        return sum(one.can_confirm for one in self.travelled)


def portable_page(viewer: Viewer, return_id: int) -> PortablePage:
    """What can be taken along or in, and what was. Raises NotVisible, NotPermitted."""
    facts = led_return(viewer, return_id)
    rows = _brought(db.session(), viewer, return_id)
    return PortablePage(
        facts,
        may_export=facts.status in SIGNED_STATUSES,
        may_take=access.may_answer(viewer, facts.row, facts.row, given=True),
        travelled=tuple(_travelled(row) for row in rows),
    )


def check_open(viewer: Viewer, return_id: int) -> ReturnFacts:
    """The return, if the viewer leads and can answer it now. Raises NotVisible, NotPermitted."""
    facts = led_return(viewer, return_id)
    if not access.may_answer(viewer, facts.row, facts.row, given=True):
        raise NotPermitted("This return cannot be answered now.")
    return facts


def take_in(viewer: Viewer, return_id: int, file: bytes) -> TakenIn:
    """Answer what a signed file answers, all or nothing; the return is started if it has not been.

    What somebody has answered here stays as it is. Raises NotVisible, NotPermitted, and Refused with its own sentence,
    which is logged.
    """
    facts = check_open(viewer, return_id)
    try:
        portable = _checked(viewer, facts, file)
    except Refused as refused:
        activity.record_reading(viewer, f"portable_return.{refused.refusal}", "audit_return", [return_id])
        raise
    with changing(viewer) as change:
        start_return(viewer, return_id)
        hold_return(change, return_id)
        taken = _answer(change, return_id, portable)
        change.log("audit_return.taken_in", "audit_return", return_id)
    return taken


def confirm_travelled(viewer: Viewer, return_id: int) -> int:
    """Say of every answer that came along and asks the same that it is true here too; gives how many that were.

    Raises NotVisible, NotPermitted.
    """
    led_return(viewer, return_id)
    confirmed = 0
    try:
        with changing(viewer) as change:
            hold_return(change, return_id)
            for row in _brought(change.session, viewer, return_id):
                if _can_confirm(row):
                    confirmed += confirm_answer(viewer, return_id, row.Question.id, row.Response.version)
            if not confirmed:
                raise AlreadySo
    except AlreadySo:
        pass
    return confirmed


def _checked(viewer: Viewer, facts: ReturnFacts, file: bytes) -> PortableReturn:
    trusted = {key.fingerprint: key.public_key for key in db.session.scalars(keys_access.trusted_visible_to(viewer))}

    def is_signed(fingerprint: str, content: bytes, signature: str) -> bool:
        return signatures.is_signed(trusted[fingerprint], content, signature)

    portable = unpack(file, is_signed, trusted)
    code, _digest = framework_of(facts.id)
    check(portable, agency_of(db.session(), facts.agency_id), code, facts.framework_title)
    return portable


def _answer(change: Change, return_id: int, portable: PortableReturn) -> TakenIn:
    session, viewer = change.session, change.viewer
    rows = _newest(session, viewer, return_id)
    asked = [AskedHere(row.code, row.digest, scales_from_plain(row.scales)[row.scale].codes) for row in rows]
    found = match(asked, portable.answers)
    responses = [row.id for row in rows if row.code in found]
    if responses:
        session.execute(delete(TravelledAnswer).where(TravelledAnswer.response_id.in_(responses)))
    answered = kept = 0
    for row in rows:
        if row.code not in found:
            continue
        fit, answer = found[row.code]
        session.execute(insert(TravelledAnswer).values(**_row(viewer, row, portable, fit)))
        if fit is Fit.SAME and row.rating is None and row.answered_at is None and not row.narrative:
            answered += 1
            session.execute(
                update(Response)
                .where(Response.id == row.id)
                .values(rating=answer.rating, narrative=answer.narrative, version=Response.version + 1)
            )
        elif fit is Fit.SAME:
            kept += 1
    altered = sum(fit is Fit.ALTERED for fit, _ in found.values())
    return TakenIn(portable.issuer, answered, altered, kept, len(rows) - len(found))


def _row(viewer: Viewer, row: Any, portable: PortableReturn, fit: Fit) -> dict[str, Any]:
    answer = next(one for one in portable.answers if one.code == row.code)
    return {
        "partnership_id": row.partnership_id,
        "response_id": row.id,
        "issuer": portable.issuer[:120],
        "is_same": fit is Fit.SAME,
        "question": answer.question,
        "rating": answer.rating[:40],
        "label": answer.label,
        "narrative": answer.narrative,
        "evidence": "\n".join(f"{piece.title}, {day_words(piece.dated_on)}" for piece in answer.evidence),
        "taken_at": viewer.now,
        "taken_by_id": viewer.user_id,
    }


def _newest(session: Session, viewer: Viewer, return_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(FrameworkEdition, FrameworkEdition.id == Question.edition_id)
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .with_only_columns(
            Response.id,
            Response.partnership_id,
            Response.rating,
            Response.narrative,
            Response.answered_at,
            Question.code,
            Question.digest,
            Question.scale,
            FrameworkEdition.scales,
        )
        .order_by(Question.position)
    ).all()


def _brought(session: Session, viewer: Viewer, return_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    return session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(Standard, Standard.id == Question.standard_id)
        .join(TravelledAnswer, TravelledAnswer.response_id == Response.id)
        .where(Response.return_id == return_id, Response.number == AuditReturn.number)
        .with_only_columns(Response, Question, TravelledAnswer, _EVIDENCE, QUESTION_NUMBER)
        .order_by(Question.position)
        .execution_options(populate_existing=True)
    ).all()


def _state(row: Any) -> AnswerState:
    response = row.Response
    return answer_state(
        rating=response.rating, is_confirmed=response.is_confirmed, is_of_this_time=response.answered_at is not None
    )


def _can_confirm(row: Any) -> bool:
    """Whether the answer is the one that came along, asks the same, waits, and lacks nothing here."""
    response, brought = row.Response, row.TravelledAnswer
    is_theirs = (response.rating, response.narrative) == (brought.rating, brought.narrative)
    lacks = missing(row.Question, rating=response.rating, narrative=response.narrative, evidence=row.evidence)
    return bool(brought.is_same and is_theirs and not lacks and _state(row) is AnswerState.TO_CONFIRM)


def _travelled(row: Any) -> Travelled:
    question, brought = row.Question, row.TravelledAnswer
    return Travelled(
        question_id=question.id,
        number=row.question_number,
        pieces=word_differences(brought.question, question.text),
        issuer=brought.issuer,
        label=brought.label,
        narrative=brought.narrative,
        evidence=tuple(filter(None, brought.evidence.split("\n"))),
        is_same=brought.is_same,
        state=_state(row),
        can_confirm=_can_confirm(row),
    )
