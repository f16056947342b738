"""What waits to be mailed to whom: held, looked through, and put into one mail, all in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, insert, or_, select, update
from sqlalchemy.orm import Session

from portal.access.viewer import Viewer
from portal.domain.message_vocabulary import MailKind, MailPlace, MailState, NoticeKind, Urgency
from portal.domain.messages import DEFAULT_DIGEST_HOUR, MailWish, goes_at_once, goes_by_mail
from portal.domain.vocabulary import Role
from portal.models.messages import Mail, MessageChoice, Notice
from portal.models.people import Membership, User
from portal.services.changes import Change
from portal.services.mails.away import away_among
from portal.services.notices.closed_records import closed_among
from portal.services.notices.wanted import settle
from portal.services.stand_ins import stand_in_for

AT_A_TIME = 20
"""People in one transaction: more would keep others waiting, fewer would be slower on a Monday morning."""

_NOTICES = cast(Table, Notice.__table__)
_MAILS = cast(Table, Mail.__table__)
_KINDS = frozenset(kind.value for kind in NoticeKind)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice that waits, with what decides when it goes."""

    id: int
    membership_id: int
    partnership_id: int
    role: Role
    kind: NoticeKind
    subject: str
    subject_id: int
    place: int
    urgency: Urgency
    due_at: datetime | None

    @property
    def about(self) -> tuple[NoticeKind, str, int, int]:
        """What makes it the same thing when somebody else is told of it."""
        return self.kind, self.subject, self.subject_id, self.place


def mail_change(session: Session, now: datetime) -> Change:
    """The portal's own change to mails and notices.

    It is not `changing()`: what the portal mails by itself is told by the mails' own rows, and a line in the trail for
    each would drown what people did.
    """
    return Change(session, Viewer.of_system("mails", now))


def wish_of(hour: int | None, wants: bool | None, muted: Sequence[str] | None) -> MailWish:
    """A person's choice as its row has it; the defaults where there is none."""
    kinds = frozenset(NoticeKind(kind) for kind in muted or () if kind in _KINDS)
    return MailWish(DEFAULT_DIGEST_HOUR if hour is None else hour, wants is not False, kinds)


def put_aside(session: Session) -> None:
    """Take out of the queue what will never be mailed: to people who have left, or whose account is asleep.

    Nobody is locked who is not to be changed: on most days there is nothing to do.
    """
    waits = Notice.mail_place == MailPlace.WAITING
    left = select(Membership.id).join(User, User.id == Membership.user_id)
    left = left.where(or_(Membership.ended_at.is_not(None), User.deactivated_at.is_not(None)))
    asleep = select(User.id).where(User.asleep_at.is_not(None))
    for place, condition in (
        (MailPlace.DROPPED, Notice.membership_id.in_(left)),
        (MailPlace.INBOX_ONLY, Notice.user_id.in_(asleep)),
    ):
        ids = session.scalars(select(Notice.id).where(waits, condition)).all()
        _place(session, ids, place)


def hold(session: Session, user_ids: Collection[int]) -> list[int]:
    """Hold people against other workers until the commit; whoever another one holds is left out."""
    return list(
        session.scalars(
            select(User.id)
            .where(User.id.in_(user_ids), User.deactivated_at.is_(None), User.asleep_at.is_(None))
            .order_by(User.id)
            .with_for_update(skip_locked=True, key_share=True)
        )
    )


def take(change: Change, held: Sequence[int], today: date) -> dict[int, list[Waiting]]:
    """What still waits for each of these people, who are held, and may be mailed to them.

    What has been done meanwhile is dropped, as is what is about a record that has been closed to them since; what a
    person does not want by mail stays in their inbox. Of people who are away, what a deputy has been told too stays in
    the inbox, and the rest waits until they are back, unless it is urgent.
    """
    if not held:
        return {}
    session, now = change.session, change.viewer.now
    settle(change, held)
    wanted: dict[int, list[Waiting]] = {user_id: [] for user_id in held}
    unwanted: list[int] = []
    waiting = list(_waiting(session, held))
    closed = closed_among(session, [one for _, _, one in waiting], today)
    _place(session, sorted(closed), MailPlace.DROPPED)
    for user_id, wish, one in waiting:
        if one.id in closed:
            continue
        at_once = goes_at_once(one.urgency, one.due_at, now)
        if goes_by_mail(one.role, one.kind, wish, at_once=at_once):
            wanted[user_id].append(one)
        else:
            unwanted.append(one.id)
    _place(session, unwanted, MailPlace.INBOX_ONLY)
    return _without_away(session, wanted, today)


