"""The chair of the meeting agrees to a quotation, words it otherwise, or does not agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.access import meetings as meetings_access
from portal.access import quotations as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import role_name
from portal.domain.quotations import LONGEST
from portal.domain.scrutiny_vocabulary import QuotationState, Voice
from portal.models.meetings import Meeting
from portal.models.people import Membership, User
from portal.models.quotations import Quotation
from portal.services.changes import LOST, Change, changing
from portal.services.notices import quotations as notices
from portal.services.quotations.names import names_said
from portal.services.quotations.proposing import refuse_names

_NOT_NOW = "This quotation was answered about, or taken back."


@dataclass(frozen=True, slots=True)
class PutToChair:
    """A quotation before the chair of its meeting."""

    id: int
    version: int
    state: QuotationState
    voice: Voice
    proposed_text: str
    agreed_text: str | None
    proposed_at: datetime
    proposed_by: str
    meeting_id: int
    meeting_reference: str
    meeting_type: str
    meeting_on: date
    names: tuple[str, ...]
    """Names of the family that stand in it, and must not."""


def find_put_to(viewer: Viewer, quotation_id: int) -> PutToChair:
    """A quotation that the viewer answers about. Raises NotVisible, and NotPermitted once it was taken back."""
    quotation = db.session.scalar(access.put_to(viewer).where(Quotation.id == quotation_id))
    meeting = None if quotation is None else _meeting_of(viewer, quotation.meeting_id)
    if quotation is None or meeting is None:
        raise NotVisible("There is no such quotation.")
    if not access.may_answer(viewer, quotation, meeting):
        raise NotPermitted(_NOT_NOW)
    by = db.session.execute(
        select(User.name, Membership.role)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.id == quotation.proposed_by_membership_id)
    ).one()
    return PutToChair(
        id=quotation.id,
        version=quotation.version,
        state=quotation.state,
        voice=quotation.voice,
        proposed_text=quotation.proposed_text,
        agreed_text=quotation.agreed_text,
        proposed_at=quotation.proposed_at,
        proposed_by=f"{by.name}, {role_name(by.role).lower()}",
        meeting_id=meeting.id,
        meeting_reference=meeting.reference,
        meeting_type=meeting.meeting_type.name,
        meeting_on=meeting.day,
        names=tuple(names_said(db.session(), meeting, quotation.agreed_text or quotation.proposed_text)),
    )


def agree(viewer: Viewer, quotation_id: int, text: str, *, version: int) -> None:
    """Let the board read it in this wording, without meeting, child or agency.

    Raises NotVisible, NotPermitted, Conflict, and Invalid by field ("text"), also where a name of the family is in it.
    """
    text = text.strip()
    with changing(viewer) as change:
        quotation, meeting = _locked(change, quotation_id)
        if quotation.version != version:
            raise Conflict(LOST, mine={"text": text}, theirs={"text": quotation.agreed_text or quotation.proposed_text})
        if not text:
            raise Invalid("", errors={"text": ["Enter the wording that the board may read"]})
        if len(text) > LONGEST:
            sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(text):,} now"
            raise Invalid(sentence, errors={"text": [sentence]})
        refuse_names(change, meeting, text)
        quotation.state = QuotationState.AGREED
        quotation.agreed_text = text
        quotation.reason = None
        _answered(change, quotation, "quotation.agreed")


def refuse(viewer: Viewer, quotation_id: int, reason: str, *, version: int) -> None:
    """Keep it from the board, also after it was agreed, with a word for the proposer.

    Raises NotVisible, NotPermitted, Conflict, and Invalid by field ("reason").
    """
    reason = reason.strip()
    with changing(viewer) as change:
        quotation, meeting = _locked(change, quotation_id)
        if quotation.version != version:
            raise Conflict(LOST, mine={"reason": reason})
        if not reason:
            raise Invalid("", errors={"reason": ["Say why you do not agree"]})
        if len(reason) > LONGEST:
            sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(reason):,} now"
            raise Invalid(sentence, errors={"reason": [sentence]})
        # The proposer may be the scrutineer, who does not work with the children.
        refuse_names(change, meeting, reason, field="reason")
        quotation.state = QuotationState.REFUSED
        quotation.agreed_text = None
        quotation.reason = reason
        _answered(change, quotation, "quotation.refused")


def _answered(change: Change, quotation: Quotation, verb: str) -> None:
    quotation.answered_at = change.viewer.now
    quotation.answered_by_id = change.viewer.user_id
    change.session.flush()
    notices.tell_answered(change, quotation)
    change.log(verb, "quotation", quotation.id)


def _locked(change: Change, quotation_id: int) -> tuple[Quotation, Meeting]:
    quotation = change.session.scalar(
        access.put_to(change.viewer)
        .where(Quotation.id == quotation_id)
        .with_for_update(of=Quotation)
        .execution_options(populate_existing=True)
    )
    meeting = None if quotation is None else _meeting_of(change.viewer, quotation.meeting_id)
    if quotation is None or meeting is None:
        raise NotVisible("There is no such quotation.")
    if not access.may_answer(change.viewer, quotation, meeting):
        raise NotPermitted(_NOT_NOW)
    return quotation, meeting


def _meeting_of(viewer: Viewer, meeting_id: int) -> Meeting | None:
    return db.session.scalar(
        meetings_access.visible_to(viewer).where(Meeting.id == meeting_id).options(joinedload(Meeting.meeting_type))
    )
