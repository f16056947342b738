"""When an agency is closed and who covers, as its lead keeps it; due days of its audit returns follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import closures as access
from portal.access import people as people_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SIGNED_STATUSES
from portal.domain.closures import LONGEST_CLOSURE, Closure, due_behind
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import ANSWERING_ROLES
from portal.models.audits import AuditReturn, AuditRound
from portal.models.closures import ClosurePeriod
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.changes import LOST, Change, changing
from portal.services.sent_forms import once

LONGEST_NAME = 120
LONGEST_CONTACT = 254


@dataclass(frozen=True, slots=True)
class ClosureDetails:
    """What a lead says about a closure: its days, both included, and who is asked meanwhile.

    `cover_membership_id` is a colleague who works in it and gets the agency's messages, where there is one.
    """

    name: str
    begins_on: date
    ends_on: date
    cover_name: str
    cover_contact: str
    cover_membership_id: int | None = None

    def checked(self, today: date) -> ClosureDetails:
        """Return the same, tidied; raises Invalid, its errors by field."""
        errors: dict[str, list[str]] = {}
        texts = {
            "name": (self.name, "Enter what the closure is, such as summer holidays", LONGEST_NAME),
            "cover_name": (self.cover_name, "Enter who is asked while you are closed", LONGEST_NAME),
            "cover_contact": (self.cover_contact, "Enter a telephone number or an address", LONGEST_CONTACT),
        }
        tidy = {field: " ".join(typed.split()) for field, (typed, _sentence, _most) in texts.items()}
        for field, (_typed, sentence, most) in texts.items():
            if not tidy[field] or len(tidy[field]) > most or not tidy[field].isprintable():
                errors[field] = [f"{sentence}, {most} characters or fewer"]
        if self.ends_on < self.begins_on:
            errors["ends_on"] = ["The last day must be the first day or later"]
        elif self.ends_on < today:
            errors["ends_on"] = ["The last day must be today or later: what is over moves no due day"]
        elif (self.ends_on - self.begins_on).days >= LONGEST_CLOSURE:
            errors["ends_on"] = ["A closure is a year at most"]
        if errors:
            raise Invalid("The closure’s details need mending.", errors=errors)
        return replace(self, name=tidy["name"], cover_name=tidy["cover_name"], cover_contact=tidy["cover_contact"])


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """One line of the list, and all of a closure's own page."""

    id: int
    agency_id: int
    agency: str
    details: ClosureDetails
    version: int
    may_change: bool


def list_closures(viewer: Viewer) -> list[ClosureRow]:
    """The closures that the viewer sees and that are not over, soonest first."""
    rows = (
        access.visible_to(viewer)
        .join(Agency, Agency.id == ClosurePeriod.agency_id)
        .where(ClosurePeriod.ends_on >= viewer.today)
        .add_columns(Agency.name)
        .order_by(ClosurePeriod.begins_on, Agency.name, ClosurePeriod.id)
    )
    return [_row(viewer, closure, agency) for closure, agency in db.session.execute(rows)]


def find_closure(viewer: Viewer, closure_id: int) -> ClosureRow:
    """One closure; raises NotVisible."""
    closure, agency = _found(viewer, closure_id)
    return _row(viewer, closure, agency)


def add_closure(viewer: Viewer, details: ClosureDetails) -> int:
    """Say when the viewer's agency is closed; what it has to send in those days moves behind them."""
    if not access.may_add(viewer):
        raise NotPermitted("This role does not say when an agency is closed.")
    given = details.checked(viewer.today)
    with changing(viewer) as change:
        once(change)
        _check_cover(change, given)
        closure = ClosurePeriod(
            partnership_id=viewer.partnership_id,
            agency_id=viewer.agency_id,
            name=given.name,
            begins_on=given.begins_on,
            ends_on=given.ends_on,
            cover_name=given.cover_name,
            cover_contact=given.cover_contact,
            cover_membership_id=given.cover_membership_id,
        )
        change.session.add(closure)
        change.session.flush()
        change.log("closure.added", "closure", closure.id)
        _follow(change, closure.agency_id)
        return closure.id


def change_closure(viewer: Viewer, closure_id: int, details: ClosureDetails, *, version: int) -> bool:
    """Change a closure; says whether anything changed. Raises Conflict where somebody changed it since."""
    given = details.checked(viewer.today)
    if find_closure(viewer, closure_id).details == given:
        return False
    with changing(viewer) as change:
        closure = _own(change, closure_id)
        if closure.version != version:
            names = dict(colleagues(viewer))
            raise Conflict(LOST, mine=_in_words(given, names), theirs=_in_words(_details(closure), names))
        if given.cover_membership_id != closure.cover_membership_id:
            _check_cover(change, given)
        closure.name, closure.begins_on, closure.ends_on = given.name, given.begins_on, given.ends_on
        closure.cover_name, closure.cover_contact = given.cover_name, given.cover_contact
        closure.cover_membership_id = given.cover_membership_id
        change.session.flush()
        change.log("closure.changed", "closure", closure.id)
        _follow(change, closure.agency_id)
    return True


