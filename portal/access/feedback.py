"""Who makes cards for feedback, who reads what was written on them, and whose figures count it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, select

from portal.access import meetings
from portal.access.closed_records import sees_every_record
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted
from portal.domain.vocabulary import CONFERENCES, MeetingStatus, Role
from portal.models.feedback import Feedback, FeedbackCard
from portal.models.meetings import Meeting


def cards_visible_to(viewer: Viewer) -> Select[FeedbackCard]:
    """Cards of the conferences that a chair chairs; the manager and the coordinator see those of all."""
    if viewer.partnership_id is None or not viewer.may(Permission.FEEDBACK_CARDS):
        return select(FeedbackCard).where(false())
    seen = meetings.visible_to(viewer).with_only_columns(Meeting.id)
    return select(FeedbackCard).where(
        FeedbackCard.partnership_id == viewer.partnership_id, FeedbackCard.meeting_id.in_(seen)
    )


def may_view_card(viewer: Viewer, card: FeedbackCard, meeting: Meeting, *, is_named: bool = True) -> bool:
    """Whether the viewer sees this card, which is of this conference; `is_named` as for the meeting itself."""
    if card.meeting_id != meeting.id or not viewer.may(Permission.FEEDBACK_CARDS):
        return False
    return meetings.may_view(viewer, meeting, None, is_named=is_named)


def may_ask(viewer: Viewer, meeting: Meeting, meeting_type: str) -> bool:
    """Whether the viewer may ask for feedback: about a conference that they run, from its day on.

    `meeting_type` is the code of the meeting's type.
    """
    return (
        viewer.may(Permission.FEEDBACK_CARDS)
        and meetings.may_view(viewer, meeting, None)
        and meeting_type in CONFERENCES
        and meeting.status is not MeetingStatus.CANCELLED
        and meeting.day <= viewer.today
    )


def words_visible_to(viewer: Viewer) -> Select[Feedback]:
    """What was written in free words: for the chairs' manager alone, of the own partnership."""
    if viewer.partnership_id is None or not viewer.may(Permission.FEEDBACK_READ):
        return select(Feedback).where(false())
    return select(Feedback).where(Feedback.partnership_id == viewer.partnership_id, Feedback.words.is_not(None))


def may_read_words(viewer: Viewer, feedback: Feedback) -> bool:
    """Whether the viewer reads what this one wrote."""
    return (
        feedback.words is not None
        and feedback.partnership_id == viewer.partnership_id
        and viewer.may(Permission.FEEDBACK_READ)
    )


def counted_where(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that feedback counts in the viewer's figures: the whole partnership. Raises NotPermitted."""
    if viewer.partnership_id is None or not viewer.may(Permission.FEEDBACK_VIEW):
        raise NotPermitted("Feedback is not part of this role.")
    return Feedback.partnership_id == viewer.partnership_id


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts are withheld: from all but the chairs' manager, and from one to whom a record is closed.

    A chair knows which conferences a month had, and would know a family by a count of one.
    """
    return not viewer.is_system and (viewer.role is not Role.SAFEGUARDING_MANAGER or not sees_every_record(viewer))
