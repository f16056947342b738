"""The key that a partnership signs returns with, and the keys of others that it trusts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most
from portal.database.types import EncryptedText


class SigningKey(Base):
    """A partnership's own Ed25519 key pair, made when it is first needed."""

    __tablename__ = "signing_keys"
    __table_args__ = (at_most("public_key", 60), at_most("fingerprint", 60))

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"), primary_key=True)
    private_key: Mapped[str] = mapped_column(EncryptedText("signing_keys.private_key"))
    public_key: Mapped[str] = mapped_column(String(60))
    fingerprint: Mapped[str] = mapped_column(String(60))
    made_at: Mapped[datetime]


class TrustedKey(Base):
    """Another partnership's public key, whose returns are taken in."""

    __tablename__ = "trusted_keys"
    __table_args__ = (
        UniqueConstraint("partnership_id", "fingerprint"),
        at_most("name", 120),
        at_most("public_key", 60),
        at_most("fingerprint", 60),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    name: Mapped[str] = mapped_column(String(120))
    """Whose key it is, in the words of whoever entered it."""
    public_key: Mapped[str] = mapped_column(String(60))
    fingerprint: Mapped[str] = mapped_column(String(60))
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
