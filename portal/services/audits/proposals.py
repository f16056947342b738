"""The round to propose next: from the editions of a framework and the rounds that have asked it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session, joinedload

from portal.access import audits as access
from portal.access import frameworks as frameworks_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus, RoundKind
from portal.domain.errors import Invalid, NotVisible
from portal.domain.rounds import EarlierRound, RoundPlan, next_round
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditRound
from portal.models.frameworks import FrameworkEdition
from portal.services.changes import Change


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a round would be, the agencies that were asked last time, and full rounds that it may update."""

    plan: RoundPlan
    framework: str
    edition: str
    types: tuple[AgencyType, ...]
    last_id: int | None
    last_title: str
    months: int | None
    full_rounds: tuple[tuple[int, str], ...]


def editions_to_ask(viewer: Viewer) -> list[tuple[int, str, str]]:
    """(id, framework, edition) of the newest published edition of each framework."""
    newest: dict[str, FrameworkEdition] = {}
    for edition in db.session.scalars(
        _published(viewer).order_by(FrameworkEdition.code, FrameworkEdition.number.desc())
    ):
        newest.setdefault(edition.code, edition)
    return [(edition.id, edition.title, edition_words(edition)) for edition in newest.values()]


def editions_of(viewer: Viewer, code: str) -> list[tuple[int, str]]:
    """(id, edition) of a framework's published editions, the newest first."""
    rows = _published(viewer).where(FrameworkEdition.code == code).order_by(FrameworkEdition.number.desc())
    return [(edition.id, edition_words(edition)) for edition in db.session.scalars(rows)]


def propose(viewer: Viewer, edition_id: int, *, months: int | None = None, kind: RoundKind | None = None) -> Proposal:
    """The round that would follow the last one of the same framework; raises NotVisible for no published edition."""
    edition = _edition(db.session(), viewer, edition_id)
    earlier = _rounds_of(db.session(), viewer, edition.code)
    plan = next_round(
        [_earlier(row) for row in earlier],
        edition_id=edition.id,
        name=edition.title,
        today=viewer.today,
        months=months,
        kind=kind,
    )
    last = earlier[0] if earlier else None
    return Proposal(
        plan=plan,
        framework=edition.title,
        edition=edition_words(edition),
        types=tuple(one for one in AgencyType if one in edition.agency_types),
        last_id=last.id if last else None,
        last_title=last.title if last else "",
        months=months,
        full_rounds=_full(earlier),
    )


def full_rounds(viewer: Viewer, code: str, *, besides: int) -> tuple[tuple[int, str], ...]:
    """(id, title) of a framework's full rounds, the newest first: what another round may be an update of."""
    return _full([row for row in _rounds_of(db.session(), viewer, code) if row.id != besides])


def check_edition(change: Change, plan: RoundPlan, asked: AuditRound | None = None) -> None:
    """Refuse an edition that is not published or of another framework, and an update of what cannot be updated."""
    edition = _edition(change.session, change.viewer, plan.edition_id)
    if asked is not None and change.session.get_one(FrameworkEdition, asked.edition_id).code != edition.code:
        raise Invalid("Another framework.", errors={"edition_id": ["Choose an edition of the same framework"]})
    if plan.kind is not RoundKind.UPDATE:
        return
    rows = access.rounds_visible_to(change.viewer).options(joinedload(AuditRound.edition))
    followed = change.session.scalar(rows.where(AuditRound.id == plan.follows_id))
    if (
        followed is None
        or followed is asked
        or followed.kind is not RoundKind.FULL
        or followed.edition.code != edition.code
        or followed.opens_on >= plan.opens_on
    ):
        raise Invalid("No such round.", errors={"follows_id": ["Choose an earlier full audit of the same framework"]})
    if followed.edition.number > edition.number:
        raise Invalid(
            "An older edition.", errors={"edition_id": ["An update asks the edition of the full audit, or a newer one"]}
        )


def edition_words(edition: FrameworkEdition) -> str:
    """What tells an edition from the others of its framework."""
    return f"Edition {edition.number}, {edition.guidance_edition}"


def _published(viewer: Viewer) -> Select[FrameworkEdition]:
    return frameworks_access.visible_to(viewer).where(FrameworkEdition.status == FrameworkStatus.PUBLISHED)


def _edition(session: Session, viewer: Viewer, edition_id: int) -> FrameworkEdition:
    edition = session.scalar(_published(viewer).where(FrameworkEdition.id == edition_id))
    if edition is None:
        raise NotVisible("There is no such framework to ask.")
    return edition


def _rounds_of(session: Session, viewer: Viewer, code: str) -> list[AuditRound]:
    rows = (
        access.rounds_visible_to(viewer)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(FrameworkEdition.code == code)
        .order_by(AuditRound.opens_on.desc(), AuditRound.id.desc())
    )
    return list(session.scalars(rows))


def _earlier(row: AuditRound) -> EarlierRound:
    return EarlierRound(
        row.id, row.kind, row.opens_on, row.due_on, tuple(row.reminders), row.challenge_from, row.challenge_to
    )


def _full(rows: Sequence[AuditRound]) -> tuple[tuple[int, str], ...]:
    return tuple((row.id, row.title) for row in rows if row.kind is RoundKind.FULL)
