"""Actions of the improvement plan, written and spoken of as tests want them."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.improvement_actions import ActionDetails, Lead
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementStep
from portal.models.improvement import ImprovementAction
from portal.models.improvement_history import ImprovementChange
from portal.services.improvement import adding, page, updates
from portal.services.improvement.updates import Said
from tests.world import World

HEAD = Lead(post="Head of Early Help")
BY_SEPTEMBER = Timing(ByWhen.DAY, date(2026, 9, 30))
WEEKLY = Timing(ByWhen.WEEKLY, None, date(2026, 5, 27))


def details(world: World, reference: str = "1.9", **more: Any) -> ActionDetails:
    """An action in A's area, as somebody writes it."""
    known: dict[str, Any] = {
        "area_id": world.improvement_areas["a.first"],
        "reference": reference,
        "what": "Train everybody who takes referrals.",
        "timing": BY_SEPTEMBER,
        "leads": (HEAD,),
    }
    return ActionDetails(**{**known, **more})


def added(viewer: Viewer, world: World, reference: str = "1.9", **more: Any) -> int:
    """An action that is in the plan."""
    return adding.add_action(viewer, details(world, reference, **more))


def led_by(world: World, key: str) -> Lead:
    """Somebody as a lead."""
    return Lead(membership_id=world.person(key).hat.membership_id)


def said(viewer: Viewer, action_id: int, rag: ActionRag = ActionRag.AMBER, **more: Any) -> None:
    """Say how an action goes, on its newest version."""
    known: dict[str, Any] = {"step": ImprovementStep.UPDATED, "text": "Goes on.", "rag": rag, "evidence": "Minutes."}
    updates.say(viewer, action_id, Said(**{**known, **more}), version=page.brief(viewer, action_id).version)


def stored_action(action_id: int) -> ImprovementAction:
    """The row as it is now."""
    db.session.rollback()
    return db.session.get_one(ImprovementAction, action_id, populate_existing=True)


def steps_of(action_id: int) -> list[tuple[ImprovementStep, date]]:
    """What was done to an action, and for which month it counts."""
    db.session.rollback()
    rows = select(ImprovementChange).where(ImprovementChange.action_id == action_id).order_by(ImprovementChange.id)
    return [(row.step, row.counts_for) for row in db.session.scalars(rows)]
