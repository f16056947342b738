"""A partnership's rules for escalating, as rows of its rule sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import LadderEvent, LadderKind, Told
from portal.domain.ladder_rules import (
    EscalationRules,
    Ladder,
    OfficeHours,
    Stage,
    Trigger,
    default_rules,
)
from portal.models.ladders import EscalationLimits, LadderStage, LadderTrigger
from portal.models.rule_sets import RuleSet
from portal.services.changes import Change

ALERT_DAYS = 20
"""What a practice alert's formal stages may take where the rules do not say (IRO Handbook, 6.2)."""


def rules_on(session: Session, partnership_id: int, day: date) -> EscalationRules:
    """The rules in force on a day, by at most four statements; those of the first rule set for any day before it.

    A rule set that was made without ladders of its own, or without one of them, has the default one.
    """
    own = (
        select(RuleSet.id, EscalationLimits)
        .outerjoin(EscalationLimits, EscalationLimits.rule_set_id == RuleSet.id)
        .where(RuleSet.partnership_id == partnership_id)
        .limit(1)
    )
    begun = own.where(RuleSet.effective_from <= day).order_by(RuleSet.effective_from.desc())
    found = session.execute(begun).first() or session.execute(own.order_by(RuleSet.effective_from)).first()
    rule_set_id, limits = found or (None, None)
    stages = session.scalars(
        select(LadderStage).where(LadderStage.rule_set_id == rule_set_id).order_by(LadderStage.kind, LadderStage.number)
    ).all()
    triggers = session.scalars(
        select(LadderTrigger).where(LadderTrigger.rule_set_id == rule_set_id).order_by(LadderTrigger.position)
    ).all()
    return _rules(stages, triggers, limits)


def rules_of_sets(session: Session, partnership_id: int) -> Mapping[int, EscalationRules]:
    """The rules of every rule set of a partnership, by its id, by three statements.

    One that was made without limits has no entry: it has the default rules."""
    stages: dict[int, list[LadderStage]] = defaultdict(list)
    for stage in session.scalars(
        select(LadderStage).where(LadderStage.partnership_id == partnership_id).order_by(LadderStage.number)
    ):
        stages[stage.rule_set_id].append(stage)
    triggers: dict[int, list[LadderTrigger]] = defaultdict(list)
    for trigger in session.scalars(
        select(LadderTrigger).where(LadderTrigger.partnership_id == partnership_id).order_by(LadderTrigger.position)
    ):
        triggers[trigger.rule_set_id].append(trigger)
    limits = {
        row.rule_set_id: row
        for row in session.scalars(select(EscalationLimits).where(EscalationLimits.partnership_id == partnership_id))
    }
    return {
        rule_set_id: _rules(stages[rule_set_id], triggers[rule_set_id], limit) for rule_set_id, limit in limits.items()
    }


def _rules(
    stages: Sequence[LadderStage], triggers: Iterable[LadderTrigger], limits: EscalationLimits | None
) -> EscalationRules:
    default = default_rules()
    if not stages or limits is None:
        return default
    ladders = tuple(
        Ladder(
            kind,
            tuple(_stage(row) for row in stages if row.kind is kind) or default.ladder(kind).stages,
            limits.alert_working_days if kind is LadderKind.PRACTICE_ALERT else None,
        )
        for kind in LadderKind
    )
    return EscalationRules(
        ladders, tuple(map(_trigger, triggers)), OfficeHours(limits.office_opens, limits.office_closes)
    )


def rules_today(viewer: Viewer) -> EscalationRules:
    """The rules in force today in the viewer's partnership. They name nobody: whoever sees escalations reads them."""
    return rules_on(db.session(), viewer.partnership_id or 0, viewer.today)


def ladder_on(session: Session, partnership_id: int, day: date, kind: LadderKind) -> Ladder:
    """One ladder's stages as `rules_on` finds them, by one statement; its limit for the whole is left out."""
    own = select(RuleSet.id).where(RuleSet.partnership_id == partnership_id)
    begun = own.where(RuleSet.effective_from <= day).order_by(RuleSet.effective_from.desc()).limit(1)
    first = own.order_by(RuleSet.effective_from).limit(1)
    in_force = func.coalesce(begun.scalar_subquery(), first.scalar_subquery())
    stages = session.scalars(
        select(LadderStage)
        .where(LadderStage.rule_set_id == in_force, LadderStage.kind == kind)
        .order_by(LadderStage.number)
    ).all()
    return Ladder(kind, tuple(map(_stage, stages))) if stages else default_rules().ladder(kind)


def create_default(change: Change, partnership_id: int, rule_set_id: int) -> None:
    """Give a new rule set the ladders, triggers and hours that a partnership starts with."""
    store_rules(change.session, partnership_id, rule_set_id, default_rules())


def store_rules(session: Session, partnership_id: int, rule_set_id: int, rules: EscalationRules) -> None:
    """Write what one rule set says of escalating, in place of what it said."""
    for model in (LadderStage, LadderTrigger, EscalationLimits):
        session.execute(
            delete(model).where(model.rule_set_id == rule_set_id).execution_options(synchronize_session="fetch")
        )
    for ladder in rules.ladders:
        session.add_all(
            LadderStage(
                partnership_id=partnership_id,
                rule_set_id=rule_set_id,
                kind=ladder.kind,
                number=stage.number,
                name=stage.name,
                working_days=stage.working_days,
                urgent_working_days=stage.urgent_working_days,
                told=[told.value for told in stage.told],
                until=stage.until,
                is_formal=stage.is_formal,
            )
            for stage in ladder.stages
        )
    session.add_all(
        LadderTrigger(
            partnership_id=partnership_id,
            rule_set_id=rule_set_id,
            position=position,
            events=sorted(event.value for event in trigger.events),
            count=trigger.count,
            opens_stage=trigger.opens_stage,
            within_months=trigger.within_months,
            is_in_a_row=trigger.is_in_a_row,
        )
        for position, trigger in enumerate(rules.triggers, start=1)
    )
    session.add(
        EscalationLimits(
            partnership_id=partnership_id,
            rule_set_id=rule_set_id,
            office_opens=rules.office.opens,
            office_closes=rules.office.closes,
            alert_working_days=rules.ladder(LadderKind.PRACTICE_ALERT).whole_working_days or ALERT_DAYS,
        )
    )
    session.flush()


def _stage(row: LadderStage) -> Stage:
    return Stage(
        row.number,
        row.name,
        row.working_days,
        row.urgent_working_days,
        tuple(told for told in Told if told.value in row.told),
        row.until,
        row.is_formal,
    )


def _trigger(row: LadderTrigger) -> Trigger:
    return Trigger(
        frozenset(LadderEvent(event) for event in row.events),
        row.count,
        row.opens_stage,
        row.within_months,
        row.is_in_a_row,
    )
