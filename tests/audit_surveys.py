"""Audits with enough agencies for figures: many of a type, each with the ratings that a test gives it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select, update

from portal.database.session import writing
from portal.domain.audit_vocabulary import (
    ActionRag,
    ActionSource,
    ActionStatus,
    ReturnStatus,
    SchoolPhase,
)
from portal.domain.vocabulary import AgencyType
from portal.models.actions import Action
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.frameworks import Question
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency, PartnershipAgency
from tests import audits
from tests.audit_editions import published_edition
from tests.world import BEFORE, NOW, World

CODE = "survey"


class Survey:
    """One framework of two standards with three questions each, asked of agencies made for the test."""

    def __init__(self, world: World, letter: str = "a") -> None:
        self.world = world
        self.letter = letter
        self.partnership_id = world.partnerships[letter]
        self.signer = world.person(f"{letter}.gp.lead").hat
        self._made = 0

    def agencies(self, kind: AgencyType, count: int, phase: SchoolPhase | None = None) -> list[int]:
        """So many new agencies of a type, called "police 1" and so on."""
        with writing() as session:
            ids = []
            for _ in range(count):
                self._made += 1
                agency = Agency(name=f"{kind} {self._made}", agency_type=kind, phase=phase, created_at=BEFORE)
                session.add(agency)
                session.flush()
                session.add(
                    PartnershipAgency(
                        partnership_id=self.partnership_id, agency_id=agency.id, code=f"{self.letter}-S{self._made}"
                    )
                )
                session.flush()
                ids.append(agency.id)
            return ids

    def round(
        self, *agency_ids: int, number: int = 1, altered: Collection[str] = (), year: int = 2026, title: str = ""
    ) -> AuditRound:
        """A round of that year which asks the edition of that number, made where it is not there."""
        edition = published_edition(
            self.partnership_id, CODE, list(AgencyType), number=number, altered=altered, title="Survey"
        )
        return audits.open_round(
            edition,
            *agency_ids,
            title=title or f"Survey {year}",
            opens_on=date(year, 1, 12),
            due_on=date(year, 2, 27),
        )

    def answered(
        self, asked: AuditRound, agency_id: int, ratings: Mapping[str, str] | None = None, *, rest: str = "green"
    ) -> AuditReturn:
        """A return that is answered and not signed."""
        found = audits.answered_return(asked, agency_id, rating=rest, by=self.signer.membership_id)
        self._rate(found, ratings or {})
        return found

    def signed(
        self, asked: AuditRound, agency_id: int, ratings: Mapping[str, str] | None = None, *, rest: str = "green"
    ) -> AuditReturn:
        """A signed return, with these ratings by the questions' codes and `rest` for the others."""
        found = audits.signed_return(asked, agency_id, rating=rest, by=self.signer.membership_id)
        self._rate(found, ratings or {})
        return found

    def moderated(
        self, found: AuditReturn, code: str, rating: str, agreed: str | None = None, *, reason: str = "No date."
    ) -> None:
        """What the panel made of one answer."""
        with writing() as session:
            session.add(
                Moderation(
                    partnership_id=self.partnership_id,
                    return_id=found.id,
                    response_id=self._response_id(found, code),
                    rating=rating,
                    reason=reason,
                    agreed_rating=agreed,
                    moderated_at=NOW,
                    moderated_by_id=self.signer_id,
                )
            )

    def released(self, found: AuditReturn) -> None:
        """The panel's work, sent to the agency."""
        with writing() as session:
            row = session.get_one(AuditReturn, found.id)
            row.status, row.moderated_at, row.released_at = ReturnStatus.MODERATED, NOW, NOW

    def action(self, found: AuditReturn, code: str, status: ActionStatus, due_on: date, what: str = "Do it.") -> None:
        """What the agency promised after an answer."""
        with writing() as session:
            question_id = session.scalars(
                select(Response.question_id).where(Response.id == self._response_id(found, code))
            ).one()
            session.add(
                Action(
                    partnership_id=self.partnership_id,
                    agency_id=found.agency_id,
                    source=ActionSource.AUDIT_ANSWER,
                    return_id=found.id,
                    question_id=question_id,
                    what=what,
                    owner_name="A. Shah",
                    due_on=due_on,
                    rag=ActionRag.GREEN,
                    status=status,
                    evidence="",
                    created_at=BEFORE,
                )
            )

    @property
    def signer_id(self) -> int:
        """The user who signs and rates everything here."""
        return self.world.person(f"{self.letter}.gp.lead").user_id

    def _rate(self, found: AuditReturn, ratings: Mapping[str, str]) -> None:
        with writing() as session:
            for code, rating in ratings.items():
                session.execute(
                    update(Response).where(Response.id == self._response_id(found, code)).values(rating=rating)
                )

    def _response_id(self, found: AuditReturn, code: str) -> int:
        with writing() as session:
            return session.scalars(
                select(Response.id)
                .join(Question, Question.id == Response.question_id)
                .where(Response.return_id == found.id, Response.number == found.number, Question.code == code)
            ).one()
