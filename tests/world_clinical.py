"""The form of the world's practices, which a clinical record fills; drafts that were begun keep the first form."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clinical_records import ClinicalPart
from portal.domain.report_vocabulary import AnswerKind
from portal.domain.vocabulary import AgencyType
from portal.models.cases import Child
from tests.clinical_files import sample
from tests.report_forms import FIRST_FORM, publish, question, template
from tests.world import PARTNERSHIPS, World

RECORD_FORM = template(
    "record-form",
    *FIRST_FORM.questions,
    question("registered", "Registration", AnswerKind.SHORT, is_needed=False, source=ClinicalPart.REGISTRATION.value),
    *(
        question(part.value, f"What matters of {part.value}", is_needed=False, source=part.value)
        for part in (ClinicalPart.PROBLEMS, ClinicalPart.CONSULTATIONS, ClinicalPart.MEDICATION)
    ),
    question("immunised", "Immunisations", is_needed=False, source=ClinicalPart.IMMUNISATIONS.value),
    question("carers", "Carers", is_needed=False, for_family=False, source=ClinicalPart.CONTACTS.value),
    title="The practice’s report",
    agency_types=frozenset({AgencyType.GP}),
    effective_from=date(2025, 2, 1),
    limited_involvement=("involvement", "worries", "registered"),
)


class ClinicalBuilder:
    """Publishes it in both partnerships."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """One more template in each."""
        for letter in PARTNERSHIPS:
            publish(self.session, self.world.partnerships[letter], RECORD_FORM)


def record_of(session: Session, child_id: int, name: str = "gp-connect-stu3.json", **changed: str) -> bytes:
    """A sample as the record of a child of the world."""
    child = session.scalars(select(Child).where(Child.id == child_id)).one()
    assert child.nhs_number is not None
    assert child.date_of_birth is not None
    return sample(name, nhs_number=child.nhs_number, born=child.date_of_birth, **changed)
