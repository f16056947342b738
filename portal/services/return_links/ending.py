"""Links with all that says whether they still work, and ending those that somebody withdraws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select
from sqlalchemy.orm import Session, contains_eager

from portal.access import return_links as access
from portal.access.viewer import OneInvitation, Viewer
from portal.domain.errors import NotVisible
from portal.domain.message_vocabulary import MailState
from portal.domain.return_links import Deed, LinkEnd, LinkFacts, end_of
from portal.domain.vocabulary import AgencyType, Answer, Expectation, MeetingStatus, ReportStatus
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.models.people import Membership, User
from portal.models.reports import Report
from portal.models.return_links import AgencyContact, ReturnLink
from portal.models.rule_sets import MeetingType
from portal.services.changes import changing
from portal.services.closed_records import Asked, closures, shut_from
from portal.services.invitations.seen import AlreadySo

_OUT = frozenset({ReportStatus.FOR_SIGN_OFF, ReportStatus.SUBMITTED})
_WORKS_HERE = (
    exists()
    .where(
        Membership.user_id == AgencyContact.user_id,
        Membership.partnership_id == AgencyContact.partnership_id,
        Membership.ended_at.is_(None),
    )
    .correlate(AgencyContact)
)

_COLUMNS = (
    *(ReturnLink.id, ReturnLink.partnership_id, ReturnLink.made_at, ReturnLink.expires_at, ReturnLink.last_used_at),
    *(ReturnLink.withdrawn_at, ReturnLink.used_at, ReturnLink.mail_id),
    *(ReturnLink.answer_stood_at, ReturnLink.declaration_stood_at, ReturnLink.report_stood_at),
    *(AgencyContact.user_id, AgencyContact.telephone, AgencyContact.ended_at),
    User.name.label("holder"),
    *(Invitation.id.label("invitation_id"), Invitation.meeting_id, Invitation.agency_id, Invitation.expectation),
    *(Invitation.answer, Invitation.answered_at, Invitation.answered_by_id),
    *(Invitation.declared_at, Invitation.declared_by_id, Invitation.report_due_on, Invitation.report_received_on),
    *(Meeting.status, Meeting.register_closed_at, Meeting.named_people_only, Meeting.case_id),
    *(Meeting.scheduled_on, Meeting.held_on, Meeting.start_time, MeetingType.name.label("meeting_type")),
    *(Agency.name.label("agency"), Agency.agency_type, Partnership.name.label("partnership")),
    *(PartnershipAgency.link_returns, PartnershipAgency.left_at.label("agency_left_at")),
    *(Report.status.label("report_status"), Report.saved_at, Report.saved_by_id),
    *(Report.submitted_at, Report.submitted_by_id),
    Mail.state.label("mail_state"),
    _WORKS_HERE.label("works_here"),
)


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link with whose it is and what it is for; `end` says why it works no longer."""

    id: int
    holder_id: int
    holder: str
    telephone: str | None
    scope: OneInvitation
    meeting_type: str
    meeting_on: date
    starts_at: time | None
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    used_at: datetime | None
    mail_state: MailState | None
    end: LinkEnd | None
    has_others_draft: bool
    """Whether somebody else at the agency has begun the report, which then is not written by a link."""
    is_report_due: bool
    is_report_out: bool
    """Whether it was sent, or waits for the signature of the agency's lead."""

    @property
    def takes_report(self) -> bool:
        """Whether the report can be written by it."""
        return self.is_report_due and not self.is_report_out and not self.has_others_draft

    def viewer(self, now: datetime) -> Viewer:
        """Its holder, who has given the code."""
        return Viewer.by_link(now, self.holder_id, self.holder, self.scope)

    @property
    def is_mail_lost(self) -> bool:
        """Whether the mail with it will never arrive."""
        return self.mail_state is MailState.FAILED


def find_links(session: Session, condition: ColumnElement[bool], now: datetime) -> list[FoundLink]:
    """The links of that condition as they are at `now`, the newest first, by two queries where no record is closed.

    It is the rule of what ends them, and no read by a person: who sees a link is asked in `condition`, or whoever asks
    holds its token.
    """
    rows = _rows(session, condition)
    shut = _shut(session, rows, now)
    return [_found(row, now, is_shut=_asked(row) in shut) for row in rows]


def find_link(session: Session, condition: ColumnElement[bool], now: datetime) -> FoundLink | None:
    """The one link of that condition; None where there is none."""
    found = find_links(session, condition, now)
    return found[0] if found else None


