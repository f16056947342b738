"""Passkeys in the world: in each partnership p.other_gp, its lead's, whose device is `passkey_of(letter)`.

The same person has a sign-in open in another browser: world.open_sessions["p.other_gp"].
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.signing_in import SignInWay
from portal.models.passkeys import Passkey
from portal.models.people import User
from portal.models.sessions import SignInSession
from tests.soft_passkeys import SoftPasskey
from tests.world import BEFORE, NOW, PARTNERSHIPS, World

OWNER = "other_gp.lead"


def passkey_of(letter: str) -> SoftPasskey:
    """The device of a partnership's owner, as it is now."""
    return SoftPasskey(f"{letter}.{OWNER}", count=8, handle=_handle(letter))


class PasskeyBuilder:
    """Writes them in one open transaction."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """The same in both partnerships."""
        for letter in PARTNERSHIPS:
            whose, device = f"{letter}.{OWNER}", passkey_of(letter)
            person = self.world.person(whose)
            self.session.execute(update(User).where(User.id == person.user_id).values(passkey_handle=device.handle))
            passkey = Passkey(
                user_id=person.user_id,
                credential_id=device.credential_id,
                public_key=device.public_key,
                sign_count=7,
                transports="internal",
                name=self.world.mark("passkey", letter, {whose}, f"ZQ-{letter.upper()}-PASSKEY-QZ"),
                made_at=BEFORE,
            )
            elsewhere = SignInSession(
                token_digest=sha256(f"elsewhere {letter}".encode()).digest(),
                user_id=person.user_id,
                membership_id=person.hat.membership_id,
                code_checked=True,
                started_at=NOW - timedelta(hours=1),
                last_seen_at=NOW - timedelta(minutes=5),
                proved_at=NOW - timedelta(hours=1),
                way=SignInWay.PASSWORD_AND_CODE,
                browser=self.world.mark("browser", letter, {whose}, f"ZQ-{letter.upper()}-BROWSER-QZ"),
            )
            self.session.add_all([passkey, elsewhere])
            self.session.flush()
            self.world.passkeys[f"{letter}.other_gp"] = passkey.id
            self.world.open_sessions[f"{letter}.other_gp"] = elsewhere.id


def _handle(letter: str) -> bytes:
    return sha256(f"handle {letter}.{OWNER}".encode()).digest()
