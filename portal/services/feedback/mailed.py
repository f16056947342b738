"""Links in mails: to professionals at their work addresses, whom the conference's invitations name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, or_, select, union
from sqlalchemy.orm import Session

from portal.access import feedback as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.feedback import grouped
from portal.domain.feedback_vocabulary import Audience
from portal.domain.message_vocabulary import MailKind, MailState
from portal.domain.vocabulary import Expectation, Role
from portal.domain.working_days import london_day
from portal.models.feedback import FeedbackCard
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Mail
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.reports import Report
from portal.models.return_links import AgencyContact
from portal.services.changes import changing
from portal.services.closed_records import Asked, closures, shut_from
from portal.services.feedback.cards import NOT_NOW, conference_of, conference_to_ask, new_card
from portal.services.mailing import mailing
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody of an invited agency who can be asked by mail."""

    user_id: int
    name: str
    agency_name: str
    was_asked: bool


@dataclass(frozen=True, slots=True)
class AskPage:
    """Whom a link can be sent to; without mail, a card is handed over instead."""

    meeting: Meeting
    people: tuple[Professional, ...]
    sends_mail: bool


@dataclass(frozen=True, slots=True)
class MailedCard:
    """A link as its mail carries it: nothing of the conference."""

    email: str
    name: str
    code: str
    expires_at: datetime


