"""Passwords: hashed with argon2, compared without telling whether there was anything to compare with."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from weakref import WeakKeyDictionary

import structlog
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid
from portal.domain.passwords import password_faults
from portal.domain.signing_in import SessionEnd
from portal.gateways.breached_passwords import is_breached
from portal.models.people import User
from portal.services import known_people, sessions, throttle
from portal.services.changes import Change, changing
from portal.services.mailing import goes_by_mail, queue_account_mail

log = structlog.get_logger("portal.passwords")

hasher = PasswordHasher()

NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=4$+Oth7sPLgrKXiApeZV0i2A$6iSGHonqqgRBSO/H5AKBl+YDiPfOpB+VDdWPmNCP2JI"
"""Of no password: compared with where there is no account, so that the answer takes as long."""


_larger_lists: WeakKeyDictionary[Engine, Path | None] = WeakKeyDictionary()


def install_breached_passwords(larger: Path | None) -> None:
    """Look new passwords up there too, in the running app; None for the portal's own list alone."""
    _larger_lists[db.engine] = larger


class WrongPassword(Invalid):
    """The password that somebody gave for an account, or for a change of it, is not the right one."""


def hash_password(password: str) -> str:
    """The hash to store. It takes its time: never call it inside `writing()`."""
    return hasher.hash(_plain(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password is the stored hash's; without one it is not, and that takes as long to say."""
    try:
        return hasher.verify(stored or NOBODYS_HASH, _plain(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return hasher.check_needs_rehash(stored)


def check_new(password: str, *, name: str, email: str, field: str = "password") -> None:
    """Raise Invalid, at the form's field, for a password that is too easily guessed."""
    faults = password_faults(password, name=name, email=email)
    if not faults and _is_breached(password):
        faults = ["This password is in published lists of stolen passwords. Choose another"]
    if faults:
        raise Invalid("Choose another password.", errors={field: faults})


def _is_breached(password: str) -> bool:
    larger = _larger_lists.get(db.engine)
    try:
        return is_breached(password, larger)
    except OSError as fault:
        # Nobody's new password waits for a disk: the portal's own list is looked through all the same.
        log.warning("breached passwords unread", path=str(larger), fault=str(fault))
        return is_breached(password)


def replace_password(change: Change, user_id: int, hashed: str, *, before: str | None) -> bool:
    """Store a new hash unless the password was changed meanwhile; says whether it was stored."""
    same = User.password_hash.is_(None) if before is None else User.password_hash == before
    done = change.session.execute(
        update(User)
        .where(User.id == user_id, same)
        .values(password_hash=hashed)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).first()
    return done is not None


def change_password(viewer: Viewer, current: str, new: str, address: str) -> str:
    """Change the viewer's own password; gives this session's new token. All their other sessions end.

    Raises Throttled, WrongPassword where `current` is wrong, and Invalid where `new` is too easily guessed.
    """
    person = confirm_password(viewer, current, address)
    if current == new:
        raise Invalid("Choose another password.", errors={"new_password": ["Choose a password you do not use already"]})
    check_new(new, name=person.name, email=person.email, field="new_password")
    hashed = hash_password(new)
    with changing(viewer) as change:
        if not replace_password(change, person.user_id, hashed, before=person.password_hash):
            raise sessions.SignInOver("Your password was changed somewhere else a moment ago. Sign in again.")
        # The password alone is not all that a sign-in may ask for.
        token = sessions.renew(change, viewer.session_id, proved=False)
        sessions.end_sessions(
            change.session, person.user_id, except_id=viewer.session_id, reason=SessionEnd.PASSWORD_CHANGED
        )
        change.log("person.password_changed", "person", person.user_id)
        tell_changed(change, person.user_id)
    return token


def tell_changed(change: Change, user_id: int) -> None:
    """Tell somebody by mail that their password was changed, in case it was not they who changed it."""
    if goes_by_mail(change):
        queue_account_mail(change, user_id, f"password_changed:{user_id}:{change.viewer.now.timestamp():.6f}")


def confirm_password(viewer: Viewer, password: str, address: str) -> known_people.KnownPerson:
    """Make sure that it is still the viewer who sits there; a wrong password counts as a wrong guess."""
    guess = throttle.begin(viewer.now, viewer.email, address)
    person = known_people.find_by_id(viewer.user_id or 0)
    if not is_right(person.password_hash if person else None, password) or person is None:
        with changing(viewer) as change:
            throttle.log_wrong(change, "person.password_refused")
        raise WrongPassword("That is not your password.", errors={"password": ["This is not your current password"]})
    with writing() as session:
        throttle.forget(session, guess)
    return person


def _plain(password: str) -> bytes:
    """One spelling for what two keyboards send differently, such as an é in one sign or in two."""
    return unicodedata.normalize("NFKC", password).encode(errors="replace")
