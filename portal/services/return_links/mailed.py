"""A link as its mail carries it: its token comes from a key when the mail is sent, and only its digest is kept."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.database.encryption import keyring
from portal.database.session import writing
from portal.domain.answering import answer_due_on
from portal.domain.telephones import masked
from portal.domain.working_days import london_day
from portal.models.meetings import Invitation
from portal.models.people import User
from portal.models.return_links import ReturnLink
from portal.services.return_links.ending import FoundLink, find_link
from portal.services.texting import texting


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A link as its mail carries it: nothing of the meeting but by when something is due."""

    token: str
    email: str
    name: str
    whom: str
    due: tuple[date, ...]
    telephone: str
    expires_at: datetime


def link_address(base_url: str, token: str) -> str:
    """The link to hand over; `base_url` is the setting, never what a request's Host header says."""
    return f"{base_url.rstrip('/')}/return/{token}"


def mailed_link(mail_id: int, now: datetime) -> MailedLink | None:
    """The link for its mail, which is being sent; None where it works no longer.

    Its token comes from a key rather than by chance, so that a mail that goes twice carries the same link twice.
    """
    with writing() as session:
        found = find_link(session, ReturnLink.mail_id == mail_id, now)
        if found is None or found.end is not None:
            return None
        keyed = keyring.blind_index(found.made_at.isoformat(), f"return_links.token {found.id}")
        token = urlsafe_b64encode(keyed).decode().rstrip("=")
        session.execute(
            update(ReturnLink)
            .where(ReturnLink.id == found.id)
            .values(token_digest=digest_of(token))
            .execution_options(synchronize_session=False)
        )
        email = session.scalars(select(User.email).where(User.id == found.holder_id)).one()
        due = _due(session, found)
    telephone = masked(found.telephone) if found.telephone and texting() else ""
    return MailedLink(token, email, found.holder, found.scope.agency_name, due, telephone, found.expires_at)


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return sha256(token.encode(errors="replace")).digest()


def _due(session: Session, found: FoundLink) -> tuple[date, ...]:
    row = session.execute(
        select(
            *(Invitation.answer, Invitation.meeting_on, Invitation.created_at),
            *(Invitation.report_due_on, Invitation.report_received_on),
        ).where(Invitation.id == found.scope.invitation_id)
    ).one()
    due = []
    if row.answer is None:
        invited_on = london_day(row.created_at)
        due.append(answer_due_on(meeting_on=row.meeting_on, report_due_on=row.report_due_on, invited_on=invited_on))
    if row.report_due_on is not None and row.report_received_on is None:
        due.append(row.report_due_on)
    return tuple(due)
