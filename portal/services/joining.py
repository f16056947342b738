"""Joining links: how a person gets their first password, and a new one when it is forgotten.

    with changing(viewer) as change:                    # after asking access.people.may_reissue
        token = joining.hand_over_link(change, user.id, JoiningPurpose.JOIN)
    if token is not None:                               # otherwise it goes to them by mail
        address = joining.link_address(settings.base_url, token)    # shown once, to whoever made it

A link works once and for three days, and a newer one ends those before it. Only a digest is kept.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast

from sqlalchemy import ColumnElement, Table, insert, select, update

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db, writing
from portal.domain.errors import Invalid, PortalError
from portal.domain.signing_in import LINK_LASTS_FOR, SessionEnd
from portal.domain.vocabulary import JoiningPurpose
from portal.models.people import JoiningLink, User
from portal.services import known_people, local_sign_in, passwords, sessions, sign_in, sleeping
from portal.services.changes import Change, changing
from portal.services.mailing import goes_by_mail, queue_account_mail

LONGEST_NAME = 120

_LINKS = cast(Table, JoiningLink.__table__)


class LinkOver(PortalError):
    """The link was used, is too old, was replaced by a newer one, or never existed: nobody is told which."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that still works, and whose it is."""

    id: int
    user_id: int
    name: str
    email: str
    purpose: JoiningPurpose


def link_address(base_url: str, token: str) -> str:
    """The link to hand over; `base_url` is the setting, never what a request's Host header says."""
    return f"{base_url.rstrip('/')}/join/{token}"


@dataclass(frozen=True, slots=True)
class MailedLink:
    """A link as its mail carries it."""

    token: str
    purpose: JoiningPurpose
    expires_at: datetime


def hand_over_link(change: Change, user_id: int, purpose: JoiningPurpose) -> str | None:
    """Make a link for a person: its token for whoever made it to hand over, or None where it goes by mail."""
    if not goes_by_mail(change):
        return make_link(change, user_id, purpose)
    # Nobody ever sees the token of this digest: the mail's own takes its place when it is sent.
    link_id = _add_link(change, user_id, purpose, secrets.token_urlsafe(32))
    queue_account_mail(change, user_id, f"joining:{link_id}", joining_link_id=link_id)
    return None


def make_link(change: Change, user_id: int, purpose: JoiningPurpose) -> str:
    """Make a link for a person and give its token, which is kept nowhere. Their older unused links stop working."""
    token = secrets.token_urlsafe(32)
    _add_link(change, user_id, purpose, token)
    return token


def mailed_link(link_id: int, now: datetime) -> MailedLink | None:
    """The link for its mail, which is being sent; None where it was used, replaced or let lapse meanwhile.

    Its token comes from a key rather than by chance, so that a mail that goes twice carries the same link twice.
    """
    with writing() as session:
        still_works = (_LINKS.c.id == link_id, _LINKS.c.used_at.is_(None), _LINKS.c.expires_at > now)
        link = session.execute(
            select(_LINKS.c.made_at, _LINKS.c.purpose, _LINKS.c.expires_at).where(*still_works)
        ).first()
        if link is None:
            return None
        keyed = keyring.blind_index(link.made_at.isoformat(), f"joining_links.token {link_id}")
        token = urlsafe_b64encode(keyed).decode().rstrip("=")
        session.execute(update(_LINKS).where(*still_works).values(token_digest=_digest(token)))
    return MailedLink(token, link.purpose, link.expires_at)


def _add_link(change: Change, user_id: int, purpose: JoiningPurpose, token: str) -> int:
    now = change.viewer.now
    change.session.execute(
        update(_LINKS)
        .where(_LINKS.c.user_id == user_id, _LINKS.c.used_at.is_(None), _LINKS.c.expires_at > now)
        .values(expires_at=now)
    )
    link_id: int = change.session.execute(
        insert(_LINKS)
        .values(
            token_digest=_digest(token),
            user_id=user_id,
            purpose=purpose,
            made_by_id=change.viewer.user_id,
            made_at=now,
            expires_at=now + LINK_LASTS_FOR,
        )
        .returning(_LINKS.c.id)
    ).scalar_one()
    change.log("joining_link.made", "person", user_id)
    return link_id


def open_link(token: str, now: datetime) -> OpenLink:
    """Whose link it is; looking uses nothing up. Raises LinkOver."""
    return _open(JoiningLink.token_digest == _digest(token), now)


