"""What is wrong in the minutes: asked by an agency within its time, and taken or not by those who wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.access import meetings as meetings_access
from portal.access import minutes as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.minutes import ANSWER_LIMIT, CORRECTION_LIMIT
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.models.meetings import Invitation
from portal.models.minutes import MinutesCorrection, SentPaper
from portal.models.partnerships import Agency
from portal.models.people import User
from portal.services.changes import Change, changing
from portal.services.notices.minutes import tell_answered, tell_asked
from portal.services.outcomes.drafting import person
from portal.services.outcomes.sittings import sitting
from portal.services.sent_forms import once

TOO_LATE = "There are no minutes that you can have corrected now: none were sent, or the time for corrections is over."


@dataclass(frozen=True, slots=True)
class Correction:
    """What an agency says is wrong, and what became of it."""

    id: int
    of_number: int
    agency_name: str
    is_own: bool
    text: str
    asked_at: datetime
    asked_by: str
    outcome: CorrectionOutcome
    answer: str
    answered_at: datetime | None
    answered_by: str
    taken_into: int | None
    """The number of the version that says it right, once that is sent."""
    version: int


def corrections_of(session: Session, viewer: Viewer, meeting_id: int) -> list[Correction]:
    """What agencies say is wrong in a meeting's minutes, as far as the viewer reads it, in the order of asking."""
    paper, into = SentPaper.__table__.alias("paper"), SentPaper.__table__.alias("into")
    asker, answerer = User.__table__.alias("asker"), User.__table__.alias("answerer")
    rows = session.execute(
        access.corrections_visible_to(viewer)
        .where(Invitation.meeting_id == meeting_id)
        .join(Agency, Agency.id == Invitation.agency_id)
        .join(paper, paper.c.id == MinutesCorrection.paper_id)
        .outerjoin(into, into.c.id == MinutesCorrection.taken_into_id)
        .join(asker, asker.c.id == MinutesCorrection.asked_by_id)
        .outerjoin(answerer, answerer.c.id == MinutesCorrection.answered_by_id)
        .order_by(MinutesCorrection.id)
        .with_only_columns(
            MinutesCorrection,
            paper.c.number.label("of_number"),
            into.c.number.label("taken_into"),
            Agency.id.label("agency_id"),
            Agency.name.label("agency"),
            asker.c.name.label("asked_by"),
            answerer.c.name.label("answered_by"),
        )
    )
    return [_correction(viewer, row) for row in rows]


def _correction(viewer: Viewer, row: Any) -> Correction:
    kept: MinutesCorrection = row.MinutesCorrection
    return Correction(
        id=kept.id,
        of_number=row.of_number,
        agency_name=row.agency,
        is_own=row.agency_id == viewer.agency_id,
        text=kept.text,
        asked_at=kept.asked_at,
        asked_by=row.asked_by,
        outcome=kept.outcome,
        answer=kept.answer or "",
        answered_at=kept.answered_at,
        answered_by=row.answered_by or "",
        taken_into=row.taken_into,
        version=kept.version,
    )


def ask_correction(viewer: Viewer, meeting_id: int, text: str) -> int:
    """Say what is wrong in the newest minutes, for the viewer's agency, and tell those who wrote them; gives its id.

    Raises NotVisible, NotPermitted, and Invalid under `text`.
    """
    text = text.strip()
    with changing(viewer) as change:
        once(change)
        session = change.session
        found = sitting(session, viewer, meeting_id, RecordSection.MINUTES, locked=True)
        invitation = _own(session, viewer, meeting_id)
        paper = session.scalars(
            access.visible_to(viewer)
            .where(SentPaper.meeting_id == meeting_id, SentPaper.kind == PaperKind.MINUTES)
            .order_by(SentPaper.number.desc())
            .limit(1)
        ).one_or_none()
        if paper is None:
            raise NotPermitted(TOO_LATE)
        closes_on = found.minutes.corrections_close(paper.sent_on)
        if not access.may_ask_correction(viewer, found.meeting, invitation, paper, closes_on):
            raise NotPermitted(TOO_LATE)
        _check(text, "text", CORRECTION_LIMIT, "Say what is wrong, and what it should say")
        correction = MinutesCorrection(
            partnership_id=paper.partnership_id,
            paper_id=paper.id,
            invitation_id=invitation.id,
            text=text,
            asked_at=viewer.now,
            asked_by_id=person(viewer),
            outcome=CorrectionOutcome.OPEN,
        )
        session.add(correction)
        session.flush()
        change.log("correction.asked", "minutes_correction", correction.id)
        tell_asked(change, found.meeting, correction)
        return correction.id


def answer_correction(
    viewer: Viewer, meeting_id: int, correction_id: int, outcome: CorrectionOutcome, answer: str, version: int
) -> None:
    """Take a correction, which then belongs into the next version, or not, because; the agency is told.

    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where somebody has answered it already.
    """
    answer = answer.strip()
    with changing(viewer) as change:
        found = sitting(change.session, viewer, meeting_id, RecordSection.MINUTES, locked=True)
        correction = _of_meeting(change, meeting_id, correction_id)
        if not access.may_write(viewer, found.meeting):
            raise NotPermitted("Corrections are answered by those who keep the meeting’s record.")
        if correction.version != version or not access.may_answer(viewer, correction, found.meeting):
            raise Conflict(
                "Somebody has answered this a moment ago.",
                mine={"Answer": f"{label(outcome)}. {answer}".strip()},
                theirs={"Answer": f"{label(correction.outcome)}. {correction.answer or ''}".strip()},
            )
        if outcome is CorrectionOutcome.OPEN:
            raise Invalid("Choose.", errors={"outcome": ["Choose whether you take the correction"]})
        if outcome is CorrectionOutcome.NOT_TAKEN:
            _check(answer, "answer", ANSWER_LIMIT, "Say why it is not taken, because the agency reads it")
        elif len(answer) > ANSWER_LIMIT:
            _check(answer, "answer", ANSWER_LIMIT, "")
        correction.outcome = outcome
        correction.answer = answer or None
        correction.answered_at = viewer.now
        correction.answered_by_id = person(viewer)
        change.session.flush()
        change.log("correction.answered", "minutes_correction", correction.id)
        tell_answered(change, found.meeting, correction)


def _own(session: Session, viewer: Viewer, meeting_id: int) -> Invitation:
    if viewer.agency_id is None:
        raise NotPermitted("Only agencies ask for corrections.")
    invitation = session.scalars(
        meetings_access.invitations_visible_to(viewer).where(
            Invitation.meeting_id == meeting_id, Invitation.agency_id == viewer.agency_id
        )
    ).one_or_none()
    if invitation is None:
        raise NotVisible("No such meeting.")
    return invitation


def _of_meeting(change: Change, meeting_id: int, correction_id: int) -> MinutesCorrection:
    correction = change.session.scalars(
        access.corrections_visible_to(change.viewer)
        .where(MinutesCorrection.id == correction_id, Invitation.meeting_id == meeting_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if correction is None:
        raise NotVisible("No such correction.")
    return correction


def _check(text: str, field: str, limit: int, words: str) -> None:
    if not text:
        raise Invalid(words, errors={field: [words]})
    if len(text) > limit:
        words = f"Shorten this to {limit:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(words, errors={field: [words]})
