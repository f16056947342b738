"""What tests of signing look up again and again: a return and its signatures as they are kept."""

from __future__ import annotations

from sqlalchemy import select

from portal.database.session import db
from portal.domain.audit_vocabulary import SignOffStep
from portal.models.audits import AuditReturn, SignOff
from tests.services.audit_steps import Asked

SCHOOL = (SignOffStep.DESIGNATED_LEAD, SignOffStep.HEAD, SignOffStep.GOVERNOR)


def now(place: Asked) -> AuditReturn:
    """A return as it is kept."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(AuditReturn, place.id)


def signatures(place: Asked, number: int = 1) -> list[tuple[SignOffStep, int, str]]:
    """Who signed which step of a school's return, under which name, in the order of the steps."""
    db.session.rollback()
    rows = select(SignOff).where(SignOff.return_id == place.id, SignOff.number == number)
    found = [(one.step, one.user_id, one.name) for one in db.session.scalars(rows)]
    return sorted(found, key=lambda one: SCHOOL.index(one[0]))
