"""The public side: a card's code is looked up, guessing is throttled, and what somebody gives is kept without the card.

Nobody is signed in here. Opening a card changes nothing but the count of tries, which a right code is taken off again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.scopes import ACROSS
from portal.database.session import db, writing
from portal.domain.errors import Invalid, PortalError
from portal.domain.feedback import KEPT_APART_FOR, LONGEST_WORDS, Given, agreement, month_of, tidy_code
from portal.domain.feedback_vocabulary import Agreement, Audience
from portal.domain.feedback_words import NOTHING_GIVEN, QUESTIONS, SHARED_BEFORE
from portal.models.feedback import Feedback, FeedbackCard, FeedbackForm, FeedbackReply
from portal.models.meetings import Invitation, Meeting
from portal.models.report_sharing import ReportSharing
from portal.models.reports import Report
from portal.services import throttle
from portal.services.changes import Change, changing
from portal.services.feedback.cards import PLACE
from portal.services.reach import admit_to

_NUMBERS = 62
"""Bits of a feedback's number, which comes by chance."""


class NoSuchCard(PortalError):
    """There is no such card, or it has ended; which of the two is nobody's business."""


class _Already(Exception):
    """This very form was taken a moment ago."""


@dataclass(frozen=True, slots=True)
class OpenCard:
    """All that the public pages know of a card."""

    audience: Audience


def open_card(typed: str, now: datetime, address: str) -> OpenCard:
    """The card of a code. Raises NoSuchCard, and Throttled while 100 wrong ones came from the address in 5 minutes."""
    guess = throttle.begin(now, secrets.token_hex(16), _source(address))
    card = _find(db.session(), typed, now)
    if card is None:
        raise NoSuchCard("No such card.")
    found = OpenCard(card.audience)
    with writing() as session:
        throttle.forget(session, guess)
    return found


def give_feedback(viewer: Viewer, typed: str, given: Given, *, form: str, address: str) -> None:
    """Keep what somebody gave, by itself: a month, a kind of conference and no more.

    `form` is what the page put into its form, so that the same form counts once. Raises NoSuchCard, Throttled, Invalid.
    """
    throttle.begin(viewer.now, secrets.token_hex(16), _source(address))
    if given.is_empty:
        raise Invalid(NOTHING_GIVEN)
    if len(given.words) > LONGEST_WORDS:
        raise Invalid("Too long.", errors={"words": [f"Shorten this to {LONGEST_WORDS:,} characters"]})
    try:
        with changing(viewer) as change:
            _once(change, f"{tidy_code(typed)} {form}")
            card = _take(change, typed)
            if given.replies.keys() - {question.code for question in QUESTIONS[card.audience]}:
                raise Invalid("These are not the card's questions.")
            _keep(change.session, card, given)
            # Neither the card nor the meeting: beside the trail's time they would tell which answers were whose.
            change.log("feedback.given", "partnership", card.partnership_id, partnership_id=card.partnership_id)
    except _Already:
        return


def _source(address: str) -> str:
    """Wrong codes are counted apart from wrong passwords: an office's readers must not lock out its people."""
    return f"feedback {throttle.network_of(address)}"


def _find(session: Session, typed: str, now: datetime) -> FeedbackCard | None:
    code = tidy_code(typed)
    if code is None:
        return None
    card = session.scalars(
        select(FeedbackCard)
        .where(
            FeedbackCard.code_index.in_(keyring.blind_indexes(code, PLACE)),
            FeedbackCard.expires_at > now,
            FeedbackCard.uses < FeedbackCard.most_uses,
        )
        .execution_options(populate_existing=True, **ACROSS)
    ).one_or_none()
    if card is not None:
        admit_to(card.partnership_id)
    return card


def _take(change: Change, typed: str) -> FeedbackCard:
    """Count a use of the card: where several send at once, each waits for the one before."""
    session = change.session
    card = _find(session, typed, change.viewer.now)
    if card is not None:
        counted = session.execute(
            update(FeedbackCard)
            .where(
                FeedbackCard.id == card.id,
                FeedbackCard.uses < FeedbackCard.most_uses,
                FeedbackCard.expires_at > change.viewer.now,
            )
            .values(uses=FeedbackCard.uses + 1)
            .returning(FeedbackCard.id)
            .execution_options(synchronize_session=False)
        ).first()
        if counted is not None:
            return card
    raise NoSuchCard("No such card.")


def _once(change: Change, form: str) -> None:
    """Take a form once; its digest is kept for a day, keyed, so that nobody could try forms against it."""
    session, now = change.session, change.viewer.now
    session.execute(delete(FeedbackForm).where(FeedbackForm.kept_until <= now))
    digest = keyring.seal(sha256(form.encode(errors="replace")).digest())
    if session.scalar(select(FeedbackForm.digest).where(FeedbackForm.digest == digest)) is not None:
        raise _Already
    try:
        with session.begin_nested():
            session.execute(insert(FeedbackForm).values(digest=digest, kept_until=now + KEPT_APART_FOR))
    except IntegrityError:
        raise _Already from None


def _keep(session: Session, card: FeedbackCard, given: Given) -> None:
    meeting = session.execute(
        select(Meeting.meeting_type_id, func.coalesce(Meeting.held_on, Meeting.scheduled_on).label("day")).where(
            Meeting.id == card.meeting_id
        )
    ).one()
    number = secrets.randbits(_NUMBERS)
    session.add(
        Feedback(
            id=number,
            partnership_id=card.partnership_id,
            month=month_of(meeting.day),
            meeting_type_id=meeting.meeting_type_id,
            audience=card.audience,
            language=given.language,
            agreement=_agreement(session, card, given) if card.audience is Audience.FAMILY else None,
            words=given.words.strip() or None,
        )
    )
    session.flush()
    session.add_all(
        FeedbackReply(feedback_id=number, partnership_id=card.partnership_id, question=code, reply=reply)
        for code, reply in given.replies.items()
    )
    session.flush()


def _agreement(session: Session, card: FeedbackCard, given: Given) -> Agreement:
    return agreement(given.replies.get(SHARED_BEFORE), is_shared=_is_shared(session, card.meeting_id))


def _is_shared(session: Session, meeting_id: int) -> bool | None:
    """Whether the record says that the family saw a report by the conference's day; None where no report came."""
    came = Invitation.meeting_id == meeting_id, Invitation.report_received_on.is_not(None)
    if session.scalar(select(Invitation.id).where(*came).limit(1)) is None:
        return None
    day = select(func.coalesce(Meeting.held_on, Meeting.scheduled_on)).where(Meeting.id == meeting_id).scalar_subquery()
    by_figures = select(Invitation.id).where(Invitation.meeting_id == meeting_id, Invitation.report_shared_on <= day)
    by_people = (
        select(ReportSharing.id)
        .join(Invitation, Invitation.id == ReportSharing.invitation_id)
        .join(Report, Report.id == ReportSharing.report_id)
        .where(
            Invitation.meeting_id == meeting_id,
            ReportSharing.shared_on <= day,
            ReportSharing.taken_back_at.is_(None),
            Report.withdrawn_at.is_(None),
        )
    )
    return any(session.scalar(found.limit(1)) is not None for found in (by_figures, by_people))
