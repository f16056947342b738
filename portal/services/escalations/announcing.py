"""Telling people what became of an escalation: a new stage, something new in its log, its end."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from portal.domain.escalation_vocabulary import EntryKind, LadderKind
from portal.domain.ladder_rules import EscalationRules
from portal.domain.message_vocabulary import NoticeKind
from portal.models.escalations import Escalation, EscalationEntry
from portal.services.changes import Change
from portal.services.escalations.keeping import (
    Saying,
    add_entry,
    managers,
    raisers,
    tell_people,
    tell_stage,
    told_so_far,
)


def both_sides(session: Session, escalation: Escalation) -> set[int]:
    """The memberships that hear of whatever changes for both sides."""
    return raisers(session, escalation) | told_so_far(session, escalation)


def enter_stage(change: Change, escalation: Escalation, rules: EscalationRules, from_stage: int, text: str) -> None:
    """Write down that it has come to the stage at which it is stored, and tell that stage's people and both sides.

    Of the last stage the safeguarding manager hears whatever the rules say.
    """
    ladder = rules.ladder(escalation.kind)
    stage = ladder.stage(escalation.stage)
    told = tell_stage(change, escalation, stage)
    add_entry(
        change,
        escalation,
        EntryKind.STAGE_CHANGE,
        Saying(text, from_stage=from_stage, to_stage=stage.number, moves_clock=True, told=told),
    )
    others = both_sides(change.session, escalation)
    if stage.number == ladder.last:
        others |= managers(change.session, escalation.partnership_id)
    is_alert = escalation.kind is LadderKind.PRACTICE_ALERT
    kind = NoticeKind.ALERT_STAGE if is_alert else NoticeKind.ESCALATION_STAGE
    tell_people(change, escalation, others, kind, place=stage.number)


def tell_of(change: Change, escalation: Escalation, memberships: Iterable[int], entry: EscalationEntry) -> None:
    """Tell people that there is something new in the log."""
    is_alert = escalation.kind is LadderKind.PRACTICE_ALERT
    kind = NoticeKind.ALERT_REPLY if is_alert else NoticeKind.ESCALATION_REPLY
    tell_people(change, escalation, memberships, kind, place=entry.number)


def tell_closed(change: Change, escalation: Escalation) -> None:
    """Tell both sides that it is closed."""
    is_alert = escalation.kind is LadderKind.PRACTICE_ALERT
    kind = NoticeKind.ALERT_CLOSED if is_alert else NoticeKind.ESCALATION_CLOSED
    tell_people(change, escalation, both_sides(change.session, escalation), kind)
