"""Who reads which quotations: the board what a chair agreed to, the proposer their own, the chair those put to them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select

from portal.access import meetings
from portal.access.closed_records import open_at_where
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.scrutiny_vocabulary import QuotationState
from portal.models.meetings import Meeting
from portal.models.quotations import Quotation


def agreed_to(viewer: Viewer) -> Select[Quotation]:
    """What chairs have agreed to, for the board's world. Of these only the words, the voice and the day are shown."""
    if viewer.partnership_id is None or not viewer.may(Permission.SCRUTINY_VIEW):
        return select(Quotation).where(false())
    return select(Quotation).where(
        Quotation.partnership_id == viewer.partnership_id, Quotation.state == QuotationState.AGREED
    )


def own_to(viewer: Viewer) -> Select[Quotation]:
    """What the viewer has proposed, under the membership that they wear."""
    return select(Quotation).where(_own_where(viewer))


def visible_to(viewer: Viewer) -> Select[Quotation]:
    """Quotations with the meeting they are from: one's own, and for a chair those of the meetings that they chair."""
    return select(Quotation).where(or_(_own_where(viewer), _put_to_where(viewer)))


def put_to(viewer: Viewer) -> Select[Quotation]:
    """Quotations that this chair answers about, answered ones too; none of a meeting that they do not see."""
    return select(Quotation).where(_put_to_where(viewer))


def may_view(viewer: Viewer, quotation: Quotation, meeting: Meeting | None) -> bool:
    """Whether the viewer sees this quotation with its meeting; `meeting` is it where they see it."""
    return is_own(viewer, quotation) or is_put_to(viewer, quotation, meeting)


def is_own(viewer: Viewer, quotation: Quotation) -> bool:
    """Whether the viewer has proposed it."""
    return (
        quotation.partnership_id == viewer.partnership_id
        and viewer.membership_id is not None
        and viewer.may(Permission.QUOTATIONS_PROPOSE)
        and quotation.proposed_by_membership_id == viewer.membership_id
        and quotation.meeting_id not in viewer.closed_meetings
    )


def is_put_to(viewer: Viewer, quotation: Quotation, meeting: Meeting | None) -> bool:
    """Whether it is the viewer's to answer: they chair its meeting and see it."""
    return (
        meeting is not None
        and quotation.partnership_id == viewer.partnership_id
        and quotation.meeting_id == meeting.id
        and viewer.membership_id is not None
        and meeting.chair_membership_id == viewer.membership_id
        and viewer.may(Permission.QUOTATIONS_AGREE)
    )


def may_propose(viewer: Viewer) -> bool:
    """Whether the viewer proposes quotations at all."""
    return viewer.hat is not None and viewer.may(Permission.QUOTATIONS_PROPOSE)


def may_answer(viewer: Viewer, quotation: Quotation, meeting: Meeting | None) -> bool:
    """Whether the chair agrees, changes or refuses; what was agreed can be taken back from the board later."""
    answered = quotation.state in (QuotationState.REFUSED, QuotationState.WITHDRAWN)
    return is_put_to(viewer, quotation, meeting) and not answered


def may_withdraw(viewer: Viewer, quotation: Quotation) -> bool:
    """Whether the proposer takes it back: until the chair has answered."""
    return is_own(viewer, quotation) and quotation.state is QuotationState.PROPOSED


def _own_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None or not may_propose(viewer):
        return false()
    return and_(
        Quotation.partnership_id == viewer.partnership_id,
        Quotation.proposed_by_membership_id == viewer.membership_id,
        open_at_where(viewer, Quotation.meeting_id),
    )


def _put_to_where(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.partnership_id is None or viewer.hat is None or not viewer.may(Permission.QUOTATIONS_AGREE):
        return false()
    chairs = exists().where(
        Meeting.id == Quotation.meeting_id,
        Meeting.chair_membership_id == viewer.membership_id,
        meetings.visible_where(viewer),
    )
    return and_(
        Quotation.partnership_id == viewer.partnership_id,
        Quotation.state != QuotationState.WITHDRAWN,
        chairs.correlate(Quotation),
    )
