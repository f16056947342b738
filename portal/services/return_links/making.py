"""Making a link for somebody of an agency: it goes by mail, and only the digest of its token is kept."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, contains_eager

from portal.access import meetings as meetings_access
from portal.access import return_links as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailKind, MailState
from portal.domain.return_links import expires_at
from portal.domain.telephones import masked
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import User
from portal.models.reports import Report
from portal.models.return_links import AgencyContact, ReturnLink
from portal.services.changes import Change, changing
from portal.services.closed_records import Asked, closures, shut_from
from portal.services.mailing import mailing
from portal.services.return_links.ending import FoundLink, find_links, stood
from portal.services.return_links.mailed import digest_of
from portal.services.texting import texting

MEANWHILE = "A link to this agency was made a moment ago. It stands in the list: another one would end it."


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to whom a link can be sent."""

    contact_id: int
    name: str
    email: str
    telephone: str


@dataclass(frozen=True, slots=True)
class LinksOfAgency:
    """An agency's part in a meeting: what was sent to whom, and to whom a link can be sent now."""

    invitation_id: int
    agency_id: int
    agency_name: str
    links: tuple[FoundLink, ...]
    choices: tuple[Choice, ...]
    may_make: bool
    is_off: bool
    """Whether the agency's lead has switched links off."""

    @property
    def newest(self) -> int:
        """The newest link that was ever made to this invitation; 0 where there is none."""
        return self.links[0].id if self.links else 0


@dataclass(frozen=True, slots=True)
class LinksPage:
    """The links of a meeting for whoever makes them."""

    meeting: Meeting
    agencies: tuple[LinksOfAgency, ...]
    sends_texts: bool
    reads_out: bool
    """Whether the viewer reads codes out."""


def links_page(viewer: Viewer, meeting_id: int) -> LinksPage:
    """The links of a meeting, by agency; a lead sees those of their own. Raises NotVisible."""
    session: Session = db.session()
    invitations = session.execute(_invitations(viewer, meeting_id)).all()
    if not invitations:
        raise NotVisible("No such meeting.")
    ids = [invitation.id for invitation, _listed in invitations]
    seen = access.visible_to(viewer).where(ReturnLink.invitation_id.in_(ids)).with_only_columns(ReturnLink.id)
    links = find_links(session, ReturnLink.id.in_(seen), viewer.now)
    contacts = _contacts(session, viewer, invitations[0][0].meeting, [one.agency_id for one, _listed in invitations])
    return LinksPage(
        meeting=invitations[0][0].meeting,
        agencies=tuple(
            LinksOfAgency(
                invitation_id=invitation.id,
                agency_id=invitation.agency_id,
                agency_name=invitation.agency.name,
                links=tuple(link for link in links if link.scope.invitation_id == invitation.id),
                choices=tuple(contacts.get(invitation.agency_id, ())),
                may_make=access.may_make(viewer, invitation, invitation.meeting, listed),
                is_off=not listed.link_returns,
            )
            for invitation, listed in invitations
        ),
        sends_texts=texting() is not None,
        reads_out=access.reads_out(viewer),
    )


def make_link(
    viewer: Viewer, meeting_id: int, invitation_id: int, contact_id: int, *, after: int | None = None
) -> str | None:
    """Make a link to an invitation for somebody of its agency; one that is out to it already ends.

    Gives its token where the portal sends no mail, for whoever made it to hand over, and None where it goes by mail.
    `after` is the newest link that whoever asks has seen, 0 where there was none. Raises NotVisible, NotPermitted,
    Invalid for somebody who is not named by the agency, and Conflict where a newer one was made meanwhile.
    """
    with changing(viewer) as change:
        session = change.session
        _hold(session, viewer, meeting_id, invitation_id)
        row = session.execute(_invitations(viewer, meeting_id).where(Invitation.id == invitation_id)).one_or_none()
        if row is None:
            raise NotVisible("No such invitation.")
        invitation, listed = row
        if not access.may_make(viewer, invitation, invitation.meeting, listed):
            raise NotPermitted("No link can be sent for this meeting now.")
        contact = session.scalar(
            access.contacts_visible_to(viewer).where(
                AgencyContact.id == contact_id,
                AgencyContact.agency_id == invitation.agency_id,
                AgencyContact.ended_at.is_(None),
            )
        )
        if contact is None or _shut_out(session, invitation.meeting, [contact], viewer.today):
            raise Invalid("Not named.", errors={"contact": ["Choose one of the people shown"]})
        if after is not None and after != _newest(session, invitation.id):
            raise Conflict(MEANWHILE)
        return _make(change, invitation, contact)


