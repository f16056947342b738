"""The list of meetings, searching, and one meeting's page: what each person gets, and by how many queries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from portal.database.session import db, writing
from portal.domain.deadlines import ReportState
from portal.domain.quoracy import Outlook
from portal.domain.vocabulary import Answer, Expectation, MeetingFormat, MeetingStatus
from portal.models.meetings import Invitation, Meeting
from portal.services.meetings import listing
from portal.services.meetings.kinds import kinds
from portal.services.meetings.listing import Filters, Period, list_meetings
from portal.services.meetings.outlook import Standing, standings

pytestmark = pytest.mark.usefixtures("database")

ALL = Filters(period=Period.ALL)
MOST_QUERIES = 8


def keys(world, found):
    """The listed meetings by their names in the world, in their order."""
    names = {place.id: key for key, place in world.meetings.items()}
    return [names[row.id] for row in found.rows]


def many(world, number, *, invited="a.school"):
    """Add so many coming meetings of A, one a day, to which one agency is invited; gives their ids."""
    first = world.meeting("a.initial")
    with writing() as session:
        like = session.get_one(Meeting, first.id)
        days = [like.scheduled_on + timedelta(days=day) for day in range(1, number + 1)]
        fixed = {
            "partnership_id": like.partnership_id,
            "meeting_type_id": like.meeting_type_id,
            "case_id": like.case_id,
            "status": MeetingStatus.SCHEDULED,
            "format": MeetingFormat.VIDEO,
            "created_at": like.created_at,
            "version": 1,
        }
        rows = [{**fixed, "reference": f"EXTRA-{number:05}", "scheduled_on": day} for number, day in enumerate(days)]
        session.execute(insert(Meeting.__table__), rows)
        ids = list(
            session.scalars(select(Meeting.id).where(Meeting.reference.startswith("EXTRA-")).order_by(Meeting.id))
        )
        invitation = {
            "partnership_id": like.partnership_id,
            "agency_id": world.agencies[invited],
            "expectation": Expectation.EXPECTED,
            "is_deputy": False,
            "left_early": False,
            "created_at": like.created_at,
            "version": 1,
        }
        session.execute(
            insert(Invitation.__table__),
            [{**invitation, "meeting_id": number, "meeting_on": day} for number, day in zip(ids, days, strict=True)],
        )
    return ids


def test_everybody_finds_exactly_the_meetings_that_are_theirs(world, viewer_of):
    for person, hat in world.wearers():
        found = list_meetings(viewer_of(person, hat=hat), ALL)
        letter = next(name for name, number in world.partnerships.items() if number == hat.partnership_id)
        theirs = {key for key, place in world.meetings.items() if person.key in place.seen_by and key[0] == letter}
        assert set(keys(world, found)) == theirs, (person.key, letter)
        assert found.total == len(theirs)


def test_coming_meetings_stand_soonest_first_and_others_latest_first(world, viewer):
    manager = viewer("a.manager")
    assert keys(world, list_meetings(manager, Filters())) == ["a.initial", "a.core_group", "a.review"]
    past = list_meetings(manager, Filters(period=Period.PAST))
    assert keys(world, past) == ["a.cancelled", "a.past_initial", "a.strategy"]
    assert keys(world, list_meetings(manager, ALL))[0] == "a.review"
    school = list_meetings(viewer("a.school.lead"), Filters())
    assert keys(world, school) == ["a.initial", "a.core_group", "a.review"]


@pytest.mark.parametrize(
    ("filters", "manager", "school"),
    [
        (Filters(period=Period.ALL, meeting_type="strategy_meeting"), ["strategy"], ["strategy"]),
        (Filters(period=Period.ALL, meeting_type="family_meeting"), [], []),
        (Filters(period=Period.ALL, meeting_type="nonsense"), [], []),
        (Filters(period=Period.ALL, meeting_type="strategy\0_meeting"), [], []),
        (Filters(period=Period.ALL, status=MeetingStatus.CANCELLED), ["cancelled"], []),
        (Filters(needs_answer=True), ["initial", "core_group", "review"], ["initial", "core_group", "review"]),
        (
            Filters(period=Period.ALL, report_missing=True),
            ["review", "initial", "past_initial"],
            ["initial"],
        ),
    ],
)
def test_the_list_is_narrowed(world, viewer, filters, manager, school):
    assert keys(world, list_meetings(viewer("a.manager"), filters)) == [f"a.{name}" for name in manager]
    assert keys(world, list_meetings(viewer("a.school.lead"), filters)) == [f"a.{name}" for name in school]


def test_the_list_is_narrowed_to_days_with_both_ends(world, viewer):
    review = viewer("a.manager").today + timedelta(days=14)
    for key in ("a.manager", "a.police.lead"):
        found = list_meetings(viewer(key), Filters(period=Period.ALL, from_day=review, to_day=review))
        assert keys(world, found) == ["a.review"]
        found = list_meetings(viewer(key), Filters(period=Period.ALL, from_day=review + timedelta(days=1)))
        assert found.rows == []


def test_an_agency_gets_its_own_part_and_nobody_elses_counts(world, viewer):
    (row,) = list_meetings(viewer("a.gp.lead"), Filters()).rows
    assert (row.answer, row.report, row.expectation) == (Answer.APOLOGIES, ReportState.LATE, Expectation.EXPECTED)
    assert (row.standing, row.foresight) == (None, None)


def test_those_who_run_meetings_see_how_far_all_are(world, viewer):
    row = list_meetings(viewer("a.chair"), Filters()).rows[0]
    assert row.id == world.meeting("a.initial").id
    assert row.standing[:4] == (4, 2, 4, 1)
    assert row.foresight.outlook is Outlook.MAY_BE
    review = list_meetings(viewer("a.second_chair"), Filters()).rows[0]
    # The surgery said that the child is not theirs, so it is neither asked nor awaited.
    assert review.standing.asked == 4
    assert row.answer is None


def test_pages_follow_one_another_without_gap_or_repeat(world, viewer):
    many(world, 130)
    for key in ("a.manager", "a.school.lead"):
        pages = [list_meetings(viewer(key), Filters(), page=page, per_page=50) for page in (1, 2, 3, 4)]
        assert [len(page.rows) for page in pages] == [50, 50, 33, 0]
        assert [page.has_next for page in pages] == [True, True, False, False]
        assert {page.total for page in pages} == {133}
        ids = [row.id for page in pages for row in page.rows]
        assert len(set(ids)) == 133
        days = [row.on for page in pages for row in page.rows]
        assert days == sorted(days)


def test_a_page_holds_between_one_and_a_hundred(world, viewer):
    many(world, 130)
    manager = viewer("a.manager")
    assert len(list_meetings(manager, Filters(), per_page=1000).rows) == 100
    assert len(list_meetings(manager, Filters(), per_page=0).rows) == 1
    assert list_meetings(manager, Filters(), page=-3).page == 1


def test_what_is_counted_is_limited(world, viewer, monkeypatch):
    many(world, 40)
    monkeypatch.setattr(listing, "COUNTED_AT_MOST", 20)
    for key in ("a.manager", "a.school.lead"):
        assert list_meetings(viewer(key), Filters(), per_page=10).total == 21


def test_the_number_of_queries_does_not_grow_with_the_rows(world, viewer, count_queries):
    people = [viewer(key) for key in ("a.manager", "a.chair", "a.school.lead", "a.social_care.east", "a.police.lead")]
    filters = [Filters(), ALL, Filters(needs_answer=True), Filters(period=Period.ALL, report_missing=True)]
    before = [_queries(count_queries, person, asked) for person in people for asked in filters]
    many(world, 120)
    many_ids = [_queries(count_queries, person, asked) for person in people for asked in filters]
    assert many_ids == before
    assert max(before) <= 4


def _queries(count_queries, person, filters):
    db.session.rollback()
    with count_queries() as statements:
        list_meetings(person, filters, per_page=100)
    return len(statements)


def test_an_agencys_list_is_read_along_its_own_index(world, viewer, database, count_queries):
    if database.backend == "postgresql":
        # Its planner goes by statistics, and reads so small a table whole; benchmarks/ measures it with many rows.
        return
    with count_queries() as statements:
        list_meetings(viewer("a.school.lead"), Filters())
    listed = next(statement for statement in statements if "FROM invitations" in statement and "ORDER BY" in statement)
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {listed}", (0,) * listed.count("?")).all()
    steps = [row[3] for row in plan]
    assert any("ix_invitations_agency (partnership_id=? AND agency_id=? AND meeting_on>?)" in step for step in steps)
    assert "SCAN invitations" not in steps


def test_standings_of_no_meeting_ask_nothing(count_queries):
    with count_queries() as statements:
        assert standings(db.session.connection(), []) == {}
    assert statements == []
    assert Standing().unanswered == 0
    assert Standing().foresight(None) is None


def test_a_kinds_quorum_is_that_of_its_day(world, viewer):
    known = kinds(db.session.connection(), [world.partnerships["a"]])
    initial = known[world.meeting_types["a.initial_conference"]]
    core_group = known[world.meeting_types["a.core_group"]]
    today = viewer("a.chair").today
    assert initial.quorum_on(today) is not None
    assert initial.quorum_on(today.replace(year=1990)) == initial.quorum_on(today)
    assert core_group.quorum_on(today) is None
    assert next(kind.code for kind in known.values()) == "initial_conference"


def test_ids_in_an_address_open_nothing(world, viewer):
    foreign = world.meeting("b.initial")
    asked = Filters(period=Period.ALL, case_ids=(foreign.case_id,), meeting_ids=(foreign.id,), is_search=True)
    assert list_meetings(viewer("a.manager"), asked).rows == []
    own = Filters(period=Period.ALL, case_ids=(world.meeting("a.review").case_id,), is_search=True)
    assert keys(world, list_meetings(viewer("a.police.lead"), own)) == ["a.review", "a.past_initial"]
    assert list_meetings(viewer("a.manager"), Filters(period=Period.ALL, is_search=True)).rows == []
