"""What somebody sent after their sign-in had ended: kept for a day, and filled in again when they are back.

A page with a form worth keeping asks for it where it draws the empty form:

    @pages.get("/meetings/<int:meeting_id>/answer")
    @requires(Permission.INVITATIONS_ANSWER)
    def answer(viewer: Viewer, meeting_id: int) -> ResponseReturnValue:
        invitation = invitations.own(viewer, meeting_id)
        form = AnswerForm(kept_forms.take(viewer, request.path), obj=invitation)
        return render_template("meetings/answer.html", form=form)

`take` gives None nearly always, and a form without posted data is then filled from `obj`. What was kept includes
the `version` that the person had before them, so that a change by somebody else since is met as a conflict.
Sending the page's form drops what was kept; reading it does not, so that the page may be loaded again. Only the
person who typed it gets it, and only while they work in the partnership that it was typed for. Passwords, codes and
tokens are never kept.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Select, Table, delete, false, insert, or_, select, update

from portal.access.viewer import Hat, Viewer
from portal.database.scopes import ACROSS
from portal.database.session import db, writing_apart
from portal.domain.report_answers import seen
from portal.domain.row_numbers import row_number_or_none
from portal.domain.signing_in import SessionEnd
from portal.models.sessions import KeptForm
from portal.services.reach import within_hats
from portal.services.sessions import Ended

KEPT_FOR = timedelta(days=1)
MOST_PER_PERSON = 5
LONGEST_PATH = 300
LONGEST_CONTENT = 500_000
HAT = "working_as"
"""The field of every form that names the membership for which the page was drawn."""

ASKED = "seen-"
"""What stands before a question's name in the field beside it that says what its page showed."""

_NEVER_KEPT = ("password", "code", "token", "csrf", "secret")
_NOT_THEIRS = (SessionEnd.SIGNED_OUT, SessionEnd.PASSWORD_CHANGED, SessionEnd.ENDED_ELSEWHERE)
"""Ends after which whoever still has the old cookie may not be its person."""
_KEPT = cast(Table, KeptForm.__table__)


def keep(ended: Ended, path: str, fields: Iterable[tuple[str, str]], now: datetime, *, is_part: bool = False) -> bool:
    """Keep what was sent to the page at `path` by a sign-in that had ended; says whether it was kept.

    `is_part` is for a script, which sends the questions that changed: what was kept of the others stays.

    Not for somebody who had signed out or changed their password: whoever then still has the old cookie may not
    be that person. Nor for one who had not passed the second step.
    """
    sent = list(fields)
    asked = _asked(name for name, _text in sent)
    found = _as_found(sent, asked)
    sent = [(name, text) for name, text in sent if _is_kept(name, asked) and not _is_of(name, found)]
    if not ended.was_complete or ended.reason in _NOT_THEIRS or len(path) > LONGEST_PATH:
        return False
    typist = _Typist(ended.user_id, ended.hats, ended.membership_id)
    with within_hats(ended.hats):
        return _store(typist, path, sent, asked if is_part else set(), now)


def keep_for_proof(viewer: Viewer, path: str, fields: Iterable[tuple[str, str]]) -> bool:
    """Keep what somebody sent to `path` who must first show that it is they; says whether it was kept.

    Whole, with the membership for which it was filled in, because it is sent again as it is (`to_send_again`).
    """
    sent = [(name, text) for name, text in fields if _is_kept(name, ())]
    return len(path) <= LONGEST_PATH and _store(_typist(viewer), path, sent, set(), viewer.now)


def to_send_again(viewer: Viewer, path: str) -> list[tuple[str, str]] | None:
    """What the viewer had sent to `path`, field by field; None where nothing is kept for it."""
    return _read(viewer, path)


@dataclass(frozen=True, slots=True)
class _Typist:
    """Whoever typed something: what they are, and as what they worked."""

    user_id: int
    hats: tuple[Hat, ...]
    membership_id: int | None = None

    @property
    def works_in(self) -> set[int]:
        """Their partnerships."""
        return {hat.partnership_id for hat in self.hats}

    def partnership_of(self, sent: Iterable[tuple[str, str]]) -> int | None:
        """For which of their partnerships a form was filled in; None for somebody who works in none."""
        by_hat = {hat.membership_id: hat.partnership_id for hat in self.hats}
        wanted = (row_number_or_none(dict(sent).get(HAT, "")), self.membership_id, *by_hat)
        return next((by_hat[number] for number in wanted if number in by_hat), None)


def _typist(viewer: Viewer) -> _Typist:
    return _Typist(viewer.user_id or 0, viewer.hats, viewer.membership_id)


