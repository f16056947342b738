"""Writing the next edition of a framework: a draft begins with what the last one says and changes until published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm.attributes import flag_modified

from portal.access import frameworks as access
from portal.access.viewer import Viewer
from portal.domain.audit_vocabulary import FrameworkStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.frameworks import QuestionText
from portal.domain.labels import in_words, listed
from portal.domain.ratings import Scale
from portal.domain.vocabulary import AgencyType
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.services.changes import LOST, Change, changing
from portal.services.frameworks.rows import (
    framework_of,
    next_number,
    text_of,
    with_questions,
    write_edition,
    write_question,
)


@dataclass(frozen=True, slots=True)
class EditionDetails:
    """What an edition says about itself."""

    title: str
    law: str
    guidance_edition: str
    effective_from: date


def start_draft(viewer: Viewer, edition_id: int) -> int:
    """Begin the next edition with what this published one says; returns the draft's id.

    Raises Invalid where there is a draft of this framework already: two would each lose the other's changes.
    """
    if not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the audit frameworks.")
    with changing(viewer) as change:
        edition = _edition(change, edition_id)
        if not access.may_draft_from(viewer, edition):
            raise NotPermitted("This is a draft already.")
        drafts = access.visible_to(viewer).with_only_columns(FrameworkEdition.id)
        drafts = drafts.where(FrameworkEdition.code == edition.code, FrameworkEdition.status == FrameworkStatus.DRAFT)
        if change.session.scalar(drafts.limit(1)) is not None:
            raise Invalid("There is a draft of this framework already. Go on with it, or throw it away first.")
        draft = write_edition(change, edition.partnership_id, framework_of(edition), FrameworkStatus.DRAFT)
        change.log("framework.drafted", "framework", draft.id)
        return draft.id


def change_details(viewer: Viewer, edition_id: int, details: EditionDetails, *, version: int) -> None:
    """Change what a draft says about itself. Raises Conflict where somebody changed the draft since."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        edition.title, edition.law = details.title, details.law
        edition.guidance_edition, edition.effective_from = details.guidance_edition, details.effective_from
        change.log("framework.changed", "framework", edition.id)


def add_standard(viewer: Viewer, edition_id: int, code: str, title: str, summary: str, *, version: int) -> int:
    """Add a standard behind the others of a draft; it needs a question before it can be published."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        _refuse_code(code, [standard.code for standard in edition.standards], "standard")
        standard = Standard(
            partnership_id=edition.partnership_id,
            edition_id=edition.id,
            position=max((standard.position for standard in edition.standards), default=0) + 1,
            code=code,
            title=title,
            summary=summary,
        )
        change.session.add(standard)
        change.session.flush()
        change.log("framework.standard_added", "standard", standard.id)
        return standard.id


def change_standard(
    viewer: Viewer, edition_id: int, standard_id: int, title: str, summary: str, *, version: int
) -> None:
    """Change a standard's title and summary; its code stays, because other editions know it by that."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        standard = _standard(edition, standard_id)
        standard.title, standard.summary = title, summary
        change.log("framework.standard_changed", "standard", standard.id)


def remove_standard(viewer: Viewer, edition_id: int, standard_id: int, *, version: int) -> None:
    """Take a standard out of a draft. Raises Invalid while questions stand in it."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        standard = _standard(edition, standard_id)
        if standard.questions:
            raise Invalid("Take the questions out of this standard first.")
        change.session.execute(delete(Standard).where(Standard.id == standard.id))
        change.log("framework.standard_removed", "standard", standard.id)


def add_question(viewer: Viewer, edition_id: int, standard_id: int, said: QuestionText, *, version: int) -> int:
    """Add a question behind the others of its standard; it counts as the partnership's own."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        standard = _standard(edition, standard_id)
        _refuse_code(said.code, [one.code for held in edition.standards for one in held.questions], "question")
        question = Question(
            partnership_id=edition.partnership_id,
            edition_id=edition.id,
            standard_id=standard.id,
            position=sum(len(held.questions) for held in edition.standards) + 1,
        )
        write_question(question, replace(said, is_local=True), _scale(edition, said))
        change.session.add(question)
        change.session.flush()
        change.log("framework.question_added", "question", question.id)
        return question.id


def change_question(viewer: Viewer, edition_id: int, question_id: int, said: QuestionText, *, version: int) -> None:
    """Change a question of a draft; its code, whose it is and the figures it is checked against stay."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        question = _question(edition, question_id)
        before = text_of(question)
        kept = replace(said, code=before.code, is_local=before.is_local, checks=before.checks)
        write_question(question, kept, _scale(edition, said))
        change.log("framework.question_changed", "question", question.id)


def remove_question(viewer: Viewer, edition_id: int, question_id: int, *, version: int) -> None:
    """Take a question out of a draft."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        question = _question(edition, question_id)
        change.session.execute(delete(Question).where(Question.id == question.id))
        change.log("framework.question_removed", "question", question.id)