def _make(change: Change, invitation: Invitation, contact: AgencyContact) -> str | None:
    session, viewer = change.session, change.viewer
    if viewer.user_id is None:
        raise NotPermitted("A person makes links.")
    _end_others(change, invitation.id)
    report = session.scalar(select(Report).where(Report.invitation_id == invitation.id, Report.withdrawn_at.is_(None)))
    # Nobody ever sees the token of this digest where the link goes by mail: the mail's own takes its place.
    token = secrets.token_urlsafe(32)
    link = ReturnLink(
        partnership_id=invitation.partnership_id,
        invitation_id=invitation.id,
        contact_id=contact.id,
        token_digest=digest_of(token),
        made_at=viewer.now,
        made_by_id=viewer.user_id,
        expires_at=expires_at(viewer.now, invitation.meeting.day),
        **stood(invitation, report),
    )
    session.add(link)
    session.flush()
    change.log("return_link.made", "invitation", invitation.id)
    if mailing() is None:
        return token
    mail = Mail(
        user_id=contact.user_id,
        key=f"return_link:{link.id}",
        kind=MailKind.RETURN_LINK,
        state=MailState.QUEUED,
        attempts=0,
        made_at=viewer.now,
        next_attempt_at=viewer.now,
    )
    session.add(mail)
    session.flush()
    link.mail_id = mail.id
    return None


def _newest(session: Session, invitation_id: int) -> int:
    return session.scalar(select(func.max(ReturnLink.id)).where(ReturnLink.invitation_id == invitation_id)) or 0


def _end_others(change: Change, invitation_id: int) -> None:
    """End what is out to the invitation already: of two links, nobody would know which one counts."""
    rows = change.session.scalars(
        select(ReturnLink).where(
            ReturnLink.invitation_id == invitation_id, ReturnLink.used_at.is_(None), ReturnLink.withdrawn_at.is_(None)
        )
    )
    for link in rows:
        link.withdrawn_at, link.withdrawn_by_id = change.viewer.now, change.viewer.user_id
    change.session.flush()


def _hold(session: Session, viewer: Viewer, meeting_id: int, invitation_id: int) -> None:
    """Lock the meeting and the invitation, in that order, so that what stands there is what the link remembers."""
    seen = meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    session.execute(seen.with_for_update(of=Meeting, key_share=True))
    session.execute(select(Invitation.id).where(Invitation.id == invitation_id).with_for_update())


def _invitations(viewer: Viewer, meeting_id: int) -> Select[Invitation, PartnershipAgency]:
    seen = meetings_access.invitations_visible_to(viewer).where(Invitation.meeting_id == meeting_id)
    return (
        select(Invitation, PartnershipAgency)
        .join(Invitation.meeting)
        .join(Meeting.meeting_type)
        .join(Invitation.agency)
        .join(
            PartnershipAgency,
            and_(
                PartnershipAgency.partnership_id == Invitation.partnership_id,
                PartnershipAgency.agency_id == Invitation.agency_id,
            ),
        )
        .where(Invitation.id.in_(seen.with_only_columns(Invitation.id)))
        .order_by(Agency.name, Invitation.id)
        .options(
            contains_eager(Invitation.meeting).contains_eager(Meeting.meeting_type), contains_eager(Invitation.agency)
        )
        .execution_options(populate_existing=True)
    )


def _contacts(session: Session, viewer: Viewer, meeting: Meeting, agency_ids: Sequence[int]) -> dict[int, list[Choice]]:
    rows = session.scalars(
        access.contacts_visible_to(viewer)
        .join(AgencyContact.user)
        .where(AgencyContact.agency_id.in_(agency_ids), AgencyContact.ended_at.is_(None))
        .order_by(User.name, AgencyContact.id)
        .options(contains_eager(AgencyContact.user))
    ).all()
    found: dict[int, list[Choice]] = {}
    shut = _shut_out(session, meeting, rows, viewer.today)
    for row in rows:
        if row.id in shut:
            continue
        telephone = masked(row.telephone) if row.telephone else ""
        found.setdefault(row.agency_id, []).append(Choice(row.id, row.user.name, row.user.email, telephone))
    return found


def _shut_out(session: Session, meeting: Meeting, contacts: Sequence[AgencyContact], today: date) -> frozenset[int]:
    """Those to whom the meeting is closed: a link would open nothing to them, and would tell them of it."""
    by_case = closures(session, [meeting.partnership_id]).get(meeting.partnership_id, {})
    asked = {one.id: Asked(one.user_id, meeting.id, meeting.case_id) for one in contacts}
    shut = shut_from(session, by_case, asked.values(), today)
    return frozenset(number for number, one in asked.items() if one in shut)
