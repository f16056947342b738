"""The declarative base: constraint names that every database agrees on, and the column that guards edits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Date, Integer, MetaData
from sqlalchemy import Enum as EnumText
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from portal.database.types import UTCDateTime
from portal.database.written_words import write_words

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the portal."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        date: Date(),
        # Words stay text, so that a new one needs no database type changed; one_of() closes the list.
        Enum: EnumText(Enum, native_enum=False, length=32, values_callable=lambda words: [w.value for w in words]),
    }


write_words(Base.metadata)


class Versioned:
    """A row that people edit: a save based on an older version is refused, never silently overwritten."""

    version: Mapped[int] = mapped_column(Integer)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy hands the class in
        return {"version_id_col": cls.version}


def one_of(column: str, values: Iterable[StrEnum | str]) -> CheckConstraint:
    """A CHECK that a column holds one of a closed list of values (or is empty)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def at_most(column: str, length: int) -> CheckConstraint:
    """A CHECK on a text's length, which SQLite does not enforce by the column's type."""
    return CheckConstraint(f"length({column}) <= {length}", name=f"{column}_length")
