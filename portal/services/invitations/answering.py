"""An agency answers its invitation: it comes, sends a deputy, apologises, reports only, or says it is not theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.domain.answering import NEEDS_A_WORD, TAKES_A_WORD
from portal.domain.errors import Conflict, Invalid, NotPermitted, PortalError
from portal.domain.labels import label
from portal.domain.vocabulary import Answer, Expectation
from portal.models.meetings import Invitation
from portal.services.changes import changing
from portal.services.invitations.own import own_to_change
from portal.services.invitations.seen import AlreadySo, seen_answer
from portal.services.notices.parts import end_parts

NOTE_LIMIT = 500

_ASKED_FOR = {
    Answer.DEPUTY: "Enter the name of the person who will come in your place",
    Answer.APOLOGIES: "Give the reason why nobody can come",
}


@dataclass(frozen=True, slots=True)
class Answering:
    """One answer under one membership, as the page for several invitations sends it."""

    viewer: Viewer
    meeting_id: int
    answer: Answer
    note: str
    seen: int


def answers_for(expectation: Expectation, report_due_on: date | None) -> list[Answer]:
    """What an agency can answer: "report only" where a report is asked for or may be offered."""
    may_report = report_due_on is not None or expectation in (Expectation.REPORT_ONLY, Expectation.OPTIONAL)
    return [answer for answer in Answer if answer is not Answer.REPORT_ONLY or may_report]


def answer_invitation(viewer: Viewer, meeting_id: int, answer: Answer, note: str, seen: int) -> bool:
    """Answer for the viewer's agency, or change its answer until the meeting is held or closed.

    `note` is the deputy's name, the reason for apologies, or where the child is now. "Not ours" ends the
    agency's access with this same change. Gives False where the same answer stood there already, as after a
    double click. Raises NotVisible, NotPermitted, Invalid by field ("answer", "note"), or Conflict where the answer
    is no longer the one `seen` (seen_answer) on the page.
    """
    note = note.strip() if answer in TAKES_A_WORD else ""
    try:
        with changing(viewer) as change:
            invitation = own_to_change(change, meeting_id)
            if (invitation.answer, invitation.answer_note or "") == (answer, note):
                raise AlreadySo
            if not access.may_answer(viewer, invitation, invitation.meeting):
                raise NotPermitted("This meeting is over or closed, so its answers stand.")
            if seen_answer(invitation) != seen:
                raise Conflict(
                    "Somebody else at your agency answered this a moment ago.",
                    mine={"Answer": answer_words(answer, note)},
                    theirs={"Answer": answer_words(invitation.answer, invitation.answer_note)},
                )
            _check(invitation, answer, note)
            invitation.answer = answer
            invitation.answer_note = note or None
            invitation.answered_at = viewer.now
            invitation.answered_by_id = viewer.user_id
            if answer is Answer.NOT_OURS:
                change.session.flush()
                end_parts(change, invitation.partnership_id, [invitation.id])
            change.log("invitation.answered", "invitation", invitation.id)
    except AlreadySo:
        return False
    return True


def answer_several(answers: list[Answering]) -> list[PortalError | None]:
    """Save each answer on its own, in the order given; each place holds None, or why that one was not saved."""
    outcomes: list[PortalError | None] = []
    for given in answers:
        try:
            answer_invitation(given.viewer, given.meeting_id, given.answer, given.note, given.seen)
        except PortalError as refusal:
            outcomes.append(refusal)
        else:
            outcomes.append(None)
    return outcomes


def answer_words(answer: Answer | None, note: str | None) -> str:
    """An answer as one line: "A deputy will come: J. Field"."""
    if answer is None:
        return "Not answered"
    return f"{label(answer)}: {note}" if note else label(answer)


def _check(invitation: Invitation, answer: Answer, note: str) -> None:
    if answer not in answers_for(invitation.expectation, invitation.report_due_on):
        raise Invalid("No report is asked for.", errors={"answer": ["Choose one of the answers shown"]})
    if answer in NEEDS_A_WORD and not note:
        raise Invalid(_ASKED_FOR[answer], errors={"note": [_ASKED_FOR[answer]]})
    if len(note) > NOTE_LIMIT:
        sentence = f"Shorten this to {NOTE_LIMIT} characters or fewer. It has {len(note)} now"
        raise Invalid(sentence, errors={"note": [sentence]})
