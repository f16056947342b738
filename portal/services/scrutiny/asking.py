"""The scrutineer asks, words it anew, asks again and closes; each step is kept and told to those whom it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from portal.access import scrutiny as access
from portal.access.viewer import Viewer
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.scrutiny_vocabulary import ScrutinyState, ScrutinyStep
from portal.models.partnerships import Partnership
from portal.models.scrutiny import ScrutinyChallenge, ScrutinyDraft, ScrutinyEntry
from portal.services.changes import LOST, Change, changing
from portal.services.notices import scrutiny as notices
from portal.services.scrutiny.log import challenge_to_change, own_challenge
from portal.services.scrutiny.whom import Whom, check_whom, names_of, whom_of
from portal.services.sent_forms import once

LONGEST = 5_000
LONGEST_TITLE = 120
_NOT_NOW = "This challenge has moved on, or is somebody else’s to ask."


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom by when; no child and no family in it."""

    title: str
    text: str
    whom: Whom
    due_on: date


def ask(viewer: Viewer, question: Question) -> int:
    """Ask something, and tell those who are asked; gives the challenge's id. Raises NotPermitted, Invalid by field."""
    if not access.may_ask(viewer):
        raise NotPermitted("Challenges are asked by the scrutineer.")
    partnership_id = viewer.partnership_id or 0
    with changing(viewer) as change:
        once(change)
        _check(change, question)
        # One at a time gets the next number.
        change.session.execute(select(Partnership.id).where(Partnership.id == partnership_id).with_for_update())
        newest = change.session.scalar(
            select(func.max(ScrutinyChallenge.number)).where(ScrutinyChallenge.partnership_id == partnership_id)
        )
        challenge = ScrutinyChallenge(
            partnership_id=partnership_id,
            number=(newest or 0) + 1,
            state=ScrutinyState.OPEN,
            round=1,
            asked_at=viewer.now,
            asked_by_membership_id=viewer.membership_id or 0,
        )
        _write(challenge, question)
        change.session.add(challenge)
        change.session.flush()
        note(change, challenge, ScrutinyStep.ASKED, question.text, due_on=question.due_on)
        notices.tell_asked(change, challenge)
        change.log("scrutiny.asked", "scrutiny_challenge", challenge.id)
        return challenge.id


def change_question(viewer: Viewer, challenge_id: int, question: Question, *, version: int) -> bool:
    """Put right what is asked, of whom or by when, before a reply; says whether anything changed.

    Raises NotVisible, NotPermitted, Invalid by field, and Conflict where somebody else was quicker.
    """
    if question_of(own_challenge(viewer, challenge_id)) == question:
        return False
    with changing(viewer) as change:
        challenge = challenge_to_change(change, challenge_id)
        if not access.may_change(viewer, challenge):
            raise NotPermitted(_NOT_NOW)
        now = question_of(challenge)
        _check(change, question, before=now)
        if challenge.version != version:
            raise Conflict(LOST, mine=_in_words(change, question), theirs=_in_words(change, now))
        is_of_others = now.whom != question.whom
        _write(challenge, question)
        change.session.flush()
        if is_of_others:
            _drop_draft(change, challenge)
        note(change, challenge, ScrutinyStep.CHANGED, question.text, due_on=question.due_on)
        notices.tell_asked(change, challenge)
        change.log("scrutiny.changed", "scrutiny_challenge", challenge.id)
    return True


def ask_again(viewer: Viewer, challenge_id: int, text: str, due_on: date, *, version: int) -> None:
    """Ask the same people again, after a reply or once it was closed.

    Raises NotVisible, NotPermitted, Invalid by field ("text", "due_on") and Conflict.
    """
    with changing(viewer) as change:
        challenge = challenge_to_change(change, challenge_id)
        _refuse_old(challenge, version, text)
        if not access.may_ask_again(viewer, challenge):
            raise NotPermitted(_NOT_NOW)
        _check_text(text, "text", "Enter what is still open")
        _check_due(viewer, due_on)
        challenge.state = ScrutinyState.OPEN
        challenge.round += 1
        challenge.due_on = due_on
        challenge.closed_at = None
        change.session.flush()
        note(change, challenge, ScrutinyStep.ASKED_AGAIN, text.strip(), due_on=due_on)
        notices.tell_asked(change, challenge)
        change.log("scrutiny.asked_again", "scrutiny_challenge", challenge.id)


