"""Who sees which meetings and invitations, and who may do what to them."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, exists, false, or_, select, true

from portal.access.closed_records import is_closed, open_at_where, open_meetings_where
from portal.access.kept import kept_for_hat
from portal.access.roles import WHOLE_PARTNERSHIP, Permission
from portal.access.viewer import Viewer
from portal.domain.vocabulary import AGENCY_ROLES, Answer, Expectation, MeetingStatus, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import NamedPerson

# Tables, not classes: SQLAlchemy marks a subquery of classes when it first compiles it, and takes the same one of
# another hat, which has not been compiled, for another statement.
_NAMED = cast(Table, NamedPerson.__table__).c
_CLOSED = cast(Table, Meeting.__table__).alias("closed_meetings")

OPEN_STATUSES = frozenset({MeetingStatus.SCHEDULED})


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[Meeting]:
    """Meetings of the active partnership that the viewer's role reaches.

    Practitioners: those their agency is invited to and relevant for, within their team. Leads: their whole
    agency's. Chairs: those they chair. Manager and coordinator: all. Everybody else: none. Of these, a meeting for
    named people only is seen by those who are named on it, and by nobody else; and one about a family whose record is
    closed to the viewer is not there (access/closed_records.py).

    A link opens no meeting, so that nothing that hangs on one comes with it: it opens its invitation alone.
    """
    return select(Meeting).where(visible_where(viewer))


@kept_for_hat
def visible_where(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visible_to` as a condition, for a select that starts elsewhere."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return false()
    own_partnership = Meeting.partnership_id == viewer.partnership_id
    if viewer.is_system:
        return own_partnership
    if viewer.role in WHOLE_PARTNERSHIP:
        return and_(own_partnership, _open_to(viewer, Meeting.id), open_meetings_where(viewer))
    if viewer.role is Role.CHAIR:
        mine = Meeting.chair_membership_id == viewer.membership_id
        return and_(own_partnership, mine, _open_to(viewer, Meeting.id), open_meetings_where(viewer))
    own_invitation = (
        exists().where(Invitation.meeting_id == Meeting.id, own_invitation_where(viewer)).correlate(Meeting)
    )
    return and_(own_partnership, own_invitation)


@kept_for_hat
def invitations_visible_to(viewer: Viewer) -> Select[Invitation]:
    """Invitations whose text the viewer may open: an agency its own, the meeting's keepers all of them.

    That other agencies were invited, what they answered and whether their report has come is part of the
    meeting, for whoever sees the meeting; notes and drafts are not. A link opens its one invitation, and none to a
    meeting for named people only.
    """
    if viewer.link is not None:
        return select(Invitation).where(own_invitation_where(viewer))
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(Invitation).where(false())
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return select(Invitation).where(own_invitation_where(viewer))
    # Whose partnership it is, the meeting says, as a foreign key holds. Said of the invitation too, SQLite would
    # look for those of one meeting among all of the partnership's.
    return select(Invitation).join(Meeting, Meeting.id == Invitation.meeting_id).where(visible_where(viewer))


def at_seen_invitation(viewer: Viewer, of: Any) -> ColumnElement[bool]:
    """Whether a row of a mapped class, which has an `invitation_id`, belongs to an invitation that the viewer sees.

    So it is of their partnership too, as a foreign key holds. It is asked of each row: a list of all that they see
    would be made anew for each statement.
    """
    seen = invitations_visible_to(viewer).with_only_columns(Invitation.id).where(Invitation.id == of.invitation_id)
    return seen.correlate(of).exists()


@kept_for_hat
def own_invitation_where(viewer: Viewer) -> ColumnElement[bool]:
    """Invitations of the viewer's agency that still open its meeting to the viewer.

    To a meeting for named people only, the agency's people are named one by one, whatever team they are of.
    """
    within_agency = and_(
        Invitation.partnership_id == viewer.partnership_id,
        Invitation.agency_id == viewer.agency_id,
        Invitation.expectation != Expectation.NOT_RELEVANT,
        or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
        open_at_where(viewer, Invitation.meeting_id),
    )
    if viewer.agency_id is None:
        return false()
    if viewer.link is not None:
        open_to_all = Invitation.meeting_id.not_in(_for_named_people(viewer))
        return and_(within_agency, Invitation.id == viewer.link.invitation_id, open_to_all)
    open_to_team = and_(_within_team(viewer), Invitation.meeting_id.not_in(_for_named_people(viewer)))
    return and_(within_agency, or_(open_to_team, Invitation.meeting_id.in_(_for_named_people(viewer, named=True))))


def _open_to(viewer: Viewer, meeting_id: Any) -> ColumnElement[bool]:
    """Meetings that are for everybody whom their role lets see them, or on which the viewer is named."""
    is_open: ColumnElement[bool] = meeting_id.not_in(_for_named_people(viewer, named=False))
    return is_open


def _for_named_people(viewer: Viewer, *, named: bool | None = None) -> Select[int]:
    """The meetings of the partnership for named people only: all of them, or those (not) naming the viewer.

    They are few, and this asks nothing of the row that it stands beside: the database reads the list once, along an
    index of its own, and a list of ordinary meetings costs what it did before there were others.
    """
    closed = _CLOSED.c
    rows = select(closed.id).where(closed.partnership_id == viewer.partnership_id, closed.named_people_only)
    if named is not None:
        mine = (
            select(_NAMED.meeting_id)
            .where(_NAMED.membership_id == viewer.membership_id, _NAMED.ended_at.is_(None))
            .correlate(None)
        )
        rows = rows.where(closed.id.in_(mine) if named else closed.id.not_in(mine))
    return rows.correlate(None)


def _within_team(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.role is Role.AGENCY_LEAD or viewer.hat is None:
        return true()
    if viewer.hat.team_id is None:
        return Invitation.team_id.is_(None)
    return Invitation.team_id == viewer.hat.team_id


def may_view(viewer: Viewer, meeting: Meeting, own: Invitation | None, *, is_named: bool = True) -> bool:
    """Whether the viewer sees this meeting; `own` is their agency's invitation to it, if there is one.

    `is_named` says whether the viewer is named on it, which matters to a meeting for named people only. Whoever has
    found the row by `visible_to` is: verbs that are asked of such a row leave it out.
    """
    if meeting.partnership_id != viewer.partnership_id or not viewer.may(Permission.MEETINGS_VIEW):
        return False
    if viewer.is_system:
        return True
    if (not is_named and meeting.named_people_only) or is_closed(viewer, meeting):
        return False
    if viewer.role in WHOLE_PARTNERSHIP:
        return True
    if viewer.role is Role.CHAIR:
        return meeting.chair_membership_id is not None and meeting.chair_membership_id == viewer.membership_id
    return own is not None and own.meeting_id == meeting.id and _is_own(viewer, own, meeting)


def may_view_invitation(viewer: Viewer, invitation: Invitation, meeting: Meeting, *, is_named: bool = True) -> bool:
    """Whether the viewer may open this invitation's own text (answer's note, chair's note)."""
    if viewer.link is not None:
        return invitation.meeting_id == meeting.id and _is_own(viewer, invitation, meeting)
    if invitation.meeting_id != meeting.id or not may_view(viewer, meeting, invitation, is_named=is_named):
        return False
    return viewer.is_system or viewer.role not in AGENCY_ROLES or _is_own(viewer, invitation, meeting)


