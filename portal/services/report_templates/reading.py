"""Reading the report templates of a partnership: the list, and one version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from portal.access import report_templates as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.report_template_faults import Fault, faults_of
from portal.domain.report_template_words import asked_at, asked_of
from portal.domain.report_templates import (
    Edition,
    ReportTemplate,
    in_use,
    template_for,
)
from portal.domain.report_vocabulary import TemplateState, TemplateStatus
from portal.domain.rules import EVER
from portal.domain.vocabulary import AgencyType
from portal.models import report_templates as models
from portal.models.rule_sets import MeetingType
from portal.services.report_templates.rows import as_template


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of meeting that a template can be for."""

    code: str
    name: str
    is_retired: bool


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list."""

    id: int
    code: str
    number: int
    title: str
    agency_types: list[str]
    meeting_types: list[str]
    effective_from: date
    status: TemplateStatus
    published_at: datetime | None
    state: TemplateState
    asked_of: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A template with its versions, the newest first."""

    versions: tuple[VersionLine, ...]

    @property
    def shown(self) -> VersionLine:
        """The version that the template goes by: the one in use, else the newest."""
        return next((one for one in self.versions if one.state is TemplateState.IN_USE), self.versions[0])

    @property
    def others(self) -> tuple[VersionLine, ...]:
        """Every other version."""
        return tuple(one for one in self.versions if one is not self.shown)


@dataclass(frozen=True, slots=True)
class TemplateList:
    """What a partnership asks. `answered` is set where both an agency type and a kind were chosen."""

    templates: tuple[ListedTemplate, ...]
    out_of_use: tuple[ListedTemplate, ...]
    kinds: tuple[Kind, ...]
    answered: VersionLine | None
    may_keep: bool


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version with what the viewer may do to it."""

    id: int
    number: int
    version: int
    state: TemplateState
    published_at: datetime | None
    template: ReportTemplate
    kinds: tuple[Kind, ...]
    siblings: tuple[tuple[int, int], ...]
    """(id, number) of the other versions that were published, the newest first."""
    draft_id: int | None
    faults: tuple[Fault, ...]
    published_codes: frozenset[str]
    """Codes of questions that a published version of the template has: answers may stand for them."""
    may_keep: bool
    may_change: bool
    may_draft_from: bool
    may_retire: bool

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written."""
        return self.state is TemplateState.DRAFT

    @property
    def asked_of(self) -> str:
        """Who answers it."""
        return asked_of(self.template.agency_types)

    @property
    def asked_at(self) -> str:
        """For which kinds of meetings."""
        return asked_at(self.template.meeting_types, ((kind.code, kind.name) for kind in self.kinds))

    @property
    def first_day(self) -> date | None:
        """The day from which on it is answered; None where that is as long as the partnership is there."""
        return None if self.template.effective_from == EVER else self.template.effective_from

    @property
    def previous_id(self) -> int | None:
        """The newest published version before this one."""
        return next((one for one, number in self.siblings if number < self.number), None)


def kinds_of(viewer: Viewer) -> tuple[Kind, ...]:
    """The kinds of meetings of the viewer's partnership, in their order."""
    rows = db.session.execute(
        select(MeetingType.code, MeetingType.name, MeetingType.retired_at)
        .where(MeetingType.partnership_id == viewer.partnership_id)
        .order_by(MeetingType.position, MeetingType.id)
    )
    return tuple(Kind(row.code, row.name, row.retired_at is not None) for row in rows)


def list_templates(
    viewer: Viewer, agency_type: AgencyType | None = None, meeting_type: str | None = None
) -> TemplateList:
    """The templates that the viewer sees, by title; those that one kind of agency or meeting could be asked."""
    kinds = kinds_of(viewer)
    lines = _lines(viewer, kinds)
    using = {line.id: line for line in lines if line.state is TemplateState.IN_USE}
    answered = None
    if agency_type and meeting_type:
        editions = in_use((_edition(line) for line in using.values()), viewer.today)
        candidates = ((using[one.id], one.agency_types, one.meeting_types) for one in editions)
        answered = template_for(agency_type, meeting_type, candidates)
    by_code: dict[str, list[VersionLine]] = {}
    for line in lines:
        by_code.setdefault(line.code, []).append(line)
    listed_ones = sorted((ListedTemplate(tuple(found)) for found in by_code.values()), key=_by_title)
    fitting = [one for one in listed_ones if _fits(one.shown, agency_type, meeting_type)]
    return TemplateList(
        templates=tuple(one for one in fitting if one.shown.state is not TemplateState.OUT_OF_USE),
        out_of_use=tuple(one for one in fitting if one.shown.state is TemplateState.OUT_OF_USE),
        kinds=kinds,
        answered=answered,
        may_keep=access.may_keep(viewer),
    )


