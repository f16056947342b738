"""Who was told what, by the names that people have in the world."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.vocabulary import Post, Role
from portal.models.absences import Absence
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.changes import changing
from portal.services.notices.wanted import settle
from tests.world import NOW, Person, World


def notices(*where: Any) -> list[Notice]:
    """What people were told, in the order of telling."""
    db.session.rollback()
    return list(db.session.scalars(select(Notice).where(*where).order_by(Notice.id)))


def told(world: World, *kinds: NoticeKind, **facts: Any) -> set[str]:
    """Who was told something of these kinds, by name; `facts` are columns of the notice."""
    names = {hat.membership_id: key for key, person in world.people.items() for hat in person.hats}
    found = notices(
        *([Notice.kind.in_(kinds)] if kinds else []), *(getattr(Notice, name) == value for name, value in facts.items())
    )
    return {names.get(one.membership_id, str(one.membership_id)) for one in found}


def of(letter: str, *names: str) -> set[str]:
    """People's keys in a partnership; `both` works for the police in either."""
    keys = {f"{letter}.{name}" for name in names}
    return keys | {"both"} if {"police.practitioner", "police.lead"} <= set(names) else keys


def morning(day: date) -> datetime:
    """A day's first hour, when the worker looks."""
    return datetime.combine(day, time(5), UTC)


def away(person: Person, deputy: Person, begins_on: date, ends_on: date) -> None:
    """Plan somebody's absence."""
    with writing() as session:
        session.add(
            Absence(
                partnership_id=person.hat.partnership_id,
                membership_id=person.hat.membership_id,
                deputy_membership_id=deputy.hat.membership_id,
                begins_on=begins_on,
                ends_on=ends_on,
                made_at=NOW,
            )
        )


def practitioners(world: World, agency: str, number: int, *, post: Post | None = None) -> list[int]:
    """More practitioners of an agency ("a.police"), in no team; gives back their memberships."""
    letter = agency.split(".")[0]
    found = []
    with writing() as session:
        for position in range(number):
            user = User(email=f"{agency}-{post}-{position}@example.org".lower(), name="Constable", created_at=NOW)
            session.add(user)
            session.flush()
            membership = Membership(
                partnership_id=world.partnerships[letter],
                user_id=user.id,
                agency_id=world.agencies[agency],
                role=Role.PRACTITIONER,
                post=post,
                created_at=NOW,
            )
            session.add(membership)
            session.flush()
            found.append(membership.id)
    return found


def settled(world: World, now: datetime, people: Iterable[str] | None = None) -> int:
    """Look through what these people (or all) were told, as before a mail."""
    keys = world.people if people is None else people
    viewer = Viewer.of_system("tests", now, world.partnerships["a"])
    with changing(viewer) as change:
        change.log("notices.settled", "partnership", None)
        return settle(change, [world.person(key).user_id for key in keys])


def is_waiting(notice: Notice) -> bool:
    """Whether it would still be mailed."""
    return notice.mail_place is MailPlace.WAITING and notice.settled_at is None
