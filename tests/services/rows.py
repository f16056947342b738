"""Rows as tests look at them, and change them behind the portal's back."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.models.activity import Activity
from portal.models.meetings import Invitation
from tests.world import MeetingPlace

Model = TypeVar("Model")


def stored(model: type[Model], row_id: int) -> Model:
    """A row as the database has it now."""
    db.session.rollback()
    return db.session.get_one(model, row_id, populate_existing=True)


def invitation_of(place: MeetingPlace, agency: str) -> Invitation:
    """An agency's invitation to a meeting as the database has it now."""
    return stored(Invitation, place.invitations[agency].id)


def change(model: type[Any], row_id: int, **values: object) -> None:
    """Set columns by hand, as another part of the portal would."""
    with writing() as session:
        session.execute(update(model).where(model.id == row_id).values(**values))


def trail(verb: str, subject_id: int) -> int:
    """How often something was logged about a row."""
    db.session.rollback()
    logged = select(func.count()).where(Activity.verb == verb, Activity.subject_id == subject_id)
    return db.session.scalar(logged) or 0
