"""Who is signed in now, who tried, and what a person had typed when their session ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.signing_in import SessionEnd, SignInWay


class SignInSession(Base):
    """One sign-in on one browser; the cookie holds a token of which only the digest stands here."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (one_of("ended_by", SessionEnd), one_of("way", SignInWay), at_most("browser", 60))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("memberships.id"))
    code_checked: Mapped[bool]
    """Whether the second step was passed; without it the session opens nothing but that step."""
    setup_secret: Mapped[str | None] = mapped_column(EncryptedText("sign_in_sessions.setup_secret"))
    """The authenticator's key while it is being set up: the session's own, so that nobody saw it before."""
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Written at most every 30 seconds."""
    proved_at: Mapped[datetime | None]
    """When its person last took every step that signing in asks of them; empty while a step is still to come."""
    way: Mapped[SignInWay | None]
    """By what they signed in; empty where that was before it was written down."""
    browser: Mapped[str | None] = mapped_column(String(60))
    """In plain words: what the browser calls itself is not kept."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[SessionEnd | None]


class SignInAttempt(Base):
    """A wrong guess, counted against the account and the address it came from."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_account_at", "account_digest", "at"),
        Index("ix_sign_in_attempts_address_at", "address", "at"),
        Index("ix_sign_in_attempts_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Of the address typed, whether or not it has an account: the answer must not tell."""
    address: Mapped[str] = mapped_column(String(64))
    """Of the browser; for IPv6 its network, because everybody there has addresses without number."""
    at: Mapped[datetime]


class KeptForm(Base):
    """What somebody posted after their session had ended, kept for their next sign-in, for a day."""

    __tablename__ = "kept_forms"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    """Of the membership for which the page was drawn: whoever no longer works there does not get it back."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    path: Mapped[str] = mapped_column(String(300))
    content: Mapped[str] = mapped_column(EncryptedText("kept_forms.content"))
    kept_at: Mapped[datetime]
