"""Telling people something: a row for each of them, written in the transaction of what they are told of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.message_vocabulary import MailPlace, NoticeKind, Urgency
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.notices.closed_records import shut_out_of
from portal.services.notices.named_only import named_for
from portal.services.stand_ins import stand_in_for

PERSONAL = frozenset(
    {
        NoticeKind.AUDIT_TO_SIGN,
        NoticeKind.JOINING,
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.ACCOUNT_ASLEEP,
        NoticeKind.PEOPLE_TO_CONFIRM,
        NoticeKind.PART_ENDED,
        NoticeKind.CHAIRING_ENDED,
        NoticeKind.VIEW_READY,
        NoticeKind.SCRUTINY_ASKED,
        NoticeKind.SCRUTINY_DUE,
        NoticeKind.SCRUTINY_REPLIED,
        NoticeKind.SCRUTINY_CLOSED,
        NoticeKind.QUOTATION_PROPOSED,
        NoticeKind.QUOTATION_ANSWERED,
        NoticeKind.SECTOR_REMINDED,
        NoticeKind.SECTOR_REMARKED,
    }
)
"""What nobody can do or hear in another's place: it waits for whoever is away."""

_TOLD_TO_ALL = frozenset({NoticeKind.PART_ENDED})
"""What also whoever caused it is told: a mail has to take the meeting out of their calendar, too."""

_NOTICES = cast(Table, Notice.__table__)

# Built once, as nearly every change tells somebody something.
_PEOPLE = (
    select(Membership.id, Membership.user_id)
    .join(User, User.id == Membership.user_id)
    .where(
        Membership.partnership_id == bindparam("of_partnership"),
        is_among(Membership.id, "memberships"),
        Membership.ended_at.is_(None),
        User.deactivated_at.is_(None),
    )
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told. `place` tells apart what happens several times to one subject, such as an escalation's stages.

    `what` is for the inbox alone, behind sign-in: a kind of meeting and its day, an audit's title; never a child, a
    family, a title or a narrative. `due_at` is UTC. `again` tells apart the same place when it comes again, such as a
    reminder after the due day has moved.
    """

    kind: NoticeKind
    subject: str
    subject_id: int
    place: int = 0
    what: str = ""
    due_at: datetime | None = None
    urgency: Urgency = Urgency.ROUTINE
    again: str = ""

    @property
    def about(self) -> tuple[str, int]:
        """The row that it is about."""
        return self.subject, self.subject_id

    def key(self, membership_id: int) -> str:
        """What makes it once for each membership, however often its cause is looked at."""
        parts = (self.kind, self.subject, self.subject_id, self.place, *filter(None, (self.again,)), membership_id)
        return ":".join(map(str, parts))


Addressed = tuple[Collection[int], Telling]
"""Memberships, and what they are told."""


def tell(change: Change, partnership_id: int, memberships: Iterable[int], telling: Telling) -> int:
    """Tell memberships of a partnership something, each of them once; returns how many had not been told yet.

    Memberships that have ended, and people whose accounts are closed, are told nothing. Whoever caused it under a
    membership of their own is not told of it either: they know. For somebody who is away their stand-in is told, and
    their own notice is kept in their inbox alone. Of a meeting for named people only, only those named are told.
    Nobody is told anything of a record that is closed to them.
    """
    return tell_all(change, partnership_id, [(frozenset(memberships), telling)])


def tell_all(change: Change, partnership_id: int, addressed: Iterable[Addressed]) -> int:
    """Tell many things at once, as `tell` does each, by a number of statements that does not grow with them."""
    own = change.viewer.membership_id
    letters = [
        (frozenset(memberships) - (frozenset() if telling.kind in _TOLD_TO_ALL else {own}), telling)
        for memberships, telling in addressed
        if memberships
    ]
    named = named_for(change.session, partnership_id, {telling.about for _, telling in letters})
    letters = [(told & named.get(telling.about, told), telling) for told, telling in letters]
    wanted = frozenset[int]().union(*(memberships for memberships, _ in letters))
    if not wanted:
        return 0
    stand_ins = stand_in_for(change.session, wanted, change.viewer.today)
    reached = wanted | set(stand_ins.values())
    people = _people(change.session, partnership_id, reached)
    subjects = {telling.about for _, telling in letters}
    shut_out = shut_out_of(change.session, partnership_id, subjects, reached, change.viewer.today)
    rows: dict[str, dict[str, Any]] = {}
    for memberships, telling in letters:
        # Nobody stands in for somebody who is named on a meeting: it is for them alone.
        away = {} if telling.kind in PERSONAL or telling.about in named else stand_ins
        closed = shut_out.get(telling.about, frozenset())
        for membership_id, mail_place in _places(memberships, away, people, own).items():
            if membership_id in closed:
                continue
            key = telling.key(membership_id)
            rows.setdefault(
                key,
                {
                    "partnership_id": partnership_id,
                    "membership_id": membership_id,
                    "user_id": people[membership_id],
                    "key": key,
                    "kind": telling.kind,
                    "subject": telling.subject,
                    "subject_id": telling.subject_id,
                    "place": telling.place,
                    "what": telling.what,
                    "due_at": telling.due_at,
                    "urgency": telling.urgency,
                    "made_at": change.viewer.now,
                    "mail_place": mail_place,
                },
            )
    if not rows:
        return 0
    # In one order, so that two who tell the same people the same things never wait for each other.
    made = change.session.execute(_once(change).returning(_NOTICES.c.id), [rows[key] for key in sorted(rows)])
    return len(made.all())


def _people(session: Session, partnership_id: int, membership_ids: Collection[int]) -> dict[int, int]:
    """Whose memberships these are, of those that can be told anything."""
    wanted = {"of_partnership": partnership_id, "memberships": bound_ids(sorted(membership_ids))}
    rows = session.execute(_PEOPLE, wanted)
    return {row.id: row.user_id for row in rows}


def _places(
    memberships: Collection[int], stand_ins: Mapping[int, int], people: Mapping[int, int], own: int | None
) -> dict[int, MailPlace]:
    """Who is told, and whether it may go by mail to them."""
    places: dict[int, MailPlace] = {}
    for membership_id in sorted(memberships):
        stand_in = stand_ins.get(membership_id)
        if stand_in is None:
            places[membership_id] = MailPlace.WAITING
            continue
        places.setdefault(membership_id, MailPlace.INBOX_ONLY)
        if stand_in != own:
            places[stand_in] = MailPlace.WAITING
    return {membership_id: place for membership_id, place in places.items() if membership_id in people}


def _once(change: Change) -> Any:
    """An INSERT that leaves alone what is there already, as each of the two databases says it."""
    insert = postgresql.insert if change.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(_NOTICES).on_conflict_do_nothing(index_elements=[_NOTICES.c.key])
