"""Names the children of the invented families, as a coordinator would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.identifiers import clean_nhs_number, clean_upn
from portal.domain.vocabulary import AgencyType
from portal.models.cases import Case
from portal.services import cases
from portal.services.demo.cases import Families
from portal.services.demo.names import CHILD_GIVEN

SCHOOL_AGE = (5, 15)
EARLY_YEARS = (0, 4)


def name_children(coordinator: Viewer, families: Families, surnames: Iterator[str], chance: Random) -> None:
    """Give every family a surname of its own and its children names, birth dates and numbers."""
    rows = db.session.execute(select(Case.reference, Case.id).where(Case.partnership_id == coordinator.partnership_id))
    ids = {row.reference: row.id for row in rows}
    for family in families.all:
        surname = next(surnames)
        at_school = AgencyType.SCHOOL in family.agencies
        for given in chance.sample(CHILD_GIVEN, family.children):
            years = chance.randint(*(SCHOOL_AGE if at_school else EARLY_YEARS))
            born = coordinator.today - timedelta(days=365 * years + chance.randint(20, 340))
            facts = cases.ChildFacts(
                given_name=given,
                surname=surname,
                date_of_birth=born,
                nhs_number=_nhs_number(chance),
                upn=_upn(chance) if at_school else "",
            )
            cases.add_child(coordinator, ids[family.reference], facts)


def _nhs_number(chance: Random) -> str:
    """A number from the range 999, which is kept for tests, with a right check digit."""
    while True:
        body = f"999{chance.randrange(10**6):06d}"
        for digit in range(10):
            try:
                return clean_nhs_number(f"{body}{digit}")
            except ValueError:
                continue


def _upn(chance: Random) -> str:
    """A pupil number of an authority that does not exist, with a right check letter."""
    body = f"999{chance.randrange(10**9):09d}"
    for letter in "ABCDEFGHJKLMNPQRTUVWXYZ":
        try:
            return clean_upn(f"{letter}{body}")
        except ValueError:
            continue
    raise RuntimeError("one of the letters is always right")
