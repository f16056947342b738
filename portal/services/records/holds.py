"""Legal holds: placing one on a family, a child, an agency, a class or everything; and lifting it, with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.retention import CLASS_WORDS, LONGEST_REASON, SCOPE_WORDS, HoldScope, RecordClass
from portal.models.cases import Case, Child
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import User
from portal.models.records import LegalHold
from portal.services.changes import changing
from portal.services.records.children import find_case, find_child
from portal.services.records.turns import take_turn
from portal.services.sent_forms import once

NO_REASON = "Not for you to read"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One hold; what it is about and why is empty for whoever may not read that."""

    id: int
    scope: HoldScope
    about: str
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    lifted_by: str
    lifted_because: str
    version: int


def list_holds(viewer: Viewer) -> list[HoldRow]:
    """Every hold, those that stand first, by at most two queries."""
    placed, lifted = aliased(User), aliased(User)
    rows = db.session.execute(
        access.holds_visible_to(viewer)
        .join(placed, placed.id == LegalHold.placed_by_id)
        .outerjoin(lifted, lifted.id == LegalHold.lifted_by_id)
        .outerjoin(Case, Case.id == LegalHold.case_id)
        .outerjoin(Child, Child.id == LegalHold.child_id)
        .outerjoin(Agency, Agency.id == LegalHold.agency_id)
        .with_only_columns(
            LegalHold,
            placed.name.label("placed_by"),
            lifted.name.label("lifted_by"),
            Case.reference,
            Child,
            Agency.name.label("agency"),
        )
        .order_by(LegalHold.lifted_at.is_not(None), LegalHold.placed_at.desc(), LegalHold.id.desc())
    ).all()
    reads = access.may_read_hold(viewer)
    return [
        HoldRow(
            row.LegalHold.id,
            row.LegalHold.scope,
            _about(row.LegalHold, row.reference, row.Child, row.agency) if reads else SCOPE_WORDS[row.LegalHold.scope],
            row.LegalHold.reason if reads else NO_REASON,
            row.LegalHold.placed_at,
            row.placed_by,
            row.LegalHold.lifted_at,
            row.lifted_by or "",
            (row.LegalHold.lifted_because or "") if reads else "",
            row.LegalHold.version,
        )
        for row in rows
    ]


def find_hold(viewer: Viewer, hold_id: int) -> HoldRow:
    """One hold. Raises NotVisible."""
    found = next((one for one in list_holds(viewer) if one.id == hold_id), None)
    if found is None:
        raise NotVisible("No such hold.")
    return found


def agencies(viewer: Viewer) -> list[tuple[int, str]]:
    """The partnership's agencies, those that left it too, by name."""
    rows = db.session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == viewer.partnership_id)
        .order_by(Agency.name)
    )
    return [(row.id, row.name) for row in rows]


def place_hold(
    viewer: Viewer,
    scope: HoldScope,
    reason: str,
    *,
    reference: str = "",
    agency_id: int | None = None,
    record_class: RecordClass | None = None,
) -> int:
    """Keep records from being erased until somebody lifts the hold; returns its number.

    `reference` is a family's, or for a child whatever `find_child` takes. Raises NotPermitted, Invalid by field.
    """
    if not access.may_hold(viewer):
        raise NotPermitted("Legal holds are the safeguarding manager’s.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        words = "Say why these records must be kept, and who asked for it"
        raise Invalid(words, errors={"reason": [words]})
    with changing(viewer) as change:
        once(change)
        take_turn(change.session, viewer.partnership_id)
        hold = LegalHold(
            partnership_id=viewer.partnership_id,
            scope=scope,
            reason=reason.strip(),
            placed_at=viewer.now,
            placed_by_id=viewer.user_id,
        )
        _name(change.session, viewer, hold, reference, agency_id, record_class)
        change.session.add(hold)
        change.session.flush()
        change.log("hold.placed", "legal_hold", hold.id)
        return hold.id


def lift_hold(viewer: Viewer, hold_id: int, because: str, *, seen: int) -> None:
    """Let retention run again. Raises NotPermitted, NotVisible, Invalid by field ("because"), Conflict."""
    if not access.may_hold(viewer):
        raise NotPermitted("Legal holds are the safeguarding manager’s.")
    with changing(viewer) as change:
        hold = change.session.scalar(
            access.holds_visible_to(viewer)
            .where(LegalHold.id == hold_id)
            .with_for_update(of=LegalHold)
            .execution_options(populate_existing=True)
        )
        if hold is None:
            raise NotVisible("No such hold.")
        if hold.version != seen or hold.lifted_at is not None:
            raise Conflict(
                "Somebody else has lifted this hold a moment ago.",
                mine={"Why": because},
                theirs={"Why": hold.lifted_because or "Not lifted"},
            )
        if not because.strip() or len(because) > LONGEST_REASON:
            words = "Say why the records need not be held any longer"
            raise Invalid(words, errors={"because": [words]})
        hold.lifted_at, hold.lifted_by_id, hold.lifted_because = viewer.now, viewer.user_id, because.strip()
        change.log("hold.lifted", "legal_hold", hold.id)


def _name(
    session: Session,
    viewer: Viewer,
    hold: LegalHold,
    reference: str,
    agency_id: int | None,
    record_class: RecordClass | None,
) -> None:
    match hold.scope:
        case HoldScope.CASE:
            hold.case_id = find_case(session, viewer, reference).id
        case HoldScope.CHILD:
            hold.child_id = find_child(session, viewer, reference).id
        case HoldScope.AGENCY:
            if agency_id is None or agency_id not in dict(agencies(viewer)):
                raise Invalid("Choose an agency", errors={"agency": ["Choose an agency"]})
            hold.agency_id = agency_id
        case HoldScope.RECORD_CLASS:
            if record_class is None:
                raise Invalid("Choose a class", errors={"record_class": ["Choose a class of records"]})
            hold.record_class = record_class


def _about(hold: LegalHold, reference: str | None, child: Child | None, agency: str | None) -> str:
    if child is not None:
        return f"{child.given_name} {child.surname}"
    if hold.record_class is not None:
        return CLASS_WORDS[hold.record_class]
    return reference or agency or SCOPE_WORDS[hold.scope]
