"""Packs that people ask for and the worker makes: the queue of those to come, and the register of those made."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database.declarative import Base, Versioned, at_most, one_of
from portal.domain.packs import PackFormat, PackKind, PackState
from portal.models.files import StoredFile
from portal.models.people import User

TO_MAKE = f"state IN ('{PackState.WAITING.value}', '{PackState.MAKING.value}')"
"""The few that the worker looks for."""

LONGEST_STANDING = 200
LONGEST_REASON = 200


class Pack(Versioned, Base):
    """One pack of a period. What it says never changes; of a later day, or another revision, another one is made.

    Its row stays when its files are deleted: who made it, and who opened it.
    """

    __tablename__ = "packs"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        ForeignKeyConstraint(
            ["partnership_id", "asked_by_membership_id"], ["memberships.partnership_id", "memberships.id"]
        ),
        one_of("kind", PackKind),
        one_of("state", PackState),
        at_most("standing", LONGEST_STANDING),
        at_most("why_failed", LONGEST_REASON),
        CheckConstraint("last_on >= first_on", name="ends_after_it_begins"),
        CheckConstraint("attempts >= 0 AND step >= 0 AND steps >= step", name="steps_counted"),
        CheckConstraint(f"(state = '{PackState.FAILED.value}') = (why_failed IS NOT NULL)", name="failed_for_a_reason"),
        CheckConstraint(f"(state = '{PackState.DELETED.value}') = (deleted_at IS NOT NULL)", name="deleted_at_a_time"),
        CheckConstraint("(made_at IS NULL) = (standing IS NULL)", name="made_as_at_a_day"),
        Index("ix_packs_list", "partnership_id", "asked_at"),
        Index("ix_packs_to_make", "asked_at", sqlite_where=text(TO_MAKE), postgresql_where=text(TO_MAKE)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    kind: Mapped[PackKind]
    first_on: Mapped[date]
    last_on: Mapped[date]
    is_whole: Mapped[bool]
    """Whether small numbers stand in it: then only roles that work with the children open it."""
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_by_membership_id: Mapped[int]
    """With whose eyes a pack with whole numbers is made."""
    state: Mapped[PackState]
    claimed_until: Mapped[datetime | None]
    """Until when the worker that makes it has it to itself."""
    attempts: Mapped[int] = mapped_column(default=0)
    step: Mapped[int] = mapped_column(default=0)
    """How many of its steps are done."""
    steps: Mapped[int] = mapped_column(default=0)
    why_failed: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    """In our own words, which name nothing that a pack holds."""
    made_at: Mapped[datetime | None]
    as_at: Mapped[date | None]
    """The day as at which its figures stand."""
    standing: Mapped[str | None] = mapped_column(String(LONGEST_STANDING))
    """Which months were frozen, with their revisions."""
    is_frozen: Mapped[bool | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id], lazy="raise", viewonly=True)
    deleted_by: Mapped[User | None] = relationship(foreign_keys=[deleted_by_id], lazy="raise", viewonly=True)
    files: Mapped[list[PackFile]] = relationship(
        primaryjoin="Pack.id == foreign(PackFile.pack_id)", lazy="raise", viewonly=True
    )


class PackFile(Base):
    """One file of a pack; encrypted in the file store with a key of its own."""

    __tablename__ = "pack_files"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "pack_id"], ["packs.partnership_id", "packs.id"]),
        ForeignKeyConstraint(["partnership_id", "file_id"], ["stored_files.partnership_id", "stored_files.id"]),
        one_of("format", PackFormat),
        Index("ix_pack_files_file", "file_id"),
    )

    pack_id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[PackFormat] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    file_id: Mapped[int]

    file: Mapped[StoredFile] = relationship(
        StoredFile, primaryjoin="foreign(PackFile.file_id) == StoredFile.id", lazy="raise", viewonly=True
    )


class PackChild(Base):
    """A family, and a child where one is named, that stands in child-level lists: each opening is a reading of it."""

    __tablename__ = "pack_children"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "pack_id"], ["packs.partnership_id", "packs.id"]),
        ForeignKeyConstraint(["partnership_id", "case_id"], ["cases.partnership_id", "cases.id"]),
        ForeignKeyConstraint(["partnership_id", "child_id"], ["children.partnership_id", "children.id"]),
        Index("ix_pack_children_pack", "pack_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    pack_id: Mapped[int]
    case_id: Mapped[int]
    child_id: Mapped[int | None]
