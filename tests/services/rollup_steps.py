"""Random histories of invitations, meetings and agencies, as rows are changed, and figures counted one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.database.session import db, writing
from portal.domain.tally import InvitationFacts, MeetingFacts
from portal.domain.tally import count_invitations as tally
from portal.domain.vocabulary import (
    COUNTED_STATUSES,
    AgencyType,
    Attendance,
    Expectation,
    MeetingFormat,
    MeetingStatus,
)
from portal.models.figure_rollups import FigureChange, MeetingFigureChange
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.counting import Question
from portal.services.indicators.rollups import Difference, differences, fold
from tests.areas import NOW, Area, meeting

FIRST = date(2026, 1, 20)
LAST = FIRST + timedelta(days=80)
_MEETINGS: Any = Meeting.__table__
_INVITATIONS: Any = Invitation.__table__

days = st.integers(0, 80).map(lambda number: FIRST + timedelta(days=number))
maybe_days = st.none() | days
maybe = st.none() | st.booleans()
places = st.integers(0, 30)
of_invitation = {
    "expectation": st.sampled_from([Expectation.EXPECTED, *Expectation]),
    "attendance": st.none() | st.sampled_from(Attendance),
    "report_due_on": maybe_days,
    "report_received_on": maybe_days,
    "report_shared_on": maybe_days,
    "consulted_on": maybe_days,
}
of_meeting = {
    "held_on": days | maybe_days,
    "status": st.sampled_from([MeetingStatus.HELD, MeetingStatus.HELD, *MeetingStatus]),
    "format": st.sampled_from(MeetingFormat),
    "in_time": maybe,
    "quorate": maybe,
    "all_core_agencies": maybe,
    "all_expected_agencies": maybe,
    "group_meeting": maybe,
    "interim_safety_plan": maybe,
}


def some_of(known: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the columns, with new values."""
    return st.fixed_dictionaries({}, optional=known)


steps = st.one_of(
    st.tuples(st.just("open"), places, st.fixed_dictionaries(of_meeting)),
    st.tuples(st.just("invite"), places, places, st.fixed_dictionaries(of_invitation)),
    st.tuples(st.just("invite"), places, places, st.fixed_dictionaries(of_invitation)),
    st.tuples(st.just("save"), places, some_of(of_invitation)),
    st.tuples(st.just("save_all"), places, some_of(of_invitation)),
    st.tuples(st.just("alter"), places, some_of(of_meeting)),
    st.tuples(st.just("make_another_kind"), places, places),
    st.tuples(st.just("hand_over"), places, places),
    st.tuples(st.just("move"), places, places),
    st.tuples(st.just("uninvite"), places),
    st.tuples(st.just("remove"), places),
    st.tuples(st.just("retype"), places, st.sampled_from(AgencyType)),
)
histories = st.lists(
    # What is kept together, what is taken back, and where what was noted is added up.
    st.tuples(
        st.sampled_from(["kept", "kept", "kept", "undone"]), st.lists(steps, min_size=1, max_size=5), st.booleans()
    ),
    max_size=14,
)


