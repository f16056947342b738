"""Published editions of audit frameworks for tests, small enough to read: two standards of three questions each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database.session import writing
from portal.domain.audit_vocabulary import FrameworkStatus, ScaleKind, SchoolPhase, SignOffStep
from portal.domain.ratings import Scale, scales_to_plain
from portal.domain.vocabulary import AgencyType
from portal.models.frameworks import FrameworkEdition, Question, Standard
from tests.world import BEFORE

Row = TypeVar("Row")

SECTION_11 = "section-11"
SCHOOLS = "section-175-157"
STANDARDS = 2
QUESTIONS = 3
SCALES = scales_to_plain({"rag": Scale.of(ScaleKind.RAG)})
STEPS = {
    SECTION_11: [SignOffStep.AUTHOR, SignOffStep.EXECUTIVE],
    SCHOOLS: [SignOffStep.DESIGNATED_LEAD, SignOffStep.HEAD, SignOffStep.GOVERNOR],
}


def published_edition(
    partnership_id: int,
    code: str = SECTION_11,
    agency_types: Collection[AgencyType] | None = None,
    *,
    number: int = 1,
    status: FrameworkStatus = FrameworkStatus.PUBLISHED,
    sign_off: Sequence[SignOffStep] | None = None,
    altered: Collection[str] = (),
    title: str = "",
    phases: Collection[SchoolPhase] = (),
) -> FrameworkEdition:
    """An edition whose questions have the codes "1.1" to "2.3".

    The questions in `altered` ask something else than in the edition of another number, the rest the same. `phases`
    are those that alone are asked the last question.
    """
    school = code == SCHOOLS
    types = agency_types or [one for one in AgencyType if (one is AgencyType.SCHOOL) is school]
    with writing() as session:
        edition = FrameworkEdition(
            partnership_id=partnership_id,
            code=code,
            number=number,
            title=title or ("Section 175 and 157 audit" if school else "Section 11 audit"),
            law="Education Act 2002, sections 175 and 157" if school else "Children Act 2004, section 11",
            guidance_edition="Guidance of 2025",
            effective_from=date(2025, 9, 1),
            status=status,
            scales=SCALES,
            agency_types=[str(one) for one in types],
            sign_off=[str(step) for step in sign_off or STEPS.get(code, STEPS[SECTION_11])],
            digest=f"{code}-{number}".ljust(64, "0"),
            created_at=BEFORE,
            published_at=BEFORE if status is FrameworkStatus.PUBLISHED else None,
        )
        session.add(edition)
        session.flush()
        for position in range(1, STANDARDS + 1):
            _standard(session, edition, position, altered, phases)
        return snapshot(session, edition)


def _standard(
    session: Session,
    edition: FrameworkEdition,
    position: int,
    altered: Collection[str],
    phases: Collection[SchoolPhase],
) -> None:
    standard = Standard(
        partnership_id=edition.partnership_id,
        edition_id=edition.id,
        position=position,
        code=str(position),
        title=f"Standard {position}",
        summary=f"What standard {position} is about.",
    )
    session.add(standard)
    session.flush()
    for number in range(1, QUESTIONS + 1):
        code = f"{position}.{number}"
        text = f"Is {code} so, as edition {edition.number} asks?" if code in altered else f"Is {code} so?"
        is_last = (position, number) == (STANDARDS, QUESTIONS)
        session.add(
            Question(
                partnership_id=edition.partnership_id,
                edition_id=edition.id,
                standard_id=standard.id,
                position=(position - 1) * QUESTIONS + number,
                code=code,
                text=text,
                help="",
                good=f"It is so when {code} can be seen to be done.",
                hints=["A policy with its date"],
                paragraph="Paragraph 1",
                scale="rag",
                weight=1,
                agency_types=[],
                phases=[str(phase) for phase in phases] if is_last else [],
                needs_narrative=False,
                needs_evidence=False,
                is_local=False,
                checks=[],
                digest=text.ljust(64, "0")[:64],
            )
        )
        session.flush()


def questions_of(edition: FrameworkEdition) -> list[Question]:
    """The edition's questions in their order; each has its `standard_id`."""
    with writing() as session:
        rows = session.scalars(
            select(Question).where(Question.edition_id == edition.id).order_by(Question.position)
        ).all()
        return [snapshot(session, row) for row in rows]


def snapshot(session: Session, row: Row) -> Row:
    """The row as it stands, apart from the session: nothing expires it, and nothing changes with it."""
    session.flush()
    session.refresh(row)
    session.expunge(row)
    return row
