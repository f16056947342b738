"""Reading the audit frameworks of a partnership: the list, one edition, and what differs between two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select

from portal.access import frameworks as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus, SchoolPhase
from portal.domain.errors import NotVisible
from portal.domain.framework_changes import QuestionChange, compare
from portal.domain.frameworks import Framework, QuestionText, StandardText
from portal.domain.labels import in_words, label, listed, short_label
from portal.domain.text_changes import ChangeKind
from portal.domain.vocabulary import AgencyType
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.services.frameworks.rows import framework_of, with_questions


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One edition in the list."""

    id: int
    code: str
    number: int
    title: str
    law: str
    guidance_edition: str
    effective_from: date
    status: FrameworkStatus
    published_at: datetime | None
    standards: int
    questions: int


@dataclass(frozen=True, slots=True)
class ListedFramework:
    """A framework with its editions, the newest first; `current` is the newest that is published."""

    current: EditionLine | None
    draft: EditionLine | None
    editions: tuple[EditionLine, ...]

    @property
    def shown(self) -> EditionLine:
        """The edition whose name the framework goes by."""
        return self.current or self.editions[0]

    @property
    def older(self) -> tuple[EditionLine, ...]:
        """Published editions before the current one."""
        kept = (edition for edition in self.editions if edition.status is FrameworkStatus.PUBLISHED)
        return tuple(edition for edition in kept if edition is not self.current)


@dataclass(frozen=True, slots=True)
class EditionPage:
    """One edition with what the viewer may do to it; ids of rows by code, for links."""

    id: int
    number: int
    version: int
    status: FrameworkStatus
    published_at: datetime | None
    framework: Framework
    standard_ids: Mapping[str, int]
    question_ids: Mapping[str, int]
    previous_id: int | None
    draft_id: int | None
    may_keep: bool
    may_change: bool
    may_draft_from: bool

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.status is FrameworkStatus.DRAFT

    @property
    def audience(self) -> str:
        """Whom the framework is for."""
        return ", ".join(label(one) for one in AgencyType if one in self.framework.agency_types)

    @property
    def signed_by(self) -> str:
        """Who signs a return, in their order."""
        first, *rest = (label(step) for step in self.framework.sign_off)
        return ", then ".join([first, *(words[0].lower() + words[1:] for words in rest)])

    def asked_of(self, question: QuestionText) -> str:
        """Whom a question is asked, where it is not everybody."""
        return listed(in_words(question.agency_types))

    def ages_of(self, question: QuestionText) -> str:
        """Which schools a question is asked, where it is not all."""
        return listed([short_label(phase).lower() for phase in SchoolPhase if phase in question.phases])

    def standard(self, standard_id: int) -> StandardText:
        """One standard by its row's id; raises NotVisible."""
        for standard in self.framework.standards:
            if self.standard_ids[standard.code] == standard_id:
                return standard
        raise NotVisible("There is no such standard.")

    def question(self, question_id: int) -> QuestionText:
        """One question by its row's id; raises NotVisible."""
        for question in self.framework.questions:
            if self.question_ids[question.code] == question_id:
                return question
        raise NotVisible("There is no such question.")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions of one framework, question by question; the standards are those of the new one."""

    old: EditionPage
    new: EditionPage
    changed: tuple[tuple[StandardText, tuple[QuestionChange, ...]], ...]
    """Standards with questions that were added or altered, or whose details changed."""
    removed: tuple[QuestionChange, ...]
    counts: Mapping[ChangeKind, int]


def list_frameworks(viewer: Viewer) -> list[ListedFramework]:
    """Every framework that the viewer sees, by code, by one query."""
    standards = (
        select(func.count()).where(Standard.edition_id == FrameworkEdition.id).correlate(FrameworkEdition)
    ).scalar_subquery()
    questions = (
        select(func.count()).where(Question.edition_id == FrameworkEdition.id).correlate(FrameworkEdition)
    ).scalar_subquery()
    rows = access.visible_to(viewer).with_only_columns(
        FrameworkEdition.id,
        FrameworkEdition.code,
        FrameworkEdition.number,
        FrameworkEdition.title,
        FrameworkEdition.law,
        FrameworkEdition.guidance_edition,
        FrameworkEdition.effective_from,
        FrameworkEdition.status,
        FrameworkEdition.published_at,
        standards,
        questions,
    )
    ordered = db.session.execute(rows.order_by(FrameworkEdition.code, FrameworkEdition.number.desc()))
    lines = [EditionLine(*tuple(row)) for row in ordered]
    return [_listed(list(editions)) for _, editions in groupby(lines, key=lambda line: line.code)]


def published(viewer: Viewer) -> list[EditionLine]:
    """The newest published edition of each framework, to choose one for a round."""
    return [framework.current for framework in list_frameworks(viewer) if framework.current]


def read_edition(viewer: Viewer, edition_id: int) -> EditionPage:
    """One edition with its standards and questions; raises NotVisible."""
    edition = db.session.scalar(
        access.visible_to(viewer).where(FrameworkEdition.id == edition_id).options(with_questions())
    )
    if edition is None:
        raise NotVisible("There is no such edition.")
    siblings = db.session.execute(
        access.visible_to(viewer)
        .with_only_columns(FrameworkEdition.id, FrameworkEdition.number, FrameworkEdition.status)
        .where(FrameworkEdition.code == edition.code)
        .order_by(FrameworkEdition.number)
    ).all()
    before = [row.id for row in siblings if row.number < edition.number and row.status is FrameworkStatus.PUBLISHED]
    drafts = [row.id for row in siblings if row.status is FrameworkStatus.DRAFT]
    return EditionPage(
        id=edition.id,
        number=edition.number,
        version=edition.version,
        status=edition.status,
        published_at=edition.published_at,
        framework=framework_of(edition),
        standard_ids={standard.code: standard.id for standard in edition.standards},
        question_ids={question.code: question.id for standard in edition.standards for question in standard.questions},
        previous_id=before[-1] if before else None,
        draft_id=drafts[-1] if drafts else None,
        may_keep=access.may_keep(viewer),
        may_change=access.may_change(viewer, edition),
        may_draft_from=access.may_draft_from(viewer, edition),
    )


def differences(viewer: Viewer, edition_id: int) -> Difference:
    """What an edition changed of the published one before it; raises NotVisible where there is none."""
    new = read_edition(viewer, edition_id)
    if new.previous_id is None:
        raise NotVisible("There is no edition before this one.")
    old = read_edition(viewer, new.previous_id)
    changes = compare(old.framework, new.framework)
    by_code = {change.code: change for change in changes if _is_shown(change)}
    standards = (
        (standard, tuple(by_code[question.code] for question in standard.questions if question.code in by_code))
        for standard in new.framework.standards
    )
    return Difference(
        old=old,
        new=new,
        changed=tuple((standard, questions) for standard, questions in standards if questions),
        removed=tuple(change for change in changes if change.kind is ChangeKind.REMOVED),
        counts=Counter(change.kind for change in changes),
    )


def _is_shown(change: QuestionChange) -> bool:
    return change.kind in (ChangeKind.ADDED, ChangeKind.ALTERED) or bool(change.details)


def _listed(editions: Sequence[EditionLine]) -> ListedFramework:
    kept = [edition for edition in editions if edition.status is FrameworkStatus.PUBLISHED]
    drafts = [edition for edition in editions if edition.status is FrameworkStatus.DRAFT]
    return ListedFramework(kept[0] if kept else None, drafts[0] if drafts else None, tuple(editions))
