"""Escalations of the world: raised, read back and looked at by tests of every floor.

escalation_id = raised(world, viewer_of)                                   # the chair of A with the surgery
escalation_id = raised(world, viewer_of, by="a.school.lead", with_="gp", kind=DISAGREEMENT)
row(escalation_id).turn; entries(escalation_id); told(escalation_id)
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import Category, LadderKind, Told
from portal.models.activity import Activity
from portal.models.escalations import Escalation, EscalationEntry, EscalationTold
from portal.models.messages import Notice
from portal.services.escalations.raising import Raised, raise_escalation
from tests.world import NOW, World

NON_ATTENDANCE, DISAGREEMENT, ALERT = LadderKind
FIRST_CATEGORY = {
    NON_ATTENDANCE: Category.NON_ATTENDANCE,
    DISAGREEMENT: Category.THRESHOLD,
    ALERT: Category.VISITS,
}
EXPECTED_ON = date(2026, 6, 17)
"""A week after the world's day."""


def raised(
    world: World,
    viewer_of: Callable[..., Viewer],
    by: str = "a.chair",
    with_: str = "gp",
    kind: LadderKind = NON_ATTENDANCE,
    *,
    meeting: str | None = "initial",
    now: datetime = NOW,
    **more: Any,
) -> int:
    """Raise one: `by` somebody, `with_` an agency of the same partnership, about a meeting of theirs or None."""
    letter = by.partition(".")[0]
    is_alert = kind is ALERT and not more.get("is_positive")
    facts: dict[str, Any] = {
        "category": FIRST_CATEGORY[kind],
        "summary": f"Nobody came, says {by}.",
        "wanted": "Please say how this will be put right.",
        "expected_on": EXPECTED_ON if is_alert else None,
    }
    said = Raised(
        kind=kind,
        raised_with_agency_id=world.agencies[f"{letter}.{with_}"],
        meeting_id=world.meeting(f"{letter}.{meeting}").id if meeting else None,
        **{**facts, **more},
    )
    return raise_escalation(viewer_of(world.person(by), now=now), said)


def row(escalation_id: int) -> Escalation:
    """An escalation as it is stored now."""
    db.session.rollback()
    return db.session.scalars(
        select(Escalation).where(Escalation.id == escalation_id).execution_options(populate_existing=True)
    ).one()


def entries(escalation_id: int) -> list[EscalationEntry]:
    """Its log from the first entry on."""
    db.session.rollback()
    found = select(EscalationEntry).where(EscalationEntry.escalation_id == escalation_id)
    return list(db.session.scalars(found.order_by(EscalationEntry.number)))


def told(escalation_id: int, stage: int) -> dict[int, Told]:
    """The memberships that were told of a stage, and as what."""
    db.session.rollback()
    found = select(EscalationTold).where(EscalationTold.escalation_id == escalation_id, EscalationTold.stage == stage)
    return {one.membership_id: one.told_as for one in db.session.scalars(found)}


def notices(escalation_id: int) -> list[Notice]:
    """What people were told of it, from the first on."""
    db.session.rollback()
    found = select(Notice).where(Notice.subject == "escalation", Notice.subject_id == escalation_id)
    return list(db.session.scalars(found.order_by(Notice.id)))


def verbs(escalation_id: int) -> list[str]:
    """What the trail says was done to it."""
    db.session.rollback()
    found = select(Activity.verb).where(Activity.subject == "escalation", Activity.subject_id == escalation_id)
    return list(db.session.scalars(found.order_by(Activity.chain_id, Activity.sequence)))
