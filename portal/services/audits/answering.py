"""Answering: one question at a time as it is typed, or confirming what was carried over, alone or by the section."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update

from portal.access.viewer import Viewer
from portal.domain.carrying_over import may_confirm_unseen
from portal.domain.errors import Conflict, Invalid
from portal.domain.returns import NARRATIVE_LIMIT, missing
from portal.models.audits import Response
from portal.services.audits.answers import answer_now, answer_to_change, scale_of, section_to_change
from portal.services.changes import Change, changing
from portal.services.invitations.seen import AlreadySo

_RESPONSES = cast(Table, Response.__table__)

_seen = (_RESPONSES.c.id == bindparam("of_response"), _RESPONSES.c.version == bindparam("seen"))
_touched = {
    "answered_at": bindparam("now"),
    "answered_by_id": bindparam("person"),
    "version": _RESPONSES.c.version + 1,
}

# Built once. Whoever comes second finds another version there and changes nothing.
_SAVE = (
    update(_RESPONSES)
    .where(*_seen)
    .values(
        rating=bindparam("new_rating"),
        narrative=bindparam("new_narrative"),
        is_confirmed=bindparam("is_whole"),
        **_touched,
    )
)
_CONFIRM = update(_RESPONSES).where(*_seen).values(is_confirmed=True, **_touched)


@dataclass(frozen=True, slots=True)
class AnswerText:
    """What somebody answers; either may still be empty."""

    rating: str | None = None
    narrative: str = ""


@dataclass(frozen=True, slots=True)
class Saved:
    """When an answer was saved (UTC), the version that its next save is based on, and what it still lacks, by field."""

    at: datetime
    version: int
    lacks: Mapping[str, str]


def save_answer(
    viewer: Viewer, return_id: int, question_id: int, version: int, text: AnswerText, *, only_changes: bool = False
) -> Saved:
    """Keep what somebody answers, whole or not. It counts as answered once nothing is missing.

    `version` is that of the answer it is based on. With `only_changes`, an answer carried over that is sent as it
    stands stays unconfirmed: it came along with something else, and nobody has said that it is true. Raises NotVisible,
    NotPermitted, Invalid by field, and Conflict with both texts where a colleague saved another one in the meantime.
    """
    _check_length(text)
    try:
        with changing(viewer) as change:
            row = answer_to_change(change, return_id, question_id)
            if text.rating is not None and text.rating not in scale_of(row).codes:
                raise Invalid("No such answer.", errors={"rating": ["Choose one of the answers shown"]})
            lacks = missing(row, rating=text.rating, narrative=text.narrative, evidence=row.evidence)
            saved = Saved(row.answered_at or viewer.now, row.version, lacks)
            says_nothing_new = only_changes or row.answered_at is not None or text.rating is None
            if text == AnswerText(row.rating, row.narrative) and says_nothing_new:
                raise AlreadySo
            if version != row.version:
                raise _conflict(text, row)
            _save(change, row, text, is_whole=not lacks)
            saved = Saved(viewer.now, version + 1, lacks)
    except AlreadySo:
        pass
    return saved


def confirm_answer(viewer: Viewer, return_id: int, question_id: int, version: int) -> bool:
    """Say that last time's answer is still true; gives False where it was confirmed already.

    Raises NotVisible, NotPermitted, Invalid by field where something is missing, and Conflict where it is no longer
    the answer that was shown.
    """
    try:
        with changing(viewer) as change:
            row = answer_to_change(change, return_id, question_id)
            if row.is_confirmed:
                raise AlreadySo
            shown = AnswerText(row.rating, row.narrative)
            if lacks := _lacks(row):
                raise Invalid("Something is missing.", errors={field: [words] for field, words in lacks.items()})
            if version != row.version or not _confirm(change, row):
                raise _conflict(shown, answer_now(change.session, viewer, return_id, question_id))
    except AlreadySo:
        return False
    return True


def confirm_section(viewer: Viewer, return_id: int, standard_id: int) -> int:
    """Say of every answer carried over in a section whose question was not altered that it is still true.

    Gives how many that were; altered questions, and answers that lack something now, wait for somebody to look at
    them. Raises NotVisible, NotPermitted.
    """
    confirmed = 0
    try:
        with changing(viewer) as change:
            for row in section_to_change(change, return_id, standard_id):
                if may_confirm_unseen(digest_now=row.digest, digest_then=row.digest_then, lacks=_lacks(row)):
                    # Whoever changes one of them at this moment has said something newer.
                    confirmed += _confirm(change, row)
            if not confirmed:
                raise AlreadySo
    except AlreadySo:
        pass
    return confirmed


def _save(change: Change, row: Any, text: AnswerText, *, is_whole: bool) -> None:
    values = {
        **_place(change, row),
        "new_rating": text.rating,
        "new_narrative": text.narrative,
        "is_whole": is_whole,
    }
    if not change.session.connection().execute(_SAVE, values).rowcount:
        raise _conflict(text, answer_now(change.session, change.viewer, row.return_id, row.question_id))
    change.log("answer.saved", "answer", row.response_id)


def _confirm(change: Change, row: Any) -> int:
    found = change.session.connection().execute(_CONFIRM, _place(change, row)).rowcount
    if found:
        change.log("answer.confirmed", "answer", row.response_id)
    return found


def _place(change: Change, row: Any) -> dict[str, Any]:
    return {
        "of_response": row.response_id,
        "seen": row.version,
        "now": change.viewer.now,
        "person": change.viewer.user_id,
    }


def _lacks(row: Any) -> Mapping[str, str]:
    return missing(row, rating=row.rating, narrative=row.narrative, evidence=row.evidence)


def _check_length(text: AnswerText) -> None:
    if (length := len(text.narrative)) > NARRATIVE_LIMIT:
        words = f"Shorten this to {NARRATIVE_LIMIT:,} characters or fewer. It has {length:,} now"
        raise Invalid("The text is too long.", errors={"narrative": [words]})


def _conflict(mine: AnswerText, row: Any) -> Conflict:
    scale = scale_of(row)
    return Conflict(
        "A colleague saved this answer while you were writing.",
        mine={"rating": scale.label(mine.rating), "narrative": mine.narrative},
        theirs={"rating": scale.label(row.rating), "narrative": row.narrative},
    )
