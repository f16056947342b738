"""An agency's returns: the list of them, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus, RoundKind
from portal.domain.errors import NotVisible
from portal.domain.returns import Progress, Stage, is_late, stage
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.audits import AuditReturn, AuditRound, Response, SectionGiven
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.audits.outline import Outline, outline_of

_FACTS = (
    AuditReturn.id,
    AuditReturn.partnership_id,
    AuditReturn.agency_id,
    AuditReturn.status,
    AuditReturn.number,
    AuditReturn.due_on,
    AuditReturn.started_at,
    AuditReturn.submitted_at,
    AuditReturn.signed_at,
    AuditReturn.released_at,
    AuditRound.title.label("round_title"),
    AuditRound.kind,
    AuditRound.opens_on,
    AuditRound.closed_at,
    FrameworkEdition.title.label("framework_title"),
    FrameworkEdition.law,
    FrameworkEdition.guidance_edition,
    Agency.name.label("agency_name"),
)


@dataclass(frozen=True)
class ReturnFacts:
    """What a return is, whose, and until when."""

    id: int
    partnership_id: int
    agency_id: int
    status: ReturnStatus
    number: int
    due_on: date
    started_at: datetime | None
    submitted_at: datetime | None
    signed_at: datetime | None
    released_at: datetime | None
    round_title: str
    kind: RoundKind
    opens_on: date
    closed_at: datetime | None
    framework_title: str
    law: str
    guidance_edition: str
    agency_name: str

    def is_late(self, today: date) -> bool:
        """Whether it is past its due day and not signed."""
        return is_late(self.status, self.due_on, today)

    @property
    def row(self) -> Any:
        """For access, which asks of a return and of its round what stands here in one."""
        return self

    @property
    def is_open(self) -> bool:
        """Whether its answers can still be changed, by whoever may."""
        return self.status in access.OPEN_STATUSES and self.closed_at is None


@dataclass(frozen=True, slots=True)
class ListedReturn:
    """A return among others of its agency."""

    facts: ReturnFacts
    progress: Progress

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return stage(self.facts.status, self.progress)


@dataclass(frozen=True, slots=True)
class OwnReturns:
    """An agency's returns: what is to be done now, soonest due first, and the rest, newest first."""

    now: tuple[ListedReturn, ...]
    others: tuple[ListedReturn, ...]


@dataclass(frozen=True, slots=True)
class ReturnPage:
    """One return, as its page shows it."""

    facts: ReturnFacts
    outline: Outline
    given: Mapping[int, tuple[str, ...]]
    """Who was given each section, by name."""
    is_own: bool
    may_start: bool
    may_answer: bool
    may_lead: bool

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return stage(self.facts.status, self.outline.progress)


def own_returns(viewer: Viewer) -> OwnReturns:
    """The returns of the viewer's agency that they see, each with how far what they may read of it is."""
    if viewer.role not in AGENCY_ROLES:
        return OwnReturns((), ())
    session: Session = db.session()
    rows = session.execute(_facts(viewer).order_by(AuditReturn.due_on, AuditReturn.id)).all()
    counted = _progress(session, viewer)
    found = [ListedReturn(_facts_of(row), counted.get(row.id, Progress())) for row in rows]
    now = tuple(one for one in found if one.facts.is_open)
    others = tuple(one for one in reversed(found) if not one.facts.is_open)
    return OwnReturns(now, others)


def return_page(viewer: Viewer, return_id: int) -> ReturnPage:
    """A return in outline, and what the viewer may do with it. Raises NotVisible."""
    session: Session = db.session()
    facts = return_facts(session, viewer, return_id)
    outline = outline_of(session, viewer, return_id)
    leads = access.may_lead(viewer, facts.row)
    answers = access.may_answer(viewer, facts.row, facts.row, given=True)
    return ReturnPage(
        facts,
        outline,
        _given(session, return_id) if leads else {},
        is_own=access.is_own(viewer, facts.row),
        may_start=leads and answers and facts.status is ReturnStatus.NOT_STARTED,
        may_answer=answers and bool(outline.themes),
        may_lead=leads,
    )


def return_facts(session: Session, viewer: Viewer, return_id: int) -> ReturnFacts:
    """What a return is. Raises NotVisible."""
    row = session.execute(_facts(viewer).where(AuditReturn.id == return_id)).one_or_none()
    if row is None:
        raise NotVisible("No such return.")
    return _facts_of(row)


def _facts(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        access.visible_to(viewer)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .with_only_columns(*_FACTS)
    )


def _facts_of(row: Row[*tuple[Any, ...]]) -> ReturnFacts:
    return ReturnFacts(*row)


def progress_columns() -> tuple[Any, ...]:
    """How many of some answers are asked, answered, to confirm and to finish: what Progress takes, in its order."""
    is_open = Response.is_confirmed.is_(False) & Response.rating.is_not(None)
    return (
        func.count(),
        func.count().filter(Response.rating.is_not(None), Response.is_confirmed),
        func.count().filter(is_open, Response.answered_at.is_(None)),
        func.count().filter(is_open, Response.answered_at.is_not(None)),
    )


def _progress(session: Session, viewer: Viewer) -> dict[int, Progress]:
    rows = session.execute(
        access.answers_visible_to(viewer)
        .where(Response.number == AuditReturn.number)
        .group_by(Response.return_id)
        .with_only_columns(Response.return_id, *progress_columns())
    )
    return {row[0]: Progress(*row[1:]) for row in rows}


def _given(session: Session, return_id: int) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        select(SectionGiven.standard_id, User.name)
        .join(Membership, Membership.id == SectionGiven.membership_id)
        .join(User, User.id == Membership.user_id)
        .where(SectionGiven.return_id == return_id)
        .order_by(User.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for standard_id, name in rows:
        found[standard_id] = (*found.get(standard_id, ()), name)
    return found
