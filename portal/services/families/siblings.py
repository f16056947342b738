"""Which of the children of a meeting each agency knows, and which its report is about: said and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.access import cases as cases_access
from portal.access import families as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.family_vocabulary import KnowsChild
from portal.domain.labels import label
from portal.domain.vocabulary import AGENCY_ROLES
from portal.models.cases import Child
from portal.models.families import InvitationChild
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.reports import Report
from portal.services.changes import Change, changing
from portal.services.families.found import MeetingChild, children_of
from portal.services.meetings.outlook import HAS_PART

WHEREABOUTS_LIMIT = 500


@dataclass(frozen=True, slots=True)
class OfChild:
    """What an agency says of one child."""

    knows: KnowsChild = KnowsChild.NOT_SAID
    covered_by_report: bool = False
    whereabouts: str = ""


@dataclass(frozen=True, slots=True)
class ChildrenSaid:
    """An invitation with the children of its meeting, and what its agency says of each."""

    invitation: Invitation
    children: tuple[MeetingChild, ...]
    said: Mapping[int, OfChild]
    may_say: bool

    @property
    def seen(self) -> int:
        """What a page shows, as one number."""
        return seen_children(self.said)

    @property
    def knows_none(self) -> bool:
        """Whether the agency knows none of the children, and so has no part in the meeting."""
        return bool(self.children) and all(one.knows is KnowsChild.NO for one in self.said.values())


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency's line: what it says of each child, in the children's order."""

    invitation_id: int
    agency: str
    said: tuple[OfChild, ...]


@dataclass(frozen=True, slots=True)
class ChildrenTable:
    """Children against agencies; an agency's people see their own line."""

    meeting: Meeting
    children: tuple[MeetingChild, ...]
    lines: tuple[AgencyLine, ...]


def children_said(viewer: Viewer, invitation_id: int) -> ChildrenSaid:
    """What an agency says of the children, for whoever opens its invitation; the reading is logged.

    Raises NotVisible.
    """
    session: Session = db.session()
    invitation = session.scalars(_query(viewer, invitation_id)).one_or_none()
    if invitation is None:
        raise NotVisible("No such invitation.")
    children = children_of(viewer, invitation.meeting)
    rows = session.scalars(access.said_visible_to(viewer).where(InvitationChild.invitation_id == invitation_id))
    may_say = access.may_say(viewer, invitation, invitation.meeting, _report(session, invitation_id))
    return ChildrenSaid(invitation, children, _said(children, rows), may_say)


def say_children(viewer: Viewer, invitation_id: int, said: Mapping[int, OfChild], seen: int) -> bool:
    """Say which of the children the agency knows and which its report is about; `seen` is what the page showed.

    Gives False where nothing changes. A child whom the agency does not know goes to the coordinator anew, whatever was
    dealt with before. Raises NotVisible, NotPermitted, Invalid by field ("whereabouts_12" for child 12), or Conflict.
    """
    with_rows = {child_id: _tidied(one) for child_id, one in said.items()}
    if children_said(viewer, invitation_id).said == with_rows:
        return False
    with changing(viewer) as change:
        invitation, children = _to_change(change, invitation_id)
        rows = {
            row.child_id: row
            for row in change.session.scalars(
                select(InvitationChild)
                .where(InvitationChild.invitation_id == invitation_id)
                .execution_options(populate_existing=True)
            )
        }
        if not set(with_rows) <= set(children):
            raise NotVisible("No such child at this meeting.")
        now = {child_id: _of_row(rows.get(child_id)) for child_id in children}
        if seen_children(now) != seen:
            raise Conflict(
                "Somebody else at your agency said this a moment ago.",
                mine=_in_words(children, with_rows),
                theirs=_in_words(children, now),
            )
        _check(with_rows)
        for child_id, one in with_rows.items():
            if one != now[child_id]:
                _write(change, invitation, rows.get(child_id), child_id, one)
        change.log("invitation.children_said", "invitation", invitation_id)
    return True


def children_table(viewer: Viewer, meeting_id: int) -> ChildrenTable:
    """Which agency knows which child of a meeting that the viewer sees; the reading is logged. Raises NotVisible."""
    session: Session = db.session()
    meeting = session.scalars(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    children = children_of(viewer, meeting)
    invited = session.execute(
        meetings_access.invitations_visible_to(viewer)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.meeting_id == meeting_id, HAS_PART)
        .order_by(Agency.name, Invitation.id)
        .with_only_columns(Invitation.id, Agency.name)
    ).all()
    rows = session.scalars(
        access.said_visible_to(viewer)
        .join(Invitation, Invitation.id == InvitationChild.invitation_id)
        .where(Invitation.meeting_id == meeting_id)
    )
    said = {(row.invitation_id, row.child_id): _of_row(row) for row in rows}
    lines = tuple(
        AgencyLine(row.id, row.name, tuple(said.get((row.id, child.id), OfChild()) for child in children))
        for row in invited
    )
    return ChildrenTable(meeting, children, lines)


