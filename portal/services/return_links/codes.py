"""Codes for links: by text message to the registered number, or read out by the coordinator; then checked, few times.

A code's digits come from a key and its row, so that they stand nowhere and can be shown again while it lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from portal.access import return_links as access
from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import NotPermitted, PortalError
from portal.domain.return_links import (
    CODE_LIVES_FOR,
    CODE_TRIES,
    CodeWay,
    digits_of,
    is_digits,
    may_text,
)
from portal.domain.vocabulary import ActivityOutcome
from portal.gateways.text_messages import Untexted
from portal.models.return_links import ReturnCode, ReturnLink
from portal.services import activity, throttle
from portal.services.changes import Change, changing
from portal.services.return_links.ending import FoundLink, find_link, seen_link
from portal.services.return_links.opening import LinkOver, begin_session, find_open
from portal.services.texting import texting

_CODES = cast(Table, ReturnCode.__table__)
_MINUTES = int(CODE_LIVES_FOR.total_seconds() // 60)


class WrongCode(PortalError):
    """The code is not right, too old, or was tried too often: nobody is told which."""


class NotTexted(PortalError):
    """No text message goes: none can, too many went, or whoever sends them does not take it."""


@dataclass(frozen=True, slots=True)
class ReadOut:
    """A code that a coordinator reads out, and until when it works (UTC)."""

    digits: str
    holder: str
    agency_name: str
    until: datetime


def text_code(token: str, now: datetime) -> None:
    """Have a code sent to the registered number of whoever the link is for.

    Raises LinkOver, and NotTexted with what to do instead. The message goes outside every transaction.
    """
    link = find_open(token, now)
    sender = texting()
    if sender is None or not link.telephone:
        raise NotTexted("No text message can be sent to you. Ask the coordinator to read a code out to you.")
    viewer = link.viewer(now)
    with changing(viewer) as change:
        # One after the other, so that two presses at once are counted as two.
        change.session.execute(select(ReturnLink.id).where(ReturnLink.id == link.id).with_for_update())
        if not may_text(_texted_at(change.session, link.id), now):
            raise NotTexted(
                "Too many text messages were sent for this link. Wait 15 minutes, or ask the coordinator to read a "
                "code out to you."
            )
        code_id, digits = _make(change, link, CodeWay.TEXT)
        change.log("return_link.code_sent", "invitation", link.scope.invitation_id)
    words = f"{digits} is your code for the safeguarding portal. It works for {_MINUTES} minutes. Give it to nobody."
    try:
        sender.send(link.telephone, words, f"return-code-{code_id}")
    except Untexted:
        _forget(viewer, link, code_id)
        raise NotTexted(
            "The text message could not be sent. Try again, or ask the coordinator to read a code out to you."
        ) from None


def read_out(viewer: Viewer, meeting_id: int, link_id: int) -> ReadOut:
    """Make a code for a coordinator to read out; one that was read out before ends with it.

    Raises NotVisible, NotPermitted, LinkOver.
    """
    with changing(viewer) as change:
        row = seen_link(change.session, viewer, meeting_id, link_id, to_change=True)
        if not access.may_read_out(viewer, row, row.invitation, row.invitation.meeting):
            raise NotPermitted("Only the coordinator reads codes out.")
        link = _open_link(change.session, link_id, viewer.now)
        _code_id, digits = _make(change, link, CodeWay.READ_OUT)
        change.log("return_link.code_read_out", "invitation", link.scope.invitation_id)
    return ReadOut(digits, link.holder, link.scope.agency_name, viewer.now + CODE_LIVES_FOR)


def shown_code(viewer: Viewer, meeting_id: int, link_id: int) -> ReadOut | None:
    """The code that this coordinator read out last, while it works; None where there is none.

    Raises NotVisible, NotPermitted, LinkOver.
    """
    session: Session = db.session()
    row = seen_link(session, viewer, meeting_id, link_id)
    if not access.may_read_out(viewer, row, row.invitation, row.invitation.meeting):
        raise NotPermitted("Only the coordinator reads codes out.")
    link = _open_link(session, link_id, viewer.now)
    code = session.execute(
        select(_CODES.c.id, _CODES.c.made_at, _CODES.c.expires_at)
        .where(
            _CODES.c.link_id == link_id,
            _CODES.c.made_by_id == viewer.user_id,
            _CODES.c.used_at.is_(None),
            _CODES.c.tries < CODE_TRIES,
            _CODES.c.expires_at > viewer.now,
        )
        .order_by(_CODES.c.id.desc())
        .limit(1)
    ).first()
    if code is None:
        return None
    digits = digits_of(keyring.blind_index(code.made_at.isoformat(), _place(link_id, code.id)))
    return ReadOut(digits, link.holder, link.scope.agency_name, code.expires_at)


def check_code(token: str, typed: str, now: datetime, address: str) -> str:
    """Take a code, once: gives the token of the browser's session, which opens the link from now on.

    Each try is counted before it is looked at, against the link and the address that it comes from. Raises LinkOver,
    Throttled and WrongCode.
    """
    link = find_open(token, now)
    guess = throttle.begin(now, f"return link {link.id}", address)
    digits = "".join(typed.split())
    viewer = link.viewer(now)
    opened = None
    with changing(viewer) as change:
        if _accept(change, link, digits):
            throttle.forget(change.session, guess)
            opened = begin_session(change, link)
            change.log("return_link.opened", "invitation", link.scope.invitation_id)
        else:
            throttle.stand(change.session, guess, now)
            row = activity.entry(
                viewer,
                "return_link.code_refused",
                "invitation",
                link.scope.invitation_id,
                outcome=ActivityOutcome.REFUSED,
            )
            activity.append_later(change.session, row)
    if opened is None:
        raise WrongCode("This code is not right, or is too old. Check it, or have a new one sent")
    return opened


def _accept(change: Change, link: FoundLink, digits: str) -> bool:
    """Try a code against the newest that lives of each way; every one of them counts the try."""
    if not is_digits(digits):
        return False
    session, now = change.session, change.viewer.now
    lives = (
        _CODES.c.link_id == link.id,
        _CODES.c.used_at.is_(None),
        _CODES.c.expires_at > now,
        _CODES.c.tries < CODE_TRIES,
    )
    tried = session.execute(
        update(_CODES).where(*lives).values(tries=_CODES.c.tries + 1).returning(_CODES.c.id, _CODES.c.made_at)
    ).all()
    right = [
        code.id
        for code in tried
        if any(
            compare_digest(digits_of(keyed), digits)
            for keyed in keyring.blind_indexes(code.made_at.isoformat(), _place(link.id, code.id))
        )
    ]
    if not right:
        return False
    session.execute(update(_CODES).where(_CODES.c.link_id == link.id, _CODES.c.used_at.is_(None)).values(used_at=now))
    return True


def _make(change: Change, link: FoundLink, way: CodeWay) -> tuple[int, str]:
    """Make a code; an older one of the same way ends with it, so that tries are never for several at once."""
    session, now = change.session, change.viewer.now
    session.execute(
        update(_CODES)
        .where(_CODES.c.link_id == link.id, _CODES.c.way == way, _CODES.c.expires_at > now)
        .values(expires_at=now)
    )
    code_id: int = session.execute(
        insert(_CODES)
        .values(
            partnership_id=link.scope.partnership_id,
            link_id=link.id,
            way=way,
            made_at=now,
            made_by_id=change.viewer.user_id if way is CodeWay.READ_OUT else None,
            expires_at=now + CODE_LIVES_FOR,
            tries=0,
        )
        .returning(_CODES.c.id)
    ).scalar_one()
    return code_id, digits_of(keyring.blind_index(now.isoformat(), _place(link.id, code_id)))


def _forget(viewer: Viewer, link: FoundLink, code_id: int) -> None:
    """Take back a code that did not go, and say so in the trail."""
    with changing(viewer) as change:
        change.session.execute(update(_CODES).where(_CODES.c.id == code_id).values(expires_at=viewer.now))
        change.log("return_link.code_not_sent", "invitation", link.scope.invitation_id)


def _open_link(session: Session, link_id: int, now: datetime) -> FoundLink:
    link = find_link(session, ReturnLink.id == link_id, now)
    if link is None or link.end is not None:
        raise LinkOver("This link does not work any more.", link)
    return link


def _texted_at(session: Session, link_id: int) -> list[datetime]:
    rows = select(_CODES.c.made_at).where(_CODES.c.link_id == link_id, _CODES.c.way == CodeWay.TEXT)
    return list(session.scalars(rows))


def _place(link_id: int, code_id: int) -> str:
    return f"return_codes.digits {link_id} {code_id}"
