"""Which agency knows which child of a case: written down by the coordinator, ended, and never lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import involvements as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.expected_agencies import INVOLVED_BECAUSE
from portal.domain.vocabulary import ExpectationReason
from portal.models.cases import Case, Child
from portal.models.involvements import Involvement
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services import case_facts
from portal.services.changes import LOST, Change, changing


@dataclass(frozen=True, slots=True)
class Known:
    """One agency that knows, or knew, a child."""

    id: int
    child_id: int
    agency_id: int
    agency: str
    reason: ExpectationReason
    since: date | None
    until: date | None
    version: int

    def goes_on(self, today: date) -> bool:
        """Whether the agency knows the child today."""
        return self.until is None or self.until >= today


@dataclass(frozen=True, slots=True)
class Knowing:
    """What is written down of an agency and some of a case's children; faults are told by these names."""

    child_ids: tuple[int, ...]
    agency_id: int | None
    reason: ExpectationReason | None
    since: date | None = None


def known_in_case(viewer: Viewer, case_id: int) -> list[Known]:
    """Every involvement of a case's children that the viewer sees: what goes on first, then by the agency's name."""
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(Child, Child.id == Involvement.child_id)
        .join(Agency, Agency.id == Involvement.agency_id)
        .where(Child.case_id == case_id)
        .order_by(Involvement.until.is_not(None), Agency.name, Involvement.id)
        .with_only_columns(
            Involvement.id,
            Involvement.child_id,
            Involvement.agency_id,
            Agency.name,
            Involvement.reason,
            Involvement.since,
            Involvement.until,
            Involvement.version,
        )
    )
    return [
        Known(row.id, row.child_id, row.agency_id, row.name, row.reason, row.since, row.until, row.version)
        for row in rows
    ]


def agencies_to_choose(viewer: Viewer) -> list[tuple[int, str]]:
    """The agencies of the viewer's partnership that have not left it, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id, PartnershipAgency.left_at.is_(None))
        .order_by(Agency.name, Agency.id)
    )
    return [(row.id, row.name) for row in rows]


def add_involvements(viewer: Viewer, case_id: int, knowing: Knowing) -> int:
    """Write down that an agency knows some children of a case; returns how many of them it was not known for yet.

    Raises NotVisible, NotPermitted, or Invalid by field.
    """
    with changing(viewer) as change:
        case = _case(change, case_id)
        _check(change, case, knowing)
        known = set(
            change.session.scalars(
                select(Involvement.child_id).where(
                    Involvement.child_id.in_(knowing.child_ids),
                    Involvement.agency_id == knowing.agency_id,
                    Involvement.until.is_(None),
                )
            )
        )
        new = [child_id for child_id in knowing.child_ids if child_id not in known]
        if not new:
            raise Invalid("Nothing is new.", errors={"agency_id": ["The agency is written down for these children"]})
        for child_id in new:
            row = Involvement(
                partnership_id=case.partnership_id,
                child_id=child_id,
                agency_id=knowing.agency_id,
                reason=knowing.reason,
                since=knowing.since,
                created_at=viewer.now,
                created_by_id=viewer.user_id,
            )
            change.session.add(row)
            change.session.flush()
            change.log("involvement.added", "involvement", row.id)
        return len(new)


def end_involvement(viewer: Viewer, case_id: int, involvement_id: int, until: date, *, version: int) -> None:
    """Write down the last day on which an agency knew a child.

    Raises NotVisible, NotPermitted where it has ended already, Invalid by field ("until"), or Conflict.
    """
    with changing(viewer) as change:
        _case(change, case_id)
        row = _found(change.session, viewer, case_id, involvement_id)
        if not access.may_end(viewer, row):
            raise NotPermitted("This has ended already.")
        if row.version != version:
            raise Conflict(LOST)
        if until > viewer.today:
            raise Invalid("The day needs mending.", errors={"until": ["The last day must be today or earlier"]})
        if row.since is not None and until < row.since:
            raise Invalid("The day needs mending.", errors={"until": ["The last day must be the first day or later"]})
        row.until, row.ended_at, row.ended_by_id = until, viewer.now, viewer.user_id
        change.log("involvement.ended", "involvement", row.id)


def find_involvement(viewer: Viewer, case_id: int, involvement_id: int) -> Known:
    """One of a case's involvements. Raises NotVisible."""
    found = next((known for known in known_in_case(viewer, case_id) if known.id == involvement_id), None)
    if found is None:
        raise NotVisible("No such involvement.")
    return found


def _case(change: Change, case_id: int) -> Case:
    """The case, locked: of two who write down the same agency the second finds it there."""
    seen = cases_access.visible_to(change.viewer).where(Case.id == case_id)
    case = change.session.scalar(seen)
    if case is None:
        raise NotVisible("No such case.")
    if not access.may_keep(change.viewer, case):
        raise NotPermitted("Only the coordinator writes down who knows a child.")
    case_facts.hold(change.session, case.partnership_id, [case.id])
    return case


def _found(session: Session, viewer: Viewer, case_id: int, involvement_id: int) -> Involvement:
    of_case = select(Child.id).where(Child.case_id == case_id)
    row = session.scalars(
        access.visible_to(viewer)
        .where(Involvement.id == involvement_id, Involvement.child_id.in_(of_case))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotVisible("No such involvement.")
    return row


def _check(change: Change, case: Case, knowing: Knowing) -> None:
    errors: dict[str, list[str]] = {}
    of_case = set(change.session.scalars(select(Child.id).where(Child.case_id == case.id)))
    if not knowing.child_ids or not set(knowing.child_ids) <= of_case:
        errors["child_ids"] = ["Choose at least one of the children"]
    if knowing.agency_id not in _numbers(agencies_to_choose(change.viewer)):
        errors["agency_id"] = ["Choose an agency of this partnership"]
    if knowing.reason not in INVOLVED_BECAUSE:
        errors["reason"] = ["Choose why the agency knows the children"]
    if knowing.since is not None and knowing.since > change.viewer.today:
        errors["since"] = ["The first day must be today or earlier"]
    if errors:
        raise Invalid("Check what is written down.", errors=errors)


def _numbers(agencies: Iterable[tuple[int, str]]) -> set[int]:
    return {number for number, _ in agencies}
