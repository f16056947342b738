"""Audits for tests: a published edition, a round that asks it, and returns as far along as a test needs them.

    edition = published_edition(world.partnerships["a"])                       # section 11; 2 standards x 3 questions
    edition = published_edition(world.partnerships["a"], "section-175-157")    # for schools
    asked = open_round(edition, world.agencies["a.gp"], world.agencies["a.police"])
    audit_return = started_return(asked, world.agencies["a.gp"])               # answered_, submitted_, signed_return

What they hand back is a snapshot: it stays readable whatever happens to the session, and is not part of it. They write
rows and no activity, so that a test sees only what the code under test did. Who acts is the agency's lead, unless a
membership is named.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.session import writing
from portal.domain.audit_vocabulary import ReturnStatus, RoundKind, SignOffStep
from portal.domain.vocabulary import Role
from portal.models.audits import AuditReturn, AuditRound, PanelMember, Response, ReturnVersion, SignOff
from portal.models.frameworks import FrameworkEdition, Question
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from tests.audit_editions import SCALES, SCHOOLS, SECTION_11, published_edition, questions_of, snapshot
from tests.world import BEFORE, NOW

__all__ = [
    "SCALES",
    "SCHOOLS",
    "SECTION_11",
    "answered_return",
    "open_round",
    "published_edition",
    "questions_of",
    "responses_of",
    "return_of",
    "signed_return",
    "started_return",
    "submitted_return",
]

OPENS_ON, DUE_ON = date(2026, 5, 11), date(2026, 7, 10)
REMINDERS = (20, 10, 3)


def open_round(
    edition: FrameworkEdition,
    *agency_ids: int,
    title: str = "Audit 2026",
    kind: RoundKind = RoundKind.FULL,
    follows: AuditRound | None = None,
    opens_on: date = OPENS_ON,
    due_on: date = DUE_ON,
    reminders: Sequence[int] = REMINDERS,
    panel: Collection[int] = (),
    closed_at: datetime | None = None,
) -> AuditRound:
    """A round with a return, not started, for each of the agencies; `panel` are ids of memberships.

    It has opened by the world's today, unless `opens_on` says otherwise.
    """
    with writing() as session:
        asked = AuditRound(
            partnership_id=edition.partnership_id,
            edition_id=edition.id,
            title=title,
            kind=kind,
            follows_id=follows.id if follows else None,
            opens_on=opens_on,
            due_on=due_on,
            reminders=list(reminders),
            challenge_from=None,
            challenge_to=None,
            closed_at=closed_at,
            created_at=BEFORE,
        )
        session.add(asked)
        session.flush()
        for membership_id in panel:
            session.add(
                PanelMember(partnership_id=edition.partnership_id, round_id=asked.id, membership_id=membership_id)
            )
        for agency_id in agency_ids:
            session.add(
                AuditReturn(
                    partnership_id=edition.partnership_id,
                    round_id=asked.id,
                    agency_id=agency_id,
                    status=ReturnStatus.NOT_STARTED,
                    number=1,
                    due_on=due_on,
                )
            )
            session.flush()
        return snapshot(session, asked)


def return_of(asked: AuditRound, agency_id: int) -> AuditReturn:
    """An agency's return in a round, as it stands now."""
    with writing() as session:
        return snapshot(session, _return(session, asked, agency_id))


def responses_of(audit_return: AuditReturn) -> list[Response]:
    """The rows of a return's newest version, in the order of the questions."""
    with writing() as session:
        rows = session.scalars(
            select(Response)
            .join(Question, Question.id == Response.question_id)
            .where(Response.return_id == audit_return.id, Response.number == audit_return.number)
            .order_by(Question.position)
        ).all()
        return [snapshot(session, row) for row in rows]


def started_return(asked: AuditRound, agency_id: int, *, by: int | None = None, at: datetime = NOW) -> AuditReturn:
    """A return in progress, with a row for each question and no answer yet; `by` is a membership."""
    with writing() as session:
        audit_return = _return(session, asked, agency_id)
        starter = _acting(session, asked, agency_id, by)
        agency = session.get_one(Agency, agency_id)
        session.add(
            ReturnVersion(
                partnership_id=asked.partnership_id,
                return_id=audit_return.id,
                number=1,
                opened_at=at,
                opened_by_id=starter.user_id,
                reason="",
            )
        )
        session.flush()
        for question in session.scalars(
            select(Question).where(Question.edition_id == asked.edition_id).order_by(Question.position)
        ).all():
            if _is_asked(question, agency):
                session.add(
                    Response(
                        partnership_id=asked.partnership_id,
                        return_id=audit_return.id,
                        number=1,
                        standard_id=question.standard_id,
                        question_id=question.id,
                        rating=None,
                        narrative="",
                        is_confirmed=False,
                    )
                )
                session.flush()
        audit_return.status = ReturnStatus.IN_PROGRESS
        audit_return.started_at = at
        session.flush()
        return snapshot(session, audit_return)


