"""How facts are stored: only what differs, no version raised, one meeting fast, and right under concurrent saves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select, update

from portal.database.session import db, writing
from portal.domain.vocabulary import AgencyType, Attendance, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.services import case_facts
from tests.areas import Area, meeting, part
from tests.harness import apart
from tests.services.fact_steps import attend, presence, timing
from tests.services.test_rule_sets import add_rule_set

INITIAL, REVIEW, STRATEGY = "initial_conference", "review_conference", "strategy_meeting"
FACTS = ("due_on", "in_time", "quorate", "all_core_agencies", "all_expected_agencies", "group_meeting")


def spoil(area: Area, ref: str) -> int:
    """Make every stored fact of a meeting wrong, as if its rule had just changed."""
    found = area.stored(ref)
    session = db.session()
    session.execute(
        update(Meeting.__table__)
        .where(Meeting.__table__.c.id == found.id)
        .values(due_on=date(1999, 1, 1), **dict.fromkeys(FACTS[1:], None))
    )
    session.execute(
        update(Invitation.__table__)
        .where(Invitation.__table__.c.meeting_id == found.id)
        .values(attendance=Attendance.APOLOGIES, report_due_on=None)
    )
    session.commit()
    return found.id


@pytest.fixture
def family(area: Area) -> Area:
    """A case with an initial conference and a review, both with attendance."""
    area.meetings(
        meeting("I", INITIAL, "2026-01-05", trigger_on="2026-01-02", case_ref="C"),
        meeting("R", REVIEW, "2026-04-01", case_ref="C"),
    )
    for ref in ("I", "R"):
        attend(area, ref, "social_care", "police", "gp")
    return area


def facts(area: Area, ref: str) -> tuple[Any, ...]:
    found = area.stored(ref)
    invited = area.invitation(ref, "gp")
    return (*(getattr(found, name) for name in FACTS), invited.attendance, invited.report_due_on)


def test_recount_mends_every_fact(family):
    before = {ref: facts(family, ref) for ref in ("I", "R")}
    case_id = family.stored("I").case_id
    for ref in before:
        spoil(family, ref)
        assert facts(family, ref) != before[ref]
    with writing() as session:
        case_facts.recount(session, family.partnership_id, [case_id, case_id])
    assert {ref: facts(family, ref) for ref in ("I", "R")} == before


def test_recount_writes_only_what_differs_and_raises_no_version(family, count_queries):
    case_id, versions = family.stored("I").case_id, [family.stored(ref).version for ref in ("I", "R")]
    invited = family.invitation("R", "gp").version
    with count_queries() as statements, writing() as session:
        case_facts.recount(session, family.partnership_id, [case_id])
    assert not [statement for statement in statements if statement.startswith("UPDATE")]
    spoil(family, "R")
    with count_queries() as statements, writing() as session:
        case_facts.recount(session, family.partnership_id, [case_id])
    assert len([statement for statement in statements if statement.startswith("UPDATE")]) == 2
    assert [family.stored(ref).version for ref in ("I", "R")] == versions
    assert family.invitation("R", "gp").version == invited


def test_somebody_who_has_another_meeting_of_the_case_open_keeps_their_page(family):
    """A day held that changes moves the due day of the next meeting; the person editing that one is not refused."""
    review = family.stored("R")
    edited = review.version
    family.meetings(meeting("I", INITIAL, "2026-01-05", held_on="2026-01-20", trigger_on="2026-01-02", case_ref="C"))
    after = family.stored("R")
    assert (after.due_on, after.version) == (date(2026, 4, 20), edited)


def test_rows_loaded_in_the_session_show_the_new_facts(family):
    meeting_id = spoil(family, "R")
    with writing() as session:
        loaded = session.get_one(Meeting, meeting_id)
        invited = session.scalars(select(Invitation).where(Invitation.meeting_id == meeting_id)).first()
        assert loaded.quorate is None
        case_facts.recount(session, family.partnership_id, [loaded.case_id])
        assert loaded.quorate is True
        assert loaded.due_on == date(2026, 4, 5)
        assert invited is not None
        assert invited.attendance is Attendance.IN_PERSON
        assert not session.dirty


def test_recount_takes_the_same_statements_for_any_number_of_cases(area, count_queries):
    numbers = []
    for count in (3, 30):
        area.meetings(*(meeting(f"M{number}", INITIAL, "2026-05-05") for number in range(count)))
        with count_queries() as statements, writing() as session:
            ids = [
                found.case_id
                for found in session.scalars(select(Meeting))
                if found.partnership_id == area.partnership_id
            ]
            case_facts.recount(session, area.partnership_id, ids)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


# One meeting, fast


def declare(session: Any, invitation: Invitation, attendance: Attendance) -> None:
    invitation.declared_attendance = attendance
    session.flush()


def test_recount_meeting_agrees_with_recount(family):
    meeting_id = spoil(family, "R")
    with writing() as session:
        case_facts.recount_meeting(session, meeting_id)
    mended = family.stored("R")
    assert [getattr(mended, name) for name in FACTS[2:]] == [True, True, True, True]
    assert family.invitation("R", "gp").attendance is Attendance.IN_PERSON


def test_recount_meeting_takes_three_statements(family, count_queries):
    meeting_id, gp = family.stored("R").id, family.invitation("R", "gp").id
    session = db.session()
    session.execute(
        update(Invitation.__table__)
        .where(Invitation.__table__.c.id == gp)
        .values(confirmed_attendance=Attendance.APOLOGIES, attendance=Attendance.APOLOGIES)
    )
    session.commit()
    with count_queries() as statements, writing() as session:
        case_facts.recount_meeting(session, meeting_id)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT", "UPDATE"]
    assert presence(family, "R") == (False, False, False, False)


def test_recount_meeting_says_nothing_of_an_open_register(area):
    area.meetings(meeting("M", STRATEGY, "2026-06-10", status="scheduled", held_on=""))
    area.attendance(*(part("M", agency, "video") for agency in ("social_care", "police", "gp")))
    with writing() as session:
        case_facts.recount_meeting(session, area.stored("M").id)
    assert presence(area, "M") == (None, None, None, None)


@pytest.mark.parametrize(("day", "quorate"), [("2026-05-04", True), ("2026-05-05", None), ("1999-06-01", True)])
def test_recount_meeting_takes_the_rules_of_the_meetings_day(area, day, quorate):
    add_rule_set(area, date(2026, 5, 5), types=[STRATEGY])
    area.meetings(meeting("M", REVIEW, day))
    attend(area, "M", "social_care", "police", "gp")
    meeting_id = spoil(area, "M")
    session = db.session()
    session.execute(
        update(Invitation.__table__)
        .where(Invitation.__table__.c.meeting_id == meeting_id)
        .values(attendance=Attendance.IN_PERSON)
    )
    session.commit()
    with writing() as session:
        case_facts.recount_meeting(session, meeting_id)
    assert area.stored("M").quorate is quorate


def test_what_the_chair_confirmed_counts_and_until_then_what_the_agency_declared(area):
    area.meetings(meeting("M", REVIEW, "2026-05-05"))
    attend(area, "M", "social_care", "police")
    attend(area, "M", "gp", by="")
    with writing() as session:
        invited = session.get_one(Invitation, area.invitation("M", "gp").id)
        declare(session, invited, Attendance.VIDEO)
        case_facts.recount_meeting(session, invited.meeting_id)
    assert area.invitation("M", "gp").attendance is Attendance.VIDEO
    assert area.stored("M").quorate is True
    attend(area, "M", "gp", by="apologies")
    assert area.invitation("M", "gp").attendance is Attendance.APOLOGIES
    assert area.stored("M").quorate is False


def in_threads(app: Any, *acts: Callable[[], None]) -> None:
    """Run acts at the same time, each as a process of its own would."""
    faults: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        def inside() -> None:
            with app.app_context():
                act()

        try:
            apart(inside)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def test_saves_at_the_same_time_leave_the_quorum_of_all_of_them(area, app):
    """Each save sees only its own change until the other commits: without the meeting's lock the last one to write
    would store a quorum counted without the first."""
    kinds = [kind.value for kind in AgencyType]
    area.meetings(meeting("M", REVIEW, "2026-05-05"))
    attend(area, "M", *kinds, by="")
    meeting_id = area.stored("M").id
    ids = {kind: area.invitation("M", kind).id for kind in kinds}
    db.session.rollback()
    gate = threading.Barrier(len(kinds))

    def save(kind: str) -> Callable[[], None]:
        def act() -> None:
            gate.wait()
            with writing() as session:
                declare(session, session.get_one(Invitation, ids[kind]), Attendance.IN_PERSON)
                case_facts.recount_meeting(session, meeting_id)

        return act

    in_threads(app, *(save(kind) for kind in kinds))
    assert presence(area, "M") == (True, True, True, True)
    present = db.session.scalar(
        select(func.count()).where(Invitation.meeting_id == meeting_id, Invitation.attendance == Attendance.IN_PERSON)
    )
    assert present == len(kinds)


def test_two_people_who_change_two_meetings_of_a_case_at_once_neither_deadlock_nor_miss_the_other(area, app):
    area.meetings(
        meeting("I", INITIAL, "2026-01-05", case_ref="C"),
        meeting("R1", REVIEW, "2026-04-01", case_ref="C", status="scheduled", held_on=""),
        meeting("R2", REVIEW, "2026-09-01", case_ref="C", status="scheduled", held_on=""),
    )
    case_id = area.stored("I").case_id
    ids = {ref: area.stored(ref).id for ref in ("R1", "R2")}
    db.session.rollback()
    gate, changed = threading.Barrier(2), threading.Barrier(2)

    def close(ref: str, held_on: date) -> Callable[[], None]:
        def act() -> None:
            gate.wait()
            with writing() as session:
                case_facts.hold(session, area.partnership_id, [case_id])
                found = session.get_one(Meeting, ids[ref])
                found.status, found.held_on, found.held_time = MeetingStatus.HELD, held_on, time(10)
                session.flush()
                # Both would stand here with their own change unseen by the other, if nothing held the second back.
                with suppress(threading.BrokenBarrierError):
                    changed.wait(timeout=1)
                case_facts.recount(session, area.partnership_id, [case_id])

        return act

    in_threads(app, close("R1", date(2026, 4, 2)), close("R2", date(2026, 9, 3)))
    assert timing(area, "R1") == (date(2026, 4, 5), True)
    assert timing(area, "R2") == (date(2026, 10, 2), True)
