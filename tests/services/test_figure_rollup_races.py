"""Many write at once, on PostgreSQL really so: nobody waits for the figures, nothing stops, and nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from portal.database.session import db, writing
from portal.domain.vocabulary import AgencyType, Attendance, Expectation, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.services import case_facts
from portal.services.indicators import recounts
from portal.services.indicators.rollups import LOCK, fold, mend
from tests.areas import NOW, Area, meeting, part
from tests.services.racing import at_once
from tests.services.rollup_steps import notes, wrong

REFS = [f"M{number}" for number in range(6)]
AGENCIES = ("gp", "police", "school", "social_care", "housing", "probation")
TURNS = 30


@pytest.fixture
def busy(area: Area) -> Area:
    """Six meetings with six agencies each."""
    area.meetings(*(meeting(ref, "review_conference", "2026-05-05") for ref in REFS))
    area.attendance(*(part(ref, agency) for ref in REFS for agency in AGENCIES))
    return area


@pytest.fixture
def ids(busy: Area) -> dict[str, Any]:
    """What they are called in the database."""
    found = {
        "meetings": [busy.stored(ref).id for ref in REFS],
        "cases": [busy.stored(ref).case_id for ref in REFS],
        "agencies": [busy.invitation("M0", agency).agency_id for agency in AGENCIES],
    }
    db.session.rollback()
    return found


def saves(ids: dict[str, Any], seed: int) -> None:
    """Save invitations as the register does: the meeting first, then its invitations, in any order."""
    chance = Random(seed)
    for _ in range(TURNS):
        with writing() as session:
            meeting_id = chance.choice(ids["meetings"])
            held = select(Meeting.id).where(Meeting.id == meeting_id).with_for_update(key_share=True)
            session.execute(held)
            rows = list(session.scalars(select(Invitation.id).where(Invitation.meeting_id == meeting_id)))
            for row in chance.sample(rows, min(3, len(rows))):
                facts = {
                    "attendance": chance.choice([None, *Attendance]),
                    "expectation": chance.choice(list(Expectation)),
                    "report_received_on": chance.choice([None, date(2026, 5, 1)]),
                    "report_due_on": chance.choice([None, date(2026, 5, 2)]),
                }
                session.execute(update(Invitation).where(Invitation.id == row).values(**facts))


def moves(area: Area, ids: dict[str, Any], seed: int) -> None:
    """Move meetings to other days, open them again, and ask other agencies: case, meeting, invitation."""
    chance = Random(seed)
    for _ in range(TURNS):
        with writing() as session:
            place = chance.randrange(len(REFS))
            case_facts.hold(session, area.partnership_id, [ids["cases"][place]])
            meeting_id = ids["meetings"][place]
            facts = {
                "held_on": date(2026, 5, 5) + timedelta(days=chance.randrange(60)),
                "status": chance.choice(list(MeetingStatus)),
                "quorate": chance.choice([None, True, False]),
            }
            session.execute(update(Meeting).where(Meeting.id == meeting_id).values(**facts))
            agency = chance.choice(ids["agencies"])
            which = (Invitation.meeting_id == meeting_id, Invitation.agency_id == agency)
            if session.execute(delete(Invitation).where(*which)).rowcount == 0:
                session.execute(
                    insert(Invitation).values(
                        partnership_id=area.partnership_id,
                        meeting_id=meeting_id,
                        meeting_on=date(2026, 5, 5),
                        agency_id=agency,
                        expectation=Expectation.EXPECTED,
                        is_deputy=False,
                        left_early=False,
                        created_at=NOW,
                        version=1,
                    )
                )


def retypes(ids: dict[str, Any], seed: int) -> None:
    """Make agencies other types, and keep that open for a moment."""
    chance = Random(seed)
    for _ in range(TURNS // 3):
        with writing() as session:
            agency = Agency.id == ids["agencies"][0]
            kind = chance.choice(list(AgencyType))
            session.execute(update(Agency).where(agency).values(agency_type=kind, urn=None, ods_code=None))
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("SELECT pg_sleep(0.01)"))


def adds_up(area: Area) -> None:
    """Add up, and mend, all the while."""
    for turn in range(TURNS):
        fold()
        if turn % 5 == 0:
            with writing() as session:
                mend(session, area.partnership_id)


def test_writers_movers_retypers_and_workers_at_once(app, busy, ids):
    outcomes = at_once(
        app,
        *(lambda seed=seed: saves(ids, seed) for seed in range(3)),
        *(lambda seed=seed: moves(busy, ids, seed) for seed in range(3, 5)),
        lambda: retypes(ids, 5),
        lambda: adds_up(busy),
        lambda: adds_up(busy),
    )
    assert [outcome for outcome in outcomes if outcome is not None] == []
    assert wrong(busy) == []
    fold()
    assert notes() == 0
    assert wrong(busy) == []


class TestOnPostgresql:
    """Two transactions of which neither has ended when the other looks."""

    @pytest.fixture(autouse=True)
    def only_there(self, database):
        if database.backend != "postgresql":
            pytest.skip("SQLite has one writer at a time")

    def test_whoever_saves_without_holding_the_meeting_is_not_overlooked(self, app, busy, ids):
        """The save has not ended when the meeting moves to June, which therefore waits for it."""
        row = Invitation.meeting_id == ids["meetings"][0]
        begun, go_on = Event(), Event()

        def save() -> None:
            with app.app_context(), writing() as session:
                session.execute(update(Invitation).where(row).values(attendance="video"))
                begun.set()
                go_on.wait(5)

        def move() -> None:
            with app.app_context(), writing() as session:
                moved = update(Meeting).where(Meeting.id == ids["meetings"][0])
                session.execute(moved.values(held_on=date(2026, 6, 5)))

        saver, mover = Thread(target=save), Thread(target=move)
        saver.start()
        assert begun.wait(5)
        mover.start()
        mover.join(0.3)
        assert mover.is_alive()
        go_on.set()
        saver.join(5)
        mover.join(5)
        assert wrong(busy) == []

    def test_saving_waits_for_nobody_who_saves_elsewhere(self, app, busy, ids):
        """Two registers of one day and kind, neither of which has ended, and a worker that adds up meanwhile."""
        with writing() as session:
            first = Invitation.meeting_id == ids["meetings"][0]
            session.execute(update(Invitation).where(first).values(attendance="video"))

            def other() -> str:
                with writing() as apart:
                    apart.execute(text("SET LOCAL lock_timeout = '500ms'"))
                    second = Invitation.meeting_id == ids["meetings"][1]
                    apart.execute(update(Invitation).where(second).values(attendance="video"))
                return f"kept, {fold()} added up"

            assert at_once(app, other) == [f"kept, {len(AGENCIES)} added up"]
        assert wrong(busy) == []

    def test_while_an_agency_becomes_another_type_nothing_is_added_up(self, app, busy, ids):
        with writing() as session:
            session.execute(update(Invitation).values(attendance="video"))
        with writing() as session:
            agency = Agency.id == ids["agencies"][0]
            session.execute(update(Agency).where(agency).values(agency_type=AgencyType.OTHER, urn=None, ods_code=None))
            assert at_once(app, fold) == [0]
        assert wrong(busy) == []
        assert fold() > 0
        assert wrong(busy) == []

    def test_a_second_worker_leaves_it_to_the_first(self, app, busy, system):
        with writing() as session:
            session.execute(update(Invitation).values(attendance="video"))
            session.execute(text("UPDATE figures_by_type SET attended = 99 WHERE period < 1000000"))
        with writing() as session:
            session.execute(select(text(f"pg_advisory_xact_lock({LOCK})")))
            assert at_once(app, fold, lambda: recounts.recount_due(NOW)) == [0, 0]
            [refused] = at_once(app, lambda: recounts.rebuild(system))
            assert str(refused) == recounts.BUSY
