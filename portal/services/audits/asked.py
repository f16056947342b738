"""Which agencies a round asks: by type, chosen by hand, or those of an earlier round; each has a return."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, exists, false, insert, or_, select, update

from portal.access import agencies as agencies_access
from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ReturnStatus
from portal.domain.closures import due_behind
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, AuditRound, SectionGiven
from portal.models.frameworks import FrameworkEdition
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.audits.closures import closures_of
from portal.services.changes import Change, changing
from portal.services.notices.audits import tell_opened
from portal.services.paging import PER_PAGE, Page, count, page_number


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked: all agencies of some types, those of an earlier round, and those chosen by hand."""

    types: frozenset[AgencyType] = frozenset()
    agency_ids: frozenset[int] = frozenset()
    as_in: int | None = None


@dataclass(frozen=True, slots=True)
class AgencyChoice:
    """An agency that could be asked too."""

    id: int
    name: str
    agency_type: AgencyType


def agencies_to_add(
    viewer: Viewer, asked: AuditRound, *, search: str = "", agency_type: AgencyType | None = None, page: int = 1
) -> Page[AgencyChoice]:
    """The agencies that the round's framework is for and that it does not ask yet, by name."""
    rows = _eligible(viewer, db.session.get_one(FrameworkEdition, asked.edition_id)).where(
        ~exists()
        .where(AuditReturn.round_id == asked.id, AuditReturn.agency_id == PartnershipAgency.agency_id)
        .correlate(PartnershipAgency)
    )
    if search.strip():
        rows = rows.where(Agency.name.icontains(search.strip(), autoescape=True))
    if agency_type is not None:
        rows = rows.where(Agency.agency_type == agency_type)
    total = count(rows)
    number = page_number(page, total)
    ordered = rows.order_by(Agency.name, Agency.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return Page([AgencyChoice(*row) for row in db.session.execute(ordered)], number, total)


def add_agencies(viewer: Viewer, round_id: int, asking: Asking) -> int:
    """Ask more agencies, also in a round that has opened; says how many. Those that are asked already stay."""
    with changing(viewer) as change:
        asked = running_round(change, round_id)
        added = ask(change, asked, asking)
        change.log("audit_round.agencies_added", "audit_round", round_id)
    return added


def remove_agency(viewer: Viewer, round_id: int, agency_id: int) -> None:
    """Ask an agency no longer. Raises NotPermitted once it has started: its answers are its own."""
    with changing(viewer) as change:
        asked = running_round(change, round_id)
        rows = access.visible_to(viewer).where(AuditReturn.round_id == asked.id, AuditReturn.agency_id == agency_id)
        audit_return = change.session.scalar(rows.with_for_update())
        if audit_return is None:
            raise NotVisible("This round does not ask that agency.")
        if audit_return.status is not ReturnStatus.NOT_STARTED:
            raise NotPermitted("This agency has started its return.")
        change.session.execute(delete(SectionGiven).where(SectionGiven.return_id == audit_return.id))
        change.session.delete(audit_return)
        change.log("audit_round.agency_removed", "audit_round", round_id)


def name_of_unstarted(viewer: Viewer, round_id: int, agency_id: int) -> str:
    """The name of an agency that is asked and has not started; raises NotVisible, and NotPermitted once it has."""
    rows = (
        access.visible_to(viewer)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(AuditReturn.round_id == round_id, AuditReturn.agency_id == agency_id)
        .with_only_columns(Agency.name, AuditReturn.status)
    )
    found = db.session.execute(rows).one_or_none()
    if found is None:
        raise NotVisible("This round does not ask that agency.")
    if found.status is not ReturnStatus.NOT_STARTED:
        raise NotPermitted("This agency has started its return.")
    name: str = found.name
    return name


def running_round(change: Change, round_id: int) -> AuditRound:
    """A round that the viewer runs and that is not closed, locked until the commit."""
    asked = change.session.scalar(
        access.rounds_visible_to(change.viewer).where(AuditRound.id == round_id).with_for_update()
    )
    if asked is None:
        raise NotVisible("There is no such round.")
    if not access.may_run(change.viewer, asked):
        raise NotPermitted("This role does not run audit rounds.")
    if asked.closed_at is not None:
        raise NotPermitted("This round is closed.")
    return asked


def ask(change: Change, asked: AuditRound, asking: Asking) -> int:
    """Make the returns of agencies that are not asked yet, each due behind the agency's closures."""
    edition = change.session.get_one(FrameworkEdition, asked.edition_id)
    ids = _wanted(change, edition, asking)
    known = set(change.session.scalars(select(AuditReturn.agency_id).where(AuditReturn.round_id == asked.id)))
    new = sorted(ids - known)
    if new:
        closures = closures_of(change.session, asked.partnership_id, new)
        change.session.execute(
            insert(AuditReturn),
            [
                {
                    "partnership_id": asked.partnership_id,
                    "round_id": asked.id,
                    "agency_id": agency_id,
                    "status": ReturnStatus.NOT_STARTED,
                    "number": 1,
                    "due_on": due_behind(asked.due_on, closures.get(agency_id, [])),
                    "version": 1,
                }
                for agency_id in new
            ],
        )
        tell_opened(change, asked, new)
    return len(new)


def follow_due_day(change: Change, asked: AuditRound) -> None:
    """Bring every return that is not signed to the round's due day, behind its agency's closures."""
    rows = select(AuditReturn.id, AuditReturn.agency_id, AuditReturn.due_on).where(
        AuditReturn.round_id == asked.id, AuditReturn.status.not_in(SIGNED_STATUSES)
    )
    open_returns = change.session.execute(rows).all()
    closures = closures_of(change.session, asked.partnership_id, [agency_id for _, agency_id, _ in open_returns])
    for return_id, agency_id, due_on in open_returns:
        moved = due_behind(asked.due_on, closures.get(agency_id, []))
        if moved != due_on:
            change.session.execute(update(AuditReturn).where(AuditReturn.id == return_id).values(due_on=moved))


def _wanted(change: Change, edition: FrameworkEdition, asking: Asking) -> set[int]:
    in_round: ColumnElement[bool] = false()
    if asking.as_in is not None:
        earlier = access.visible_to(change.viewer).where(AuditReturn.round_id == asking.as_in)
        in_round = PartnershipAgency.agency_id.in_(earlier.with_only_columns(AuditReturn.agency_id))
    rows = _eligible(change.viewer, edition).where(
        or_(Agency.agency_type.in_(asking.types), Agency.id.in_(asking.agency_ids), in_round)
    )
    found = {row.agency_id for row in change.session.execute(rows)}
    if not asking.agency_ids <= found:
        raise Invalid("Not all can be asked.", errors={"agencies": ["Choose only from the agencies shown"]})
    return found


def _eligible(viewer: Viewer, edition: FrameworkEdition) -> Select[int, str, AgencyType]:
    """Agencies of the partnership that the framework is for."""
    return (
        agencies_access.visible_to(viewer)
        .where(PartnershipAgency.left_at.is_(None), Agency.agency_type.in_(edition.agency_types))
        .with_only_columns(PartnershipAgency.agency_id, Agency.name, Agency.agency_type)
    )


def types_asked(agency_types: Collection[str]) -> list[AgencyType]:
    """The types that a framework is for, in the vocabulary's order."""
    return [one for one in AgencyType if one in agency_types]
