"""Printed cards: made for a conference, shown again to be printed, and ended."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import segno
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from portal.access import feedback as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.feedback import MAILED_USES, MOST_USES, expires_at, grouped, make_code
from portal.domain.feedback_vocabulary import Audience
from portal.models.feedback import FeedbackCard
from portal.models.meetings import Meeting
from portal.services.changes import Change, changing
from portal.services.sent_forms import once

PLACE = "feedback_cards.code"
NOT_NOW = "Feedback is asked about a conference, from its day on, by those who run it."


@dataclass(frozen=True, slots=True)
class CardRow:
    """A printed card that works."""

    id: int
    audience: Audience
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CardsPage:
    """What asks for feedback about one conference."""

    meeting: Meeting
    may_ask: bool
    printed: dict[Audience, CardRow]
    mailed: int
    """How many links that were mailed still work. Who has answered is kept nowhere."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it is printed."""

    id: int
    meeting: Meeting
    audience: Audience
    code: str
    """In two groups, as it is read from paper."""
    link: str
    """Where it leads, in full."""
    expires_at: datetime

    @property
    def address(self) -> str:
        """Without https, as people type it."""
        return self.link.partition("://")[2]

    @property
    def picture(self) -> str:
        """The QR code, an SVG of lines, which takes longer to draw than all the rest."""
        return segno.make(self.link, error="m", micro=False).svg_inline(
            scale=5, border=4, light="#fff", svgclass=None, lineclass=None
        )


def cards_page(viewer: Viewer, meeting_id: int) -> CardsPage:
    """The cards of a conference. Raises NotVisible."""
    session: Session = db.session()
    meeting = conference_of(session, viewer, meeting_id)
    working = access.cards_visible_to(viewer).where(
        FeedbackCard.meeting_id == meeting.id, FeedbackCard.expires_at > viewer.now
    )
    found = list(session.scalars(working.order_by(FeedbackCard.id)))
    return CardsPage(
        meeting=meeting,
        may_ask=access.may_ask(viewer, meeting, meeting.meeting_type.code),
        printed={
            card.audience: CardRow(card.id, card.audience, card.expires_at)
            for card in found
            if card.mail_id is None and card.uses < card.most_uses
        },
        mailed=sum(card.mail_id is not None and card.uses < card.most_uses for card in found),
    )


def make_card(viewer: Viewer, meeting_id: int, audience: Audience) -> int:
    """Make a printed card, or give the one that works already. Raises NotVisible, NotPermitted."""
    with changing(viewer) as change:
        once(change)
        meeting = conference_to_ask(change, meeting_id)
        card = _printed(change.session, meeting.id, audience)
        if card is not None and card.expires_at > viewer.now and card.uses < card.most_uses:
            change.log("feedback.card_opened", "meeting", meeting.id)
            return card.id
        if card is not None:
            change.session.delete(card)
            change.session.flush()
        made = new_card(change, meeting, audience)
        try:
            with change.session.begin_nested():
                change.session.add(made)
                change.session.flush()
        except IntegrityError:
            # Somebody else made one this moment, which is as good.
            card = _printed(change.session, meeting.id, audience)
            if card is None:
                raise
            change.log("feedback.card_opened", "meeting", meeting.id)
            return card.id
        change.log("feedback.card_made", "meeting", meeting.id)
        return made.id


def find_card(viewer: Viewer, meeting_id: int, card_id: int, base_url: str) -> Card:
    """A printed card with its address and QR code; `base_url` is the setting. Raises NotVisible."""
    session: Session = db.session()
    meeting = conference_of(session, viewer, meeting_id)
    card = _working(session, viewer, meeting_id, card_id)
    code = grouped(card.code)
    return Card(card.id, meeting, card.audience, code, card_address(base_url, code), card.expires_at)


def end_card(viewer: Viewer, meeting_id: int, card_id: int) -> None:
    """End a printed card at once: it is deleted. Raises NotVisible."""
    with changing(viewer) as change:
        card = _working(change.session, viewer, meeting_id, card_id)
        change.session.execute(delete(FeedbackCard).where(FeedbackCard.id == card.id))
        change.log("feedback.card_ended", "meeting", meeting_id)


def card_address(base_url: str, code: str) -> str:
    """Where a card leads; `base_url` is the setting, never what a request's Host header says."""
    return f"{base_url.rstrip('/')}/f/{code}"


def conference_of(session: Session, viewer: Viewer, meeting_id: int) -> Meeting:
    """A meeting with its kind. Raises NotVisible."""
    meeting = session.scalars(
        meetings_access.visible_to(viewer)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.meeting_type))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if meeting is None:
        raise NotVisible("No such meeting.")
    return meeting


def conference_to_ask(change: Change, meeting_id: int) -> Meeting:
    """The same within a change, locked, where feedback may be asked. Raises NotVisible, NotPermitted."""
    seen = meetings_access.visible_to(change.viewer).where(Meeting.id == meeting_id).with_only_columns(Meeting.id)
    change.session.execute(seen.with_for_update(of=Meeting, key_share=True))
    meeting = conference_of(change.session, change.viewer, meeting_id)
    if not access.may_ask(change.viewer, meeting, meeting.meeting_type.code):
        raise NotPermitted(NOT_NOW)
    return meeting


def new_card(change: Change, meeting: Meeting, audience: Audience, *, mail_id: int | None = None) -> FeedbackCard:
    """A card that is not stored yet; one for a mail is for one answer. Raises NotPermitted for a command."""
    viewer = change.viewer
    if viewer.user_id is None:
        raise NotPermitted("A person asks for feedback.")
    code = make_code(secrets.choice)
    return FeedbackCard(
        partnership_id=meeting.partnership_id,
        meeting_id=meeting.id,
        audience=audience,
        code=code,
        code_index=keyring.blind_index(code, PLACE),
        uses=0,
        most_uses=MOST_USES[audience] if mail_id is None else MAILED_USES,
        made_at=viewer.now,
        made_by_id=viewer.user_id,
        expires_at=expires_at(viewer.now),
        mail_id=mail_id,
    )


def _printed(session: Session, meeting_id: int, audience: Audience) -> FeedbackCard | None:
    return session.scalars(
        select(FeedbackCard)
        .where(FeedbackCard.meeting_id == meeting_id, FeedbackCard.audience == audience, FeedbackCard.mail_id.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _working(session: Session, viewer: Viewer, meeting_id: int, card_id: int) -> FeedbackCard:
    card = session.scalars(
        access.cards_visible_to(viewer)
        .where(
            FeedbackCard.id == card_id,
            FeedbackCard.meeting_id == meeting_id,
            FeedbackCard.mail_id.is_(None),
            FeedbackCard.expires_at > viewer.now,
            FeedbackCard.uses < FeedbackCard.most_uses,
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if card is None:
        raise NotVisible("No such card.")
    return card
