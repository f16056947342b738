"""Whether an agency's lead signs its reports off, and who signs for the lead now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.vocabulary import Role
from portal.models.meetings import Meeting
from portal.models.named_people import NamedPerson
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership, User
from portal.services.stand_ins import stand_in_for


@dataclass(frozen=True, slots=True)
class SignOff:
    """What an agency wants of its reports, and whether the viewer can give it."""

    is_wanted: bool
    """Whether a signature is wanted, and there is somebody who can give it."""
    is_signer: bool
    """Whether the viewer is the agency's lead, or stands in for one who is away today."""

    @property
    def may_settle(self) -> bool:
        """Whether the viewer can send what others may not: a signer, or anybody where no signature is wanted."""
        return self.is_signer or not self.is_wanted


def sign_off_of(session: Session, viewer: Viewer, meeting: Meeting) -> SignOff:
    """What the viewer's agency wants, by one query; two more for somebody who is no lead where it wants a signature.

    Where nobody leads, or no lead is named on a meeting for named people only, whoever writes sends: a report must not
    wait for somebody who never sees it.
    """
    is_wanted = session.scalar(
        select(PartnershipAgency.reports_signed_off).where(
            PartnershipAgency.partnership_id == viewer.partnership_id,
            PartnershipAgency.agency_id == viewer.agency_id,
        )
    )
    if viewer.role is Role.AGENCY_LEAD:
        return SignOff(bool(is_wanted), is_signer=True)
    leads = _leads(session, viewer, meeting) if is_wanted else ()
    if not leads:
        return SignOff(is_wanted=False, is_signer=False)
    # Nobody stands in for somebody who is named on a meeting: it is for them alone.
    stands_in = not meeting.named_people_only and (
        viewer.membership_id in stand_in_for(session, leads, viewer.today).values()
    )
    return SignOff(is_wanted=True, is_signer=stands_in)


def _leads(session: Session, viewer: Viewer, meeting: Meeting) -> Sequence[int]:
    """The memberships under which somebody leads the viewer's agency and sees the meeting."""
    leads = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == viewer.partnership_id,
            Membership.agency_id == viewer.agency_id,
            Membership.role == Role.AGENCY_LEAD,
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )
    if meeting.named_people_only:
        named = select(NamedPerson.membership_id).where(
            NamedPerson.meeting_id == meeting.id, NamedPerson.ended_at.is_(None)
        )
        leads = leads.where(Membership.id.in_(named))
    return session.scalars(leads).all()
