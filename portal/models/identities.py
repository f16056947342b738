"""Who somebody is at a provider of single sign-on, sign-ins that were begun there, and those that came of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most
from portal.database.types import EncryptedText


class Identity(Base):
    """A person's identity at one provider, by which they sign in; each belongs to one account."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        UniqueConstraint("user_id", "issuer"),
        at_most("provider", 32),
        at_most("issuer", 255),
        at_most("subject", 600),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    provider: Mapped[str] = mapped_column(String(32))
    """Its name in the settings when it was linked."""
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(600))
    """By what the provider knows the person; at Entra ID the tenant's id and theirs in it."""
    linked_at: Mapped[datetime]
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who made the link by which it was linked; empty for a command."""
    last_used_at: Mapped[datetime | None]


class SignOnAttempt(Base):
    """A sign-in that was begun: from leaving for a provider to coming back, in one browser, once."""

    __tablename__ = "sign_on_attempts"
    __table_args__ = (
        Index("ix_sign_on_attempts_address", "address", "began_at"),
        Index("ix_sign_on_attempts_ends", "ends_at"),
        at_most("provider", 32),
        at_most("nonce", 64),
        at_most("wanted", 1000),
        at_most("address", 64),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of what its cookie holds: an answer that another browser brings is none."""
    provider: Mapped[str] = mapped_column(String(32))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(EncryptedText("sign_on_attempts.verifier"))
    """PKCE's: without it nobody who has read the code gets a token for it."""
    wanted: Mapped[str | None] = mapped_column(String(1000))
    """The page of the portal to go on to."""
    joining_link_id: Mapped[int | None] = mapped_column(ForeignKey("joining_links.id", ondelete="CASCADE"))
    """The link that is being taken, by which the identity is linked."""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_sessions.id", ondelete="CASCADE"))
    """The sign-in whose person is to show anew that it is they; empty where somebody signs in."""
    address: Mapped[str] = mapped_column(String(64))
    """Of the browser, as wrong guesses are counted: for IPv6 its network."""
    began_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class ProvidedSession(Base):
    """That a sign-in was made by a provider: what it takes to sign out there, and whether its second step counts."""

    __tablename__ = "provided_sessions"
    __table_args__ = (at_most("provider", 32),)

    session_id: Mapped[int] = mapped_column(ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(String(32))
    has_second_step: Mapped[bool]
    """Whether the provider said, in words that the settings trust, that a second step was taken there."""
    proved_at: Mapped[datetime | None]
    """When the provider last vouched anew for who sits there, since they signed in."""
    id_token: Mapped[str | None] = mapped_column(EncryptedText("provided_sessions.id_token"))
    """By which the provider knows the sign-in again; gone once its person has signed out, or in anew."""
