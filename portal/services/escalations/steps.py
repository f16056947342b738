"""An escalation's ladder as a page draws it: what was done, what was passed over, what is now, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.escalation_vocabulary import EscalationStatus, Told
from portal.domain.escalation_words import clock_words
from portal.domain.ladder_rules import Ladder, Stage
from portal.models.escalations import Escalation, EscalationTold


class StepState(StrEnum):
    """Where a stage of a ladder lies, seen from where the matter stands."""

    DONE = "done"
    SKIPPED = "skipped"
    NOW = "now"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the ladder; `began_at` is empty for a stage that was never entered."""

    stage: Stage
    state: StepState
    working_days: int
    began_at: datetime | None
    told: tuple[Told, ...]
    """Who was told when it began; of a stage to come, who will be."""

    @property
    def clock(self) -> str:
        """How long it has."""
        return clock_words(self.working_days)


def steps(session: Session, escalation: Escalation, ladder: Ladder) -> tuple[Step, ...]:
    """The ladder as the matter has climbed it; a stage that nobody was told of was passed over."""
    rows = session.execute(
        select(EscalationTold.stage, EscalationTold.told_as, func.min(EscalationTold.at))
        .where(EscalationTold.escalation_id == escalation.id)
        .group_by(EscalationTold.stage, EscalationTold.told_as)
    )
    told: dict[int, set[Told]] = {}
    began: dict[int, datetime] = {}
    for number, told_as, at in rows:
        told.setdefault(number, set()).add(told_as)
        began[number] = min(at, began.get(number, at))
    is_open = escalation.status is EscalationStatus.OPEN
    return tuple(_step(escalation, stage, told, began, is_open=is_open) for stage in ladder.stages)


def _step(
    escalation: Escalation,
    stage: Stage,
    told: Mapping[int, set[Told]],
    began: Mapping[int, datetime],
    *,
    is_open: bool,
) -> Step:
    number, here = stage.number, escalation.stage
    if number < here:
        state = StepState.DONE if number in told else StepState.SKIPPED
    elif number == here:
        state = StepState.NOW if is_open else StepState.DONE
    else:
        state = StepState.NEXT if is_open and number == here + 1 else StepState.LATER
    days = stage.urgent_working_days if escalation.is_urgent else stage.working_days
    began_at = escalation.stage_entered_at if number == here else began.get(number)
    # In the vocabulary's order, so that pages list them alike.
    heard = tuple(post for post in Told if post in told.get(number, ())) if number <= here else stage.told
    return Step(stage, state, days, began_at, heard)