def _open(which: ColumnElement[bool], now: datetime) -> OpenLink:
    row = db.session.execute(
        select(JoiningLink.id, JoiningLink.user_id, User.name, User.email, JoiningLink.purpose)
        .join(User, User.id == JoiningLink.user_id)
        .where(
            which,
            JoiningLink.used_at.is_(None),
            JoiningLink.expires_at > now,
            User.deactivated_at.is_(None),
        )
    ).first()
    if row is None:
        raise LinkOver("This link does not work any more.")
    return OpenLink(*row)


def use_link(
    viewer: Viewer, token: str, name: str, password: str, *, hashed: str | None = None
) -> sign_in.SignIn | None:
    """Use a link up: set its person's password and name, end all their sign-ins, and start a new one.

    `hashed` is the password's hash where it was made before, because the demonstration's hundred people share one.
    None where the person has no current membership to sign in under. Raises LinkOver, and Invalid for a name or
    password that cannot be taken; the link then still works.
    """
    link = open_link(token, viewer.now)
    if link.purpose is JoiningPurpose.SIGN_ON:
        raise LinkOver("This link sets no password.")
    words = _tidy_name(name)
    passwords.check_new(password, name=words, email=link.email)
    hashed = hashed or passwords.hash_password(password)
    person = known_people.find_by_id(link.user_id)
    if person is None:
        raise LinkOver("This link does not work any more.")
    if (agency := local_sign_in.agency_without(person.at(viewer.now))) is not None:
        raise Invalid(local_sign_in.why_off(agency))
    with changing(person.at(viewer.now)) as change:
        _use_up(change, link)
        change.session.execute(
            update(User)
            .where(User.id == link.user_id)
            .values(password_hash=hashed)
            .execution_options(synchronize_session=False)
        )
        wake(change, person)
        if words != person.name:
            _rename(change, link.user_id, words)
        sessions.end_sessions(change.session, link.user_id, reason=SessionEnd.PASSWORD_CHANGED)
        change.log("person.password_set", "person", link.user_id)
        if link.purpose is JoiningPurpose.NEW_PASSWORD:
            passwords.tell_changed(change, link.user_id)
        return sign_in.begin(change, person) if person.hats else None


def still_open(link_id: int, now: datetime) -> OpenLink:
    """The link of this id, which somebody has opened and not used yet. Raises LinkOver."""
    return _open(JoiningLink.id == link_id, now)


def agency_without_password(link: OpenLink, now: datetime) -> str | None:
    """The agency of the link's person that asks for single sign-on; None where they may choose a password."""
    person = known_people.find_by_id(link.user_id)
    return local_sign_in.agency_without(person.at(now)) if person is not None else None


def unknown_password() -> str:
    """A password that nobody knows, for an account that has joined by single sign-on."""
    return secrets.token_urlsafe(32)


def take_up(change: Change, link: OpenLink) -> int | None:
    """Use a link up for something else than a password; gives who made it. Raises LinkOver."""
    _use_up(change, link)
    return change.session.scalar(select(JoiningLink.made_by_id).where(JoiningLink.id == link.id))


def wake(change: Change, person: known_people.KnownPerson) -> None:
    """Wake the account of a person who takes a link: who looks after all their roles gave it to them."""
    if person.is_asleep:
        sleeping.wake_in(change, person.user_id)


def _use_up(change: Change, link: OpenLink) -> None:
    """Of two that send the form at once, the second finds the link used."""
    done = change.session.execute(
        update(_LINKS)
        .where(_LINKS.c.id == link.id, _LINKS.c.used_at.is_(None), _LINKS.c.expires_at > change.viewer.now)
        .values(used_at=change.viewer.now)
        .returning(_LINKS.c.id)
    ).first()
    if done is None:
        raise LinkOver("This link does not work any more.")


def _rename(change: Change, user_id: int, name: str) -> None:
    user = change.session.get_one(User, user_id)
    user.name = name
    change.log("person.renamed", "person", user_id)


def _tidy_name(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Invalid("Enter your name.", errors={"name": ["Enter your name"]})
    if len(words) > LONGEST_NAME or not words.isprintable():
        raise Invalid("Use another name.", errors={"name": [f"Your name must be {LONGEST_NAME} characters or fewer"]})
    return words


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