def close(viewer: Viewer, challenge_id: int, text: str, *, version: int) -> None:
    """Close a challenge with what came of it. Raises NotVisible, NotPermitted, Invalid by field, and Conflict."""
    with changing(viewer) as change:
        challenge = challenge_to_change(change, challenge_id)
        _refuse_old(challenge, version, text)
        if not access.may_close(viewer, challenge):
            raise NotPermitted(_NOT_NOW)
        _check_text(text, "text", "Enter what came of it")
        challenge.state = ScrutinyState.CLOSED
        challenge.closed_at = viewer.now
        change.session.flush()
        _drop_draft(change, challenge)
        note(change, challenge, ScrutinyStep.CLOSED, text.strip())
        notices.tell_closed(change, challenge)
        change.log("scrutiny.closed", "scrutiny_challenge", challenge.id)


def question_of(challenge: ScrutinyChallenge) -> Question:
    """What a challenge asks now."""
    return Question(challenge.title, challenge.question, whom_of(challenge), challenge.due_on)


def note(
    change: Change, challenge: ScrutinyChallenge, step: ScrutinyStep, text: str, *, due_on: date | None = None
) -> None:
    """Keep a step in the challenge's history."""
    change.session.add(
        ScrutinyEntry(
            partnership_id=challenge.partnership_id,
            challenge_id=challenge.id,
            step=step,
            text=text,
            due_on=due_on,
            made_at=change.viewer.now,
            made_by_id=change.viewer.user_id,
        )
    )


def _drop_draft(change: Change, challenge: ScrutinyChallenge) -> None:
    draft = change.session.scalar(select(ScrutinyDraft).where(ScrutinyDraft.challenge_id == challenge.id))
    if draft is not None:
        change.session.delete(draft)


def _write(challenge: ScrutinyChallenge, question: Question) -> None:
    challenge.title = question.title
    challenge.question = question.text
    challenge.asked_membership_id = question.whom.membership_id
    challenge.asked_role = question.whom.role
    challenge.asked_agency_id = question.whom.agency_id
    challenge.due_on = question.due_on


def _check(change: Change, question: Question, *, before: Question | None = None) -> None:
    """What is left as it was is not checked again: a day may have passed, and somebody may have left."""
    _check_text(question.title, "title", "Enter a heading", longest=LONGEST_TITLE)
    _check_text(question.text, "text", "Enter the question")
    if before is None or before.due_on != question.due_on:
        _check_due(change.viewer, question.due_on)
    if before is None or before.whom != question.whom:
        check_whom(change.session, change.viewer.partnership_id or 0, question.whom)


def _check_text(text: str, field: str, missing: str, *, longest: int = LONGEST) -> None:
    if not text.strip():
        raise Invalid(missing, errors={field: [missing]})
    if len(text) > longest:
        sentence = f"Shorten this to {longest:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(sentence, errors={field: [sentence]})


def _check_due(viewer: Viewer, due_on: date) -> None:
    if due_on < viewer.today:
        raise Invalid("", errors={"due_on": ["Choose today or a day to come"]})


def _refuse_old(challenge: ScrutinyChallenge, version: int, text: str) -> None:
    if challenge.version != version:
        raise Conflict(LOST, mine={"What you wrote": text}, theirs={"Now": "See what was done, on its page"})


def _in_words(change: Change, question: Question) -> dict[str, str]:
    probe = ScrutinyChallenge(id=0)
    _write(probe, question)
    return {
        "Heading": question.title,
        "Question": question.text,
        "Of whom": names_of(change.session, [probe])[0],
        "Reply by": f"{question.due_on.day} {question.due_on:%B %Y}",
    }