def _is_own(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """Whether it is the viewer's agency's, and their team's; who is named on a meeting is so whatever their team."""
    if not _of_agency(viewer, invitation) or is_closed(viewer, meeting):
        return False
    if viewer.link is not None:
        return invitation.id == viewer.link.invitation_id and not meeting.named_people_only
    team = viewer.hat.team_id if viewer.hat else None
    return viewer.role is Role.AGENCY_LEAD or meeting.named_people_only or invitation.team_id == team


def _of_agency(viewer: Viewer, invitation: Invitation) -> bool:
    if invitation.agency_id != viewer.agency_id or invitation.partnership_id != viewer.partnership_id:
        return False
    return invitation.expectation is not Expectation.NOT_RELEVANT and invitation.answer is not Answer.NOT_OURS


def may_answer(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """An agency answers for itself, until the meeting is held, cancelled or its register closed."""
    return (
        viewer.may(Permission.INVITATIONS_ANSWER)
        and _is_own(viewer, invitation, meeting)
        and meeting.status is MeetingStatus.SCHEDULED
        and meeting.register_closed_at is None
    )


def may_declare(viewer: Viewer, invitation: Invitation, meeting: Meeting) -> bool:
    """An agency says who came, from the meeting's day until the chair has confirmed it."""
    return (
        viewer.may(Permission.ATTENDANCE_DECLARE)
        and _is_own(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.day <= viewer.today
        and invitation.confirmed_attendance is None
    )


def may_keep_register(viewer: Viewer, meeting: Meeting) -> bool:
    """The meeting's chair, or a coordinator, confirms attendance from its day on, until the register is closed."""
    return (
        viewer.may(Permission.REGISTER_KEEP)
        and may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.scheduled_on <= viewer.today
        and meeting.register_closed_at is None
    )


def may_set_expectation(viewer: Viewer, meeting: Meeting) -> bool:
    """The coordinator says what is expected of whom, until the register is closed."""
    return (
        viewer.may(Permission.EXPECTATIONS_SET)
        and may_view(viewer, meeting, None)
        and meeting.register_closed_at is None
    )


def may_give_to_team(viewer: Viewer, invitation: Invitation) -> bool:
    """An agency's lead gives its meetings to its teams."""
    return viewer.may(Permission.TEAMS_ASSIGN) and viewer.role is Role.AGENCY_LEAD and _of_agency(viewer, invitation)
