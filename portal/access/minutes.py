"""Who writes and sends minutes and decision sheets, who reads them, and who puts them right."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, exists, false, or_, select

from portal.access import meetings
from portal.access.kept import kept_for_hat
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.domain.vocabulary import AGENCY_ROLES, COUNTED_STATUSES, MeetingStatus
from portal.models.files import StoredFile
from portal.models.meetings import Invitation, Meeting
from portal.models.minutes import MinutesCorrection, MinutesDraft, PaperReading, SentPaper


@kept_for_hat
def visible_to(viewer: Viewer) -> Select[SentPaper]:
    """What was sent, in every version, for whoever sees the meeting: so not for an agency that has no part in it."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return select(SentPaper).where(false())
    sees = exists().where(Meeting.id == SentPaper.meeting_id, meetings.visible_where(viewer)).correlate(SentPaper)
    return select(SentPaper).where(SentPaper.partnership_id == viewer.partnership_id, sees)


def may_view(viewer: Viewer, paper: SentPaper, meeting: Meeting, own: Invitation | None) -> bool:
    """Whether the viewer reads this version; `own` is their agency's invitation to the meeting, if there is one."""
    return paper.meeting_id == meeting.id and meetings.may_view(viewer, meeting, own)


@kept_for_hat
def drafts_visible_to(viewer: Viewer) -> Select[MinutesDraft]:
    """Minutes that are being written, for those who keep the meeting's record."""
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_RECORD):
        return select(MinutesDraft).where(false())
    sees = exists().where(Meeting.id == MinutesDraft.meeting_id, meetings.visible_where(viewer)).correlate(MinutesDraft)
    return select(MinutesDraft).where(MinutesDraft.partnership_id == viewer.partnership_id, sees)


def may_view_draft(viewer: Viewer, draft: MinutesDraft, meeting: Meeting) -> bool:
    """Whether the viewer reads minutes that are being written."""
    keeps = viewer.may(Permission.MEETINGS_RECORD) and draft.meeting_id == meeting.id
    return keeps and meetings.may_view(viewer, meeting, None)


@kept_for_hat
def has_file_where(viewer: Viewer) -> ColumnElement[bool]:
    """Files that are minutes: under the rule of the versions that have them, or of the draft."""
    sent = visible_to(viewer).where(SentPaper.file_id == StoredFile.id).with_only_columns(SentPaper.id)
    draft = drafts_visible_to(viewer).where(MinutesDraft.file_id == StoredFile.id).with_only_columns(MinutesDraft.id)
    return or_(sent.correlate(StoredFile).exists(), draft.correlate(StoredFile).exists())


def may_write(viewer: Viewer, meeting: Meeting) -> bool:
    """The chair and the coordinator write the minutes, from the meeting's day on, unless it was cancelled."""
    return (
        viewer.may(Permission.MEETINGS_RECORD)
        and not viewer.is_system
        and meetings.may_view(viewer, meeting, None)
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.day <= viewer.today
    )


def may_send(viewer: Viewer, meeting: Meeting) -> bool:
    """They are sent once the register is closed: until then nobody knows who was there."""
    return may_write(viewer, meeting) and meeting.status in COUNTED_STATUSES and meeting.register_closed_at is not None


@kept_for_hat
def readings_visible_to(viewer: Viewer) -> Select[PaperReading]:
    """Which agencies have opened what was sent: for those who run the meeting, and of itself for each agency."""
    own = visible_to(viewer).where(SentPaper.id == PaperReading.paper_id).with_only_columns(SentPaper.id)
    rows = select(PaperReading).where(own.correlate(PaperReading).exists())
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return rows.where(PaperReading.agency_id == viewer.agency_id)
    return rows


@kept_for_hat
def corrections_visible_to(viewer: Viewer) -> Select[MinutesCorrection]:
    """An agency reads what it asked for itself, those who run the meeting what everybody did."""
    rows = (
        select(MinutesCorrection)
        .join(Invitation, Invitation.id == MinutesCorrection.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
    )
    if viewer.partnership_id is None or not viewer.may(Permission.MEETINGS_VIEW):
        return rows.where(false())
    if not viewer.is_system and viewer.role in AGENCY_ROLES:
        return rows.where(meetings.own_invitation_where(viewer), meetings.visible_where(viewer))
    return rows.where(MinutesCorrection.partnership_id == viewer.partnership_id, meetings.visible_where(viewer))


def may_view_correction(
    viewer: Viewer, correction: MinutesCorrection, invitation: Invitation, meeting: Meeting
) -> bool:
    """Whether the viewer reads what this invitation's agency says is wrong."""
    return correction.invitation_id == invitation.id and meetings.may_view_invitation(viewer, invitation, meeting)


def may_ask_correction(
    viewer: Viewer, meeting: Meeting, invitation: Invitation, paper: SentPaper, closes_on: date | None
) -> bool:
    """An agency says what is wrong in the minutes that it got, until `closes_on`."""
    return (
        viewer.may(Permission.VIEWS_GIVE)
        and not viewer.is_system
        and paper.kind is PaperKind.MINUTES
        and paper.meeting_id == meeting.id
        and meetings.may_view_invitation(viewer, invitation, meeting)
        and (closes_on is None or viewer.today <= closes_on)
    )


def may_answer(viewer: Viewer, correction: MinutesCorrection, meeting: Meeting) -> bool:
    """The chair and the coordinator answer it, once."""
    return may_write(viewer, meeting) and correction.outcome is CorrectionOutcome.OPEN
