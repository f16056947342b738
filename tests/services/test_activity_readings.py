"""Who has read a child's record: every kind of page, whose people, under which membership, and nobody else's child."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from portal.database.session import db, writing
from portal.domain.activity_words import VERBS
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.record_readings import KIND_WORDS, READINGS, ReadingKind, is_emergency, verbs_of
from portal.domain.vocabulary import Role
from portal.models.activity import Activity
from portal.models.cases import Case
from portal.models.named_people import MeetingCase
from portal.models.reports import Report
from portal.models.restrictions import EmergencyOpening
from portal.services import activity
from portal.services.activity_readings import READ, Wanted, list_readings
from portal.services.cases import case_with_children
from portal.services.timelines.reading import timeline
from tests.closed_meetings import ClosedMeeting
from tests.services.family_steps import sibling
from tests.services.rows import change
from tests.world import NOW

MOST_QUERIES = 7
"""The family, its children, openings in an emergency, the readings, and three for names."""


@pytest.fixture
def manager(world, viewer_of):
    """A's safeguarding manager."""
    return viewer_of(world.person("a.manager"))


@pytest.fixture
def case_id(world) -> int:
    """A's first family."""
    return world.cases["a.1"]


def read(viewer, verb: str, subject: str, *ids: int) -> None:
    """Somebody had something before them."""
    activity.record_reading(viewer, verb, subject, ids)
    db.session.rollback()


def shown(viewer, case_id: int, wanted: Wanted | None = None, **more) -> list[tuple[str, str]]:
    """Who read what, the newest first."""
    found = list_readings(viewer, case_id, wanted or Wanted(), **more)
    return [(one.who, one.did) for one in found.entries if one.kind is not ReadingKind.READINGS]


