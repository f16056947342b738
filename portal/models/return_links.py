"""The two-minute return: people of agencies who need no account, the links made for them, codes and short sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.return_links import CODE_TRIES, CodeWay
from portal.models.meetings import Invitation
from portal.models.messages import Mail
from portal.models.partnerships import Agency
from portal.models.people import User

STILL_NAMED = "ended_at IS NULL"
STILL_OUT = "used_at IS NULL AND withdrawn_at IS NULL"


class AgencyContact(Versioned, Base):
    """A person of an agency at their work address, who may answer by a link.

    Who they are stands in `users` like everybody who acts here; they have no password and no membership, so that they
    can never sign in.
    """

    __tablename__ = "agency_contacts"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        Index(
            "ix_agency_contacts_named",
            "partnership_id",
            "agency_id",
            "user_id",
            unique=True,
            sqlite_where=text(STILL_NAMED),
            postgresql_where=text(STILL_NAMED),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    telephone: Mapped[str | None] = mapped_column(EncryptedText("agency_contacts.telephone"))
    """In E.164, for codes alone; without one, codes are read out."""
    added_at: Mapped[datetime]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise", viewonly=True)
    agency: Mapped[Agency] = relationship(
        Agency, primaryjoin="foreign(AgencyContact.agency_id) == Agency.id", lazy="raise", viewonly=True
    )


class ReturnLink(Versioned, Base):
    """A link for one contact to one invitation; only its token's digest is kept.

    Whether it still works is worked out from these facts and the invitation's at every request, so that nothing that
    ends it can forget to.
    """

    __tablename__ = "return_links"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(["partnership_id", "invitation_id"], ["invitations.partnership_id", "invitations.id"]),
        ForeignKeyConstraint(
            ["partnership_id", "contact_id"], ["agency_contacts.partnership_id", "agency_contacts.id"]
        ),
        # One at a time: whoever holds an older one must not find it working again.
        Index(
            "ix_return_links_out",
            "invitation_id",
            unique=True,
            sqlite_where=text(STILL_OUT),
            postgresql_where=text(STILL_OUT),
        ),
        Index("ix_return_links_contact", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    invitation_id: Mapped[int]
    contact_id: Mapped[int]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id"), index=True)
    """The mail that carries it; empty where the portal sends none and it was handed over."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    expires_at: Mapped[datetime]
    answer_stood_at: Mapped[datetime | None]
    """When the invitation had been answered, if it was, as the link was made or last used: another moment means that
    somebody else has answered since. So for the two below."""
    declaration_stood_at: Mapped[datetime | None]
    report_stood_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    last_used_at: Mapped[datetime | None]
    """When something was last sent by it; it works on while something is still asked."""
    used_at: Mapped[datetime | None]
    """When all that it asks for had been sent."""

    invitation: Mapped[Invitation] = relationship(
        Invitation, primaryjoin="foreign(ReturnLink.invitation_id) == Invitation.id", lazy="raise", viewonly=True
    )
    contact: Mapped[AgencyContact] = relationship(
        AgencyContact, primaryjoin="foreign(ReturnLink.contact_id) == AgencyContact.id", lazy="raise", viewonly=True
    )
    mail: Mapped[Mail | None] = relationship(lazy="raise", viewonly=True)
    made_by: Mapped[User] = relationship(foreign_keys=[made_by_id], lazy="raise", viewonly=True)


class ReturnCode(Base):
    """A code for a link. Its digits come from a key and stand nowhere; each try is counted before it is looked at."""

    __tablename__ = "return_codes"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "link_id"], ["return_links.partnership_id", "return_links.id"]),
        one_of("way", CodeWay),
        CheckConstraint(f"tries >= 0 AND tries <= {CODE_TRIES}", name="tries_counted"),
        Index("ix_return_codes_link", "link_id", "made_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    link_id: Mapped[int]
    way: Mapped[CodeWay]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The coordinator who read it out; empty for one that went by text message."""
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class ReturnSession(Base):
    """A browser that has opened a link with its code; its cookie holds a token of which only the digest stands here."""

    __tablename__ = "return_sessions"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "link_id"], ["return_links.partnership_id", "return_links.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    link_id: Mapped[int] = mapped_column(index=True)
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    started_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """Written at most every 30 seconds."""
