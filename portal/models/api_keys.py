"""Keys by which machines read figures, and the requests that are counted to hold back too many."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, at_most
from portal.models.partnerships import Agency
from portal.models.people import User


class ApiKey(Base):
    """One key, of one agency or of the partnership. It is shown once; only its digest is kept."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("digest"),
        ForeignKeyConstraint(
            ["partnership_id", "agency_id"],
            ["partnership_agencies.partnership_id", "partnership_agencies.agency_id"],
        ),
        at_most("name", 80),
        at_most("ending", 4),
        CheckConstraint("uses >= 0", name="uses_positive"),
        Index("ix_api_keys_partnership", "partnership_id", "agency_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    agency_id: Mapped[int | None]
    """Empty for a key to the whole partnership's figures."""
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    ending: Mapped[str] = mapped_column(String(4))
    """The key's last characters, by which people tell it from others."""
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ends_on: Mapped[date]
    """The last day on which it opens anything, London's."""
    ended_at: Mapped[datetime | None]
    """When somebody ended it by hand."""
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    last_used_at: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(default=0)

    agency: Mapped[Agency | None] = relationship(
        Agency, primaryjoin="foreign(ApiKey.agency_id) == Agency.id", lazy="raise", viewonly=True
    )
    made_by: Mapped[User | None] = relationship(User, foreign_keys=[made_by_id], lazy="raise", viewonly=True)


class ApiRequest(Base):
    """A request of the last moments, counted against its key, or without a good one against its address."""

    __tablename__ = "api_requests"
    __table_args__ = (
        Index("ix_api_requests_key_at", "key_id", "at"),
        Index("ix_api_requests_address_at", "address", "at"),
        Index("ix_api_requests_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    address: Mapped[str] = mapped_column(String(64))
    """For IPv6 the network; empty where the key was good."""
    at: Mapped[datetime]