class TestWhatCounts:
    """What is a reading of this family's record."""

    def test_a_page_that_somebody_opens_is_in_it(self, manager, case_id, world, viewer_of):
        assert shown(manager, case_id) == []
        lead = world.person("a.gp.lead")
        timeline(viewer_of(lead, now=NOW + timedelta(minutes=5)), case_id)
        case_with_children(viewer_of(world.person("a.coordinator")), case_id)
        found = list_readings(manager, case_id, Wanted())
        newest, before = found.entries[0], found.entries[1]
        assert (before.who, before.role, before.agency) == (lead.name, Role.AGENCY_LEAD, lead.hat.agency_name)
        assert (before.at, before.kind, before.is_by_link) == (NOW + timedelta(minutes=5), ReadingKind.RECORD, False)
        assert (newest.who, newest.role, newest.agency) == (
            world.person("a.coordinator").name,
            Role.COORDINATOR,
            None,
        )

    def test_everything_that_hangs_on_its_meetings_is_in_it_and_nothing_of_others(
        self, manager, case_id, world, viewer_of
    ):
        gp = viewer_of(world.person("a.gp.lead"))
        own, other = world.meeting("a.initial"), world.meeting("a.review")
        report = select(Report.id).where(Report.invitation_id == own.invitations["police"].id)
        foreign = select(Report.id).where(Report.invitation_id == other.invitations["police"].id)
        ids = {"own": db.session.scalar(report), "foreign": db.session.scalar(foreign)}
        assert None not in ids.values()
        read(gp, "report.read", "report", ids["own"], ids["foreign"])
        read(gp, "consultation.read", "invitation", own.invitations["police"].id, other.invitations["police"].id)
        read(gp, "strategy_record.read", "meeting", own.id, other.id)
        read(gp, "child.read", "child", world.children["a.1"], world.children["a.2"])
        read(gp, "case.read", "case", case_id, world.cases["a.2"])
        assert [did for _who, did in shown(manager, case_id)] == [
            VERBS[verb]
            for verb in ("case.read", "child.read", "strategy_record.read", "consultation.read", "report.read")
        ]

    def test_what_was_read_of_an_erased_family_is_not_told_of_one_that_has_its_number(self, manager, world, viewer_of):
        """SQLite gives the number of a table's last row again after it was deleted; the trail keeps numbers alone."""
        gp, case_id = viewer_of(world.person("a.gp.lead")), world.cases["a.1"]
        read(gp, "case.read", "case", case_id)
        entered = NOW + timedelta(minutes=1)
        change(Case, case_id, created_at=entered)
        assert shown(manager, case_id) == []
        read(replace(gp, now=entered), "case.read", "case", case_id)
        assert [who for who, _did in shown(manager, case_id)] == [gp.name]

    def test_a_change_is_no_reading_and_neither_is_a_refusal(self, manager, case_id, world, viewer_of):
        gp = viewer_of(world.person("a.gp.lead"))
        read(gp, "case.opened", "case", case_id)
        activity.record_refusal(gp, "case", case_id)
        assert shown(manager, case_id) == []

    def test_an_opening_in_an_emergency_is_marked(self, manager, case_id, world, viewer_of):
        chair = world.person("a.chair")
        with writing() as session:
            opening = EmergencyOpening(
                partnership_id=world.partnerships["a"],
                case_id=case_id,
                membership_id=chair.hat.membership_id,
                user_id=chair.user_id,
                reason="The child is at risk tonight.",
                opened_at=NOW,
            )
            session.add(opening)
        in_time, too_late = NOW + timedelta(hours=2), NOW + timedelta(hours=25)
        read(viewer_of(chair), "emergency.opened", "case", case_id)
        read(viewer_of(chair, now=in_time), "emergency.page_read", "meetings.show", world.meeting("a.initial").id)
        read(viewer_of(chair, now=too_late), "emergency.page_read", "meetings.show", world.meeting("a.initial").id)
        read(viewer_of(world.person("a.second_chair"), now=in_time), "emergency.page_read", "meetings.show", 1)
        found = list_readings(manager, case_id, Wanted(ReadingKind.EMERGENCY)).entries
        assert [(one.who, one.at, one.is_emergency) for one in found] == [
            (chair.name, in_time, True),
            (chair.name, NOW, True),
        ]
        assert list_readings(manager, world.cases["a.2"], Wanted(ReadingKind.EMERGENCY)).entries == []

    def test_whoever_came_by_a_link_is_named_with_their_agency(self, manager, case_id, world, viewer_of):
        person = world.person("a.school.lead")
        row = activity.entry(viewer_of(person), "case.read", "case", case_id) | {"membership_id": None}
        with writing() as session:
            activity.append_later(session, row)
        (found,) = list_readings(manager, case_id, Wanted()).entries
        assert (found.who, found.role, found.agency, found.is_by_link) == (
            person.name,
            None,
            person.hat.agency_name,
            True,
        )

    def test_looking_it_up_is_a_reading_too(self, manager, case_id, world, viewer_of):
        coordinator = viewer_of(world.person("a.coordinator"))
        list_readings(coordinator, case_id, Wanted())
        (found,) = list_readings(manager, case_id, Wanted()).entries
        assert (found.who, found.kind) == (coordinator.name, ReadingKind.READINGS)
        stored = db.session.scalars(select(Activity.subject_id).where(Activity.verb == READ)).all()
        assert stored == [case_id, case_id]