@dataclass
class Life:
    """What happens to a partnership's rows, by SQL alone: whatever writes them, the database notes it."""

    area: Area
    case_id: int
    agencies: list[int]
    kinds: list[int]
    number: int = 0
    _meetings: list[int] = field(default_factory=list)
    _invitations: list[int] = field(default_factory=list)

    @classmethod
    def in_area(cls, area: Area) -> Life:
        """A partnership without meetings."""
        area.meetings(meeting("SEED", "core_group", "2026-05-05"))
        agencies = db.session.scalars(
            select(PartnershipAgency.agency_id)
            .where(PartnershipAgency.partnership_id == area.partnership_id)
            .order_by(PartnershipAgency.agency_id)
        ).all()
        kinds = db.session.scalars(
            select(MeetingType.id).where(MeetingType.partnership_id == area.partnership_id).order_by(MeetingType.id)
        ).all()
        return cls(area, area.stored("SEED").case_id, list(agencies[:6]), list(kinds))

    def begin(self) -> None:
        """Take away what was before."""
        with writing() as session:
            for model in (Invitation, Meeting):
                session.execute(delete(model).where(model.partnership_id == self.area.partnership_id))

    def live(self, history: Iterable[tuple[str, Sequence[Any], bool]]) -> None:
        """Let it all happen."""
        for ending, together, is_added_up in history:
            try:
                with writing() as session:
                    for step in together:
                        self._look(session)
                        getattr(self, step[0])(session, *step[1:])
                    if ending == "undone":
                        raise TakenBack
            except TakenBack:
                pass
            if is_added_up:
                fold()

    def _look(self, session: Session) -> None:
        ours = Meeting.partnership_id == self.area.partnership_id
        self._meetings = list(session.scalars(select(Meeting.id).where(ours).order_by(Meeting.id)))
        invited = select(Invitation.id).where(Invitation.partnership_id == self.area.partnership_id)
        self._invitations = list(session.scalars(invited.order_by(Invitation.id)))

    def open(self, session: Session, kind: int, facts: dict[str, Any]) -> None:
        self.number += 1
        session.execute(
            insert(_MEETINGS).values(
                partnership_id=self.area.partnership_id,
                reference=f"M-{self.number}",
                meeting_type_id=self.kinds[kind % len(self.kinds)],
                case_id=self.case_id,
                named_people_only=False,
                scheduled_on=FIRST,
                calendar_sequence=0,
                created_at=NOW,
                version=1,
                **facts,
            )
        )

    def invite(self, session: Session, place: int, agency: int, facts: dict[str, Any]) -> None:
        agency_id = self.agencies[agency % len(self.agencies)]
        if self._meetings and not self._is_invited(session, meeting_id := self._meeting(place), agency_id):
            session.execute(
                insert(_INVITATIONS).values(
                    partnership_id=self.area.partnership_id,
                    meeting_id=meeting_id,
                    meeting_on=FIRST,
                    agency_id=agency_id,
                    is_deputy=False,
                    left_early=False,
                    created_at=NOW,
                    version=1,
                    **facts,
                )
            )

    def save(self, session: Session, place: int, facts: dict[str, Any]) -> None:
        if self._invitations and facts:
            session.execute(update(_INVITATIONS).where(_INVITATIONS.c.id == self._invitation(place)).values(facts))

    def save_all(self, session: Session, place: int, facts: dict[str, Any]) -> None:
        if self._meetings and facts:
            those = _INVITATIONS.c.meeting_id == self._meeting(place)
            session.execute(update(_INVITATIONS).where(those).values(facts))

    def alter(self, session: Session, place: int, facts: dict[str, Any]) -> None:
        if self._meetings and facts:
            session.execute(update(_MEETINGS).where(_MEETINGS.c.id == self._meeting(place)).values(facts))

    def make_another_kind(self, session: Session, place: int, kind: int) -> None:
        self.alter(session, place, {"meeting_type_id": self.kinds[kind % len(self.kinds)]})

    def hand_over(self, session: Session, place: int, agency: int) -> None:
        agency_id = self.agencies[agency % len(self.agencies)]
        if self._invitations:
            row = _INVITATIONS.c.id == self._invitation(place)
            meeting_id = session.scalar(select(_INVITATIONS.c.meeting_id).where(row))
            if not self._is_invited(session, meeting_id, agency_id):
                session.execute(update(_INVITATIONS).where(row).values(agency_id=agency_id))

    def move(self, session: Session, place: int, other: int) -> None:
        if self._invitations:
            row = _INVITATIONS.c.id == self._invitation(place)
            agency_id = session.scalar(select(_INVITATIONS.c.agency_id).where(row))
            if not self._is_invited(session, self._meeting(other), agency_id):
                session.execute(update(_INVITATIONS).where(row).values(meeting_id=self._meeting(other)))

    def uninvite(self, session: Session, place: int) -> None:
        if self._invitations:
            session.execute(delete(_INVITATIONS).where(_INVITATIONS.c.id == self._invitation(place)))

    def remove(self, session: Session, place: int) -> None:
        if self._meetings:
            meeting_id = self._meeting(place)
            session.execute(delete(_INVITATIONS).where(_INVITATIONS.c.meeting_id == meeting_id))
            session.execute(delete(_MEETINGS).where(_MEETINGS.c.id == meeting_id))

    def retype(self, session: Session, agency: int, kind: AgencyType) -> None:
        which = Agency.id == self.agencies[agency % len(self.agencies)]
        session.execute(update(Agency).where(which).values(agency_type=kind, urn=None, ods_code=None))

    def _meeting(self, place: int) -> int:
        return self._meetings[place % len(self._meetings)]

    def _invitation(self, place: int) -> int:
        return self._invitations[place % len(self._invitations)]

    def _is_invited(self, session: Session, meeting_id: int | None, agency_id: int | None) -> bool:
        there = select(Invitation.id).where(Invitation.meeting_id == meeting_id, Invitation.agency_id == agency_id)
        return session.scalar(there) is not None


