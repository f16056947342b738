"""An agency starts its return: every question that it is asked gets its row at once, as it was answered last time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, Table, insert, select
from sqlalchemy.orm import Session, contains_eager

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import EvidenceKind, ReturnStatus, SchoolPhase
from portal.domain.carrying_over import AskedNow, Beginning, GivenThen, carry_over
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.frameworks import QuestionText
from portal.domain.ratings import scales_from_plain
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, AuditRound, Response, ReturnVersion
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question
from portal.models.partnerships import Agency
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo


def start_return(viewer: Viewer, return_id: int) -> bool:
    """Begin the agency's return; gives False where somebody has begun it already, which changes nothing.

    What was signed last time for the same framework stands in it, unconfirmed, with its evidence. Raises NotVisible,
    NotPermitted.
    """
    try:
        with changing(viewer) as change:
            found = _locked(change, return_id)
            if found.status is not ReturnStatus.NOT_STARTED:
                raise AlreadySo
            if not access.may_lead(viewer, found) or not access.may_answer(viewer, found, found.round, given=False):
                raise NotPermitted("This return cannot be started now.")
            _begin(change, found)
            found.status = ReturnStatus.IN_PROGRESS
            found.started_at = viewer.now
            change.log("audit_return.started", "audit_return", found.id)
    except AlreadySo:
        return False
    return True


def _locked(change: Change, return_id: int) -> AuditReturn:
    query = (
        access.visible_to(change.viewer)
        .join(AuditReturn.round)
        .join(AuditRound.edition)
        .join(AuditReturn.agency)
        .where(AuditReturn.id == return_id)
        .options(
            contains_eager(AuditReturn.round).contains_eager(AuditRound.edition), contains_eager(AuditReturn.agency)
        )
        .with_for_update(of=AuditReturn)
    )
    found = change.session.scalars(query).one_or_none()
    if found is None:
        raise NotVisible("No such return.")
    return found


def _begin(change: Change, found: AuditReturn) -> None:
    session, viewer = change.session, change.viewer
    asked = _questions(session, found.round.edition, found.agency)
    given = _given_last(session, viewer, found)
    places = {"partnership_id": found.partnership_id, "return_id": found.id, "number": found.number}
    session.execute(
        insert(ReturnVersion).values(**places, opened_at=viewer.now, opened_by_id=viewer.user_id, reason="")
    )
    begun = carry_over(
        [question for question, _ in asked],
        [GivenThen(row.id, row.code, row.rating, row.narrative) for row in given],
    )
    standards = {question.question_id: standard_id for question, standard_id in asked}
    if begun:
        session.connection().execute(
            insert(cast(Table, Response.__table__)),
            [
                {
                    **places,
                    "standard_id": standards[one.question_id],
                    "question_id": one.question_id,
                    "rating": one.rating,
                    "narrative": one.narrative,
                    "is_confirmed": False,
                    "carried_from_id": one.carried_from_id,
                    "version": 1,
                }
                for one in begun
            ],
        )
        _carry_evidence(change, found, begun)


def _questions(session: Session, edition: FrameworkEdition, agency: Agency) -> list[tuple[AskedNow, int]]:
    """What the agency is asked, in order, each with its standard."""
    scales = scales_from_plain(edition.scales)
    rows = session.execute(
        select(
            Question.id,
            Question.code,
            Question.standard_id,
            Question.scale,
            Question.agency_types,
            Question.phases,
        )
        .where(Question.edition_id == edition.id)
        .order_by(Question.position)
    )
    return [
        (AskedNow(row.id, row.code, scales[row.scale].codes), row.standard_id)
        for row in rows
        if _applies_to(row, agency.agency_type, agency.phase)
    ]


def _applies_to(row: Any, agency_type: AgencyType, phase: SchoolPhase | None) -> bool:
    """Ask the rule of domain/frameworks.py, for which a question's words do not matter."""
    question = QuestionText(
        code=row.code,
        text="",
        help="",
        good="",
        scale=row.scale,
        agency_types=frozenset(AgencyType(value) for value in row.agency_types),
        phases=frozenset(SchoolPhase(value) for value in row.phases),
    )
    return question.applies_to(agency_type, phase)


def _given_last(session: Session, viewer: Viewer, found: AuditReturn) -> Sequence[Row[*tuple[Any, ...]]]:
    """The agency's answers in the newest version that was signed for the same framework before."""
    last = session.execute(
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(ReturnVersion, ReturnVersion.return_id == AuditReturn.id)
        .where(
            AuditReturn.agency_id == found.agency_id,
            AuditReturn.id != found.id,
            AuditRound.opens_on <= found.round.opens_on,
            FrameworkEdition.code == found.round.edition.code,
            ReturnVersion.signed_at.is_not(None),
        )
        .order_by(AuditRound.opens_on.desc(), AuditRound.id.desc(), ReturnVersion.number.desc())
        .with_only_columns(ReturnVersion.return_id, ReturnVersion.number)
        .limit(1)
    ).one_or_none()
    if last is None:
        return []
    return session.execute(
        access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .where(Response.return_id == last.return_id, Response.number == last.number)
        .with_only_columns(Response.id, Question.code, Response.rating, Response.narrative)
        .order_by(Response.id)
    ).all()


def _carry_evidence(change: Change, found: AuditReturn, begun: Sequence[Beginning]) -> None:
    carried = {one.carried_from_id: one.question_id for one in begun if one.carried_from_id is not None}
    if not carried:
        return
    session, viewer = change.session, change.viewer
    own = select(Response).where(Response.return_id == found.id, Response.number == found.number)
    responses = {
        row.question_id: row.id for row in session.execute(own.with_only_columns(Response.question_id, Response.id))
    }
    rows = session.scalars(select(Evidence).where(Evidence.response_id.in_(carried)).order_by(Evidence.id)).all()
    if rows:
        session.connection().execute(
            insert(cast(Table, Evidence.__table__)),
            [
                {
                    "partnership_id": found.partnership_id,
                    "response_id": responses[carried[row.response_id]],
                    "kind": EvidenceKind.GIVEN,
                    "title": row.title,
                    "url": row.url,
                    "file_id": row.file_id,
                    "given_from_id": row.id,
                    "dated_on": row.dated_on,
                    "added_at": viewer.now,
                    "added_by_id": viewer.user_id,
                }
                for row in rows
            ],
        )
