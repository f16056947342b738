"""Who is to be chased in a round today: who is late, and who is to be reminded; with whom to speak to."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from io import StringIO

from sqlalchemy import and_, select

from portal.access import audit_rounds as rounds_access
from portal.access import audits as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES, ReturnStatus
from portal.domain.closures import closure_on, is_reminded
from portal.domain.deadlines import due_words
from portal.domain.errors import NotPermitted
from portal.domain.labels import label, short_label
from portal.domain.rounds import RoundState
from portal.domain.spreadsheets import neutralised
from portal.domain.vocabulary import AgencyType, Role
from portal.models.audits import AuditReturn
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.services.audits.closures import closures_of
from portal.services.audits.rounds import RoundEntry, find_round

NOBODY = "nobody yet"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to speak to, and how they are reached."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Chased:
    """One agency to chase; `closed_until` is set where it is closed today, and the contact is then its cover."""

    return_id: int
    agency: str
    agency_type: AgencyType
    status: ReturnStatus
    due_on: date
    why: str
    is_late: bool
    closed_until: date | None
    contacts: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class ChaseList:
    """A round's chase list of one day."""

    entry: RoundEntry
    chased: tuple[Chased, ...]


def chase_list(viewer: Viewer, round_id: int) -> ChaseList:
    """Whose return is late, and whom a reminder is due to today; late ones first, by four queries.

    A round that is not open has nobody to chase. Raises NotVisible, and NotPermitted where the viewer does not chase.
    """
    entry = find_round(viewer, round_id)
    if not rounds_access.may_chase(viewer, entry.row):
        raise NotPermitted("This role does not chase audit returns.")
    if entry.state is not RoundState.OPEN:
        return ChaseList(entry, ())
    rows = (
        access.visible_to(viewer)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .join(
            PartnershipAgency,
            and_(
                PartnershipAgency.partnership_id == AuditReturn.partnership_id,
                PartnershipAgency.agency_id == AuditReturn.agency_id,
            ),
        )
        .where(AuditReturn.round_id == round_id, AuditReturn.status.not_in(SIGNED_STATUSES))
        .with_only_columns(
            AuditReturn.id,
            AuditReturn.agency_id,
            AuditReturn.status,
            AuditReturn.due_on,
            Agency.name,
            Agency.agency_type,
            PartnershipAgency.email,
        )
        .order_by(Agency.name, AuditReturn.id)
    )
    waiting = db.session.execute(rows).all()
    closures = closures_of(db.session(), entry.row.partnership_id, [row.agency_id for row in waiting])
    today, before = viewer.today, entry.plan.reminders
    due = [
        row
        for row in waiting
        if row.due_on < today or is_reminded(today, row.due_on, before, closures.get(row.agency_id, []))
    ]
    leads = _leads(entry.row.partnership_id, [row.agency_id for row in due])
    chased = []
    for row in due:
        closed = closure_on(today, closures.get(row.agency_id, []))
        contacts: tuple[Contact, ...]
        if closed is not None:
            contacts = (Contact(closed.cover_name, closed.cover_contact),)
        else:
            contacts = leads.get(row.agency_id, ()) or ((Contact("", row.email),) if row.email else ())
        chased.append(
            Chased(
                row.id,
                row.name,
                row.agency_type,
                row.status,
                row.due_on,
                due_words(today, row.due_on),
                row.due_on < today,
                closed.ends_on if closed else None,
                contacts,
            )
        )
    return ChaseList(entry, tuple(sorted(chased, key=lambda one: (not one.is_late, one.due_on))))


def as_text(listed: ChaseList) -> str:
    """The list as it is copied into a message: a line for each agency."""
    return "\n".join(
        f"{one.agency} ({short_label(one.agency_type)}): {one.why}, {label(one.status).lower()}. {_speak_to(one)}"
        for one in listed.chased
    )


def as_csv(listed: ChaseList) -> str:
    """The list for a spreadsheet, in which nothing that an agency typed becomes a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(("Agency", "Type", "Return", "Due", "When", "Contact", "Reached at", "Closed until"))
    for one in listed.chased:
        writer.writerow(
            map(
                neutralised,
                (
                    one.agency,
                    label(one.agency_type),
                    label(one.status),
                    one.due_on.isoformat(),
                    one.why,
                    "; ".join(contact.name for contact in one.contacts if contact.name) or NOBODY,
                    "; ".join(contact.address for contact in one.contacts),
                    one.closed_until.isoformat() if one.closed_until else "",
                ),
            )
        )
    return text.getvalue()


def _speak_to(one: Chased) -> str:
    people = ", ".join(" ".join(filter(None, (contact.name, contact.address))) for contact in one.contacts) or NOBODY
    if one.closed_until is None:
        return f"Ask {people}."
    return f"Closed until {one.closed_until.day} {one.closed_until:%B %Y}. Ask {people}."


def _leads(partnership_id: int, agency_ids: Collection[int]) -> dict[int, tuple[Contact, ...]]:
    """The leads of these agencies who work there now, by agency and name."""
    rows = (
        select(Membership.agency_id, User.name, User.email)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.agency_id.in_(agency_ids),
            Membership.role == Role.AGENCY_LEAD,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, User.id)
    )
    found: dict[int, tuple[Contact, ...]] = {}
    for agency_id, name, email in db.session.execute(rows):
        if agency_id is not None:
            found[agency_id] = (*found.get(agency_id, ()), Contact(name, email))
    return found