def _store(typist: _Typist, path: str, sent: list[tuple[str, str]], asked: set[str], now: datetime) -> bool:
    """Keep a form's fields; with `asked`, these questions' alone, and what was kept of the others stays."""
    user_id, partnership_id = typist.user_id, typist.partnership_of(sent)
    mine = _KEPT.c.user_id == user_id
    if partnership_id is None:
        return False
    with writing_apart() as connection:
        if asked:
            names = {name for name, _text in sent}
            before = connection.scalar(_newest(typist, path, now))
            sent = [pair for pair in _pairs(before) if pair[0] not in names and not _is_of(pair[0], asked)] + sent
        content = json.dumps(sent)
        if not 2 < len(content) <= LONGEST_CONTENT:
            return False
        newest = select(_KEPT.c.id).where(mine).order_by(_KEPT.c.id.desc()).limit(MOST_PER_PERSON - 1)
        connection.execute(delete(_KEPT).where(or_(_KEPT.c.kept_at <= now - KEPT_FOR, mine & (_KEPT.c.path == path))))
        connection.execute(delete(_KEPT).where(mine, _KEPT.c.id.not_in(newest)))
        new = {"partnership_id": partnership_id, "user_id": user_id, "path": path, "content": content, "kept_at": now}
        connection.execute(insert(_KEPT).values(new))
    return True


class KeptFields(Mapping[str, str]):
    """What was kept, as forms take what is posted: the first value of each field, or with `getlist` all of them."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, text in pairs:
            self._values.setdefault(name, []).append(text)

    def getlist(self, name: str) -> list[str]:
        """Every value of a field, in the order in which they were sent."""
        return list(self._values.get(name, ()))

    def __getitem__(self, name: str) -> str:
        return self._values[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def take(viewer: Viewer, path: str) -> KeptFields | None:
    """What the viewer had typed into the page at `path` when their sign-in ended, if anything is kept."""
    kept = _read(viewer, path)
    return None if kept is None else KeptFields((name, text) for name, text in kept if name != HAT)


def hat_of(viewer: Viewer, path: str) -> int | None:
    """The membership for which the kept page was drawn, so that it can be opened under it again."""
    return row_number_or_none(dict(_read(viewer, path) or ()).get(HAT, ""))


def drop(viewer: Viewer, path: str, *, only: Collection[str] | None = None) -> None:
    """Forget what was kept for the page at `path`: its form has been sent.

    `only` is for a script, which sends the questions that changed: those that were saved, by their names. What was kept
    of the others stands in the page and nowhere else, so it stays.
    """
    user_id = viewer.user_id or 0
    with writing_apart() as connection:
        here = _KEPT.c.path == path
        if only is not None:
            pairs = _pairs(connection.scalar(_newest(_typist(viewer), path, viewer.now)))
            left = [pair for pair in pairs if not _is_of(pair[0], only)]
            if _asked(name for name, _text in left):
                connection.execute(
                    update(_KEPT).where(_KEPT.c.user_id == user_id, here).values(content=json.dumps(left))
                )
                here = false()
        too_old = _KEPT.c.kept_at <= viewer.now - KEPT_FOR
        connection.execute(delete(_KEPT).where(_KEPT.c.user_id == user_id, or_(here, too_old)))


def is_waiting_for(user_id: int, now: datetime) -> bool:
    """Whether anything is kept for a person, who is about to sign in."""
    waiting = select(KeptForm.id).where(KeptForm.user_id == user_id, KeptForm.kept_at > now - KEPT_FOR)
    return db.session.scalar(waiting.limit(1).execution_options(**ACROSS)) is not None


def forget_old(now: datetime) -> int:
    """Delete what was kept for longer than a day, whoever's it is; says how many forms."""
    with writing_apart() as connection:
        gone = connection.execute(delete(_KEPT).where(_KEPT.c.kept_at <= now - KEPT_FOR))
    return gone.rowcount


def _read(viewer: Viewer, path: str) -> list[tuple[str, str]] | None:
    content = db.session.scalar(_newest(_typist(viewer), path, viewer.now))
    return None if content is None else _pairs(content)


def _newest(typist: _Typist, path: str, now: datetime) -> Select[str]:
    mine = _KEPT.c.user_id == typist.user_id, _KEPT.c.partnership_id.in_(typist.works_in)
    here = _KEPT.c.path == path, _KEPT.c.kept_at > now - KEPT_FOR
    return select(_KEPT.c.content).where(*mine, *here).order_by(_KEPT.c.id.desc()).limit(1)


def _pairs(content: str | None) -> list[tuple[str, str]]:
    return [] if content is None else [(name, text) for name, text in json.loads(content)]


def _asked(names: Iterable[str]) -> set[str]:
    """The questions among a form's fields."""
    return {name.removeprefix(ASKED) for name in names if name.startswith(ASKED)}


def _as_found(sent: Collection[tuple[str, str]], asked: Collection[str]) -> set[str]:
    """Questions whose answer was left as its page had shown it: a colleague may have answered them since.

    Only where a page says by the answer itself what it had shown, as those of reports do.
    """
    shown = {name.removeprefix(ASKED): text for name, text in sent if name.startswith(ASKED)}
    given = {code: ",".join(text for name, text in sent if code in (name, name.rpartition("-")[0])) for code in asked}
    return {code for code, text in given.items() if shown[code] == str(seen(text.replace("\r\n", "\n")))}


def _is_of(name: str, questions: Collection[str]) -> bool:
    """Whether a field belongs to one of these questions: its answer, a part of it, or what its page had shown."""
    question = name.removeprefix(ASKED)
    return question in questions or question.rpartition("-")[0] in questions


def _is_kept(name: str, asked: Collection[str]) -> bool:
    """Questions that an area words itself may have any name, such as `postcode`: those `asked` are always kept."""
    return _is_of(name, asked) or not any(word in name.lower() for word in _NEVER_KEPT)
