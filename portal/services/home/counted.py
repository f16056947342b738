"""What Home tells only the number of, one task for each membership: proposals to decide, withdrawals to assess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Date, Row, Select, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from portal.access import escalations as escalations_access
from portal.access import report_withdrawals as withdrawals_access
from portal.access import restrictions as restrictions_access
from portal.access.roles import Permission
from portal.access.viewer import Hat, Viewer
from portal.database.types import UTCDateTime
from portal.domain.escalation_vocabulary import ProposalStatus
from portal.domain.restrictions import OPEN_FOR
from portal.domain.vocabulary import Role
from portal.domain.withdrawal_vocabulary import RegulatorStep
from portal.domain.withdrawals import REGULATOR_WITHIN
from portal.domain.working_days import london_day
from portal.models.ladders import EscalationProposal
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.restrictions import EmergencyOpening
from portal.services.home.samples import sample_parts
from portal.services.home.tasks import Task, TaskKind

_NO_DAY = cast(null(), Date).label("first_on")
_WITHIN = {TaskKind.WITHDRAWALS: REGULATOR_WITHIN, TaskKind.OPENINGS_TO_REVIEW: OPEN_FOR}
"""From the first that waits: what was opened in an emergency is reviewed by the time it closes."""


def counted(session: Session, viewer: Viewer) -> list[Task]:
    """What waits for the person under their memberships, by one query.

    Of what the rules proposed when registers were closed, chairs decide; managers look at the list themselves. Of what
    was withdrawn, managers say whether the regulator must be told: that is due when the first clock ends.
    """
    hats = {hat.membership_id: hat for hat in viewer.hats}
    parts = [part for number in hats if (worn := viewer.wearing(number)) is not None for part in _parts(worn)]
    if not parts:
        return []
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts)))
    return [_task(hats[row.membership_id], row) for row in rows if row.waiting]


def _parts(viewer: Viewer) -> Iterator[Select[*tuple[Any, ...]]]:
    if viewer.role is Role.CHAIR:
        yield _proposals(viewer)
    if viewer.may(Permission.WITHDRAWALS_ASSESS):
        yield _withdrawals(viewer)
    if viewer.may(Permission.RESTRICTIONS_KEEP):
        yield _openings(viewer)
    yield from sample_parts(viewer)


def _openings(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return restrictions_access.to_review(viewer).with_only_columns(
        *_columns(viewer, TaskKind.OPENINGS_TO_REVIEW),
        func.count(EmergencyOpening.id).label("waiting"),
        func.min(EmergencyOpening.opened_at).label("first_at"),
        _NO_DAY,
    )


def _proposals(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        escalations_access.proposals_visible_to(viewer)
        .where(EscalationProposal.status == ProposalStatus.OPEN)
        .with_only_columns(
            *_columns(viewer, TaskKind.PROPOSALS),
            func.count(EscalationProposal.id).label("waiting"),
            cast(null(), UTCDateTime).label("first_at"),
            _NO_DAY,
        )
    )


def _withdrawals(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    return (
        withdrawals_access.visible_to(viewer)
        .where(ReportWithdrawal.regulator == RegulatorStep.NOT_DECIDED)
        .with_only_columns(
            *_columns(viewer, TaskKind.WITHDRAWALS),
            func.count(ReportWithdrawal.id).label("waiting"),
            func.min(ReportWithdrawal.withdrawn_at).label("first_at"),
            _NO_DAY,
        )
    )


def _columns(viewer: Viewer, kind: TaskKind) -> tuple[Any, ...]:
    return literal(viewer.membership_id).label("membership_id"), literal(kind.value, String).label("kind")


def _task(hat: Hat, row: Row[*tuple[Any, ...]]) -> Task:
    kind = TaskKind(row.kind)
    due = row.first_on if row.first_at is None else london_day(row.first_at + _WITHIN[kind])
    return Task(kind, hat, due, of=row.waiting)
