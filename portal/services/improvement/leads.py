"""Who leads an action: whom the form offers, what they are called, and the rows that say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.improvement_actions import Lead
from portal.domain.improvement_vocabulary import LEADING_ROLES
from portal.domain.labels import role_name
from portal.domain.vocabulary import Role
from portal.models.improvement import ImprovementAction, ImprovementLead
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.recipients import with_role


@dataclass(frozen=True, slots=True)
class NamedLead:
    """A lead with what they are called; `has_left` where the person does not work there any more."""

    lead: Lead
    words: str
    row: ImprovementLead
    has_left: bool = False

    @property
    def in_full(self) -> str:
        """What they are called, with whether they have left."""
        return f"{self.words} (has left)" if self.has_left else self.words


def who_can_lead(viewer: Viewer) -> list[tuple[str, str]]:
    """What a form offers: roles of the partnership first, then everybody who can be named, by name; one query."""
    rows = db.session.execute(_people(viewer.partnership_id or 0).order_by(User.name, Membership.id))
    people = [(str(Lead(membership_id=row.id)), f"{row.name}, {row.agency or role_name(row.role)}") for row in rows]
    roles = [(str(Lead(role=role)), f"{role_name(role)}: whoever it is") for role in LEADING_ROLES]
    return [*roles, *people]


def by_email(session: Session, partnership_id: int) -> Mapping[str, int]:
    """The memberships of those who can lead, by their addresses in lower case, for files."""
    rows = session.execute(_people(partnership_id).with_only_columns(User.email, Membership.id).order_by(Membership.id))
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(row.email.lower(), row.id)
    return found


def leads_of(session: Session, action_ids: Collection[int]) -> Mapping[int, Sequence[NamedLead]]:
    """The leads of each of these actions in their order, by one query."""
    rows = session.execute(
        select(ImprovementLead, User.name, Agency.name.label("agency"), Membership.role, Membership.ended_at)
        .outerjoin(Membership, Membership.id == ImprovementLead.membership_id)
        .outerjoin(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(is_among(ImprovementLead.action_id, "actions"))
        .order_by(ImprovementLead.action_id, ImprovementLead.place),
        {"actions": bound_ids(sorted(action_ids))},
    )
    found: dict[int, list[NamedLead]] = {}
    for row in rows:
        kept: ImprovementLead = row.ImprovementLead
        lead = Lead(kept.membership_id, kept.role, kept.post)
        if kept.membership_id is not None:
            words = f"{row.name}, {row.agency or role_name(row.role)}"
            named = NamedLead(lead, words, kept, row.ended_at is not None)
        else:
            named = NamedLead(lead, _words(lead), kept)
        found.setdefault(kept.action_id, []).append(named)
    return found


def rows_of(session: Session, action_id: int) -> Sequence[ImprovementLead]:
    """The rows that say who leads an action."""
    return session.scalars(select(ImprovementLead).where(ImprovementLead.action_id == action_id)).all()


def names_of(session: Session, partnership_id: int, leads: Iterable[Lead]) -> Mapping[Lead, str]:
    """What some leads are called, by one query."""
    wanted = list(leads)
    ids = [lead.membership_id for lead in wanted if lead.membership_id is not None]
    rows = session.execute(
        select(Membership.id, User.name, Agency.name.label("agency"), Membership.role)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(Membership.partnership_id == partnership_id, is_among(Membership.id, "people")),
        {"people": bound_ids(sorted(ids))},
    )
    people = {row.id: f"{row.name}, {row.agency or role_name(row.role)}" for row in rows}
    return {lead: people.get(lead.membership_id or 0, "") or _words(lead) for lead in wanted}


def check_leads(session: Session, partnership_id: int, leads: Sequence[Lead], kept: Collection[Lead] = ()) -> None:
    """Refuse people who cannot lead here; whoever leads it already may stay, also after they have left."""
    new = {lead.membership_id for lead in leads if lead.membership_id is not None and lead not in kept}
    known = set(session.scalars(_people(partnership_id).with_only_columns(Membership.id))) if new else set()
    if new - known or any(lead.role is not None and lead.role not in LEADING_ROLES for lead in leads):
        raise Invalid("Somebody cannot lead it.", errors={"leads": ["Choose leads from those on offer"]})


def write_leads(change: Change, action: ImprovementAction, leads: Sequence[Lead]) -> None:
    """Put these leads, in this order, in the place of those before."""
    session = change.session
    session.execute(delete(ImprovementLead).where(ImprovementLead.action_id == action.id))
    session.add_all(
        ImprovementLead(
            partnership_id=action.partnership_id,
            action_id=action.id,
            place=place,
            membership_id=lead.membership_id,
            role=lead.role,
            post=lead.post,
        )
        for place, lead in enumerate(leads, start=1)
    )


def memberships_of(session: Session, partnership_id: int, leads: Iterable[Lead]) -> frozenset[int]:
    """Everybody whom these leads stand for: the people, and whoever holds the roles."""
    wanted = list(leads)
    people = {lead.membership_id for lead in wanted if lead.membership_id is not None}
    for role in {lead.role for lead in wanted if lead.role is not None}:
        people |= with_role(session, partnership_id, role)
    return frozenset(people)


def _words(lead: Lead) -> str:
    return role_name(lead.role) if isinstance(lead.role, Role) else lead.post


def _people(partnership_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Membership.id, User.name, Agency.name.label("agency"), Membership.role)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(
            Membership.partnership_id == partnership_id,
            Membership.role.in_(access.CAN_LEAD),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )
