"""The members of a group: who sits in it for whom, from when until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_vocabulary import SafeguardingPartner
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import short_label
from portal.models.board_meetings import BoardAttendance, BoardMeeting, BoardMember
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.services.board_meetings.groups import kept_group
from portal.services.changes import LOST, changing
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class MemberDetails:
    """What is said of a member; both days are included."""

    name: str
    role_in_group: str
    from_on: date
    until_on: date | None = None
    agency_id: int | None = None
    partner: SafeguardingPartner | None = None
    membership_id: int | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """A member's own page."""

    id: int
    group_id: int
    group: str
    details: MemberDetails
    version: int


@dataclass(frozen=True, slots=True)
class Choosing:
    """The group that a member is of, and the agencies and accounts to choose from."""

    group_id: int
    group: str
    agencies: tuple[tuple[int, str], ...]
    accounts: tuple[tuple[int, str], ...]


def choosing(viewer: Viewer, group_id: int) -> Choosing:
    """What a member of a group is described with, by three queries. Raises NotVisible, NotPermitted."""
    group, session = kept_group(viewer, group_id), db.session()
    agencies = session.execute(
        select(Agency.id, Agency.name)
        .join(PartnershipAgency, PartnershipAgency.agency_id == Agency.id)
        .where(PartnershipAgency.partnership_id == group.partnership_id)
        .order_by(Agency.name, Agency.id)
    )
    accounts = session.execute(
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == group.partnership_id,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, Membership.id)
    )
    return Choosing(
        group.id,
        group.name,
        tuple((row.id, row.name) for row in agencies),
        tuple((row.id, row.name) for row in accounts),
    )


def find_member(viewer: Viewer, member_id: int) -> MemberPage:
    """A member of a group that the viewer keeps; raises NotVisible, NotPermitted."""
    member = _kept(viewer, member_id)
    group = kept_group(viewer, member.group_id)
    return MemberPage(member.id, group.id, group.name, details_of(member), member.version)


def add_member(viewer: Viewer, group_id: int, details: MemberDetails) -> int:
    """Add a member to a group; gives the id. Raises NotVisible, NotPermitted, Invalid."""
    with changing(viewer) as change:
        once(change)
        group = kept_group(viewer, group_id)
        _check(change.session, group.partnership_id, details)
        member = BoardMember(partnership_id=group.partnership_id, group_id=group.id)
        _write(member, details)
        change.session.add(member)
        change.session.flush()
        change.log("board_member.added", "board_member", member.id)
        return member.id


def change_member(viewer: Viewer, member_id: int, details: MemberDetails, *, version: int) -> bool:
    """Change what is said of a member, or say when they left; says whether anything changed.

    Raises NotVisible, NotPermitted, Conflict, and Invalid where their days would leave out a meeting of which their
    attendance is recorded.
    """
    if details_of(_kept(viewer, member_id)) == details:
        return False
    with changing(viewer) as change:
        member = _kept(viewer, member_id)
        if member.version != version:
            raise Conflict(LOST, mine=_in_words(details), theirs=_in_words(details_of(member)))
        _check(change.session, member.partnership_id, details)
        _check_recorded(change.session, member.id, details)
        _write(member, details)
        change.log("board_member.changed", "board_member", member.id)
    return True


def details_of(member: BoardMember) -> MemberDetails:
    """What is said of a member now."""
    return MemberDetails(
        name=member.name,
        role_in_group=member.role_in_group,
        from_on=member.from_on,
        until_on=member.until_on,
        agency_id=member.agency_id,
        partner=member.partner,
        membership_id=member.membership_id,
    )


def _kept(viewer: Viewer, member_id: int) -> BoardMember:
    member = db.session.scalar(access.members_visible_to(viewer).where(BoardMember.id == member_id))
    if member is None:
        raise NotVisible("There is no such member.")
    if not access.may_keep(viewer, member):
        raise NotPermitted("Keeping the board’s groups is not part of this role.")
    return member


def _check(session: Session, partnership_id: int, details: MemberDetails) -> None:
    """Refuse days in the wrong order, and what belongs to another partnership."""
    errors: dict[str, list[str]] = {}
    if details.until_on is not None and details.until_on < details.from_on:
        errors["until_on"] = ["The last day must be the first day or later"]
    here = PartnershipAgency.partnership_id == partnership_id
    of_agency = select(PartnershipAgency.agency_id).where(here, PartnershipAgency.agency_id == details.agency_id)
    if details.agency_id is not None and session.scalar(of_agency) is None:
        errors["agency"] = ["Choose an agency of this partnership"]
    account = select(Membership.id).where(
        Membership.partnership_id == partnership_id, Membership.id == details.membership_id
    )
    if details.membership_id is not None and session.scalar(account) is None:
        errors["account"] = ["Choose an account of this partnership"]
    if errors:
        raise Invalid("", errors=errors)


def _check_recorded(session: Session, member_id: int, details: MemberDetails) -> None:
    days = session.scalars(
        select(BoardMeeting.meets_on)
        .join(BoardAttendance, BoardAttendance.meeting_id == BoardMeeting.id)
        .where(BoardAttendance.member_id == member_id)
    ).all()
    if days and min(days) < details.from_on:
        said = "Their attendance is recorded at a meeting before that day"
        raise Invalid(said, errors={"from_on": [said]})
    if days and details.until_on is not None and max(days) > details.until_on:
        said = "Their attendance is recorded at a meeting after that day"
        raise Invalid(said, errors={"until_on": [said]})


def _write(member: BoardMember, details: MemberDetails) -> None:
    member.name = details.name
    member.role_in_group = details.role_in_group
    member.from_on = details.from_on
    member.until_on = details.until_on
    member.agency_id = details.agency_id
    member.partner = details.partner
    member.membership_id = details.membership_id


def _in_words(details: MemberDetails) -> dict[str, str]:
    until = "" if details.until_on is None else details.until_on.isoformat()
    return {
        "Name": details.name,
        "Role in the group": details.role_in_group,
        "Speaks for": "" if details.partner is None else short_label(details.partner),
        "First day": details.from_on.isoformat(),
        "Last day": until,
    }