def ask_page(viewer: Viewer, meeting_id: int) -> AskPage:
    """Whom of the invited agencies a link can be sent to. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    meeting = conference_of(session, viewer, meeting_id)
    if not access.may_ask(viewer, meeting, meeting.meeting_type.code):
        raise NotPermitted(NOT_NOW)
    return AskPage(meeting, _people(session, viewer, meeting_id), mailing() is not None)


def mail_links(viewer: Viewer, meeting_id: int, user_ids: Collection[int]) -> int:
    """Send each of these people a link of their own, once; says to how many. It goes with the next mails.

    Raises NotVisible, NotPermitted, and Invalid where nobody, or somebody else, was chosen.
    """
    with changing(viewer) as change:
        once(change)
        session = change.session
        meeting = conference_to_ask(change, meeting_id)
        if mailing() is None:
            raise NotPermitted("The portal sends no mail.")
        people = {one.user_id: one for one in _people(session, viewer, meeting_id)}
        if not user_ids or not set(user_ids) <= people.keys():
            raise Invalid("Nobody chosen.", errors={"people": ["Choose at least one of the people shown"]})
        asked = [user_id for user_id in sorted(set(user_ids)) if not people[user_id].was_asked]
        for user_id in asked:
            mail = Mail(
                user_id=user_id,
                key=_key(meeting_id, user_id),
                kind=MailKind.FEEDBACK,
                state=MailState.QUEUED,
                attempts=0,
                made_at=viewer.now,
                next_attempt_at=viewer.now,
            )
            session.add(mail)
            session.flush()
            session.add(new_card(change, meeting, Audience.PROFESSIONAL, mail_id=mail.id))
        session.flush()
        change.log("feedback.mailed", "meeting", meeting.id)
        return len(asked)


def mailed_card(mail_id: int, now: datetime) -> MailedCard | None:
    """The link for its mail, which is being sent; None where it works no longer, or nobody may have it any more."""
    session: Session = db.session()
    row = session.execute(
        select(
            *(User.id, User.email, User.name, FeedbackCard.code, FeedbackCard.expires_at),
            *(Meeting.partnership_id, Meeting.case_id, FeedbackCard.meeting_id),
        )
        .select_from(FeedbackCard)
        .join(Meeting, Meeting.id == FeedbackCard.meeting_id)
        .join(Mail, Mail.id == FeedbackCard.mail_id)
        .join(User, User.id == Mail.user_id)
        .where(
            FeedbackCard.mail_id == mail_id,
            FeedbackCard.expires_at > now,
            FeedbackCard.uses < FeedbackCard.most_uses,
            User.deactivated_at.is_(None),
            User.asleep_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    in_force = closures(session, [row.partnership_id]).get(row.partnership_id, {})
    if shut_from(session, in_force, [Asked(row.id, row.meeting_id, row.case_id)], london_day(now)):
        return None
    return MailedCard(row.email, row.name, grouped(row.code), row.expires_at)


def _key(meeting_id: int, user_id: int) -> str:
    """By it one person is asked once about one conference."""
    return f"feedback:{meeting_id}:{user_id}"


def _people(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Professional, ...]:
    """Of each agency with a part: who answered, came or reported for it, its leads, and who answers by links."""
    parts = (
        meetings_access.invitations_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id, Invitation.expectation != Expectation.NOT_RELEVANT)
        .with_only_columns(
            Invitation.id,
            *(Invitation.partnership_id, Invitation.agency_id, Invitation.answered_by_id, Invitation.declared_by_id),
        )
        .cte("parts")
    )
    reports = select(parts.c.agency_id, Report.submitted_by_id).join_from(
        parts, Report, (Report.invitation_id == parts.c.id) & Report.withdrawn_at.is_(None)
    )
    leads = select(parts.c.agency_id, Membership.user_id).join_from(
        parts,
        Membership,
        (Membership.partnership_id == parts.c.partnership_id)
        & (Membership.agency_id == parts.c.agency_id)
        & (Membership.role == Role.AGENCY_LEAD)
        & Membership.ended_at.is_(None),
    )
    contacts = select(parts.c.agency_id, AgencyContact.user_id).join_from(
        parts,
        AgencyContact,
        (AgencyContact.partnership_id == parts.c.partnership_id)
        & (AgencyContact.agency_id == parts.c.agency_id)
        & AgencyContact.ended_at.is_(None),
    )
    found = union(
        select(parts.c.agency_id, parts.c.answered_by_id.label("user_id")),
        select(parts.c.agency_id, parts.c.declared_by_id),
        *(reports, leads, contacts),
    ).subquery()
    still_there = or_(
        exists().where(
            Membership.user_id == User.id,
            Membership.agency_id == found.c.agency_id,
            Membership.partnership_id == viewer.partnership_id,
            Membership.ended_at.is_(None),
        ),
        exists().where(
            AgencyContact.user_id == User.id,
            AgencyContact.agency_id == found.c.agency_id,
            AgencyContact.partnership_id == viewer.partnership_id,
            AgencyContact.ended_at.is_(None),
        ),
    )
    found_rows = session.execute(
        select(User.id, User.name, Agency.name.label("agency_name"))
        .join_from(found, User, User.id == found.c.user_id)
        .join(Agency, Agency.id == found.c.agency_id)
        .where(still_there, User.deactivated_at.is_(None), User.asleep_at.is_(None))
        .order_by(Agency.name, User.name, User.id)
    ).all()
    rows = _without_shut_out(session, viewer, meeting_id, found_rows)
    keys = [_key(meeting_id, row.id) for row in rows]
    asked = set(session.scalars(select(Mail.key).where(Mail.key.in_(keys))))
    people = {
        row.id: Professional(row.id, row.name, row.agency_name, _key(meeting_id, row.id) in asked) for row in rows
    }
    return tuple(people.values())


def _without_shut_out(
    session: Session, viewer: Viewer, meeting_id: int, rows: Sequence[Row[*tuple[Any, ...]]]
) -> list[Row[*tuple[Any, ...]]]:
    """Nobody is asked about a conference that is closed to them."""
    here = viewer.partnership_id or 0
    in_force = closures(session, [here]).get(here, {})
    if not in_force:
        return list(rows)
    case_id = session.scalars(select(Meeting.case_id).where(Meeting.id == meeting_id)).one()
    asked = {row.id: Asked(row.id, meeting_id, case_id) for row in rows}
    shut = shut_from(session, in_force, asked.values(), viewer.today)
    return [row for row in rows if asked[row.id] not in shut]