def read_version(viewer: Viewer, template_id: int) -> VersionPage:
    """One version; raises NotVisible."""
    code = access.visible_to(viewer).where(models.ReportTemplate.id == template_id)
    versions = list(
        db.session.scalars(
            access.visible_to(viewer)
            .where(models.ReportTemplate.code.in_(code.with_only_columns(models.ReportTemplate.code)))
            .order_by(models.ReportTemplate.number.desc())
        )
    )
    row = next((one for one in versions if one.id == template_id), None)
    if row is None:
        raise NotVisible("There is no such template.")
    kinds = kinds_of(viewer)
    published = [one for one in versions if one.status is not TemplateStatus.DRAFT]
    states = _states([_edition(one) for one in versions if one.status is TemplateStatus.PUBLISHED], viewer.today)
    template = as_template(row)
    may_change = access.may_change(viewer, row)
    return VersionPage(
        id=row.id,
        number=row.number,
        version=row.version,
        state=_state(row.id, row.status, states),
        published_at=row.published_at,
        template=template,
        kinds=kinds,
        siblings=tuple((one.id, one.number) for one in published if one.id != row.id),
        draft_id=next((one.id for one in versions if one.status is TemplateStatus.DRAFT), None),
        faults=tuple(faults_of(template)) if may_change else (),
        published_codes=frozenset(question.code for one in published for question in as_template(one).questions),
        may_keep=access.may_keep(viewer),
        may_change=may_change,
        may_draft_from=access.may_draft_from(viewer, row),
        may_retire=access.may_keep(viewer) and row.status is TemplateStatus.PUBLISHED,
    )


def read_draft(viewer: Viewer, template_id: int) -> VersionPage:
    """One draft, for whoever may change it; raises NotVisible, and NotPermitted for a version that was published."""
    page = read_version(viewer, template_id)
    if not page.may_change:
        raise NotPermitted("A published version does not change. Begin a new draft from it.")
    return page


def read_published(viewer: Viewer, template_id: int) -> VersionPage:
    """One published version, for whoever may go on from it; raises NotVisible, and NotPermitted for a draft."""
    page = read_version(viewer, template_id)
    if not page.may_draft_from:
        raise NotPermitted("This is a draft already.")
    return page


def _lines(viewer: Viewer, kinds: tuple[Kind, ...]) -> list[VersionLine]:
    row = models.ReportTemplate
    columns = (
        *(row.id, row.code, row.number, row.title, row.agency_types, row.meeting_types),
        *(row.effective_from, row.status, row.published_at),
    )
    found = db.session.execute(
        access.visible_to(viewer).with_only_columns(*columns).order_by(row.code, row.number.desc())
    ).all()
    published = [one for one in found if one.status is TemplateStatus.PUBLISHED]
    names = [(kind.code, kind.name) for kind in kinds]
    states = _states(
        [
            Edition(one.id, one.code, one.number, one.effective_from, one.agency_types, one.meeting_types)
            for one in published
        ],
        viewer.today,
    )
    return [
        VersionLine(
            *one,
            state=_state(one.id, one.status, states),
            asked_of=asked_of(map(AgencyType, one.agency_types)),
            asked_at=asked_at(one.meeting_types, names),
        )
        for one in found
    ]


def _edition(row: models.ReportTemplate | VersionLine) -> Edition:
    return Edition(row.id, row.code, row.number, row.effective_from, row.agency_types, row.meeting_types)


def _states(published: list[Edition], today: date) -> Mapping[int, TemplateState]:
    using = {edition.id for edition in in_use(published, today)}
    return {
        edition.id: TemplateState.IN_USE
        if edition.id in using
        else TemplateState.TO_COME
        if edition.effective_from > today
        else TemplateState.OUT_OF_USE
        for edition in published
    }


def _state(template_id: int, status: TemplateStatus, states: Mapping[int, TemplateState]) -> TemplateState:
    if status is TemplateStatus.DRAFT:
        return TemplateState.DRAFT
    return states.get(template_id, TemplateState.OUT_OF_USE)


def _fits(line: VersionLine, agency_type: AgencyType | None, meeting_type: str | None) -> bool:
    return (not agency_type or not line.agency_types or agency_type.value in line.agency_types) and (
        not meeting_type or not line.meeting_types or meeting_type in line.meeting_types
    )


def _by_title(template: ListedTemplate) -> str:
    return template.shown.title.casefold()
