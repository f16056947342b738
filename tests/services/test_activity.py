"""The trail as an administrator searches it: who did what, to which record, on which of London's days; and as CSV."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import func, select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.activity_words import VERBS, did, record
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.vocabulary import ActivityOutcome, Role
from portal.models.activity import Activity
from portal.models.people import User
from portal.services import activity, activity_export, activity_log
from portal.services.activity_log import Wanted, agencies_to_choose
from portal.services.changes import changing
from tests.services.activity_steps import OPERATOR, ROWS
from tests.world import NOW

EVERYTHING = Wanted()
REFUSED = Wanted(outcome=ActivityOutcome.REFUSED)


def listed(viewer: Viewer, wanted: Wanted = EVERYTHING, **more) -> list[activity_log.Entry]:
    """What a search finds, without the entries that looking here leaves behind."""
    entries = activity_log.list_activity(viewer, wanted, **more).entries
    return [entry for entry in entries if entry.what != VERBS[activity_log.READ]]


class TestTheLog:
    """What an administrator reads."""

    def test_it_says_who_did_what_to_which_record_the_newest_first(self, chain, administrator, world):
        entries = listed(administrator)
        assert [entry.number for entry in entries] == list(range(ROWS, 0, -1))
        newest = entries[0]
        lead = world.person("a.gp.lead")
        assert (newest.who, newest.role, newest.agency) == (lead.name, Role.AGENCY_LEAD, lead.hat.agency_name)
        assert (newest.what, newest.record, newest.at, newest.is_refusal) == (
            "Answered an invitation",
            f"invitation {100 + ROWS - 2}",
            NOW + timedelta(hours=ROWS - 2),
            False,
        )

    def test_another_partnerships_trail_and_the_systems_are_not_in_it(self, chain, administrator, world, viewer_of):
        with changing(OPERATOR) as change:
            change.log("partnership.created", "partnership", 99)
        assert len(listed(administrator)) == ROWS
        foreign = listed(viewer_of(world.person("b.administrator")))
        assert [entry.who for entry in foreign] == [world.person("b.police.practitioner").name]

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.business_manager", "a.scrutineer", "a.manager"])
    def test_nobody_else_reads_it(self, chain, world, viewer_of, key):
        before = db.session.scalar(select(func.count()).select_from(Activity))
        assert activity_log.list_activity(viewer_of(world.person(key)), Wanted()).entries == []
        assert db.session.scalar(select(func.count()).select_from(Activity)) == before

    def test_that_it_was_looked_through_is_an_entry_itself(self, chain, administrator):
        activity_log.list_activity(administrator, Wanted())
        newest = activity_log.list_activity(administrator, Wanted()).entries[0]
        assert (newest.who, newest.what, newest.number) == (administrator.name, "Looked through the activity", ROWS + 1)
        assert newest.record == f"partnership {administrator.partnership_id}"

    def test_it_is_narrowed_by_person_verb_day_and_refusal(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair"), now=NOW + timedelta(days=2)), "people.index", None)

        def numbers(**wanted: object) -> list[int]:
            return [entry.number for entry in listed(administrator, Wanted(**wanted))]

        assert numbers(person="zq-a-chair-qz") == [ROWS + 1]
        assert numbers(person="zq-a-chair-qz@EXAMPLE") == [ROWS + 1]
        assert numbers(person="zq-b-chair") == []
        assert numbers(outcome=ActivityOutcome.REFUSED) == [ROWS + 1]
        assert numbers(outcome=ActivityOutcome.DONE) == list(range(ROWS, 0, -1))
        assert numbers(verb="refused") == [ROWS + 1]
        assert numbers(verb="invitation.answered") == list(range(ROWS, 0, -1))
        # Ten in the morning in London is where the entries begin, an hour apart: thirteen hours fit into the day.
        assert numbers(from_day=date(2026, 6, 11)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 10)) == list(range(ROWS, 0, -1))
        assert numbers(from_day=date(2026, 6, 12), to_day=date(2026, 6, 12)) == [ROWS + 1]
        assert numbers(to_day=date(2026, 6, 9)) == []

    def test_it_is_narrowed_by_record_and_by_agency(self, chain, administrator, world, viewer_of):
        chair, police = viewer_of(world.person("a.chair")), viewer_of(world.person("a.police.lead"))
        activity.record_reading(chair, "case.read", "case", [100])
        activity.record_reading(police, "report.read", "report", [100])

        def numbers(**wanted: object) -> list[int]:
            return [entry.number for entry in listed(administrator, Wanted(**wanted))]

        assert numbers(subject="case") == [ROWS + 1]
        assert numbers(subject="report", subject_id=100) == [ROWS + 2]
        assert numbers(subject_id=100) == [ROWS + 2, ROWS + 1, 2]
        assert numbers(subject="case", subject_id=99) == []
        assert numbers(subject_id=10**30) == []
        assert numbers(agency_id=police.agency_id) == [ROWS + 2, 1]
        assert numbers(agency_id=police.agency_id, person="zq-b") == []
        assert numbers(agency_id=10**9) == []

    def test_the_agencies_to_choose_are_the_partnerships_own(self, administrator, world):
        names = [name for _number, name in agencies_to_choose(administrator)]
        assert world.person("a.gp.lead").hat.agency_name in names
        assert names == sorted(names)
        assert world.person("b.gp.lead").hat.agency_name not in names

    def test_a_day_is_londons(self, administrator, world, viewer_of):
        late = viewer_of(world.person("a.chair"), now=NOW.replace(hour=23, minute=30))  # half past midnight in London
        activity.record_refusal(late, "people.index", None)
        on = [
            [entry.number for entry in listed(administrator, Wanted(from_day=day, to_day=day))]
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
        assert len(listed(administrator, before=10**30)) == ROWS
        assert listed(administrator, before=-(10**30)) == []

    def test_the_systems_and_unknown_people_are_named_too(self, administrator, world):
        system = Viewer.of_system("import", NOW, world.partnerships["a"])
        with changing(system) as change:
            change.log("agency.added", "agency", 7)
        with changing(replace(administrator, user_id=10**6)) as change:
            change.log("agency.added", "agency", 8)
        who = [entry.who for entry in listed(administrator)]
        assert who[:2] == ["Person 1000000", "The portal itself"]

    def test_names_take_one_query_however_many_people(self, chain, administrator, world, viewer_of, count_queries):
        with count_queries() as few:
            activity_log.list_activity(administrator, Wanted())
        for person in list(world.people.values())[:20]:
            activity.record_refusal(replace(viewer_of(person), hat=administrator.hat), "tests", None)
        with count_queries() as many:
            activity_log.list_activity(administrator, Wanted())
        assert len(few) == len(many) == 3

    def test_words_for_what_is_not_listed_are_still_readable(self):
        assert did("minutes.sent_out") == "Minutes sent out"
        assert did("case.read") == VERBS["case.read"]
        assert record("rule_set", 4) == "rule set 4"
        assert record("people.show", 3) == "people page, show: 3"
        assert record("people.index", None) == "people page, index"

    def test_every_refusal_counted_here_is_one_in_the_table(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair")), "people.index", None)
        stored = db.session.scalar(select(func.count()).where(Activity.outcome == "refused"))
        assert stored == len(listed(administrator, REFUSED)) == 1


class TestCsv:
    """What an administrator takes along."""

    def lines(self, viewer: Viewer, wanted: Wanted = EVERYTHING) -> list[dict[str, str]]:
        """The file's rows by the heads of its columns."""
        return list(csv.DictReader(StringIO(activity_export.as_csv(viewer, wanted))))

    def test_it_holds_what_the_search_finds_and_no_content(self, chain, administrator, world):
        found = self.lines(administrator)
        assert [int(line["Number"]) for line in found] == list(range(ROWS, 0, -1))
        lead = world.person("a.gp.lead")
        stored = db.session.get(Activity, (chain, ROWS))
        assert found[0] == {
            "Number": str(ROWS),
            "When (London)": "2026-06-10 21:00:00",
            "Who": lead.name,
            "Role now": "Agency lead",
            "Agency now": lead.hat.agency_name,
            "What": "Answered an invitation",
            "Verb": "invitation.answered",
            "Record": "invitation",
            "Record number": str(100 + ROWS - 2),
            "Outcome": "done",
            "Seal": stored.seal.hex(),
            "Marking": "OFFICIAL-SENSITIVE",
        }
        text = activity_export.as_csv(administrator, Wanted())
        for marker in world.hidden_from("a.administrator"):
            assert not marker.is_in(text), marker
        assert "ZQ-A-CHILD" not in text
        assert "ZQ-B" not in text

    def test_it_is_narrowed_as_the_page_is(self, chain, administrator, world, viewer_of):
        activity.record_refusal(viewer_of(world.person("a.chair")), "people.index", None)
        (line,) = self.lines(administrator, REFUSED)
        assert (line["Who"], line["Outcome"], line["Record number"]) == (world.person("a.chair").name, "refused", "")

    def test_taking_it_along_is_an_entry_itself(self, chain, administrator):
        self.lines(administrator)
        (entry,) = db.session.scalars(select(Activity).where(Activity.verb == "activity.downloaded"))
        assert entry.user_id == administrator.user_id

    def test_a_name_becomes_no_formula(self, chain, administrator):
        db.session.rollback()
        with writing() as session:
            session.execute(update(User).values(name='=HYPERLINK("x")'))
        assert self.lines(administrator)[0]["Who"] == '\'=HYPERLINK("x")'

    def test_too_many_for_one_file_are_refused(self, chain, administrator, monkeypatch):
        monkeypatch.setattr(activity_export, "MOST_ROWS", ROWS - 1)
        with pytest.raises(Invalid):
            self.lines(administrator)
        assert len(self.lines(administrator, Wanted(verb="invitation.answered", subject_id=100))) == 1

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.business_manager", "a.manager", "a.coordinator"])
    def test_nobody_else_takes_it(self, chain, world, viewer_of, key):
        with pytest.raises(NotPermitted):
            activity_export.as_csv(viewer_of(world.person(key)), Wanted())

    def test_by_few_statements_however_many_rows(self, chain, administrator, count_queries):
        with count_queries() as statements:
            self.lines(administrator)
        assert len(statements) == 3
