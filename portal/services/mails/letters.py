"""What a mail says: put together when it is sent, from what holds at that moment, and kept nowhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.message_vocabulary import MailKind, MailPlace, Urgency
from portal.domain.messages import shared_office
from portal.domain.working_days import london_day
from portal.gateways.mail import Letter
from portal.gateways.mail_rendering import Rendered
from portal.gateways.mail_templates import (
    Told,
    feedback_mail,
    joining_mail,
    notices_mail,
    passkey_mail,
    password_changed_mail,
    return_link_mail,
)
from portal.models.messages import Notice
from portal.models.partnerships import Agency, Partnership
from portal.models.people import Membership, User
from portal.services.calendars import Office, calendars_of_mail
from portal.services.feedback.cards import card_address
from portal.services.feedback.mailed import mailed_card
from portal.services.joining import link_address, mailed_link
from portal.services.mailing import Mailing
from portal.services.mails.offices import offices_on
from portal.services.notices.closed_records import closed_in_mail
from portal.services.return_links import mailed as links


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What of a mail's row its letter depends on."""

    id: int
    key: str
    kind: MailKind
    user_id: int
    joining_link_id: int | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NotYet:
    """The letter must wait: nothing routine goes out of hours."""

    until: datetime


def letter_of(mailing: Mailing, mail: MailFacts, now: datetime) -> Letter | NotYet | None:
    """The letter, or until when it must wait; None where there is nothing left to say, or nobody to say it to."""
    if mail.kind is MailKind.RETURN_LINK:
        return _return_link(mailing, mail, now)
    if mail.kind is MailKind.FEEDBACK:
        return _feedback(mailing, mail, now)
    person = db.session.execute(
        select(User.email, User.name).where(
            User.id == mail.user_id, User.deactivated_at.is_(None), User.asleep_at.is_(None)
        )
    ).first()
    if person is None:
        return None
    tells = mail.kind is not MailKind.ACCOUNT
    closed = closed_in_mail(db.session(), mail.id, london_day(now)) if tells else frozenset()
    rendered = (
        _notices(mailing, mail, person.name, now, without=closed)
        if tells
        else _account(mailing, mail, person.name, now)
    )
    if rendered is None or isinstance(rendered, NotYet):
        return rendered
    office = Office(mailing.base_url, mailing.mail_from)
    entries = calendars_of_mail(db.session(), office, mail.id, now, without=closed) if tells else ()
    return Letter(person.email, rendered.subject, rendered.text, mailing.message_id(mail.key), now, entries)


def _account(mailing: Mailing, mail: MailFacts, name: str, now: datetime) -> Rendered | None:
    if mail.key.startswith("passkey_"):
        link = f"{mailing.base_url}/account/passkeys"
        return passkey_mail(name, mail.made_at, link, is_added=mail.key.startswith("passkey_added:"))
    if mail.joining_link_id is None:
        return password_changed_mail(name, mail.made_at, f"{mailing.base_url}/sign-in")
    joining = mailed_link(mail.joining_link_id, now)
    if joining is None:
        return None
    whoms = _places_of(mail.user_id)
    whom = whoms[0] if len(whoms) == 1 else ""
    return joining_mail(name, joining.purpose, whom, link_address(mailing.base_url, joining.token), joining.expires_at)


def _return_link(mailing: Mailing, mail: MailFacts, now: datetime) -> Letter | None:
    """The link for somebody who may have no account: whether they are to have it is asked of the link alone."""
    link = links.mailed_link(mail.id, now)
    if link is None:
        return None
    address = links.link_address(mailing.base_url, link.token)
    rendered = return_link_mail(
        link.name, link.whom, link.due, london_day(now), address, link.expires_at, telephone=link.telephone
    )
    return Letter(link.email, rendered.subject, rendered.text, mailing.message_id(mail.key), now)


def _feedback(mailing: Mailing, mail: MailFacts, now: datetime) -> Letter | None:
    """The link to the five questions, for as long as it works."""
    card = mailed_card(mail.id, now)
    if card is None:
        return None
    rendered = feedback_mail(card.name, card_address(mailing.base_url, card.code), card.expires_at)
    return Letter(card.email, rendered.subject, rendered.text, mailing.message_id(mail.key), now)


def _places_of(user_id: int) -> list[str]:
    """The agencies that a person works for, or the partnership where a role belongs to none."""
    rows = (
        select(func.coalesce(Agency.name, Partnership.name))
        .select_from(Membership)
        .join(Partnership, Partnership.id == Membership.partnership_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    )
    return list(db.session.scalars(rows.distinct()))


def _notices(
    mailing: Mailing, mail: MailFacts, name: str, now: datetime, *, without: Collection[int]
) -> Rendered | NotYet | None:
    rows = db.session.execute(
        select(
            *(Notice.kind, Notice.due_at, Notice.urgency, Notice.partnership_id),
            func.coalesce(Agency.name, Partnership.name).label("whom"),
        )
        .join(Membership, Membership.id == Notice.membership_id)
        .join(Partnership, Partnership.id == Notice.partnership_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(
            Notice.mail_id == mail.id,
            Notice.mail_place == MailPlace.MAILED,
            Notice.settled_at.is_(None),
            Notice.id.not_in(without),
            Membership.ended_at.is_(None),
        )
        .order_by(Notice.id)
    ).all()
    if not rows:
        return None
    today = london_day(now)
    urgent = mail.kind is MailKind.AT_ONCE and any(row.urgency is Urgency.URGENT for row in rows)
    offices = offices_on(db.session(), today)
    office = shared_office(offices[row.partnership_id] for row in rows)
    if not urgent and not office.is_open(now):
        return NotYet(office.next_opening(now))
    told = [Told(row.kind, row.whom, None if row.due_at is None else london_day(row.due_at)) for row in rows]
    return notices_mail(mail.kind, name, told, today, mailing.inbox_address, is_urgent=urgent)
