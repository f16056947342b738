"""What a conference did with the open actions of a child's other meetings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, Versioned, one_of
from portal.database.types import EncryptedText
from portal.domain.plans import Carrying


class ActionCarrying(Versioned, Base):
    """One action of another meeting, carried into the plan by a conference, or not because."""

    __tablename__ = "action_carryings"
    __table_args__ = (
        UniqueConstraint("partnership_id", "id"),
        UniqueConstraint("meeting_id", "action_id"),
        ForeignKeyConstraint(["partnership_id", "meeting_id"], ["meetings.partnership_id", "meetings.id"]),
        ForeignKeyConstraint(["partnership_id", "action_id"], ["actions.partnership_id", "actions.id"]),
        one_of("carrying", Carrying),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    meeting_id: Mapped[int]
    """The conference."""
    action_id: Mapped[int]
    carrying: Mapped[Carrying]
    reason: Mapped[str] = mapped_column(EncryptedText("action_carryings.reason"))
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