class TestWhose:
    """Whose readings somebody sees."""

    def test_a_lead_sees_their_own_people_and_the_manager_everybody(self, manager, case_id, world, viewer_of):
        for name in ("gp.lead", "gp.practitioner", "police.practitioner", "chair"):
            read(viewer_of(world.person(f"a.{name}")), "case.read", "case", case_id)
        lead = viewer_of(world.person("a.gp.lead"))
        own = {world.person("a.gp.lead").name, world.person("a.gp.practitioner").name}
        assert {who for who, _did in shown(lead, case_id)} == own
        assert not list_readings(lead, case_id, Wanted()).is_whole_partnership
        everybody = own | {world.person("a.police.practitioner").name, world.person("a.chair").name}
        assert {who for who, _did in shown(manager, case_id)} == everybody
        assert list_readings(manager, case_id, Wanted()).is_whole_partnership

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair", "a.board", "a.administrator"])
    def test_others_are_refused(self, case_id, world, viewer_of, key):
        with pytest.raises(NotPermitted):
            list_readings(viewer_of(world.person(key)), case_id, Wanted())

    @pytest.mark.parametrize("key", ["b.manager", "b.gp.lead", "a.other_gp.lead"])
    def test_whoever_does_not_see_the_family_is_told_nothing(self, case_id, world, viewer_of, key):
        before = db.session.scalars(select(Activity.sequence)).all()
        with pytest.raises(NotVisible):
            list_readings(viewer_of(world.person(key)), case_id, Wanted())
        assert db.session.scalars(select(Activity.sequence)).all() == before

    def test_the_same_number_in_another_partnership_is_another_familys(self, manager, case_id, world, viewer_of):
        row = activity.entry(viewer_of(world.person("b.gp.lead")), "case.read", "case", case_id)
        with writing() as session:
            activity.append_later(session, row)
        assert shown(manager, case_id) == []

    def test_a_record_that_is_closed_to_somebody_has_no_readers_for_them(self, manager, case_id):
        shut_out = replace(manager, hat=replace(manager.hat, closed_cases=frozenset({case_id})))
        with pytest.raises(NotVisible):
            list_readings(shut_out, case_id, Wanted())

    def test_a_reading_at_a_meeting_for_named_people_is_shown_to_those_alone(self, manager, case_id, world, viewer_of):
        """What hangs on a meeting that the viewer does not see is not in the list, whoever read it."""
        closed = ClosedMeeting.write(world, "a")
        with writing() as session:
            about = {"partnership_id": world.partnerships["a"], "meeting_id": closed.id, "case_id": case_id}
            session.add(MeetingCase(**about, added_at=NOW))
        gp = viewer_of(world.person("a.gp.lead"))
        read(gp, "strategy_record.read", "meeting", closed.id, world.meeting("a.initial").id)
        read(gp, "report.read", "report", closed.report_id)
        assert len(shown(manager, case_id)) == 1
        assert len(shown(viewer_of(world.person("a.coordinator")), case_id)) == 3
        with pytest.raises(NotVisible):
            list_readings(manager, closed.case_ids[0], Wanted())


class TestOneChild:
    """Of several children."""

    def test_a_list_in_which_a_brother_stood_is_not_about_the_sister(self, manager, case_id, world, viewer_of):
        sister = world.children["a.1"]
        brother = sibling(world, "a.1", "ZQ-A-BROTHER-QZ")
        read(viewer_of(world.person("a.chair")), "child.read", "child", brother)
        read(viewer_of(world.person("a.gp.lead")), "child.read", "child", sister)
        assert len(shown(manager, case_id)) == 2
        assert [who for who, _did in shown(manager, case_id, child_id=sister)] == [world.person("a.gp.lead").name]
        found = list_readings(manager, case_id, Wanted(), child_id=brother)
        assert found.child is not None
        assert "ZQ-A-BROTHER-QZ" in found.child.name
        assert len(found.children) == 2

    def test_a_child_of_another_family_is_none_of_this_one(self, manager, case_id, world):
        for child_id in (world.children["a.2"], world.children["b.1"], 10**9):
            with pytest.raises(NotVisible):
                list_readings(manager, case_id, Wanted(), child_id=child_id)


