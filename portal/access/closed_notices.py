"""Where each thing that people are told of belongs: the meeting or the family whose record may be closed to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, null, or_, select, true
from sqlalchemy import cast as sql_cast

from portal.access.viewer import Hat
from portal.models.actions import Action
from portal.models.contests import Contest
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.quotations import Quotation
from portal.models.report_withdrawals import ReportWithdrawal
from portal.models.reports import Report
from portal.models.samples import SampledMeeting, SampleReview

_NO_CASE = sql_cast(null(), Integer)


@dataclass(frozen=True, slots=True)
class Place:
    """How the rows of one subject lead to their meeting and, where they name it, their family."""

    id: Any
    meeting_id: Any
    case_id: Any = _NO_CASE
    joined: Callable[[Select[Any]], Select[Any]] = lambda rows: rows

    def where_ids(self, ids: Collection[int]) -> Select[Any]:
        """These rows with `id`, `meeting_id` and `case_id`."""
        return self.rows().where(self.id.in_(ids))

    def rows(self) -> Select[Any]:
        """All of them; for conditions and `where_ids`."""
        columns = select(self.id.label("id"), self.meeting_id.label("meeting_id"), self.case_id.label("case_id"))
        return self.joined(columns)

    def closed_where(self, hat: Hat) -> ColumnElement[bool]:
        """Whether a row is about a record that is closed to this hat."""
        closed: ColumnElement[bool] = self.meeting_id.in_(sorted(hat.closed_meetings))
        if self.case_id is _NO_CASE:
            return closed
        return or_(closed, self.case_id.in_(sorted(hat.closed_cases)))


def _to_invitation(of: Any) -> Callable[[Select[Any]], Select[Any]]:
    return lambda rows: rows.join(Invitation, Invitation.id == of)


PLACES: Mapping[str, Place] = {
    "meeting": Place(Meeting.id, Meeting.id, Meeting.case_id),
    "invitation": Place(Invitation.id, Invitation.meeting_id),
    "contest": Place(Contest.id, Invitation.meeting_id, joined=_to_invitation(Contest.invitation_id)),
    "escalation": Place(Escalation.id, Escalation.meeting_id, Escalation.case_id),
    "escalation_proposal": Place(EscalationProposal.id, EscalationProposal.meeting_id),
    "action": Place(Action.id, Action.meeting_id),
    "quotation": Place(Quotation.id, Quotation.meeting_id),
    "sampled_meeting": Place(SampledMeeting.id, SampledMeeting.meeting_id),
    "sample_review": Place(
        SampleReview.id,
        SampledMeeting.meeting_id,
        joined=lambda rows: rows.join(SampledMeeting, SampledMeeting.id == SampleReview.sampled_id),
    ),
    "withdrawal": Place(
        ReportWithdrawal.id,
        Invitation.meeting_id,
        joined=lambda rows: rows.join(Report, Report.id == ReportWithdrawal.report_id).join(
            Invitation, Invitation.id == Report.invitation_id
        ),
    ),
}
"""By the subject of a notice. What is not here is about no family, such as an audit or an account, or is told also to
whom it is closed: whoever opened a record in an emergency hears what the review of it said."""


def open_notices_where(hats: Iterable[Hat]) -> ColumnElement[bool]:
    """Notices of these hats, without those about a record that is closed to the hat that they are for."""
    shut = [hat for hat in hats if hat.closed_cases]
    if not shut:
        return true()
    return and_(*(~closed_notice_where(hat) for hat in shut))


def closed_notice_where(hat: Hat) -> ColumnElement[bool]:
    """Notices of a hat about a record that is closed to it."""
    about = [
        and_(Notice.subject == kind, Notice.subject_id.in_(_ids(place.rows().where(place.closed_where(hat)))))
        for kind, place in PLACES.items()
    ]
    return and_(Notice.membership_id == hat.membership_id, or_(*about))


def _ids(rows: Select[Any]) -> Any:
    return select(rows.subquery().c.id)