def answered_return(
    asked: AuditRound,
    agency_id: int,
    *,
    rating: str = "green",
    narrative: str = "We do this.",
    answers: int | None = None,
    by: int | None = None,
    at: datetime = NOW,
) -> AuditReturn:
    """A return in progress, every question of it (or the first `answers`) answered and confirmed."""
    with writing() as session:
        audit_return = started_return(asked, agency_id, by=by, at=at)
        for response in responses_of(audit_return)[:answers]:
            session.execute(
                update(Response)
                .where(Response.id == response.id)
                .values(
                    rating=rating,
                    narrative=narrative,
                    is_confirmed=True,
                    answered_at=at,
                    answered_by_id=_acting(session, asked, agency_id, by).user_id,
                )
            )
        return audit_return


def submitted_return(
    asked: AuditRound,
    agency_id: int,
    *,
    rating: str = "green",
    narrative: str = "We do this.",
    by: int | None = None,
    at: datetime = NOW,
) -> AuditReturn:
    """A return that is complete and waits to be signed."""
    with writing() as session:
        answered_return(asked, agency_id, rating=rating, narrative=narrative, by=by, at=at)
        audit_return = _return(session, asked, agency_id)
        audit_return.status = ReturnStatus.SUBMITTED
        audit_return.submitted_at = at
        session.flush()
        return snapshot(session, audit_return)


def signed_return(
    asked: AuditRound,
    agency_id: int,
    *,
    rating: str = "green",
    narrative: str = "We do this.",
    status: ReturnStatus = ReturnStatus.SIGNED,
    by: int | None = None,
    at: datetime = NOW,
) -> AuditReturn:
    """A return with every signature that its edition asks for, all by one person; signed, or moderated as well."""
    with writing() as session:
        submitted_return(asked, agency_id, rating=rating, narrative=narrative, by=by, at=at)
        signer = _acting(session, asked, agency_id, by)
        name = session.get_one(User, signer.user_id).name
        audit_return = _return(session, asked, agency_id)
        for step in session.get_one(FrameworkEdition, asked.edition_id).sign_off:
            session.add(
                SignOff(
                    partnership_id=asked.partnership_id,
                    return_id=audit_return.id,
                    number=1,
                    step=SignOffStep(step),
                    membership_id=signer.id,
                    user_id=signer.user_id,
                    name=name,
                    declaration="This return is true to the best of my knowledge.",
                    signed_at=at,
                )
            )
        session.get_one(ReturnVersion, (audit_return.id, 1)).signed_at = at
        audit_return.status = status
        audit_return.signed_at = at
        audit_return.moderated_at = at if status is ReturnStatus.MODERATED else None
        session.flush()
        return snapshot(session, audit_return)


def _return(session: Session, asked: AuditRound, agency_id: int) -> AuditReturn:
    return session.scalars(
        select(AuditReturn).where(AuditReturn.round_id == asked.id, AuditReturn.agency_id == agency_id)
    ).one()


def _acting(session: Session, asked: AuditRound, agency_id: int, by: int | None) -> Membership:
    if by is not None:
        return session.get_one(Membership, by)
    return session.scalars(
        select(Membership)
        .where(
            Membership.partnership_id == asked.partnership_id,
            Membership.agency_id == agency_id,
            Membership.role == Role.AGENCY_LEAD,
            Membership.ended_at.is_(None),
        )
        .order_by(Membership.id)
    ).first() or _nobody(agency_id)


def _nobody(agency_id: int) -> Membership:
    raise LookupError(f"agency {agency_id} has no lead: name a membership with by=")


def _is_asked(question: Question, agency: Agency) -> bool:
    """A school whose ages are not known is asked everything."""
    types, phases = question.agency_types, question.phases
    return (not types or agency.agency_type in types) and (not phases or agency.phase in (None, *phases))
