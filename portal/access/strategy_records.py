"""Who keeps a meeting's strategy record, who writes which part of it, and who reads it when."""

from __future__ import annotations

from sqlalchemy import Select, exists, false, select

from portal.access import meetings
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.strategy_records import StrategyAnswer, StrategyRecord, StrategyVersion


def visible_to(viewer: Viewer) -> Select[StrategyRecord]:
    """Records of the meetings that the viewer sees: chair and coordinator always, everybody else once one is signed."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(StrategyRecord).where(false())
    seen = exists().where(Meeting.id == StrategyRecord.meeting_id, meetings.visible_where(viewer))
    rows = select(StrategyRecord).where(
        StrategyRecord.partnership_id == viewer.partnership_id, seen.correlate(StrategyRecord)
    )
    return rows if _keeps(viewer) else rows.where(StrategyRecord.signed_number > 0)


def may_view(
    viewer: Viewer, record: StrategyRecord, meeting: Meeting, own: Invitation | None, *, is_named: bool = True
) -> bool:
    """Whether the viewer sees that this record is there."""
    return (
        record.meeting_id == meeting.id
        and meetings.may_view(viewer, meeting, own, is_named=is_named)
        and (_keeps(viewer) or record.signed_number > 0)
    )


def answers_visible_to(viewer: Viewer) -> Select[StrategyAnswer]:
    """What is being written: all of it for those who keep the record, and for an agency what it shares itself."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(StrategyAnswer).where(false())
    rows = select(StrategyAnswer).where(StrategyAnswer.partnership_id == viewer.partnership_id)
    if _keeps(viewer):
        records = visible_to(viewer).where(StrategyRecord.id == StrategyAnswer.record_id)
        return rows.where(records.correlate(StrategyAnswer).exists())
    if viewer.role not in AGENCY_ROLES:
        return rows.where(false())
    own = exists().where(Invitation.id == StrategyAnswer.invitation_id, meetings.own_invitation_where(viewer))
    return rows.where(StrategyAnswer.question == StrategyQuestion.INFORMATION, own.correlate(StrategyAnswer))


def may_view_answer(
    viewer: Viewer,
    answer: StrategyAnswer,
    record: StrategyRecord,
    meeting: Meeting,
    own: Invitation | None,
    *,
    is_named: bool = True,
) -> bool:
    """Whether the viewer reads this answer before it is signed; `own` is their agency's invitation to the meeting."""
    if answer.record_id != record.id or record.meeting_id != meeting.id:
        return False
    if not meetings.may_view(viewer, meeting, own, is_named=is_named):
        return False
    if _keeps(viewer):
        return True
    return (
        viewer.role in AGENCY_ROLES
        and answer.question is StrategyQuestion.INFORMATION
        and own is not None
        and answer.invitation_id == own.id
    )


def versions_visible_to(viewer: Viewer) -> Select[StrategyVersion]:
    """What was signed, each version of it, for whoever sees the meeting."""
    records = visible_to(viewer).where(StrategyRecord.id == StrategyVersion.record_id)
    return select(StrategyVersion).where(
        StrategyVersion.partnership_id == viewer.partnership_id, records.correlate(StrategyVersion).exists()
    )


def may_keep(viewer: Viewer, meeting: Meeting) -> bool:
    """Whether the viewer keeps a meeting's record: its chair, and the coordinator who sees it."""
    return (
        not viewer.is_system
        and viewer.may(Permission.MEETINGS_RECORD)
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
    )


def may_write(viewer: Viewer, meeting: Meeting, record: StrategyRecord | None) -> bool:
    """Whether the viewer writes in the record: whoever keeps it, while it is not signed or has been opened again."""
    return may_keep(viewer, meeting) and (record is None or record.state is not StrategyRecordState.SIGNED)


def may_share(viewer: Viewer, meeting: Meeting, invitation: Invitation, record: StrategyRecord | None) -> bool:
    """Whether an agency writes what it shares itself: before the meeting and at it, until the record is signed."""
    return (
        viewer.may(Permission.REPORTS_WRITE)
        and viewer.role in AGENCY_ROLES
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and meeting.status is not MeetingStatus.CANCELLED
        and (record is None or record.state is StrategyRecordState.DRAFT)
    )


def may_sign(viewer: Viewer, meeting: Meeting, record: StrategyRecord) -> bool:
    """Whether the viewer signs: the meeting's chair, what is not signed as it stands."""
    return viewer.may(Permission.OUTCOMES_DECIDE) and may_write(viewer, meeting, record)


def may_amend(viewer: Viewer, meeting: Meeting, record: StrategyRecord) -> bool:
    """Whether the viewer opens a signed record again, with a reason: whoever keeps it."""
    return may_keep(viewer, meeting) and record.state is StrategyRecordState.SIGNED


def _keeps(viewer: Viewer) -> bool:
    return viewer.is_system or viewer.may(Permission.MEETINGS_RECORD)
