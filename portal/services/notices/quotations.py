"""What is told of quotations: to the chair who is asked, and to the proposer what became of it; never the words."""

from __future__ import annotations

from sqlalchemy import Exists, exists

from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scrutiny_vocabulary import QuotationState
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.quotations import Quotation
from portal.services.changes import Change
from portal.services.notices.telling import Telling, tell

SUBJECT = "quotation"


def tell_proposed(change: Change, quotation: Quotation, meeting: Meeting) -> int:
    """Ask the meeting's chair; returns how many were told."""
    chair = frozenset(filter(None, (meeting.chair_membership_id,)))
    return tell(change, quotation.partnership_id, chair, Telling(NoticeKind.QUOTATION_PROPOSED, SUBJECT, quotation.id))


def tell_answered(change: Change, quotation: Quotation) -> int:
    """Tell the proposer what the chair has said; returns how many were told."""
    telling = Telling(NoticeKind.QUOTATION_ANSWERED, SUBJECT, quotation.id, again=f"v{quotation.version}")
    return tell(change, quotation.partnership_id, [quotation.proposed_by_membership_id], telling)


def waits_for_chair() -> Exists:
    """Whether a quotation still waits for what its chair says."""
    waits = Quotation.state == QuotationState.PROPOSED
    return exists().where(Quotation.id == Notice.subject_id, waits).correlate(Notice)
