"""Answers that an agency brought along from the return that it signed in another partnership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database.declarative import Base, at_most
from portal.database.types import EncryptedText


class TravelledAnswer(Base):
    """What was answered elsewhere to a question with the same code, beside the answer given here."""

    __tablename__ = "travelled_answers"
    __table_args__ = (
        ForeignKeyConstraint(["partnership_id", "response_id"], ["responses.partnership_id", "responses.id"]),
        at_most("issuer", 120),
        at_most("rating", 40),
    )

    partnership_id: Mapped[int]
    response_id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(120))
    """The partnership that signed the file."""
    is_same: Mapped[bool]
    """Whether the question asked the same there, so that this is an answer here too."""
    question: Mapped[str] = mapped_column(Text)
    """The question as it was asked there."""
    rating: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(EncryptedText("travelled_answers.label"))
    """The rating in the words of the other framework edition."""
    narrative: Mapped[str] = mapped_column(EncryptedText("travelled_answers.narrative"))
    evidence: Mapped[str] = mapped_column(EncryptedText("travelled_answers.evidence"))
    """The titles and days of what backed it there, a line each; the things themselves did not travel."""
    taken_at: Mapped[datetime]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