class TestPages:
    """Narrowed, paged, and quick."""

    def test_it_is_narrowed_by_kind_and_day(self, manager, case_id, world, viewer_of):
        gp = world.person("a.gp.lead")
        read(viewer_of(gp, now=NOW - timedelta(days=2)), "case.read", "case", case_id)
        read(viewer_of(gp), "child.read", "child", world.children["a.1"])
        assert len(shown(manager, case_id)) == 2
        assert [did for _who, did in shown(manager, case_id, Wanted(ReadingKind.LIST))] == [VERBS["child.read"]]
        assert len(shown(manager, case_id, Wanted(to_day=date(2026, 6, 9)))) == 1
        assert len(shown(manager, case_id, Wanted(from_day=date(2026, 6, 10)))) == 1
        assert shown(manager, case_id, Wanted(from_day=date(2026, 6, 11))) == []

    def test_pages_follow_one_another_by_few_statements(self, manager, case_id, world, viewer_of, count_queries):
        gp = viewer_of(world.person("a.gp.lead"))
        with writing() as session:
            for _ in range(119):
                activity.append_later(session, activity.entry(gp, "case.read", "case", case_id))
        seen: list[int] = []
        before: int | None = None
        for expected in (50, 50):
            with count_queries() as statements:
                found = list_readings(manager, case_id, Wanted(ReadingKind.RECORD), before=before)
            assert len(statements) <= MOST_QUERIES, statements
            assert len(found.entries) == expected
            seen += [one.number for one in found.entries]
            before = found.older_than
        last = list_readings(manager, case_id, Wanted(ReadingKind.RECORD), before=before)
        assert (len(last.entries), last.older_than) == (19, None)
        assert len({*seen, *(one.number for one in last.entries)}) == 119

    @pytest.mark.parametrize("day", [None, date(2020, 1, 1)])
    def test_it_is_found_by_the_index_of_subjects(self, manager, case_id, backend, day):
        """However long the trail is: nothing walks it from its end."""
        if backend != "sqlite":
            pytest.skip("PostgreSQL plans by the size of its tables, which are small here")
        plans: list[str] = []

        def explain(_connection, cursor, statement: str, parameters, _context, _many: bool) -> None:
            if "AS things" in statement and not statement.startswith("EXPLAIN"):
                rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.extend(row[3] for row in rows)

        event.listen(db.engine, "before_cursor_execute", explain)
        try:
            list_readings(manager, case_id, Wanted(from_day=day), before=10_000)
        finally:
            event.remove(db.engine, "before_cursor_execute", explain)
        assert [plan for plan in plans if " activity " in plan] == [
            "SEARCH activity USING INDEX ix_activity_subject (partnership_id=? AND subject=? AND subject_id=?)"
        ]

    @pytest.mark.parametrize("before", [0, -5, 10**30])
    def test_numbers_out_of_range_show_an_end(self, manager, case_id, before):
        assert list_readings(manager, case_id, Wanted(), before=before).entries == []


class TestWords:
    """The table of readings."""

    def test_every_kind_has_words_and_every_verb_too(self):
        assert set(KIND_WORDS) == set(ReadingKind) == set(READINGS.values())
        assert set(READINGS) <= set(VERBS)
        assert sorted(verbs_of(None)) == sorted(READINGS)
        assert [verb for verb in READINGS if is_emergency(verb)] == ["emergency.opened", "emergency.page_read"]
        assert not is_emergency("nonsense")

    def test_every_verb_that_says_read_or_opened_of_a_record_is_in_it(self):
        """A new kind of page about a child is to be listed here, or named below with its reason."""
        no_childs_record = {
            "activity.read",  # the trail itself, by number
            "audit_return.reopened",
            "audit_round.opened",
            "case.opened",  # made, not read
            "emergency.reviewed",  # that the opening was judged
            "feedback.card_opened",
            "feedback.read",  # feedback is of nobody's case
            "improvement_action.reopened",
            "month.correction_opened",
            "notice.all_read",
            "notice.opened",
            "pack.opened",  # whoever opens one with children has case.read and child.read too
            "plan.reopened",
            "quarter.correction_opened",
            "register.reopened",
            "report.read_as_family",
            "return_link.code_read_out",
            "return_link.opened",
            "strategy_record.opened",
            "subject.reviewed",  # decided; the page on which it is has subject.read
        }
        said = {verb for verb in VERBS if verb.rpartition(".")[2].endswith(("read", "opened", "viewed"))}
        assert said - set(READINGS) <= no_childs_record
