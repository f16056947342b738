"""Steps that tests of moderation and challenge sessions share."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.frameworks import Check
from portal.models.activity import Activity
from portal.models.evidence import Evidence
from portal.models.frameworks import Question
from portal.models.moderation import Moderation
from tests.areas import Area, meeting, part
from tests.world import BEFORE, World


def check(world: World, place: str, code: str, figure: str = "attendance_rate", limit: int = 80) -> None:
    """Hold a question of a return against one of the portal's own figures."""
    with writing() as session:
        session.execute(
            update(Question)
            .where(Question.id == world.returns[place].questions[code])
            .values(checks=[Check(figure, limit).to_plain()])
        )


def conferences(world: World, letter: str, agency: str, *, came: int, of: int, on: str = "2026-03-04") -> None:
    """Hold conferences at which an agency was expected, and at some of which it was."""
    area = Area.of(world.partnerships[letter])
    code = world.agency_codes[f"{letter}.{agency}"]
    refs = [f"{letter}-{agency}-{on}-{number}" for number in range(of)]
    area.meetings(*(meeting(ref, "review_conference", on) for ref in refs))
    area.attendance(*(part(ref, code, "video" if place < came else "apologies") for place, ref in enumerate(refs)))


def evidence(world: World, place: str, code: str, dated_on: date = date(2026, 5, 1)) -> None:
    """Give an answer a piece of evidence of a day."""
    found = world.returns[place]
    with writing() as session:
        session.add(
            Evidence(
                partnership_id=world.partnerships[place[0]],
                response_id=found.responses[code],
                kind="link",
                title="Training register",
                url="https://example.org/register",
                dated_on=dated_on,
                added_at=BEFORE,
                added_by_id=world.person(f"{place}.lead").user_id,
            )
        )


def moderation_of(world: World, place: str, code: str) -> Moderation | None:
    """The panel's rating of an answer, as it stands now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalar(select(Moderation).where(Moderation.response_id == world.returns[place].responses[code]))


def verbs(world: World, letter: str) -> list[str]:
    """What was done in a partnership, the oldest first."""
    rows = select(Activity.verb).where(Activity.partnership_id == world.partnerships[letter])
    return list(db.session.scalars(rows.order_by(Activity.sequence)))
