"""Cases and the children in them: opened by their reference, named by the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.access import cases as access
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.identifiers import clean_nhs_number, clean_upn
from portal.models.cases import Case, Child
from portal.services import activity
from portal.services.changes import Change, changing
from portal.services.sent_forms import once

SURNAME_PLACE = "children.surname"
NHS_PLACE = "children.nhs_number"
UPN_PLACE = "children.upn"

OLDEST_YEARS = 25
"""A child's record may run on for a care leaver; an older birth date is a slip of the hand."""


LONGEST_REFERENCE = 40
LOOKED_UP_AT_ONCE = 500
"""References a query: databases limit how many values one statement takes."""


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """What is written down about one child; the numbers are checked by their check digits."""

    given_name: str
    surname: str
    date_of_birth: date | None = None
    nhs_number: str = ""
    upn: str = ""


def case_with_children(viewer: Viewer, case_id: int) -> Case:
    """A case and its children, for whoever sees a meeting about them; the reading is logged.

    Raises NotVisible.
    """
    query = access.visible_to(viewer).where(Case.id == case_id).options(selectinload(Case.children))
    case = db.session.scalars(query).one_or_none()
    if case is None:
        raise NotVisible("No such case.")
    activity.record_reading(viewer, "case.read", "case", [case.id])
    return case


def add_child(viewer: Viewer, case_id: int, facts: ChildFacts) -> Child:
    """Name a child of a case. Raises NotVisible, NotPermitted, or Invalid by field."""
    with changing(viewer) as change:
        once(change)
        case = _manageable(change, case_id)
        child = Child(partnership_id=case.partnership_id, case_id=case.id, created_at=viewer.now)
        _write(child, _checked(viewer, facts))
        change.session.add(child)
        change.session.flush()
        change.log("child.added", "child", child.id)
        return child


def change_child(viewer: Viewer, case_id: int, child_id: int, version: int, facts: ChildFacts) -> Child:
    """Correct what is written about a child.

    Raises NotVisible, NotPermitted, Invalid by field, or Conflict where somebody else corrected it first.
    """
    with changing(viewer) as change:
        case = _manageable(change, case_id)
        child = change.session.scalar(
            access.children_visible_to(viewer).where(Child.id == child_id, Child.case_id == case.id)
        )
        if child is None:
            raise NotVisible("No such child.")
        if child.version != version:
            raise Conflict(
                "Somebody else changed this child’s details a moment ago.",
                mine=_words(facts),
                theirs=_words(_facts(child)),
            )
        _write(child, _checked(viewer, facts))
        change.log("child.changed", "child", child.id)
        return child


def shown(child: Child) -> dict[str, Any]:
    """A child's details by the names of their fields."""
    return asdict(_facts(child))


def open_cases(change: Change, partnership_id: int, references: list[str]) -> dict[str, int]:
    """Cases by reference, opened without names where they are new; gives their ids."""
    known: dict[str, int] = {}
    wanted = list(dict.fromkeys(references))
    for start in range(0, len(wanted), LOOKED_UP_AT_ONCE):
        some = wanted[start : start + LOOKED_UP_AT_ONCE]
        rows = change.session.execute(
            select(Case.reference, Case.id).where(Case.partnership_id == partnership_id, Case.reference.in_(some))
        )
        known.update({row.reference: row.id for row in rows})
    new = [
        Case(partnership_id=partnership_id, reference=reference, created_at=change.viewer.now)
        for reference in wanted
        if reference not in known
    ]
    change.session.add_all(new)
    change.session.flush()
    for case in new:
        change.log("case.opened", "case", case.id)
        known[case.reference] = case.id
    return known


