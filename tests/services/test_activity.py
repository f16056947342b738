"""The trail as an administrator reads it: who did what, to which record, on which of London's days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.activity_words import VERBS, did, record
from portal.models.activity import Activity
from portal.services import activity, activity_log
from portal.services.activity_log import Wanted
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, ROWS
from tests.world import NOW


class TestTheLog:
    """What an administrator reads."""

    def test_it_says_who_did_what_to_which_record_the_newest_first(self, chain, administrator, world):
        entries = activity_log.list_activity(administrator, Wanted()).entries
        assert [entry.number for entry in entries] == list(range(ROWS, 0, -1))
        newest = entries[0]
        assert (newest.who, newest.what, newest.record, newest.at, newest.is_refusal) == (
            world.person("a.gp.lead").name,
            "Answered an invitation",
            f"invitation {100 + ROWS - 2}",
            NOW + timedelta(hours=ROWS - 2),
            False,
        )

    def test_another_partnerships_trail_and_the_systems_are_not_in_it(self, chain, administrator, world, viewer_of):
        with changing(OPERATOR) as change:
            change.log("partnership.created", "partnership", 99)
        assert len(activity_log.list_activity(administrator, Wanted()).entries) == ROWS
        foreign = activity_log.list_activity(viewer_of(world.person("b.administrator")), Wanted())
        assert [entry.who for entry in foreign.entries] == [world.person("b.police.practitioner").name]

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.business_manager", "a.scrutineer", "a.manager"])
    def test_nobody_else_reads_it(self, chain, world, viewer_of, key):
        assert activity_log.list_activity(viewer_of(world.person(key)), Wanted()).entries == []

    def test_it_is_narrowed_by_person_verb_day_and_refusal(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair"), now=NOW + timedelta(days=2)), "people.index", None)

        def numbers(**wanted: object) -> list[int]:
            return [entry.number for entry in activity_log.list_activity(administrator, Wanted(**wanted)).entries]

        assert numbers(person="zq-a-chair-qz") == [ROWS + 1]
        assert numbers(person="zq-a-chair-qz@EXAMPLE") == [ROWS + 1]
        assert numbers(person="zq-b-chair") == []
        assert numbers(refused_only=True) == [ROWS + 1]
        assert numbers(verb="refused") == [ROWS + 1]
        assert numbers(verb="invitation.answered") == list(range(ROWS, 0, -1))
        # Ten in the morning in London is where the entries begin, an hour apart: thirteen hours fit into the day.
        assert numbers(from_day=date(2026, 6, 11)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 10)) == list(range(ROWS, 0, -1))
        assert numbers(from_day=date(2026, 6, 12), to_day=date(2026, 6, 12)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 9)) == []

    def test_a_day_is_londons(self, administrator, world, viewer_of):
        late = viewer_of(world.person("a.chair"), now=NOW.replace(hour=23, minute=30))  # half past midnight in London
        activity.record_refusal(late, "people.index", None)
        on = [
            [
                entry.number
                for entry in activity_log.list_activity(administrator, Wanted(from_day=day, to_day=day)).entries
            ]
            for day in (date(2026, 6, 10), date(2026, 6, 11))
        ]
        assert on == [[1], [2]]

    def test_pages_follow_one_another_whatever_is_written_meanwhile(self, administrator, world, viewer_of):
        viewer = viewer_of(world.person("a.gp.lead"))
        with writing() as session:
            for number in range(119):
                activity.append_later(session, activity.entry(viewer, "case.read", "case", number))
        seen: list[int] = []
        before: int | None = None
        for expected in (50, 50, 20):
            stretch = activity_log.list_activity(administrator, Wanted(), before=before)
            assert len(stretch.entries) == expected
            seen += [entry.number for entry in stretch.entries]
            before = stretch.older_than
            activity.record_refusal(viewer, "tests", None)
            db.session.rollback()
        assert before is None
        assert seen == list(range(120, 0, -1))

    def test_numbers_out_of_range_show_an_end(self, chain, administrator):
        assert len(activity_log.list_activity(administrator, Wanted(), before=10**30).entries) == ROWS
        assert activity_log.list_activity(administrator, Wanted(), before=-(10**30)).entries == []

    def test_the_systems_and_unknown_people_are_named_too(self, administrator, world):
        system = Viewer.of_system("import", NOW, world.partnerships["a"])
        with changing(system) as change:
            change.log("agency.added", "agency", 7)
        with changing(replace(administrator, user_id=10**6)) as change:
            change.log("agency.added", "agency", 8)
        who = [entry.who for entry in activity_log.list_activity(administrator, Wanted()).entries]
        assert who[:2] == ["Person 1000000", "The portal itself"]

    def test_names_take_one_query_however_many_people(self, chain, administrator, world, viewer_of, count_queries):
        with count_queries() as few:
            activity_log.list_activity(administrator, Wanted())
        for person in list(world.people.values())[:20]:
            activity.record_refusal(replace(viewer_of(person), hat=administrator.hat), "tests", None)
        with count_queries() as many:
            activity_log.list_activity(administrator, Wanted())
        assert len(few) == len(many) == 2

    def test_words_for_what_is_not_listed_are_still_readable(self):
        assert did("minutes.sent_out") == "Minutes sent out"
        assert did("case.read") == VERBS["case.read"]
        assert record("rule_set", 4) == "rule set 4"
        assert record("people.show", 3) == "people page, show: 3"
        assert record("people.index", None) == "people page, index"

    def test_every_refusal_counted_here_is_one_in_the_table(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair")), "people.index", None)
        stored = db.session.scalar(select(func.count()).where(Activity.outcome == "refused"))
        assert stored == len(activity_log.list_activity(administrator, Wanted(refused_only=True)).entries) == 1
