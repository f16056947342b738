"""Those who are asked reply: a draft that is saved while it is typed, shared by all who were asked, and then sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import joinedload

from portal.access import scrutiny as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted
from portal.domain.scrutiny_vocabulary import ScrutinyState, ScrutinyStep
from portal.models.people import User
from portal.models.scrutiny import ScrutinyDraft
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo
from portal.services.notices import scrutiny as notices
from portal.services.scrutiny.asking import LONGEST, note
from portal.services.scrutiny.log import ChallengePage, challenge_to_change, find_challenge

_NOT_ASKED = "This challenge waits for no reply of yours."


@dataclass(frozen=True, slots=True)
class Desk:
    """A challenge with the reply as it stands."""

    challenge: ChallengePage
    text: str
    version: int
    """What a save is based on; 0 where nothing was saved."""
    saved_at: datetime | None
    saved_by: str
    saved_by_me: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """When a draft was saved (UTC), and the version that the next save is based on."""

    at: datetime
    version: int


def open_desk(viewer: Viewer, challenge_id: int) -> Desk:
    """A challenge that waits for the viewer's reply, with the draft. Raises NotVisible, NotPermitted."""
    challenge = find_challenge(viewer, challenge_id)
    if not challenge.may_reply:
        raise NotPermitted(_NOT_ASKED)
    draft = db.session.scalar(
        access.drafts_visible_to(viewer)
        .where(ScrutinyDraft.challenge_id == challenge_id)
        .options(joinedload(ScrutinyDraft.saved_by).load_only(User.name))
        .execution_options(populate_existing=True)
    )
    if draft is None:
        return Desk(challenge, "", 0, None, "", saved_by_me=False)
    by = draft.saved_by.name if draft.saved_by else ""
    return Desk(challenge, draft.text, draft.version, draft.saved_at, by, draft.saved_by_id == viewer.user_id)


def save_draft(viewer: Viewer, challenge_id: int, text: str, *, version: int) -> Saved:
    """Keep what was written so far; `version` is that of the draft it is based on, 0 for none.

    Raises NotVisible, NotPermitted, Invalid by field ("text"), and Conflict with both texts.
    """
    try:
        with changing(viewer) as change:
            draft = _locked(change, challenge_id)
            _check_length(text)
            saved = Saved(draft.saved_at, draft.version) if draft else Saved(viewer.now, 0)
            if text == (draft.text if draft else ""):
                raise AlreadySo
            _refuse_old(draft, version, text)
            if draft is None:
                draft = ScrutinyDraft(partnership_id=viewer.partnership_id or 0, challenge_id=challenge_id)
                change.session.add(draft)
            draft.text = text
            draft.saved_at = viewer.now
            draft.saved_by_id = viewer.user_id
            change.session.flush()
            change.log("scrutiny.reply_saved", "scrutiny_challenge", challenge_id)
            saved = Saved(draft.saved_at, draft.version)
    except AlreadySo:
        pass
    return saved


def send_reply(viewer: Viewer, challenge_id: int, text: str, *, version: int, asked: int) -> None:
    """Send the reply, for the scrutineer and whoever reads the log; from then on it stands.

    `version` is that of the draft it is based on, `asked` that of the challenge which the page showed. Raises
    NotVisible, NotPermitted, Invalid by field ("text"), and Conflict where the question or the draft has changed.
    """
    with changing(viewer) as change:
        challenge = challenge_to_change(change, challenge_id)
        if not access.may_reply(viewer, challenge):
            raise NotPermitted(_NOT_ASKED)
        if not text.strip():
            raise Invalid("Enter the reply", errors={"text": ["Enter the reply"]})
        _check_length(text)
        draft = _draft_of(change, challenge_id)
        if draft is None or draft.text != text:
            _refuse_old(draft, version, text)
        if challenge.version != asked:
            raise Conflict(
                "What is asked was changed while you were writing. Read the question again.",
                mine={"text": text},
                theirs={"text": draft.text if draft else ""},
            )
        if draft is not None:
            change.session.delete(draft)
        challenge.state = ScrutinyState.REPLIED
        change.session.flush()
        note(change, challenge, ScrutinyStep.REPLIED, text.strip())
        notices.tell_replied(change, challenge)
        change.log("scrutiny.replied", "scrutiny_challenge", challenge_id)


def _locked(change: Change, challenge_id: int) -> ScrutinyDraft | None:
    challenge = challenge_to_change(change, challenge_id)
    if not access.may_reply(change.viewer, challenge):
        raise NotPermitted(_NOT_ASKED)
    return _draft_of(change, challenge_id)


def _draft_of(change: Change, challenge_id: int) -> ScrutinyDraft | None:
    return change.session.scalar(
        access.drafts_visible_to(change.viewer)
        .where(ScrutinyDraft.challenge_id == challenge_id)
        .execution_options(populate_existing=True)
    )


def _refuse_old(draft: ScrutinyDraft | None, version: int, text: str) -> None:
    if version != (draft.version if draft else 0):
        raise Conflict(
            "A colleague saved this reply while you were writing.",
            mine={"text": text},
            theirs={"text": draft.text if draft else ""},
        )


def _check_length(text: str) -> None:
    if len(text) > LONGEST:
        sentence = f"Shorten this to {LONGEST:,} characters or fewer. It has {len(text):,} now"
        raise Invalid(sentence, errors={"text": [sentence]})
