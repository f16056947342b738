"""Partnerships: opening the portal to an area, with the rules, questions and trail that it starts with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.access import partnerships as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.models.partnerships import Partnership, PartnershipAgency
from portal.models.people import Membership
from portal.services import activity, rule_sets
from portal.services.changes import changing
from portal.services.frameworks import loading as framework_loading
from portal.services.records import rules as retention
from portal.services.report_templates import loading as template_loading

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class ListedPartnership:
    """One line of the list of partnerships."""

    id: int
    name: str
    created_at: datetime
    agencies: int
    people: int


def create_partnership(viewer: Viewer, name: str) -> Partnership:
    """Open a partnership with its own trail, the default rules, the usual meeting types, audits and report templates.

    Raises Invalid for a name that is empty, too long or taken.
    """
    if not access.may_create(viewer):
        raise NotPermitted("Only whoever runs the portal opens a partnership.")
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME or not words.isprintable():
        raise Invalid(f"A partnership's name has 1 to {LONGEST_NAME} characters.")
    taken = f"There is already a partnership called {words}."
    with changing(viewer) as change:
        if change.session.scalar(select(Partnership.id).where(Partnership.name == words)) is not None:
            raise Invalid(taken)
        partnership = Partnership(name=words, created_at=viewer.now)
        change.session.add(partnership)
        try:
            change.session.flush()
        except IntegrityError:
            raise Invalid(taken) from None
        activity.open_chain(change.session, partnership.id)
        rule_sets.create_default(change, partnership.id)
        framework_loading.publish_shipped(change, partnership.id)
        template_loading.publish_shipped(change, partnership.id)
        retention.create_defaults(change, partnership.id)
        change.log("partnership.created", "partnership", partnership.id, partnership_id=partnership.id)
    return partnership


def list_partnerships(viewer: Viewer) -> list[ListedPartnership]:
    """The viewer's partnerships by name, with how many agencies and people (current roles, each person once)."""
    agencies = (
        select(func.count())
        .where(PartnershipAgency.partnership_id == Partnership.id)
        .correlate(Partnership)
        .scalar_subquery()
    )
    people = (
        select(func.count(Membership.user_id.distinct()))
        .where(Membership.partnership_id == Partnership.id, Membership.ended_at.is_(None))
        .correlate(Partnership)
        .scalar_subquery()
    )
    rows = db.session.execute(
        access.visible_to(viewer)
        .with_only_columns(Partnership.id, Partnership.name, Partnership.created_at, agencies, people)
        .order_by(Partnership.name)
    )
    return [ListedPartnership(*row) for row in rows]
