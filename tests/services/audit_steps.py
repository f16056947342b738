"""What tests of answering do again and again: a return to answer, its rows as they are kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import EvidenceKind
from portal.models.activity import Activity
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.evidence import Evidence
from portal.models.frameworks import Question
from portal.services.audits.starting import start_return
from tests import audits
from tests.world import AGENCIES, World

LAST_YEAR = datetime(2025, 6, 20, 9, 0, tzinfo=UTC)
POLICY_OF = date(2024, 9, 1)


@dataclass(frozen=True)
class Asked:
    """A return, with its round and its questions by code."""

    round: AuditRound
    id: int
    questions: dict[str, int]
    standards: dict[str, int]


def asked_now(
    world: World,
    agency: str = "school",
    letter: str = "a",
    *,
    number: int = 7,
    altered: Collection[str] = (),
    code: str = audits.SCHOOLS,
) -> Asked:
    """A return of an agency that has not been started, in a round of its own.

    For the framework of schools, the world has a signed one of last time; any other code has nothing.
    """
    agency_id = world.agencies[f"{letter}.{agency}"]
    edition = audits.published_edition(
        world.partnerships[letter], code, [AGENCIES[agency]], number=number, altered=altered
    )
    return _place(audits.open_round(edition, agency_id, title=f"Round of {code} {number}"), agency_id)


def answered_then(
    world: World, agency: str = "school", letter: str = "a", *, number: int = 6, opens_on: date = audits.OPENS_ON
) -> Asked:
    """A return of last year, signed, whose first answer is backed by a policy."""
    edition = audits.published_edition(world.partnerships[letter], audits.SCHOOLS, number=number)
    agency_id = world.agencies[f"{letter}.{agency}"]
    # Added after the world's own round of the same framework, so that it is the newest.
    asked = audits.open_round(edition, agency_id, title=f"Round of edition {number}", opens_on=opens_on)
    signed = audits.signed_return(asked, agency_id, narrative="As we said last year.", at=LAST_YEAR)
    first = audits.responses_of(signed)[0]
    back(first.id, world.person(f"{letter}.{agency}.lead").user_id)
    return _place(asked, agency_id)


def started(viewer: Viewer, place: Asked) -> Asked:
    """The same return, begun."""
    start_return(viewer, place.id)
    return place


def back(response_id: int, user_id: int, title: str = "Safeguarding policy") -> int:
    """Put a link behind an answer, past the services."""
    response = db.session.get_one(Response, response_id)
    piece = Evidence(
        partnership_id=response.partnership_id,
        response_id=response.id,
        kind=EvidenceKind.LINK,
        title=title,
        url="https://school.example.org/policy",
        dated_on=POLICY_OF,
        added_at=LAST_YEAR,
        added_by_id=user_id,
    )
    db.session.add(piece)
    db.session.commit()
    return piece.id


def needs(place: Asked, code: str, *, narrative: bool = False, evidence: bool = False) -> None:
    """Let a question ask for more than a rating."""
    db.session.execute(
        update(Question)
        .where(Question.id == place.questions[code])
        .values(needs_narrative=narrative, needs_evidence=evidence)
    )
    db.session.commit()


def coded_in_words() -> None:
    """Let every question's code be words, as in the shipped frameworks; people know it by its number still."""
    db.session.rollback()
    db.session.execute(update(Question).values(code="code-of-" + Question.code))
    db.session.commit()


def row(place: Asked, code: str) -> Response:
    """An answer as it is kept."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(
        select(Response)
        .join(AuditReturn, AuditReturn.id == Response.return_id)
        .where(
            Response.return_id == place.id,
            Response.number == AuditReturn.number,
            Response.question_id == place.questions[code],
        )
    ).one()


def pieces(place: Asked, code: str) -> list[Evidence]:
    """What backs an answer."""
    response = row(place, code)
    return list(db.session.scalars(select(Evidence).where(Evidence.response_id == response.id).order_by(Evidence.id)))


def verbs(viewer: Viewer) -> list[str]:
    """What the trail says that somebody did, in order."""
    db.session.rollback()
    query = select(Activity.verb).where(Activity.user_id == viewer.user_id)
    return list(db.session.scalars(query.order_by(Activity.chain_id, Activity.sequence)))


def _place(asked: AuditRound, agency_id: int) -> Asked:
    found = audits.return_of(asked, agency_id)
    rows = db.session.execute(
        select(Question.code, Question.id, Question.standard_id).where(Question.edition_id == asked.edition_id)
    ).all()
    standards = {code.split(".")[0]: standard_id for code, _, standard_id in rows}
    return Asked(asked, found.id, {code: number for code, number, _ in rows}, standards)
