"""Passkeys that people sign in with, and the challenges that wait for an answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.passkeys import ChallengePurpose


class Passkey(Base):
    """One passkey of one person. What stands here opens nothing: the secret half never leaves their device."""

    __tablename__ = "passkeys"
    __table_args__ = (
        at_most("transports", 100),
        CheckConstraint("sign_count >= 0", name="sign_count_positive"),
        Index("ix_passkeys_credential_id", "credential_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it was used, as it counted itself last; always 0 for one that is kept in several devices."""
    transports: Mapped[str] = mapped_column(String(100))
    """By which ways browsers reach it, with commas between: a hint for them."""
    name: Mapped[str] = mapped_column(EncryptedText("passkeys.name"))
    """As the person calls it."""
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """Random bytes that an authenticator has to sign: for one purpose, for one sign-in or browser, once."""

    __tablename__ = "passkey_challenges"
    __table_args__ = (
        one_of("purpose", ChallengePurpose),
        CheckConstraint("(session_id IS NULL) = (browser_digest IS NOT NULL)", name="is_of_one"),
        Index("ix_passkey_challenges_challenge", "challenge", unique=True),
        Index("ix_passkey_challenges_made_at", "made_at"),
        Index("ix_passkey_challenges_network", "network", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    challenge: Mapped[bytes] = mapped_column(LargeBinary(32))
    purpose: Mapped[ChallengePurpose]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), index=True)
    """The sign-in that it was given to."""
    browser_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Before anybody is signed in: of what the browser's cookie holds."""
    network: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
