"""People, the memberships that say what they may do where, and how they prove who they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.database.types import EncryptedText
from portal.domain.vocabulary import AGENCY_ROLES, AgencyType, JoiningPurpose, Post, Role
from portal.models.partnerships import Agency, Partnership, Team


class User(Versioned, Base):
    """One person with one sign-in, whatever number of agencies and partnerships they serve."""

    __tablename__ = "users"
    __table_args__ = (
        at_most("email", 254),
        at_most("name", 120),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_users_passkey_handle", "passkey_handle", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText("users.totp_secret"))
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    """The last 30-second step whose code was accepted: a code works once."""
    passkey_handle: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """By which authenticators know the account: random, so that it tells nothing of the person."""
    deactivated_at: Mapped[datetime | None]
    asleep_at: Mapped[datetime | None]
    """When an account that nobody had used for long was put to sleep; a lead or an administrator wakes it."""
    last_signed_in_at: Mapped[datetime | None]
    woken_at: Mapped[datetime | None]
    """When it was woken last: from then on it is counted anew how long it is not used."""
    created_at: Mapped[datetime]


class Membership(Versioned, Base):
    """A person's role in one partnership, for an agency where the role belongs to one."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        ForeignKeyConstraint(["partnership_id", "team_id"], ["teams.partnership_id", "teams.id"]),
        one_of("role", Role),
        one_of("post", Post),
        one_of("sector", AgencyType),
        CheckConstraint(
            f"agency_id IS NOT NULL OR role NOT IN ({', '.join(repr(str(role)) for role in sorted(AGENCY_ROLES))})",
            name="agency_role_has_agency",
        ),
        Index("ix_memberships_user", "user_id"),
        Index("ix_memberships_partnership_agency", "partnership_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    agency_id: Mapped[int | None]
    team_id: Mapped[int | None]
    role: Mapped[Role]
    post: Mapped[Post | None]
    sector: Mapped[AgencyType | None]
    """The agency type whose figures a sector lead sees."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise", viewonly=True)
    partnership: Mapped[Partnership] = relationship(lazy="raise", viewonly=True)
    agency: Mapped[Agency | None] = relationship(
        Agency,
        primaryjoin="foreign(Membership.agency_id) == Agency.id",
        lazy="raise",
        viewonly=True,
    )
    team: Mapped[Team | None] = relationship(
        Team, primaryjoin="foreign(Membership.team_id) == Team.id", lazy="raise", viewonly=True
    )


class JoiningLink(Base):
    """A link that lets one person set a password, once and for three days; only its digest is kept."""

    __tablename__ = "joining_links"
    __table_args__ = (one_of("purpose", JoiningPurpose),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[JoiningPurpose]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """A code to sign in with, once, when the telephone with the authenticator app is lost."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    code_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    key_id: Mapped[str | None] = mapped_column(String(16))
    """The portal's key that made the digest, without which the code stops working; empty: made before it was noted."""
    used_at: Mapped[datetime | None]