def line_for(viewer: Viewer, meeting_id: int) -> str:
    """What is said of the children, in a word for the meeting's page, by one query.

    Of an agency's people: whether they have said; of those who run the meeting: of whom an agency says "not ours".
    """
    said = access.said_visible_to(viewer).join(Invitation, Invitation.id == InvitationChild.invitation_id)
    found = db.session.scalars(
        said.where(Invitation.meeting_id == meeting_id, InvitationChild.knows != KnowsChild.NOT_SAID).with_only_columns(
            InvitationChild.knows
        )
    ).all()
    if viewer.role in AGENCY_ROLES:
        return "You have said" if found else "Not said yet"
    number = found.count(KnowsChild.NO)
    if not number:
        return "Nobody says “not ours”" if found else "Nobody has said yet"
    return "1 answer of “not ours”" if number == 1 else f"{number} answers of “not ours”"


def seen_children(said: Mapping[int, OfChild]) -> int:
    """What is said of the children, as one number: changed meanwhile, a page is out of date."""
    facts = [f"{number} {one.knows} {one.covered_by_report} {one.whereabouts}" for number, one in sorted(said.items())]
    return crc32("\0".join(facts).encode()) & 0x7FFFFFFF


def _query(viewer: Viewer, invitation_id: int) -> Select[Invitation]:
    seen = meetings_access.invitations_visible_to(viewer).where(Invitation.id == invitation_id)
    return (
        select(Invitation)
        .join(Invitation.meeting)
        .join(Meeting.meeting_type)
        .join(Invitation.agency)
        .where(Invitation.id == invitation_id, Invitation.id.in_(seen.with_only_columns(Invitation.id)), HAS_PART)
        .options(
            contains_eager(Invitation.meeting).contains_eager(Meeting.meeting_type), contains_eager(Invitation.agency)
        )
    )


def _to_change(change: Change, invitation_id: int) -> tuple[Invitation, dict[int, str]]:
    """The invitation, its meeting locked before it, and the names of the children by id."""
    meeting_id = change.session.scalar(
        select(Invitation.meeting_id).where(
            Invitation.id == invitation_id, Invitation.partnership_id == change.viewer.partnership_id
        )
    )
    seen = meetings_access.visible_to(change.viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    change.session.execute(seen.with_for_update(of=Meeting, key_share=True))
    query = _query(change.viewer, invitation_id).with_for_update(of=Invitation)
    invitation = change.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if invitation is None:
        raise NotVisible("No such invitation.")
    report = _report(change.session, invitation_id)
    if not access.may_say(change.viewer, invitation, invitation.meeting, report):
        raise NotPermitted("This is said as long as the invitation is answered or its report written.")
    rows = change.session.execute(
        cases_access.children_of_meeting(invitation.meeting_id)
        .order_by(Child.id)
        .with_only_columns(Child.id, Child.given_name, Child.surname)
    )
    return invitation, {row.id: f"{row.given_name} {row.surname}" for row in rows}


def _report(session: Session, invitation_id: int) -> Report | None:
    stands = select(Report).where(Report.invitation_id == invitation_id, Report.withdrawn_at.is_(None))
    return session.scalars(stands).one_or_none()


def _said(children: tuple[MeetingChild, ...], rows: Iterable[InvitationChild]) -> dict[int, OfChild]:
    found = {row.child_id: row for row in rows}
    return {child.id: _of_row(found.get(child.id)) for child in children}


def _of_row(row: InvitationChild | None) -> OfChild:
    return OfChild() if row is None else OfChild(row.knows, row.covered_by_report, row.whereabouts or "")


def _tidied(one: OfChild) -> OfChild:
    """Where a child is now is asked of whoever does not know them, and no report is about such a child."""
    if one.knows is KnowsChild.NO:
        return OfChild(one.knows, whereabouts=one.whereabouts.strip())
    return OfChild(one.knows, one.covered_by_report)


def _check(said: Mapping[int, OfChild]) -> None:
    errors = {
        f"whereabouts_{child_id}": [
            f"Shorten this to {WHEREABOUTS_LIMIT} characters or fewer. It has {len(one.whereabouts)} now"
        ]
        for child_id, one in said.items()
        if len(one.whereabouts) > WHEREABOUTS_LIMIT
    }
    if errors:
        raise Invalid("What is said needs mending.", errors=errors)


def _write(change: Change, invitation: Invitation, row: InvitationChild | None, child_id: int, one: OfChild) -> None:
    if row is None:
        row = InvitationChild(partnership_id=invitation.partnership_id, invitation_id=invitation.id, child_id=child_id)
        change.session.add(row)
    row.knows, row.covered_by_report, row.whereabouts = one.knows, one.covered_by_report, one.whereabouts or None
    row.said_at, row.said_by_id = change.viewer.now, change.viewer.user_id
    row.settled_at, row.settled_by_id = None, None


def _in_words(children: Mapping[int, str], said: Mapping[int, OfChild]) -> dict[str, str]:
    return {
        name: ". ".join(
            filter(
                None,
                (
                    label(said[child_id].knows),
                    "The report is about them too" if said[child_id].covered_by_report else "",
                    said[child_id].whereabouts,
                ),
            )
        )
        for child_id, name in children.items()
        if child_id in said
    }
