"""Editions as rows: writing what a framework says, and reading it back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import LoaderOption

from portal.domain.audit_vocabulary import FrameworkStatus, SchoolPhase, SignOffStep
from portal.domain.errors import Conflict
from portal.domain.frameworks import Check, Framework, QuestionText, StandardText
from portal.domain.ratings import Scale, scales_from_plain, scales_to_plain
from portal.domain.vocabulary import AgencyType
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.services.changes import Change


def with_questions() -> LoaderOption:
    """Load an edition's standards and their questions beside it, by two queries whatever their number."""
    return selectinload(FrameworkEdition.standards).selectinload(Standard.questions)


def framework_of(edition: FrameworkEdition) -> Framework:
    """What an edition says; it must have been loaded `with_questions()`."""
    return Framework(
        code=edition.code,
        title=edition.title,
        law=edition.law,
        guidance_edition=edition.guidance_edition,
        effective_from=edition.effective_from,
        scales=scales_from_plain(edition.scales),
        agency_types=frozenset(map(AgencyType, edition.agency_types)),
        sign_off=tuple(map(SignOffStep, edition.sign_off)),
        standards=tuple(_standard_text(standard) for standard in edition.standards),
    )


def text_of(question: Question) -> QuestionText:
    """What a question's row says."""
    return QuestionText(
        code=question.code,
        text=question.text,
        help=question.help,
        good=question.good,
        hints=tuple(question.hints),
        paragraph=question.paragraph,
        scale=question.scale,
        weight=question.weight,
        agency_types=frozenset(map(AgencyType, question.agency_types)),
        phases=frozenset(map(SchoolPhase, question.phases)),
        needs_narrative=question.needs_narrative,
        needs_evidence=question.needs_evidence,
        is_local=question.is_local,
        checks=tuple(map(Check.from_plain, question.checks)),
    )


def write_edition(
    change: Change, partnership_id: int, framework: Framework, status: FrameworkStatus
) -> FrameworkEdition:
    """Add a framework to a partnership as its next edition. Raises Conflict where somebody else adds one just now."""
    session, viewer = change.session, change.viewer
    edition = FrameworkEdition(
        partnership_id=partnership_id,
        code=framework.code,
        number=next_number(session, partnership_id, framework.code),
        title=framework.title,
        law=framework.law,
        guidance_edition=framework.guidance_edition,
        effective_from=framework.effective_from,
        status=status,
        scales=scales_to_plain(framework.scales),
        agency_types=[agency_type.value for agency_type in AgencyType if agency_type in framework.agency_types],
        sign_off=[step.value for step in framework.sign_off],
        digest=framework.digest,
        created_at=viewer.now,
        created_by_id=viewer.user_id,
        published_at=viewer.now if status is FrameworkStatus.PUBLISHED else None,
    )
    session.add(edition)
    try:
        session.flush()
    except IntegrityError:
        raise Conflict("Somebody else made an edition of this framework a moment ago. Look at it first.") from None
    _write_standards(session, edition, framework)
    return edition


def write_question(question: Question, said: QuestionText, scale: Scale) -> None:
    """Let a row say what a question says; where it stands is left alone."""
    question.code = said.code
    question.text = said.text
    question.help = said.help
    question.good = said.good
    question.hints = list(said.hints)
    question.paragraph = said.paragraph
    question.scale = said.scale
    question.weight = said.weight
    question.agency_types = [one.value for one in AgencyType if one in said.agency_types]
    question.phases = [phase.value for phase in SchoolPhase if phase in said.phases]
    question.needs_narrative = said.needs_narrative
    question.needs_evidence = said.needs_evidence
    question.is_local = said.is_local
    question.checks = [check.to_plain() for check in said.checks]
    question.digest = said.digest(scale)


def next_number(session: Session, partnership_id: int, code: str) -> int:
    """The number that a framework's next edition has in a partnership."""
    highest = session.scalar(
        select(func.max(FrameworkEdition.number)).where(
            FrameworkEdition.partnership_id == partnership_id, FrameworkEdition.code == code
        )
    )
    return (highest or 0) + 1


def _standard_text(standard: Standard) -> StandardText:
    questions = tuple(text_of(question) for question in standard.questions)
    return StandardText(standard.code, standard.title, standard.summary, questions)


def _write_standards(session: Session, edition: FrameworkEdition, framework: Framework) -> None:
    standards = [
        Standard(
            partnership_id=edition.partnership_id,
            edition_id=edition.id,
            position=position,
            code=standard.code,
            title=standard.title,
            summary=standard.summary,
        )
        for position, standard in enumerate(framework.standards, start=1)
    ]
    session.add_all(standards)
    session.flush()
    session.add_all(_questions(edition, framework, standards))
    session.flush()


def _questions(edition: FrameworkEdition, framework: Framework, standards: Sequence[Standard]) -> list[Question]:
    rows: list[Question] = []
    for row, standard in zip(standards, framework.standards, strict=True):
        for said in standard.questions:
            question = Question(
                partnership_id=edition.partnership_id,
                edition_id=edition.id,
                standard_id=row.id,
                position=len(rows) + 1,
            )
            write_question(question, said, framework.scale_of(said))
            rows.append(question)
    return rows
