"""Telling agencies that a meeting needs them: who of them, in what words, and who has been told today already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from portal.database.id_lists import bound_ids, is_among
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Post
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.services.meetings.foreseen import Foreseen, Invited
from portal.services.notices.recipients import NOBODY, AgencyPeople, people_of
from portal.services.notices.telling import Telling
from portal.services.notices.timing import OfficeDay


def to_ask(people: AgencyPeople, team_id: int | None) -> frozenset[int]:
    """Whose word it is that somebody comes: the leads and deputy leads, or without any whoever the meeting concerns."""
    deputies = {one.membership_id for one in people.colleagues if one.post is Post.DEPUTY_LEAD}
    return people.leads | deputies or people.invited(team_id)


def whom_to_ask(session: Session, partnership_id: int, needed: Collection[Invited]) -> Mapping[int, frozenset[int]]:
    """The memberships to ask for each of some invitations, by two queries.

    Of a meeting that is for named people only, nobody is asked who is not named on it.
    """
    if not needed:
        return {}
    people = people_of(session, partnership_id, {part.agency_id for part in needed})
    named = _named(session, {part.meeting_id for part in needed})
    found = {}
    for part in needed:
        asked = to_ask(people.get(part.agency_id, NOBODY), part.team_id)
        found[part.invitation_id] = asked & named.get(part.meeting_id, asked)
    return found


def asking(day: OfficeDay, foreseen: Foreseen, invitation_id: int, *, place: int = 0, again: str) -> Telling:
    """What an agency is told that a meeting still needs: at once in office hours, because days are short."""
    return Telling(
        NoticeKind.QUORACY_ASKED,
        "invitation",
        invitation_id,
        place=place,
        what=day.meeting_words(foreseen.type_name, foreseen.on),
        due_at=day.end_of(foreseen.on),
        urgency=Urgency.SOON,
        again=again,
    )


def told_since(
    session: Session, since: datetime, kind: NoticeKind, subject: str, subject_ids: Collection[int]
) -> Mapping[int, datetime]:
    """Of which of some things somebody has been told since an instant, by hand or by a reminder, and when last."""
    if not subject_ids:
        return {}
    rows = session.execute(
        select(Notice.subject_id, Notice.made_at)
        .where(
            Notice.kind == kind,
            Notice.subject == subject,
            is_among(Notice.subject_id, "subjects"),
            Notice.made_at >= since,
        )
        .order_by(Notice.made_at),
        {"subjects": bound_ids(sorted(subject_ids))},
    )
    return {row.subject_id: row.made_at for row in rows}


def _named(session: Session, meeting_ids: Collection[int]) -> Mapping[int, frozenset[int]]:
    """Who is named on those of some meetings that are for named people only."""
    rows = session.execute(
        select(Meeting.id, NamedPerson.membership_id)
        .outerjoin(NamedPerson, and_(NamedPerson.meeting_id == Meeting.id, NamedPerson.ended_at.is_(None)))
        .where(is_among(Meeting.id, "meetings"), Meeting.named_people_only),
        {"meetings": bound_ids(sorted(meeting_ids))},
    )
    found: dict[int, frozenset[int]] = {}
    for row in rows:
        found[row.id] = found.get(row.id, frozenset()) | ({row.membership_id} if row.membership_id else set())
    return found
