"""Days and weeks over many meetings: the coordinator's and the manager's of their partnership, and a chair's own.

A chair has one diary: the meetings of all their memberships as chair, in whatever partnership. Nothing in it names a
child or a place, so that it can be printed and lie on a desk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, or_, select

from portal.access import meetings as access
from portal.access.scheduling import may_ask_who_is_busy
from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.diaries import DiaryView, Engagement, Span, overlaps
from portal.domain.quoracy import Foresight
from portal.domain.slots import Slot
from portal.domain.vocabulary import MeetingFormat, MeetingStatus, Role
from portal.domain.working_days import bank_holidays
from portal.models.meetings import Meeting
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.services.meetings.kinds import Kind, kinds
from portal.services.meetings.outlook import Standing, standings
from portal.services.scheduling.chairs import chairs_to_choose

MOST_SHOWN = 300
MOST_CLASHES = 3
"""Of one meeting; how many more there are is said."""
_A_DAY = timedelta(days=1)
_NOBODY = Standing()


@dataclass(frozen=True, slots=True)
class DiaryMeeting:
    """One meeting: enough to see who sits where when, and what it lacks. `hat` is the one under which it opens."""

    id: int
    hat: Hat
    reference: str
    kind_name: str
    on: date
    at: time | None
    minutes: int | None
    chair_name: str
    format: MeetingFormat
    status: MeetingStatus
    quorate: bool | None
    standing: Standing
    foresight: Foresight | None
    clashes: tuple[str, ...]
    """What its chair is wanted for at the same time, a sentence each."""


@dataclass(frozen=True, slots=True)
class DiaryDay:
    """A day with its meetings, the earliest first; those without a time come before."""

    on: date
    is_bank_holiday: bool
    meetings: tuple[DiaryMeeting, ...]


@dataclass(frozen=True, slots=True)
class Diary:
    """What one page shows. `chairs` and `kinds` are what it can be narrowed to, (value, words) each."""

    span: Span
    days: tuple[DiaryDay, ...]
    number: int
    is_cut: bool
    """Whether there are more meetings than are shown; they are the last ones."""
    chairs: tuple[tuple[int, str], ...]
    kinds: tuple[tuple[str, str], ...]


_Row = Row[*tuple[Any, ...]]


def is_own(viewer: Viewer) -> bool:
    """Whether the viewer's diary is that of their own meetings."""
    return viewer.role is Role.CHAIR


def diary(
    viewer: Viewer, view: DiaryView, asked: date, *, chair_membership_id: int | None = None, kind: str = ""
) -> Diary:
    """The meetings of a day or week that the viewer sees, by six queries at most.

    `chair_membership_id` narrows it to one chair; in a chair's own diary, to one of their memberships.
    """
    connection = db.session.connection()
    span = Span.around(view, asked)
    worn = _worn(viewer)
    hats = {one.hat.partnership_id: one.hat for one in worn if one.hat is not None}
    known = kinds(connection, hats)
    narrowed: list[ColumnElement[bool]] = []
    if chair_membership_id is not None:
        narrowed.append(Meeting.chair_membership_id == chair_membership_id)
    if kind:
        narrowed.append(Meeting.meeting_type_id.in_([one.id for one in known.values() if one.code == kind]))
    rows = connection.execute(_within(worn, span).where(*narrowed).limit(MOST_SHOWN + 1)).all()
    shown = rows[:MOST_SHOWN]
    by_meeting = standings(connection, [row.id for row in shown])
    clashes = _clashes(connection, viewer, worn, span, shown, known)
    meetings = [
        _meeting(row, hats[row.partnership_id], known, by_meeting.get(row.id, _NOBODY), clashes.get(row.id, ()))
        for row in shown
    ]
    return Diary(
        span,
        tuple(_days(span, meetings, is_cut=len(rows) > MOST_SHOWN)),
        len(meetings),
        len(rows) > MOST_SHOWN,
        tuple(_chairs(viewer, hats.values())),
        tuple({one.code: one.name for one in known.values() if not one.is_retired or one.code == kind}.items()),
    )


def _worn(viewer: Viewer) -> list[Viewer]:
    """The viewer under each membership whose meetings stand in the diary, the active one first."""
    if not is_own(viewer):
        return [viewer]
    others = (viewer.wearing(hat.membership_id) for hat in viewer.hats if hat.membership_id != viewer.membership_id)
    return [viewer, *(one for one in others if one is not None and is_own(one))]


def _chairs(viewer: Viewer, hats: Iterable[Hat]) -> list[tuple[int, str]]:
    """Whose diary can be chosen: any chair's; in a chair's own, a partnership's where there are several."""
    if not is_own(viewer):
        return chairs_to_choose(viewer)
    own = [(hat.membership_id, hat.partnership_name) for hat in hats]
    return own if len(own) > 1 else []


def _visible(worn: Sequence[Viewer]) -> ColumnElement[bool]:
    return or_(*(access.visible_where(one) for one in worn))


