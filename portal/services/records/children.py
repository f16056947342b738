"""Finding the child, or the family, that somebody means by a reference or a number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.domain.errors import Invalid
from portal.models.cases import Case, Child
from portal.services.cases import NHS_PLACE, UPN_PLACE

NOT_FOUND = "No family or child is known by this"


def find_case(session: Session, viewer: Viewer, reference: str, field: str = "reference") -> Case:
    """The family of exactly this reference, among those that the viewer sees. Raises Invalid."""
    found = session.scalar(_cases(viewer).where(Case.reference == reference.strip()))
    if found is None:
        raise Invalid(NOT_FOUND, errors={field: [f"{NOT_FOUND} reference. Check it on the meeting’s page"]})
    return found


def find_child(session: Session, viewer: Viewer, said: str, field: str = "reference") -> Child:
    """The child of an NHS number, a UPN, or a family's reference, with -1, -2 … where the family has several.

    Raises Invalid by `field`, saying how to tell several children apart.
    """
    said = said.strip()
    by_number = session.scalars(_children(viewer).where(_has_number(said))).all() if said else []
    if len(by_number) == 1:
        return by_number[0]
    children = _of_family(session, viewer, said)
    if len(children) == 1:
        return children[0]
    family, _dash, place = said.rpartition("-")
    if not children and place.isdecimal():
        several = _of_family(session, viewer, family)
        if 0 < int(place) <= len(several):
            return several[int(place) - 1]
    if children:
        named = ", ".join(f"{said}-{number} {child.given_name}" for number, child in enumerate(children, start=1))
        words = f"This family has {len(children)} children. Enter one of: {named}"
        raise Invalid(words, errors={field: [words]})
    words = f"{NOT_FOUND} reference or number. Enter the family’s reference, an NHS number or a UPN"
    raise Invalid(words, errors={field: [words]})


def _of_family(session: Session, viewer: Viewer, reference: str) -> Sequence[Child]:
    family = _cases(viewer).where(Case.reference == reference).with_only_columns(Case.id)
    return session.scalars(_children(viewer).where(Child.case_id.in_(family)).order_by(Child.id)).all()


def _has_number(said: str) -> ColumnElement[bool]:
    return or_(
        Child.nhs_number_index.in_(keyring.blind_indexes(said, NHS_PLACE)),
        Child.upn_index.in_(keyring.blind_indexes(said, UPN_PLACE)),
    )


def _cases(viewer: Viewer) -> Select[Case]:
    if viewer.is_system:
        return select(Case).where(Case.partnership_id == viewer.partnership_id)
    return cases_access.visible_to(viewer)


def _children(viewer: Viewer) -> Select[Child]:
    if viewer.is_system:
        return select(Child).where(Child.partnership_id == viewer.partnership_id)
    return cases_access.children_visible_to(viewer)