def remove_closure(viewer: Viewer, closure_id: int) -> None:
    """Take a closure away that will not be, or is not any more."""
    with changing(viewer) as change:
        closure = _own(change, closure_id)
        change.session.delete(closure)
        change.session.flush()
        change.log("closure.removed", "closure", closure_id)
        _follow(change, closure.agency_id)


def colleagues(viewer: Viewer) -> list[tuple[int, str]]:
    """(membership, name) of whoever answers for the viewer's agency, the viewer too: one of them may work meanwhile."""
    rows = (
        people_access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.agency_id == viewer.agency_id,
            Membership.role.in_(ANSWERING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .with_only_columns(Membership.id, User.name)
        .order_by(User.name, Membership.id)
    )
    return [(row.id, row.name) for row in db.session.execute(rows)]


def _check_cover(change: Change, details: ClosureDetails) -> None:
    """Refuse, as Invalid, somebody who does not answer for the agency."""
    number = details.cover_membership_id
    if number is not None and number not in dict(colleagues(change.viewer)):
        raise Invalid("No such colleague.", errors={"cover_membership": ["Choose one of the people shown"]})


def closures_of(session: Session, partnership_id: int, agency_ids: Collection[int]) -> dict[int, list[Closure]]:
    """The closures of these agencies, by agency, whoever asks: due days rest on them. Agencies without are left out."""
    found: dict[int, list[Closure]] = {}
    rows = select(
        ClosurePeriod.agency_id,
        ClosurePeriod.begins_on,
        ClosurePeriod.ends_on,
        ClosurePeriod.cover_name,
        ClosurePeriod.cover_contact,
    ).where(ClosurePeriod.partnership_id == partnership_id, ClosurePeriod.agency_id.in_(agency_ids))
    for agency_id, begins_on, ends_on, cover_name, cover_contact in session.execute(rows):
        found.setdefault(agency_id, []).append(Closure(begins_on, ends_on, cover_name, cover_contact))
    return found


def _follow(change: Change, agency_id: int) -> None:
    """Move the agency's due days that are still to come; one that has passed is late, whatever is said later."""
    rows = (
        select(AuditReturn.id, AuditReturn.due_on, AuditRound.due_on)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .where(
            AuditReturn.partnership_id == change.viewer.partnership_id,
            AuditReturn.agency_id == agency_id,
            AuditReturn.due_on >= change.viewer.today,
            AuditReturn.status.not_in(SIGNED_STATUSES),
            AuditRound.closed_at.is_(None),
        )
        .order_by(AuditReturn.id)
    )
    open_returns = change.session.execute(rows).all()
    closures = closures_of(change.session, change.viewer.partnership_id or 0, [agency_id]).get(agency_id, [])
    for return_id, due_on, asked_by in open_returns:
        moved = due_behind(asked_by, closures)
        if moved != due_on:
            change.session.execute(update(AuditReturn).where(AuditReturn.id == return_id).values(due_on=moved))
            change.log("audit_return.due_day_moved", "audit_return", return_id)


def _found(viewer: Viewer, closure_id: int) -> tuple[ClosurePeriod, str]:
    rows = (
        access.visible_to(viewer)
        .join(Agency, Agency.id == ClosurePeriod.agency_id)
        .where(ClosurePeriod.id == closure_id)
        .add_columns(Agency.name)
    )
    found = db.session.execute(rows).one_or_none()
    if found is None:
        raise NotVisible("There is no such closure.")
    closure, agency = found
    return closure, agency


def _own(change: Change, closure_id: int) -> ClosurePeriod:
    closure, _agency = _found(change.viewer, closure_id)
    if not access.may_change(change.viewer, closure):
        raise NotPermitted("This closure is over, or another agency’s.")
    return closure


def _row(viewer: Viewer, closure: ClosurePeriod, agency: str) -> ClosureRow:
    return ClosureRow(
        id=closure.id,
        agency_id=closure.agency_id,
        agency=agency,
        details=_details(closure),
        version=closure.version,
        may_change=access.may_change(viewer, closure),
    )


def _details(closure: ClosurePeriod) -> ClosureDetails:
    return ClosureDetails(
        closure.name,
        closure.begins_on,
        closure.ends_on,
        closure.cover_name,
        closure.cover_contact,
        closure.cover_membership_id,
    )


def _in_words(details: ClosureDetails, names: Mapping[int, str]) -> dict[str, str]:
    works = details.cover_membership_id
    return {
        "Name": details.name,
        "First day": f"{details.begins_on.day} {details.begins_on:%B %Y}",
        "Last day": f"{details.ends_on.day} {details.ends_on:%B %Y}",
        "Cover": details.cover_name,
        "Contact": details.cover_contact,
        "Works meanwhile": "" if works is None else names.get(works, "Somebody who has left"),
    }
