"""Looking after people: who never got in, who has left with open work, agencies that hang on one person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from portal.access import agencies as agencies_access
from portal.access import people as people_access
from portal.access.viewer import Viewer
from portal.domain.absences import confirmation_opens_on
from portal.domain.periods import quarter_began
from portal.domain.vocabulary import ANSWERING_ROLES, Role
from portal.models.absences import PeopleConfirmation
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import JoiningLink, Membership, User
from portal.services.home.tasks import Task, TaskKind
from portal.services.open_work import has_open_work

MOST_OF_EACH = 10


def looked_after(session: Session, viewer: Viewer) -> list[Task]:
    """What the person's memberships as lead or administrator have to look after, by one query.

    Administrators: expired joining links, and agencies with one person only. Leads: from the quarter's first working
    day, to say who still works there. Both: the open work of people who have left.
    """
    hats = {hat.membership_id: hat for hat in viewer.hats if hat.role in (Role.ADMINISTRATOR, Role.AGENCY_LEAD)}
    worn = [found for number in hats if (found := viewer.wearing(number)) is not None]
    if not worn:
        return []
    parts = [select(part.subquery()) for one in worn for part in _parts(one)]
    rows = session.execute(union_all(*parts)).all()
    rank = list(TaskKind)
    return [
        Task(TaskKind(row.kind), hats[row.membership_id], subject=row.subject, subject_id=row.subject_id)
        for row in sorted(rows, key=lambda row: (rank.index(TaskKind(row.kind)), row.subject))
    ]


def _parts(viewer: Viewer) -> list[Select[*tuple[Any, ...]]]:
    if viewer.role is Role.ADMINISTRATOR:
        return [_never_joined(viewer), _alone(viewer), _left_behind(viewer)]
    due = viewer.today >= confirmation_opens_on(viewer.today)
    return [_left_behind(viewer), *([_to_confirm(viewer)] if due else [])]


def _left_behind(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """People whose role has ended and who still have open work."""
    return (
        people_access.visible_to(viewer)
        .join(User, User.id == Membership.user_id)
        .where(Membership.ended_at.is_not(None), Membership.user_id != viewer.user_id, has_open_work(viewer.today))
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.LEAVERS_WORK.value, String).label("kind"),
            User.name.label("subject"),
            Membership.id.label("subject_id"),
        )
        .order_by(User.name, Membership.id)
        .limit(MOST_OF_EACH)
    )


def _to_confirm(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """The agency, where there is somebody else in it and no lead has confirmed them in this quarter."""
    confirmed = exists().where(
        PeopleConfirmation.partnership_id == viewer.partnership_id,
        PeopleConfirmation.agency_id == viewer.agency_id,
        PeopleConfirmation.quarter_begins_on == quarter_began(viewer.today),
    )
    return (
        people_access.visible_to(viewer)
        .where(Membership.ended_at.is_(None), Membership.user_id != viewer.user_id, ~confirmed)
        .with_only_columns(
            literal(viewer.membership_id).label("membership_id"),
            literal(TaskKind.CONFIRM_PEOPLE.value, String).label("kind"),
            literal("", String).label("subject"),
            literal(viewer.agency_id).label("subject_id"),
        )
        .limit(1)
    )


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