def publish(viewer: Viewer, edition_id: int, *, version: int) -> None:
    """Publish a draft: from here on rounds can ask it and nobody changes it.

    Raises Invalid where a standard has no question or an agency type would be asked nothing.
    """
    with _drafting(viewer, edition_id, version) as (change, edition):
        _refuse_unready(edition)
        newest = next_number(change.session, edition.partnership_id, edition.code) - 1
        if edition.number < newest:
            # A file was loaded meanwhile; what is published last is the newest edition.
            edition.number = newest + 1
        edition.status = FrameworkStatus.PUBLISHED
        edition.published_at = viewer.now
        change.log("framework.published", "framework", edition.id)


def discard(viewer: Viewer, edition_id: int, *, version: int) -> None:
    """Throw a draft away."""
    with _drafting(viewer, edition_id, version) as (change, edition):
        change.log("framework.discarded", "framework", edition.id)
        for table in (Question, Standard):
            change.session.execute(delete(table).where(table.edition_id == edition.id))
        change.session.delete(edition)


@contextmanager
def _drafting(viewer: Viewer, edition_id: int, version: int) -> Iterator[tuple[Change, FrameworkEdition]]:
    """A draft that may be changed, as it was when the page was drawn; afterwards it is counted and digested anew."""
    if not access.may_keep(viewer):
        raise NotPermitted("This role does not keep the audit frameworks.")
    with changing(viewer) as change:
        edition = _edition(change, edition_id)
        if not access.may_change(viewer, edition):
            raise NotPermitted("A published edition does not change. Begin a new draft from it.")
        if edition.version != version:
            raise Conflict(LOST)
        yield change, edition
        if edition not in change.session.deleted:
            change.session.flush()
            _settle(_edition(change, edition_id))


def _edition(change: Change, edition_id: int) -> FrameworkEdition:
    rows = access.visible_to(change.viewer).where(FrameworkEdition.id == edition_id).options(with_questions())
    # Locked, because what is settled at the end reads the edition anew: the version alone would then hold nobody back.
    edition = change.session.scalar(rows.with_for_update().execution_options(populate_existing=True))
    if edition is None:
        raise NotVisible("There is no such edition.")
    return edition


def _settle(edition: FrameworkEdition) -> None:
    """Number the questions through and digest what the edition says now."""
    questions = [question for standard in edition.standards for question in standard.questions]
    for position, question in enumerate(questions, start=1):
        question.position = position
    edition.digest = framework_of(edition).digest
    # Whatever part of a draft was changed, a page that was drawn before is out of date.
    flag_modified(edition, "digest")


def _standard(edition: FrameworkEdition, standard_id: int) -> Standard:
    for standard in edition.standards:
        if standard.id == standard_id:
            return standard
    raise NotVisible("There is no such standard.")


def _question(edition: FrameworkEdition, question_id: int) -> Question:
    for standard in edition.standards:
        for question in standard.questions:
            if question.id == question_id:
                return question
    raise NotVisible("There is no such question.")


def _scale(edition: FrameworkEdition, said: QuestionText) -> Scale:
    """The scale of a question that this framework may hold; raises Invalid for one that it may not."""
    if not said.agency_types <= set(map(AgencyType, edition.agency_types)):
        reason = "Choose only agencies whom this audit is for"
        raise Invalid("The audit is not for them.", errors={"agency_types": [reason]})
    if said.scale not in edition.scales:
        raise Invalid("Choose a scale.", errors={"scale": ["Choose one of the scales of this framework"]})
    return Scale.from_plain(edition.scales[said.scale])


def _refuse_code(code: str, taken: Sequence[str], what: str) -> None:
    if code in taken:
        reason = f"Another {what} of this edition has this code: choose another"
        raise Invalid("The code is taken.", errors={"code": [reason]})


def _refuse_unready(edition: FrameworkEdition) -> None:
    framework = framework_of(edition)
    empty = [standard.title for standard in framework.standards if not standard.questions]
    if empty:
        raise Invalid(f"No question stands in {listed(empty)}. Add one, or take the standard out.")
    unasked = [one for one in AgencyType if one in framework.agency_types and not any(framework.questions_for(one))]
    if unasked:
        raise Invalid(f"Nobody would ask {listed(in_words(unasked))} anything. Add a question for them.")
