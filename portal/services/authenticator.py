"""The second step: codes from an authenticator app (RFC 6238), each taken once, and recovery codes for a lost phone."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import pyotp
import segno
from sqlalchemy import Table, delete, func, insert, or_, select, update

from portal.access.viewer import Viewer
from portal.database.encryption import keyring
from portal.database.session import db
from portal.domain.errors import Invalid
from portal.models.people import RecoveryCode, User
from portal.models.sessions import SignInSession
from portal.services import passwords, sessions
from portal.services.changes import Change, changing

ISSUER = "Safeguarding portal"
PERIOD = 30
RECOVERY_CODES = 10
_DIGITS = 6
# Without letters and digits that are taken for one another when they are read from paper.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS = 3
_GROUP_LENGTH = 4
_PLACE = "recovery_codes.code_digest"

_USERS = cast(Table, User.__table__)
_CODES = cast(Table, RecoveryCode.__table__)


class WrongCode(Invalid):
    """The code is wrong, or was taken before."""


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a person needs to tie an app to their account."""

    key: str = field(repr=False)
    """To type in, in groups of four letters."""
    address: str = field(repr=False)
    """The same as an `otpauth:` address."""

    @property
    def qr_code(self) -> str:
        """The same as a picture to scan: an `<svg>` element, which takes longer to draw than all the rest."""
        return segno.make(self.address, error="m", micro=False).svg_inline(
            scale=5, border=4, light="#fff", svgclass=None, lineclass=None
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """A code that was taken; `codes_left` is set where it was a recovery code."""

    codes_left: int | None = None


def new_secret() -> str:
    """A key to share with an app, of 160 bits."""
    return pyotp.random_base32()


def set_up(viewer: Viewer) -> SetUp:
    """What to show for the set-up; the key is the pending session's own. SignInOver where there is none."""
    secret = db.session.scalar(
        select(SignInSession.setup_secret).where(
            SignInSession.id == viewer.session_id, SignInSession.ended_at.is_(None)
        )
    )
    if secret is None:
        raise sessions.SignInOver("You were signed out while you were signing in. Start again.")
    address = pyotp.TOTP(secret).provisioning_uri(name=viewer.email, issuer_name=ISSUER)
    return SetUp(" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)), address)


def confirm(change: Change, session_id: int | None, code: str) -> bool:
    """Tie the pending session's key to the account by a first code from it; that code is used up with it.

    False for a wrong code, and for an account to which an app was tied meanwhile.
    """
    secret = change.session.scalar(select(SignInSession.setup_secret).where(SignInSession.id == session_id))
    step = matching_step(secret, code, change.viewer.now)
    if step is None:
        return False
    done = change.session.execute(
        update(User)
        .where(User.id == change.viewer.user_id, User.totp_confirmed_at.is_(None))
        .values(totp_secret=secret, totp_confirmed_at=change.viewer.now, totp_last_step=step)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    ).first()
    return done is not None


def accept(change: Change, code: str) -> Accepted | None:
    """Take a code of the change's person, from the app or a recovery code; None where it is wrong or used."""
    typed = "".join(code.split())
    if len(typed) == _DIGITS and typed.isascii() and typed.isdigit():
        return _accept_app_code(change, typed)
    return _accept_recovery_code(change, typed)


def matching_step(secret: str | None, code: str, now: datetime) -> int | None:
    """The number of the 30 seconds for which the code stands: these, the ones before or the ones after."""
    typed = "".join(code.split())
    if secret is None or not (typed.isascii() and typed.isdigit()):
        return None
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // PERIOD
    # All three are compared, so that the time taken does not tell which one it was.
    steps = (current - 1, current, current + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)]
    return found[0] if found else None


def _accept_app_code(change: Change, code: str) -> Accepted | None:
    user_id = change.viewer.user_id
    tied = User.totp_confirmed_at.is_not(None)
    secret = change.session.scalar(select(User.totp_secret).where(User.id == user_id, tied))
    step = matching_step(secret, code, change.viewer.now)
    if step is None:
        return None
    # The database decides who was first: of two that send one code, the second finds the step already taken.
    done = change.session.execute(
        update(_USERS)
        .where(
            _USERS.c.id == user_id,
            or_(_USERS.c.totp_last_step.is_(None), _USERS.c.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(_USERS.c.id)
    ).first()
    return Accepted() if done is not None else None


def _accept_recovery_code(change: Change, code: str) -> Accepted | None:
    user_id = change.viewer.user_id
    done = change.session.execute(
        update(_CODES)
        .where(
            _CODES.c.user_id == user_id,
            _CODES.c.code_digest.in_(keyring.blind_indexes(code, _PLACE)),
            _CODES.c.used_at.is_(None),
        )
        .values(used_at=change.viewer.now)
        .returning(_CODES.c.id)
    ).first()
    if done is None:
        return None
    change.log("person.recovery_code_used", "person", user_id)
    return Accepted(codes_left=_codes_left(change, user_id))


def _codes_left(change: Change, user_id: int | None) -> int:
    left = select(func.count()).where(_CODES.c.user_id == user_id, _CODES.c.used_at.is_(None))
    return change.session.scalar(left) or 0


def recovery_codes_left(viewer: Viewer) -> int | None:
    """How many of the viewer's own recovery codes still work; None where they sign in without an app."""
    row = db.session.execute(
        select(
            User.totp_confirmed_at,
            select(func.count()).where(_CODES.c.user_id == User.id, _CODES.c.used_at.is_(None)).scalar_subquery(),
        ).where(User.id == viewer.user_id)
    ).one()
    return row[1] if row[0] is not None else None


def make_recovery_codes(viewer: Viewer, password: str, address: str) -> list[str]:
    """Make the viewer ten new recovery codes; the old ones stop working. Raises Throttled and WrongPassword."""
    person = passwords.confirm_password(viewer, password, address)
    if not person.has_authenticator:
        raise Invalid("You sign in without an authenticator app, so you need no recovery codes.")
    with changing(viewer) as change:
        codes = write_recovery_codes(change)
        change.log("person.recovery_codes_made", "person", viewer.user_id)
    return codes


def write_recovery_codes(change: Change) -> list[str]:
    """Replace the recovery codes of the change's person; only digests are kept, so show them now or never."""
    user_id = change.viewer.user_id
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    change.session.execute(delete(_CODES).where(_CODES.c.user_id == user_id))
    change.session.execute(
        insert(_CODES),
        [
            {"user_id": user_id, "code_digest": keyring.blind_index(code, _PLACE), "key_id": keyring.writing_id}
            for code in codes
        ],
    )
    return codes


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_GROUPS * _GROUP_LENGTH))
    return "-".join(letters[start : start + _GROUP_LENGTH] for start in range(0, len(letters), _GROUP_LENGTH))
