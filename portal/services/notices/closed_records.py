"""Nobody is told anything of a record that is closed to them: not in the inbox, not by mail, not in another's place."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.access.closed_notices import PLACES
from portal.database.id_lists import bound_ids, is_among
from portal.domain.message_vocabulary import MailPlace
from portal.domain.vocabulary import Role
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services.batches import in_batches
from portal.services.closed_records import ByCase, closures, meetings_about, shut_out

Subject = tuple[str, int]

_ROLES = select(Membership.id, Membership.user_id, Membership.role).where(is_among(Membership.id, "memberships"))
_IN_MAIL = select(Notice.id, Notice.partnership_id, Notice.membership_id, Notice.subject, Notice.subject_id).where(
    Notice.mail_id == bindparam("mail"), Notice.mail_place == MailPlace.MAILED, Notice.settled_at.is_(None)
)


class _Told(NamedTuple):
    id: int
    partnership_id: int
    membership_id: int
    subject: str
    subject_id: int


@dataclass(frozen=True, slots=True)
class _Closed:
    cases: frozenset[int]
    meetings: frozenset[int]


def shut_out_of(
    session: Session, partnership_id: int, subjects: Collection[Subject], memberships: Collection[int], day: date
) -> Mapping[Subject, frozenset[int]]:
    """Of these memberships, those that may be told nothing of each subject on a day; subjects without any are left out.

    By one query where nothing in the partnership is closed to anybody.
    """
    in_force = closures(session, [partnership_id]).get(partnership_id, {})
    if not in_force or not memberships:
        return {}
    closed = _closed_to(session, in_force, memberships, day)
    if not closed:
        return {}
    found: dict[Subject, frozenset[int]] = {}
    for subject, (meeting_id, case_id) in _places(session, subjects).items():
        out = {one for one, its in closed.items() if meeting_id in its.meetings or case_id in its.cases}
        if out:
            found[subject] = frozenset(out)
    return found


class SomeNotice(Protocol):
    """A notice: for which membership it is, and what it is about."""

    @property
    def id(self) -> int: ...
    @property
    def partnership_id(self) -> int: ...
    @property
    def membership_id(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def subject_id(self) -> int: ...


def closed_among(session: Session, notices: Iterable[SomeNotice], day: date) -> frozenset[int]:
    """Of these notices, those about a record that is closed on a day to whom they are for; one query where none is."""
    by_partnership: dict[int, list[SomeNotice]] = {}
    for one in notices:
        by_partnership.setdefault(one.partnership_id, []).append(one)
    found: set[int] = set()
    for partnership_id, its in sorted(by_partnership.items()):
        subjects = {(one.subject, one.subject_id) for one in its}
        out = shut_out_of(session, partnership_id, subjects, {one.membership_id for one in its}, day)
        found |= {one.id for one in its if one.membership_id in out.get((one.subject, one.subject_id), ())}
    return frozenset(found)


def closed_in_mail(session: Session, mail_id: int, day: date) -> frozenset[int]:
    """What a mail that is about to go must not tell, as a record has been closed to its reader since it was made."""
    return closed_among(session, [_Told(*row) for row in session.execute(_IN_MAIL, {"mail": mail_id})], day)


def _closed_to(session: Session, in_force: ByCase, memberships: Iterable[int], day: date) -> dict[int, _Closed]:
    rows = session.execute(_ROLES, {"memberships": bound_ids(sorted(memberships))})
    cases = {row.id: shut_out(in_force, row.user_id, Role(row.role), day) for row in rows}
    cases = {one: closed for one, closed in cases.items() if closed}
    about = meetings_about(session, frozenset[int]().union(*cases.values()))
    return {
        one: _Closed(closed, frozenset[int]().union(*(about.get(case_id, frozenset()) for case_id in closed)))
        for one, closed in cases.items()
    }


def _places(session: Session, subjects: Iterable[Subject]) -> dict[Subject, tuple[int | None, int | None]]:
    """The meeting and the family of each subject that has one."""
    by_kind: dict[str, set[int]] = {}
    for kind, number in subjects:
        by_kind.setdefault(kind, set()).add(number)
    found: dict[Subject, tuple[int | None, int | None]] = {}
    for kind, numbers in sorted(by_kind.items()):
        place = PLACES.get(kind)
        if place is None:
            continue
        for some in in_batches(sorted(numbers)):
            for row in session.execute(place.where_ids(some)):
                found[kind, row.id] = (row.meeting_id, row.case_id)
    return found