def hold_link(session: Session, link_id: int, now: datetime) -> tuple[ReturnLink, FoundLink]:
    """Lock a link with its meeting and invitation, in that order, and read all of it as it is now.

    So nobody answers, closes the register or withdraws the link while something is sent by it.
    """
    places = session.execute(
        select(Invitation.id, Invitation.meeting_id)
        .join(ReturnLink, ReturnLink.invitation_id == Invitation.id)
        .where(ReturnLink.id == link_id)
    ).one()
    meeting = select(Meeting.id).where(Meeting.id == places.meeting_id)
    session.execute(meeting.with_for_update(key_share=True))
    session.execute(select(Invitation.id).where(Invitation.id == places.id).with_for_update())
    link = session.scalars(
        select(ReturnLink).where(ReturnLink.id == link_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    found = find_link(session, ReturnLink.id == link_id, now)
    if found is None:
        raise NotVisible("No such link.")
    return link, found


def withdraw_link(viewer: Viewer, meeting_id: int, link_id: int) -> bool:
    """End a link at once, with every browser that has opened it; False where it had been used or ended already.

    Raises NotVisible.
    """
    try:
        with changing(viewer) as change:
            link = seen_link(change.session, viewer, meeting_id, link_id, to_change=True)
            if not access.may_withdraw(viewer, link, link.invitation, link.invitation.meeting):
                raise AlreadySo
            link.withdrawn_at, link.withdrawn_by_id = viewer.now, viewer.user_id
            change.log("return_link.withdrawn", "invitation", link.invitation_id)
    except AlreadySo:
        return False
    return True


def seen_link(
    session: Session, viewer: Viewer, meeting_id: int, link_id: int, *, to_change: bool = False
) -> ReturnLink:
    """A link to a meeting that the viewer sees, with its invitation and meeting; raises NotVisible."""
    query = (
        access.visible_to(viewer)
        .join(ReturnLink.invitation)
        .join(Invitation.meeting)
        .where(ReturnLink.id == link_id, Invitation.meeting_id == meeting_id)
        .options(contains_eager(ReturnLink.invitation).contains_eager(Invitation.meeting))
    )
    if to_change:
        query = query.with_for_update(of=ReturnLink)
    link = session.scalars(query).one_or_none()
    if link is None:
        raise NotVisible("No such link.")
    return link


def stood(invitation: Invitation, report: Report | None) -> dict[str, datetime | None]:
    """When each thing had been done, for a link's row."""
    return {
        "answer_stood_at": invitation.answered_at,
        "declaration_stood_at": invitation.declared_at,
        "report_stood_at": None if report is None else report.submitted_at or report.saved_at,
    }


def _rows(session: Session, condition: ColumnElement[bool]) -> Sequence[Row[*tuple[Any, ...]]]:
    query: Select[*tuple[Any, ...]] = (
        select(*_COLUMNS)
        .select_from(ReturnLink)
        .join(AgencyContact, AgencyContact.id == ReturnLink.contact_id)
        .join(User, User.id == AgencyContact.user_id)
        .join(Invitation, Invitation.id == ReturnLink.invitation_id)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .join(Partnership, Partnership.id == ReturnLink.partnership_id)
        .join(
            PartnershipAgency,
            and_(
                PartnershipAgency.partnership_id == ReturnLink.partnership_id,
                PartnershipAgency.agency_id == Invitation.agency_id,
            ),
        )
        .outerjoin(Report, and_(Report.invitation_id == Invitation.id, Report.withdrawn_at.is_(None)))
        .outerjoin(Mail, Mail.id == ReturnLink.mail_id)
        .where(condition)
        .order_by(ReturnLink.id.desc())
    )
    return session.execute(query).all()


def _shut(session: Session, rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> frozenset[Asked]:
    in_force = closures(session, {row.partnership_id for row in rows}) if rows else {}
    found: set[Asked] = set()
    for partnership_id, by_case in in_force.items():
        asked = [_asked(row) for row in rows if row.partnership_id == partnership_id]
        found |= shut_from(session, by_case, asked, london_day(now))
    return frozenset(found)


def _asked(row: Row[*tuple[Any, ...]]) -> Asked:
    return Asked(row.user_id, row.meeting_id, row.case_id)


def _found(row: Row[*tuple[Any, ...]], now: datetime, *, is_shut: bool) -> FoundLink:
    return FoundLink(
        id=row.id,
        holder_id=row.user_id,
        holder=row.holder,
        telephone=row.telephone,
        scope=OneInvitation(
            link_id=row.id,
            partnership_id=row.partnership_id,
            partnership_name=row.partnership,
            agency_id=row.agency_id,
            agency_name=row.agency,
            agency_type=AgencyType(row.agency_type),
            meeting_id=row.meeting_id,
            invitation_id=row.invitation_id,
        ),
        meeting_type=row.meeting_type,
        meeting_on=row.held_on or row.scheduled_on,
        starts_at=row.start_time,
        made_at=row.made_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        used_at=row.used_at,
        mail_state=row.mail_state,
        end=end_of(_facts(row, is_shut=is_shut), now),
        has_others_draft=row.saved_by_id is not None and row.saved_by_id != row.user_id,
        is_report_due=row.report_due_on is not None,
        is_report_out=row.report_received_on is not None or row.report_status in _OUT,
    )


def _facts(row: Row[*tuple[Any, ...]], *, is_shut: bool) -> LinkFacts:
    is_sent = row.submitted_at is not None
    return LinkFacts(
        holder=row.user_id,
        expires_at=row.expires_at,
        used_at=row.used_at,
        withdrawn_at=row.withdrawn_at,
        is_switched_on=row.link_returns,
        # An agency that has left the partnership names nobody any more; nor is anybody named to whom it is closed.
        is_named=row.ended_at is None and row.agency_left_at is None and not is_shut,
        has_account=row.works_here,
        is_cancelled=row.status is MeetingStatus.CANCELLED,
        is_closed=row.register_closed_at is not None,
        is_for_named_people=row.named_people_only,
        is_asked=row.expectation is not Expectation.NOT_RELEVANT and row.answer is not Answer.NOT_OURS,
        deeds=(
            Deed(row.answered_by_id, row.answered_at),
            Deed(row.declared_by_id, row.declared_at),
            Deed(row.submitted_by_id, row.submitted_at) if is_sent else Deed(row.saved_by_id, row.saved_at),
        ),
        stood_at=(row.answer_stood_at, row.declaration_stood_at, row.report_stood_at),
    )