def _within(worn: Sequence[Viewer], span: Span) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Meeting.id,
            Meeting.partnership_id,
            Meeting.reference,
            Meeting.meeting_type_id,
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.duration_minutes,
            Meeting.format,
            Meeting.status,
            Meeting.quorate,
            Membership.user_id,
            User.name.label("chair"),
        )
        .outerjoin(
            Membership,
            (Membership.id == Meeting.chair_membership_id) & (Membership.partnership_id == Meeting.partnership_id),
        )
        .outerjoin(User, User.id == Membership.user_id)
        .where(_visible(worn), Meeting.scheduled_on >= span.first, Meeting.scheduled_on <= span.last)
        .order_by(Meeting.scheduled_on, Meeting.start_time, Meeting.id)
    )


def _meeting(
    row: _Row, hat: Hat, known: Mapping[int, Kind], standing: Standing, clashes: tuple[str, ...]
) -> DiaryMeeting:
    kind, foresight = known[row.meeting_type_id], None
    if row.status is MeetingStatus.SCHEDULED:
        foresight = standing.foresight(kind.quorum_on(row.scheduled_on))
    return DiaryMeeting(
        row.id,
        hat,
        row.reference,
        kind.name,
        row.scheduled_on,
        row.start_time,
        row.duration_minutes,
        row.chair or "",
        row.format,
        row.status,
        row.quorate,
        standing,
        foresight,
        clashes,
    )


def _days(span: Span, meetings: Collection[DiaryMeeting], *, is_cut: bool) -> list[DiaryDay]:
    by_day: defaultdict[date, list[DiaryMeeting]] = defaultdict(list)
    for meeting in meetings:
        by_day[meeting.on].append(meeting)
    return [
        DiaryDay(
            day,
            day in bank_holidays(day.year),
            tuple(sorted(by_day[day], key=lambda meeting: (meeting.at or time.min, meeting.id))),
        )
        for day in span.days(list(by_day))
        # Of a day after the last that is shown nobody knows here whether it is free.
        if not is_cut or day in by_day
    ]


def _clashes(
    connection: Connection,
    viewer: Viewer,
    worn: Sequence[Viewer],
    span: Span,
    shown: Sequence[_Row],
    known: Mapping[int, Kind],
) -> Mapping[int, tuple[str, ...]]:
    """What the chairs of the meetings that are shown chair at the same time, by one query.

    Also what a filter leaves out, and what they chair in other partnerships: of a meeting that the viewer does not see
    nothing is told but where it is, and that only to those who may ask who is busy.
    """
    chairs = {row.user_id for row in shown if row.user_id is not None and row.status is MeetingStatus.SCHEDULED}
    if not chairs:
        return {}
    is_seen = _visible(worn)
    chaired = (
        select(
            Meeting.id,
            Meeting.meeting_type_id,
            Meeting.scheduled_on,
            Meeting.start_time,
            Meeting.duration_minutes,
            Meeting.partnership_id,
            Partnership.name.label("partnership"),
            Membership.user_id,
            is_seen.label("is_seen"),
        )
        .join(
            Membership,
            (Membership.id == Meeting.chair_membership_id) & (Membership.partnership_id == Meeting.partnership_id),
        )
        .join(Partnership, Partnership.id == Meeting.partnership_id)
        .where(
            Membership.user_id.in_(chairs),
            Meeting.status == MeetingStatus.SCHEDULED,
            # A meeting may run over midnight.
            Meeting.scheduled_on >= span.first - _A_DAY,
            Meeting.scheduled_on <= span.last + _A_DAY,
        )
    )
    if not may_ask_who_is_busy(viewer):
        chaired = chaired.where(is_seen)
    rows = {row.id: row for row in connection.execute(chaired)}
    found = overlaps(
        Engagement(row.id, row.user_id, Slot(row.scheduled_on, row.start_time, row.duration_minutes))
        for row in rows.values()
    )
    return {
        meeting_id: tuple(_in_words(viewer, rows[meeting_id], [rows[other.meeting_id] for other in others], known))
        for meeting_id, others in found.items()
    }


def _in_words(viewer: Viewer, row: _Row, others: Sequence[_Row], known: Mapping[int, Kind]) -> list[str]:
    said = [_clash(viewer, row, other, known) for other in others[:MOST_CLASHES]]
    return said if len(others) <= MOST_CLASHES else [*said, f"and with {len(others) - MOST_CLASHES} more"]


def _clash(viewer: Viewer, row: _Row, other: _Row, known: Mapping[int, Kind]) -> str:
    """One overlap in words; a meeting without a time could be at any."""
    is_sure = row.start_time is not None and other.start_time is not None
    begins = "Overlaps with" if is_sure else "May overlap with"
    if not other.is_seen:
        return f"{begins} another meeting in {other.partnership}"
    elsewhere = "" if other.partnership_id == viewer.partnership_id else f" ({other.partnership})"
    at = "no time set" if other.start_time is None else f"{other.start_time:%H:%M}"
    return f"{begins} {known[other.meeting_type_id].name}{elsewhere}, {at}"
