"""What an administrator looks after: people who never got in, and agencies that hang on one person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import agencies as agencies_access
from portal.access import people as people_access
from portal.access.viewer import Viewer
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import JoiningLink, Membership, User
from portal.services.home.tasks import Task, TaskKind

MOST_OF_EACH = 10


def looked_after(session: Session, viewer: Viewer) -> list[Task]:
    """For the person's memberships as administrator: expired joining links, and agencies with one person only."""
    hats = {hat.membership_id: hat for hat in viewer.hats if hat.role is Role.ADMINISTRATOR}
    worn = [found for number in hats if (found := viewer.wearing(number)) is not None]
    if not worn:
        return []
    parts = [select(part.subquery()) for one in worn for part in (_never_joined(one), _alone(one))]
    rows = session.execute(union_all(*parts)).all()
    return [
        Task(TaskKind(row.kind), hats[row.membership_id], subject=row.subject, subject_id=row.subject_id)
        for row in sorted(rows, key=lambda row: (row.kind != TaskKind.JOINING, row.subject))
    ]


def _never_joined(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """People without a password whose every joining link has run out or was used up."""
    open_link = exists().where(
        JoiningLink.user_id == Membership.user_id,
        JoiningLink.used_at.is_(None),
        JoiningLink.expires_at > viewer.now,
    )
    return (
        people_access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.ended_at.is_(None),
            User.password_hash.is_(None),
            User.deactivated_at.is_(None),
            ~open_link.correlate(Membership),
        )
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.JOINING.value, String).label("kind"),
            User.name.label("subject"),
            Membership.id.label("subject_id"),
        )
        .order_by(User.name, Membership.id)
        .limit(MOST_OF_EACH)
    )


def _alone(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Agencies in which one person alone can answer: when they are away, nobody does."""
    people = (
        select(func.count(User.id.distinct()))
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.partnership_id == PartnershipAgency.partnership_id,
            Membership.agency_id == PartnershipAgency.agency_id,
            Membership.role.in_(ANSWERING_ROLES),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .correlate(PartnershipAgency)
        .scalar_subquery()
    )
    return (
        agencies_access.visible_to(viewer)
        .where(PartnershipAgency.left_at.is_(None), people == 1)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.ALONE.value, String).label("kind"),
            Agency.name.label("subject"),
            PartnershipAgency.agency_id.label("subject_id"),
        )
        .order_by(Agency.name, PartnershipAgency.agency_id)
        .limit(MOST_OF_EACH)
    )
