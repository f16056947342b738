"""The figures of escalations and practice alerts, as far as the viewer may see them: by nine statements at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import escalation_figures as access
from portal.access.escalation_figures import EscalationScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.count_tables import Part
from portal.domain.escalation_figures import (
    By,
    Matter,
    Pair,
    Party,
    Population,
    populate,
    repeated_pairs,
    share,
    shown,
)
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind
from portal.domain.figure_words import all_of_type
from portal.domain.ladder_rules import EscalationRules, Ladder
from portal.domain.periods import Days
from portal.domain.working_days import london_day, london_instant
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.partnerships import Agency
from portal.services.escalation_rules import rules_on
from portal.services.rule_sets import rule_book

CHAIRS = "Chairs, for the partnership"

_WHY = (By.STAGE, By.CATEGORY, By.AGENCY_TYPE)
_HOW_ENDED = (By.RESOLUTION, By.CHILD_SAFE, By.LEARNING)


@dataclass(frozen=True, slots=True)
class Section:
    """Matters of one sort: those open now, and those resolved in the period."""

    open: Population
    resolved: Population
    overdue: Part
    stages: Mapping[str, str]
    """What each stage is called, by its number."""
    agencies: Mapping[str, str]
    """Names by id, where the viewer reads figures agency by agency."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to count."""
        return self.open.total == 0 and self.resolved.total == 0


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is counted of practice alerts beyond that."""

    section: Section
    informal: Part
    """Of those resolved, how many never became formal."""
    in_limit: Part
    """Of those resolved formally, how many within what the rules give the whole."""
    limit_days: int | None
    positive: int | None
    """Raised in the period to praise; None where that is withheld."""


@dataclass(frozen=True, slots=True)
class EscalationFigures:
    """What the page shows of a period to one viewer."""

    about: str
    days: Days
    hidden_up_to: int | None
    """Counts of 1 to this are withheld; None where this viewer sees all."""
    escalations: Section
    lowest: Part
    """Of the escalations resolved, how many at the first stage."""
    alerts: Alerts
    pairs: tuple[Pair, ...]
    not_dealt_with: int | None
    """What the rules proposed and no chair has raised or waived; None where that is withheld."""


def figures(viewer: Viewer, days: Days) -> EscalationFigures:
    """Return the figures of a period as the viewer may see them. Raises NotPermitted."""
    scope = access.scope(viewer)
    session = db.session()
    limit = rule_book(session, scope.partnership_id).on(viewer.today).small_count_limit
    hidden_up_to = limit if scope.hides_small else None
    rules = rules_on(session, scope.partnership_id, viewer.today)
    found = _matters(session, viewer, days)
    counter = _Counter(viewer, scope, days, hidden_up_to)
    alerts = [one for one in found if one.kind is LadderKind.PRACTICE_ALERT]
    others = [one for one in found if one.kind is not LadderKind.PRACTICE_ALERT]
    escalations = counter.section(others, rules.ladder(LadderKind.DISAGREEMENT))
    again = [one for one in found if counter.is_raised(one) and not one.is_positive]
    waiting = session.scalar(select(func.count()).select_from(EscalationProposal).where(access.waiting_where(viewer)))
    return EscalationFigures(
        about=viewer.partnership_name if scope.sector is None else all_of_type(scope.sector),
        days=days,
        hidden_up_to=hidden_up_to,
        escalations=escalations,
        lowest=escalations.resolved.part(By.STAGE, "1"),
        alerts=counter.alerts(alerts, rules),
        pairs=tuple(repeated_pairs(again, hidden_up_to)),
        not_dealt_with=shown(waiting or 0, hidden_up_to),
    )


class _Counter:
    def __init__(self, viewer: Viewer, scope: EscalationScope, days: Days, hidden_up_to: int | None) -> None:
        self._viewer = viewer
        self._days = days
        self._hidden_up_to = hidden_up_to
        self._names_agencies = scope.names_agencies

    def section(self, matters: list[Matter], ladder: Ladder, *more: By) -> Section:
        is_open = [one for one in matters if one.status is EscalationStatus.OPEN]
        resolved = [one for one in matters if self._is_resolved(one)]
        why = (*_WHY, By.AGENCY) if self._names_agencies else _WHY
        waiting = populate(is_open, self._viewer.today, self._hidden_up_to, why)
        overdue = sum(one.due_at is not None and one.due_at <= self._viewer.now for one in is_open)
        stages = {str(stage.number): f"Stage {stage.number}: {stage.name}" for stage in ladder.stages}
        for one in (*is_open, *resolved):
            # A shorter ladder of today does not hide what an older one had.
            stages.setdefault(str(one.stage), f"Stage {one.stage}")
        return Section(
            open=waiting,
            resolved=populate(resolved, self._viewer.today, self._hidden_up_to, (*why, *_HOW_ENDED, *more)),
            overdue=share(overdue, waiting.total, self._hidden_up_to),
            stages=stages,
            agencies=self._agencies((*is_open, *resolved)),
        )

    def alerts(self, matters: list[Matter], rules: EscalationRules) -> Alerts:
        ladder = rules.ladder(LadderKind.PRACTICE_ALERT)
        asked = [one for one in matters if not one.is_positive]
        section = self.section(asked, ladder, By.EXPECTED)
        # Informal are those of the informal stages: what is withheld of a stage must not come back as their sum.
        stages = [stage.number for stage in ladder.stages if not stage.is_formal]
        counts = [section.resolved.count(By.STAGE, str(number)) for number in stages]
        informal = None if None in counts else sum(count or 0 for count in counts)
        total = section.resolved.total
        whole = None if informal is None or total is None else total - informal
        formal = [one for one in asked if self._is_resolved(one) and one.stage not in stages]
        whole_days = ladder.whole_working_days
        kept = sum(whole_days is not None and self._is_within(one, rules, whole_days) for one in formal)
        praised = sum(one.is_positive and self.is_raised(one) for one in matters)
        return Alerts(
            section=section,
            informal=Part(informal, total),
            in_limit=share(kept, whole, self._hidden_up_to),
            limit_days=whole_days,
            positive=shown(praised, self._hidden_up_to),
        )

    def is_raised(self, one: Matter) -> bool:
        return one.status is not EscalationStatus.WITHDRAWN and self._is_in_period(one.opened_at)

    def _is_resolved(self, one: Matter) -> bool:
        return (
            one.status is EscalationStatus.RESOLVED and one.closed_at is not None and self._is_in_period(one.closed_at)
        )

    def _is_in_period(self, instant: datetime) -> bool:
        return self._days.first <= london_day(instant) <= self._days.last

    @staticmethod
    def _is_within(one: Matter, rules: EscalationRules, whole_days: int) -> bool:
        if one.formal_at is None or one.closed_at is None:
            return False
        return one.closed_at <= rules.office.end_of_working_day(one.formal_at, whole_days)

    def _agencies(self, matters: Iterable[Matter]) -> dict[str, str]:
        if not self._names_agencies:
            return {}
        parties = sorted({one.raised_with for one in matters}, key=lambda party: (party.name, party.id))
        return {str(party.id): party.name for party in parties}


def _matters(session: Session, viewer: Viewer, days: Days) -> list[Matter]:
    """What is open, and what was raised or closed in the period: no text of it, no case and no meeting."""
    first, after = (london_instant(day, time()) for day in (days.first, days.last + timedelta(days=1)))
    raising, asked = aliased(Agency), aliased(Agency)
    rows = session.execute(
        select(
            Escalation.kind,
            Escalation.category,
            Escalation.is_positive,
            Escalation.stage,
            Escalation.status,
            Escalation.opened_at,
            Escalation.due_at,
            Escalation.formal_at,
            Escalation.expected_on,
            Escalation.closed_at,
            Escalation.resolution,
            Escalation.child_safe,
            Escalation.learning,
            Escalation.raised_by_agency_id,
            raising.name.label("raising"),
            Escalation.raised_with_agency_id,
            asked.name.label("asked"),
            asked.agency_type,
        )
        .join(asked, asked.id == Escalation.raised_with_agency_id)
        .outerjoin(raising, raising.id == Escalation.raised_by_agency_id)
        .where(
            access.counted_where(viewer),
            or_(
                Escalation.status == EscalationStatus.OPEN,
                Escalation.opened_at.between(first, after),
                Escalation.closed_at.between(first, after),
            ),
        )
    )
    return [
        Matter(
            kind=row.kind,
            category=row.category,
            is_positive=row.is_positive,
            stage=row.stage,
            status=row.status,
            opened_at=row.opened_at,
            due_at=row.due_at,
            formal_at=row.formal_at,
            expected_on=row.expected_on,
            closed_at=row.closed_at,
            resolution=row.resolution,
            child_safe=row.child_safe,
            learning=row.learning,
            raised_by=Party(row.raised_by_agency_id, row.raising or CHAIRS),
            raised_with=Party(row.raised_with_agency_id, row.asked),
            agency_type=row.agency_type,
        )
        for row in rows
    ]