def _waiting(session: Session, user_ids: Sequence[int]) -> Iterable[tuple[int, MailWish, Waiting]]:
    rows = session.execute(
        select(
            Notice.user_id,
            *(MessageChoice.digest_hour, MessageChoice.wants_digest, MessageChoice.muted),
            *(Notice.id, Notice.membership_id, Notice.partnership_id, Membership.role, Notice.kind),
            *(Notice.subject, Notice.subject_id, Notice.place, Notice.urgency, Notice.due_at),
        )
        .join(Membership, Membership.id == Notice.membership_id)
        .outerjoin(MessageChoice, MessageChoice.user_id == Notice.user_id)
        .where(Notice.user_id.in_(user_ids), Notice.mail_place == MailPlace.WAITING, Membership.ended_at.is_(None))
        .order_by(Notice.id)
    )
    for user_id, hour, wants, muted, *facts in rows:
        yield user_id, wish_of(hour, wants, muted), Waiting(*facts)


def _without_away(session: Session, wanted: Mapping[int, list[Waiting]], today: date) -> dict[int, list[Waiting]]:
    members = {one.membership_id for waiting in wanted.values() for one in waiting}
    away = away_among(session, members, today)
    if not away:
        return dict(wanted)
    deputies = stand_in_for(session, away, today)
    told = _told(session, deputies.values())
    kept: dict[int, list[Waiting]] = {}
    handed: list[int] = []
    for user_id, waiting in wanted.items():
        kept[user_id] = []
        for one in waiting:
            if one.membership_id not in away:
                kept[user_id].append(one)
            elif (deputies.get(one.membership_id), *one.about) in told:
                handed.append(one.id)
            elif one.urgency is Urgency.URGENT:
                kept[user_id].append(one)
    _place(session, handed, MailPlace.INBOX_ONLY)
    return kept


def _told(session: Session, membership_ids: Iterable[int]) -> set[tuple[int, NoticeKind, str, int, int]]:
    """What these memberships were told, as (membership, what it is about)."""
    rows = session.execute(
        select(Notice.membership_id, Notice.kind, Notice.subject, Notice.subject_id, Notice.place).where(
            Notice.membership_id.in_(set(membership_ids))
        )
    )
    return {(row[0], row[1], row[2], row[3], row[4]) for row in rows}


def put_into_mail(
    session: Session,
    user_id: int,
    key: str,
    kind: MailKind,
    notices: Iterable[Waiting],
    now: datetime,
    *,
    tried: int = 0,
) -> int:
    """Make a mail of notices that are held; gives its id. `tried` counts attempts at a mail that it stands for."""
    mail_id: int = session.execute(
        insert(_MAILS)
        .values(
            user_id=user_id,
            key=key,
            kind=kind,
            state=MailState.QUEUED,
            attempts=tried,
            made_at=now,
            next_attempt_at=now,
        )
        .returning(_MAILS.c.id)
    ).scalar_one()
    _place(session, [one.id for one in notices], MailPlace.MAILED, mail_id)
    return mail_id


def unmail(session: Session, mail_ids: Collection[int]) -> None:
    """Let what is in mails that have not gone wait again, so that it is looked at anew."""
    session.execute(
        update(_NOTICES)
        .where(_NOTICES.c.mail_id.in_(mail_ids), _NOTICES.c.mail_place == MailPlace.MAILED)
        .values(mail_place=MailPlace.WAITING)
    )


def freshen(change: Change, user_id: int, mail_id: int) -> None:
    """Take out of a mail that has waited for long what has been done meanwhile."""
    unmail(change.session, [mail_id])
    settle(change, [user_id])
    change.session.execute(
        update(_NOTICES)
        .where(_NOTICES.c.mail_id == mail_id, _NOTICES.c.mail_place == MailPlace.WAITING)
        .values(mail_place=MailPlace.MAILED)
    )


def _place(session: Session, ids: Sequence[int], place: MailPlace, mail_id: int | None = None) -> None:
    if ids:
        session.execute(
            update(_NOTICES)
            .where(_NOTICES.c.id.in_(ids), _NOTICES.c.mail_place == MailPlace.WAITING)
            .values(mail_place=place, mail_id=mail_id)
        )
