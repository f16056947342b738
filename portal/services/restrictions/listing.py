"""The restrictions of a family's record as those who keep it read them, and what they leave to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from portal.access import restrictions as access
from portal.access.cases import is_about
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.restriction_vocabulary import Reach
from portal.domain.restrictions import Closure, is_shut_out
from portal.domain.vocabulary import ANSWERING_ROLES, MeetingStatus
from portal.models.cases import Case
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.restrictions import CaseRestriction, RestrictedPerson
from portal.services import activity
from portal.services.closed_records import closures
from portal.services.meetings.outlook import HAS_PART
from portal.services.restrictions.people import Candidate, candidates


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody who stands, or stood, on a list."""

    user_id: int
    name: str
    added_at: datetime
    added_by: str
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """One restriction with its list; `is_over` once it was ended or its last day has passed."""

    id: int
    case_id: int
    reach: Reach
    reason: str
    begins_on: date
    until: date | None
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str
    version: int
    people: tuple[Listed, ...]
    is_over: bool

    @property
    def current(self) -> tuple[Listed, ...]:
        """Who stands on its list now."""
        return tuple(one for one in self.people if one.ended_at is None)


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a closed record leaves to be done, so that nobody waits for somebody who cannot see it."""

    chairs: tuple[tuple[int, date, str], ...]
    """Meetings to come whose chair is shut out: the meeting, its day, the chair's name."""
    agencies: tuple[str, ...]
    """Agencies with a part in a meeting to come of whom nobody sees it any more."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A family's restrictions, those that hold first, and whom a new one could be about."""

    case_id: int
    reference: str
    restrictions: tuple[Restriction, ...]
    to_do: ToDo
    others: tuple[Candidate, ...]


def of_case(viewer: Viewer, case_id: int) -> CasePage:
    """The restrictions of a family for those who keep its record; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    found = session.scalar(access.kept_cases(viewer).where(Case.id == case_id))
    if found is None:
        raise NotVisible("No such case.")
    restrictions = _restrictions(session, viewer, CaseRestriction.case_id == case_id)
    page = CasePage(
        case_id=case_id,
        reference=found.reference,
        restrictions=tuple(sorted(restrictions, key=lambda one: (one.is_over, -one.id))),
        to_do=_to_do(session, viewer, found),
        others=candidates(session, found.partnership_id, case_id),
    )
    activity.record_reading(viewer, "case.read", "case", [case_id])
    return page


def one_restriction(viewer: Viewer, restriction_id: int) -> tuple[Restriction, tuple[Candidate, ...], str]:
    """One of them, who else could be put on its list, and the family's reference. Raises NotVisible."""
    session: Session = db.session()
    found = _restrictions(session, viewer, CaseRestriction.id == restriction_id)
    if not found:
        raise NotVisible("No such restriction.")
    (restriction,) = found
    listed = {one.user_id for one in restriction.current}
    others = tuple(
        one for one in candidates(session, viewer.partnership_id or 0, restriction.case_id) if one.user_id not in listed
    )
    reference = session.scalars(select(Case.reference).where(Case.id == restriction.case_id)).one()
    activity.record_reading(viewer, "case.read", "case", [restriction.case_id])
    return restriction, others, reference


def _restrictions(session: Session, viewer: Viewer, condition: ColumnElement[bool]) -> list[Restriction]:
    maker, ender = aliased(User), aliased(User)
    rows = session.execute(
        access.visible_to(viewer)
        .where(condition)
        .join(maker, maker.id == CaseRestriction.made_by_id)
        .outerjoin(ender, ender.id == CaseRestriction.ended_by_id)
        .add_columns(maker.name.label("maker"), ender.name.label("ender"))
        .order_by(CaseRestriction.id)
    ).all()
    people = _people(session, [row.CaseRestriction.id for row in rows])
    return [
        Restriction(
            id=row.CaseRestriction.id,
            case_id=row.CaseRestriction.case_id,
            reach=row.CaseRestriction.reach,
            reason=row.CaseRestriction.reason,
            begins_on=row.CaseRestriction.begins_on,
            until=row.CaseRestriction.until,
            made_at=row.CaseRestriction.made_at,
            made_by=row.maker,
            ended_at=row.CaseRestriction.ended_at,
            ended_by=row.ender or "",
            version=row.CaseRestriction.version,
            people=people.get(row.CaseRestriction.id, ()),
            is_over=_is_over(row.CaseRestriction, viewer.today),
        )
        for row in rows
    ]


def _is_over(row: CaseRestriction, today: date) -> bool:
    return row.ended_at is not None or (row.until is not None and row.until < today)


def _people(session: Session, restriction_ids: list[int]) -> dict[int, tuple[Listed, ...]]:
    adder = aliased(User)
    rows = session.execute(
        select(
            RestrictedPerson.restriction_id,
            RestrictedPerson.user_id,
            User.name,
            RestrictedPerson.added_at,
            adder.name.label("adder"),
            RestrictedPerson.ended_at,
        )
        .join(User, User.id == RestrictedPerson.user_id)
        .join(adder, adder.id == RestrictedPerson.added_by_id)
        .where(RestrictedPerson.restriction_id.in_(restriction_ids))
        .order_by(User.name, RestrictedPerson.id)
    )
    found: dict[int, tuple[Listed, ...]] = {}
    for row in rows:
        listed = Listed(row.user_id, row.name, row.added_at, row.adder, row.ended_at)
        found[row.restriction_id] = (*found.get(row.restriction_id, ()), listed)
    return found


def _to_do(session: Session, viewer: Viewer, found: Case) -> ToDo:
    standing = closures(session, [found.partnership_id]).get(found.partnership_id, {}).get(found.id, [])
    if not standing:
        return ToDo((), ())
    coming = (
        is_about(found.id),
        Meeting.status == MeetingStatus.SCHEDULED,
        Meeting.scheduled_on >= viewer.today,
    )
    chairs = session.execute(
        select(Meeting.id, Meeting.scheduled_on, Membership.user_id, User.name)
        .join(Membership, Membership.id == Meeting.chair_membership_id)
        .join(User, User.id == Membership.user_id)
        .where(*coming)
        .order_by(Meeting.scheduled_on, Meeting.id)
    ).all()
    return ToDo(
        chairs=tuple(
            (row.id, row.scheduled_on, row.name) for row in chairs if _is_out(standing, row.user_id, viewer.today)
        ),
        agencies=_left_alone(session, viewer, standing, coming),
    )


def _left_alone(
    session: Session, viewer: Viewer, standing: list[Closure], coming: tuple[ColumnElement[bool], ...]
) -> tuple[str, ...]:
    rows = session.execute(
        select(Agency.name, Membership.user_id)
        .join(Invitation, Invitation.agency_id == Agency.id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(
            Membership,
            (Membership.agency_id == Agency.id)
            & (Membership.partnership_id == Meeting.partnership_id)
            & Membership.ended_at.is_(None)
            & Membership.role.in_(ANSWERING_ROLES),
        )
        .where(HAS_PART, *coming)
        .distinct()
    ).all()
    seen = {row.name for row in rows if not _is_out(standing, row.user_id, viewer.today)}
    return tuple(sorted({row.name for row in rows} - seen))


def _is_out(standing: list[Closure], user_id: int, today: date) -> bool:
    return is_shut_out(standing, user_id, today)