def open_case_with_children(change: Change, reference: str, children: Sequence[ChildFacts]) -> int:
    """Open a case that nobody knows yet, with the children in it; returns its id.

    Raises Invalid: under "reference" where there is none or it is known already, and for a child under its number and
    field, such as "children-0-surname".
    """
    viewer, reference = change.viewer, reference.strip()
    if viewer.partnership_id is None or not viewer.may(Permission.CASES_MANAGE):
        raise NotPermitted("Only the coordinator opens a case.")
    errors: dict[str, list[str]] = {}
    known = select(Case.id).where(Case.partnership_id == viewer.partnership_id, Case.reference == reference)
    if not reference or len(reference) > LONGEST_REFERENCE:
        errors["reference"] = [f"Enter the case’s reference in {LONGEST_REFERENCE} characters or fewer"]
    elif change.session.scalar(known) is not None:
        errors["reference"] = ["There is a case with this reference already"]
    checked = []
    for number, facts in enumerate(children):
        try:
            checked.append(_checked(viewer, facts))
        except Invalid as refused:
            errors.update({f"children-{number}-{name}": said for name, said in refused.errors.items()})
    if errors:
        raise Invalid("Check the family’s details.", errors=errors)
    case_id = open_cases(change, viewer.partnership_id, [reference])[reference]
    for facts in checked:
        child = Child(partnership_id=viewer.partnership_id, case_id=case_id, created_at=viewer.now)
        _write(child, facts)
        change.session.add(child)
        change.session.flush()
        change.log("child.added", "child", child.id)
    return case_id


def _manageable(change: Change, case_id: int) -> Case:
    case = change.session.scalar(access.visible_to(change.viewer).where(Case.id == case_id))
    if case is None:
        raise NotVisible("No such case.")
    if not access.may_manage(change.viewer, case):
        raise NotPermitted("Only the coordinator changes a child’s details.")
    return case


def _checked(viewer: Viewer, facts: ChildFacts) -> ChildFacts:
    errors: dict[str, list[str]] = {}
    cleaned = {"nhs_number": "", "upn": ""}
    for field, typed, clean in (
        ("nhs_number", facts.nhs_number, clean_nhs_number),
        ("upn", facts.upn, clean_upn),
    ):
        try:
            cleaned[field] = clean(typed) if typed.strip() else ""
        except ValueError as fault:
            errors[field] = [str(fault)]
    for field, name, words in (
        ("given_name", facts.given_name, "given name"),
        ("surname", facts.surname, "surname"),
    ):
        if not name.strip():
            errors[field] = [f"Enter the child’s {words}"]
    born = facts.date_of_birth
    if born is not None and viewer.today.year - born.year > OLDEST_YEARS:
        errors["date_of_birth"] = [f"The date of birth must lie within the last {OLDEST_YEARS} years"]
    if errors:
        raise Invalid("Check the child’s details.", errors=errors)
    return ChildFacts(facts.given_name.strip(), facts.surname.strip(), born, cleaned["nhs_number"], cleaned["upn"])


def _write(child: Child, facts: ChildFacts) -> None:
    child.given_name = facts.given_name
    child.surname = facts.surname
    child.date_of_birth = facts.date_of_birth.isoformat() if facts.date_of_birth else None
    child.nhs_number = facts.nhs_number or None
    child.upn = facts.upn or None
    child.surname_index = keyring.blind_index(facts.surname, SURNAME_PLACE)
    child.nhs_number_index = keyring.blind_index(facts.nhs_number, NHS_PLACE) if facts.nhs_number else None
    child.upn_index = keyring.blind_index(facts.upn, UPN_PLACE) if facts.upn else None


def _facts(child: Child) -> ChildFacts:
    return ChildFacts(child.given_name, child.surname, child.born, child.nhs_number or "", child.upn or "")


def _words(facts: ChildFacts) -> dict[str, str]:
    return {
        "Given name": facts.given_name,
        "Surname": facts.surname,
        "Date of birth": facts.date_of_birth.isoformat() if facts.date_of_birth else "",
        "NHS number": facts.nhs_number,
        "UPN": facts.upn,
    }