class TakenBack(Exception):
    """A transaction ends without being kept."""


def wrong(area: Area) -> list[Difference]:
    """What is kept and is not so."""
    db.session.rollback()
    found = differences(db.session(), area.partnership_id)
    db.session.rollback()
    return found


def notes() -> int:
    """How many changes nobody has added up."""
    db.session.rollback()
    return sum(len(db.session.scalars(select(model.id)).all()) for model in (FigureChange, MeetingFigureChange))


def one_by_one(scope: FigureScope, question: Question) -> dict[tuple[str, ...], dict[str, int]]:
    """Invitations counted in Python from the rows themselves, by the question's columns."""
    db.session.rollback()
    rows = db.session.execute(
        select(Meeting, Invitation, Agency.agency_type, MeetingType.code)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .outerjoin(Invitation, Invitation.meeting_id == Meeting.id)
        .outerjoin(Agency, Agency.id == Invitation.agency_id)
        .where(Meeting.partnership_id == scope.partnership_id)
    ).all()
    is_scoped = scope.agency_id is not None or scope.agency_type is not None
    is_narrowed = question.agency_types is not None and "meeting_type" not in question.by
    is_inner = bool({"agency", "agency_type"} & set(question.by)) or is_scoped or is_narrowed
    groups: dict[tuple[str, ...], list[tuple[MeetingFacts, InvitationFacts]]] = {}
    for held, invited, agency_type, code in rows:
        if held.status not in COUNTED_STATUSES or held.held_on is None:
            continue
        if not question.start <= held.held_on <= question.end:
            continue
        if question.meeting_types is not None and code not in question.meeting_types:
            continue
        counts = invited is not None and _is_wanted(scope, question, invited, agency_type)
        if is_inner and not counts:
            continue
        key = tuple(
            {
                "agency": str(invited.agency_id) if invited else "",
                "agency_type": str(agency_type),
                "meeting_type": code,
                "month": f"{held.held_on:%Y-%m}",
            }[name]
            for name in question.by
        )
        pairs = groups.setdefault(key, [])
        if counts:
            pairs.append((MeetingFacts(code, held.status, held.held_on), _facts(invited, agency_type)))
    return {key: tally(pairs) for key, pairs in groups.items()}


def _is_wanted(scope: FigureScope, question: Question, invited: Invitation, agency_type: AgencyType) -> bool:
    return (
        scope.agency_id in (None, invited.agency_id)
        and scope.agency_type in (None, agency_type)
        and (question.agency_types is None or agency_type in question.agency_types)
    )


def _facts(invited: Invitation, agency_type: AgencyType) -> InvitationFacts:
    return InvitationFacts(
        agency_type,
        invited.expectation,
        invited.attendance,
        invited.report_due_on,
        invited.report_received_on,
        invited.report_shared_on,
        invited.consulted_on,
    )
