"""The groups of the board: the list, and setting one up with its own rule of who must be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.access import board_meetings as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.board_attendance import BoardQuorum, quorum_words
from portal.domain.board_vocabulary import BoardMeetingStatus, SafeguardingPartner
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.board_meetings import BoardGroup, BoardMeeting, BoardMember
from portal.services.changes import LOST, changing


@dataclass(frozen=True, slots=True)
class GroupDetails:
    """What is said of a group."""

    name: str
    quorum: BoardQuorum
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of the list of groups."""

    id: int
    name: str
    is_active: bool
    members: int
    rule_words: str
    next_on: date | None
    next_meeting_id: int | None


def list_groups(viewer: Viewer) -> list[GroupRow]:
    """The groups that the viewer sees, those that meet first, by name; by three queries."""
    session = db.session()
    groups = session.scalars(
        access.groups_visible_to(viewer).order_by(BoardGroup.is_active.desc(), BoardGroup.name)
    ).all()
    ids = [group.id for group in groups]
    counted = session.execute(
        select(BoardMember.group_id, func.count().label("members"))
        .where(BoardMember.group_id.in_(ids), is_member_on(viewer.today))
        .group_by(BoardMember.group_id)
    )
    members = {row.group_id: row.members for row in counted}
    coming: dict[int, tuple[date, int]] = {}
    for group_id, meets_on, meeting_id in session.execute(
        select(BoardMeeting.group_id, BoardMeeting.meets_on, BoardMeeting.id)
        .where(
            BoardMeeting.group_id.in_(ids),
            BoardMeeting.status == BoardMeetingStatus.SCHEDULED,
            BoardMeeting.meets_on >= viewer.today,
        )
        .order_by(BoardMeeting.meets_on, BoardMeeting.id)
    ):
        coming.setdefault(group_id, (meets_on, meeting_id))
    return [
        GroupRow(
            group.id,
            group.name,
            group.is_active,
            members.get(group.id, 0),
            quorum_words(quorum_of(group)),
            *coming.get(group.id, (None, None)),
        )
        for group in groups
    ]


def add_group(viewer: Viewer, details: GroupDetails) -> int:
    """Set up the board or a subgroup; gives its id. Raises NotPermitted, and Invalid where the name is taken."""
    if not access.may_add(viewer):
        raise NotPermitted("Setting up the board’s groups is not part of this role.")
    with changing(viewer) as change:
        _check_name(change.session, viewer.partnership_id or 0, details.name)
        group = BoardGroup(partnership_id=viewer.partnership_id or 0, created_at=viewer.now)
        _write(group, details)
        change.session.add(group)
        change.session.flush()
        change.log("board_group.added", "board_group", group.id)
        return group.id


def change_group(viewer: Viewer, group_id: int, details: GroupDetails, *, version: int) -> bool:
    """Change a group's name, its rule, or whether it still meets; says whether anything changed.

    What was recorded of its meetings keeps the rule of then. Raises NotVisible, NotPermitted, Conflict and Invalid.
    """
    if details_of(kept_group(viewer, group_id)) == details:
        return False
    with changing(viewer) as change:
        group = kept_group(viewer, group_id)
        if group.version != version:
            raise Conflict(LOST, mine=_in_words(details), theirs=_in_words(details_of(group)))
        _check_name(change.session, group.partnership_id, details.name, but=group.id)
        _write(group, details)
        change.log("board_group.changed", "board_group", group.id)
    return True


def own_group(viewer: Viewer, group_id: int) -> BoardGroup:
    """A group's row; raises NotVisible."""
    group = db.session.scalar(access.groups_visible_to(viewer).where(BoardGroup.id == group_id))
    if group is None:
        raise NotVisible("There is no such group.")
    return group


def kept_group(viewer: Viewer, group_id: int) -> BoardGroup:
    """A group's row that the viewer keeps; raises NotVisible, NotPermitted."""
    group = own_group(viewer, group_id)
    if not access.may_keep(viewer, group):
        raise NotPermitted("Keeping the board’s groups is not part of this role.")
    return group


def is_member_on(day: date) -> ColumnElement[bool]:
    """Members of a day: those who had begun and had not left."""
    return (BoardMember.from_on <= day) & or_(BoardMember.until_on.is_(None), BoardMember.until_on >= day)


def quorum_of(group: BoardGroup) -> BoardQuorum:
    """A group's rule."""
    partners = frozenset(SafeguardingPartner(partner) for partner in group.quorum_partners)
    return BoardQuorum(group.quorum_members, partners, group.deputies_count)


def details_of(group: BoardGroup) -> GroupDetails:
    """What is said of a group now."""
    return GroupDetails(group.name, quorum_of(group), group.is_active)


def _write(group: BoardGroup, details: GroupDetails) -> None:
    group.name = details.name
    group.is_active = details.is_active
    group.quorum_members = details.quorum.members
    group.quorum_partners = [partner.value for partner in SafeguardingPartner if partner in details.quorum.partners]
    group.deputies_count = details.quorum.deputies_count


def _check_name(session: Session, partnership_id: int, name: str, *, but: int | None = None) -> None:
    others = session.execute(select(BoardGroup.id, BoardGroup.name).where(BoardGroup.partnership_id == partnership_id))
    if any(row.name.casefold() == name.casefold() and row.id != but for row in others):
        raise Invalid("", errors={"name": [f"There is already a group called {name}"]})


def _in_words(details: GroupDetails) -> dict[str, str]:
    meets = "Yes" if details.is_active else "No"
    return {"Name": details.name, "Quorum": quorum_words(details.quorum), "Still meets": meets}
