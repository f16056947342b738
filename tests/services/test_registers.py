"""The register: who keeps it, what stands in it, and what a save stores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.deadlines import ReportState
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.registers import CHOICES, MODES, NOTE_LIMIT, Mark, attendance_of
from portal.domain.rules import CONFERENCE_QUORUM, MeetingRule
from portal.domain.vocabulary import Attendance, MeetingStatus
from portal.models.activity import Activity
from portal.models.meetings import Invitation, Meeting
from portal.models.rule_sets import MeetingRule as StoredRule
from portal.models.rule_sets import MeetingType, RuleSet
from portal.services.invitations.declaring import declare_attendance
from portal.services.invitations.seen import seen_declaration
from portal.services.registers.closing import Closing, close_register
from portal.services.registers.marking import Entry, record
from portal.services.registers.sheet import RegisterState, read_register
from tests.services.register_steps import ABSENT, APOLOGIES, IN_PERSON, VIDEO, row_of, save
from tests.services.rows import invitation_of


def add_rules(viewer, effective_from, further_types):
    """Give the partnership another rule set; without further types it asks no quorum of an initial conference."""
    with writing() as session:
        rules = RuleSet(
            partnership_id=viewer.partnership_id,
            effective_from=effective_from,
            guidance_edition="Local rules",
            small_count_limit=5,
            created_at=viewer.now,
        )
        session.add(rules)
        session.flush()
        if further_types is not None:
            kind = select(MeetingType.id).where(
                MeetingType.partnership_id == viewer.partnership_id, MeetingType.code == "initial_conference"
            )
            asked = MeetingRule(
                "initial_conference", quorum=replace(CONFERENCE_QUORUM, further_types=further_types)
            ).to_json()
            del asked["meeting_type"]
            row = StoredRule(
                partnership_id=viewer.partnership_id,
                rule_set_id=rules.id,
                meeting_type_id=session.scalar(kind),
                **asked,
            )
            session.add(row)


class TestTheSheet:
    """What the page reads."""

    def test_every_invited_agency_stands_there_those_expected_first(self, chair, place, world):
        sheet = read_register(chair, place.id)
        assert sheet.state is RegisterState.OPEN
        assert [row.agency_name for row in sheet.rows] == [
            world.agency_names[f"a.{agency}"] for agency in ("social_care", "police", "gp", "school", "other_gp")
        ]
        assert sheet.rule_words == "social care and 2 more"
        assert (sheet.line.quorate, sheet.line.present) == (False, 0)
        police, gp = sheet.rows[1], sheet.rows[2]
        assert police.report is ReportState.SENT
        assert gp.report is ReportState.LATE
        assert not police.is_set

    def test_it_takes_two_queries_however_many_rows(self, chair, place, count_queries):
        with count_queries() as statements:
            read_register(chair, place.id)
        assert len(statements) == 2

    @pytest.mark.parametrize(
        ("effective_from", "further_types", "words"),
        [
            (date(2026, 6, 10), 3, "social care and 3 more"),
            (date(2026, 6, 11), 3, "social care and 2 more"),
            (date(1999, 1, 1), 3, "social care and 2 more"),
            (date(2026, 6, 10), None, ""),
        ],
    )
    def test_the_quorum_is_that_of_the_rules_on_its_day(self, chair, place, effective_from, further_types, words):
        add_rules(chair, effective_from, further_types)
        sheet = read_register(chair, place.id)
        assert sheet.rule_words == words
        assert (sheet.line.quorate is None) == (further_types is None)

    def test_a_meeting_older_than_all_rules_is_held_to_the_first(self, chair, place):
        add_rules(chair, date(2026, 6, 10), 3)
        with writing() as session:
            long_ago = date(1998, 5, 5)
            session.execute(update(Meeting).where(Meeting.id == place.id).values(scheduled_on=long_ago))
        assert read_register(chair, place.id).rule_words == "social care and 2 more"

    def test_what_the_agency_declared_differs_from_what_the_chair_saw(self, chair, place, world, viewer_of):
        police = viewer_of(world.person("a.police.lead"))
        declare_attendance(police, place.id, Attendance.VIDEO, seen_declaration(invitation_of(place, "police")))
        row = row_of(chair, place, "police")
        assert (row.declared, row.differs) == (Attendance.VIDEO, False)
        save(chair, place, "police", ABSENT)
        assert row_of(chair, place, "police").differs
        save(chair, place, "police", VIDEO)
        assert not row_of(chair, place, "police").differs

    @pytest.mark.parametrize(
        ("meeting", "person", "state"),
        [
            ("a.initial", "a.coordinator", RegisterState.OPEN),
            ("a.review", "a.second_chair", RegisterState.NOT_YET),
            ("a.core_group", "a.coordinator", RegisterState.NOT_YET),
            ("a.cancelled", "a.chair", RegisterState.CANCELLED),
            ("a.strategy", "a.chair", RegisterState.CLOSED),
        ],
    )
    def test_it_says_why_it_is_shut(self, world, viewer_of, meeting, person, state):
        sheet = read_register(viewer_of(world.person(person)), world.meeting(meeting).id)
        assert sheet.state is state
        assert bool(sheet.closed_by) == (state is RegisterState.CLOSED)

    @pytest.mark.parametrize("person", ["a.second_chair", "b.chair", "b.coordinator"])
    def test_it_is_not_there_for_who_keeps_others(self, world, viewer_of, place, person):
        viewer = viewer_of(world.person(person))
        with pytest.raises(NotVisible):
            read_register(viewer, place.id)
        with pytest.raises(NotVisible):
            record(viewer, place.id, {place.invitations["gp"].id: Entry(0, IN_PERSON)})
        with pytest.raises(NotVisible):
            close_register(viewer, place.id, Closing(1, 0, world.today, None, MeetingStatus.HELD))

    @pytest.mark.parametrize("person", ["a.gp.lead", "a.manager", "a.administrator", "a.board"])
    def test_nor_for_who_keeps_none(self, world, viewer_of, place, person):
        viewer = viewer_of(world.person(person))
        with pytest.raises(NotPermitted):
            read_register(viewer, place.id)
        with pytest.raises((NotPermitted, NotVisible)):
            record(viewer, place.id, {place.invitations["gp"].id: Entry(0, IN_PERSON)})
        with pytest.raises((NotPermitted, NotVisible)):
            close_register(viewer, place.id, Closing(1, 0, world.today, None, MeetingStatus.HELD))
        assert invitation_of(place, "gp").confirmed_attendance is None


class TestMarking:
    """One row, or many."""

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
    @given(
        here=st.sampled_from(CHOICES),
        is_deputy=st.booleans(),
        left_early=st.booleans(),
        note=st.sampled_from(["", "x"]),
    )
    def test_what_is_entered_is_what_the_page_shows_again(self, chair, place, here, is_deputy, left_early, note):
        present = here in MODES
        mark = Mark(here, is_deputy=is_deputy and present, left_early=left_early and present)
        save(chair, place, "school", mark, note=note)
        row, kept = row_of(chair, place, "school"), invitation_of(place, "school")
        assert (row.mark, row.note) == (mark, note)
        assert kept.attendance is kept.confirmed_attendance is attendance_of(mark)
        assert kept.confirmed_by_id == chair.user_id

    def test_the_quorum_follows_each_save(self, chair, place):
        assert save(chair, place, "social_care", IN_PERSON).line.text == "1 present; 2 more agencies are missing"
        assert save(chair, place, "police", VIDEO).line.text == "2 present; one more agency is missing"
        assert save(chair, place, "gp", Mark(Attendance.TELEPHONE, is_deputy=True)).line.quorate
        assert save(chair, place, "gp", APOLOGIES).line.quorate is False

    def test_the_next_save_is_based_on_the_last(self, chair, place):
        first = save(chair, place, "gp", IN_PERSON)
        invitation_id = place.invitations["gp"].id
        save(chair, place, "gp", APOLOGIES, seen=first.seen[invitation_id])
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.APOLOGIES

    def test_it_is_logged_once_and_the_same_again_changes_nothing(self, chair, coordinator, place, world):
        save(chair, place, "gp", IN_PERSON)
        before = invitation_of(place, "gp")
        recorded = save(coordinator, place, "gp", IN_PERSON, seen=0)
        after = invitation_of(place, "gp")
        assert (after.version, after.confirmed_by_id) == (before.version, chair.user_id)
        assert recorded.seen[after.id] == row_of(chair, place, "gp").seen
        entries = db.session.scalars(
            select(Activity).where(Activity.verb == "attendance.confirmed", Activity.subject_id == after.id)
        ).all()
        assert [entry.user_id for entry in entries] == [chair.user_id]

    def test_what_an_import_confirmed_becomes_a_persons_word_when_saved_as_it_stands(self, chair, place):
        with writing() as session:
            session.execute(
                update(Invitation)
                .where(Invitation.id == place.invitations["gp"].id)
                .values(attendance=Attendance.VIDEO, confirmed_attendance=Attendance.VIDEO)
            )
        save(chair, place, "gp", VIDEO)
        assert invitation_of(place, "gp").confirmed_by_id == chair.user_id

    def test_another_entry_since_the_page_was_drawn_is_not_overwritten(self, chair, coordinator, place):
        save(coordinator, place, "gp", APOLOGIES, note="rang at nine")
        with pytest.raises(Conflict) as refused:
            save(chair, place, "gp", IN_PERSON, seen=0)
        wanted = str(place.invitations["gp"].id)
        assert refused.value.mine == {wanted: "In person"}
        assert refused.value.theirs == {wanted: "Sent apologies. Note: rang at nine"}
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.APOLOGIES

    def test_an_agencys_own_word_is_no_conflict(self, chair, place, world, viewer_of):
        seen = row_of(chair, place, "gp").seen
        gp = viewer_of(world.person("a.gp.practitioner"))
        declare_attendance(gp, place.id, Attendance.VIDEO, seen_declaration(invitation_of(place, "gp")))
        save(chair, place, "gp", IN_PERSON, seen=seen)
        kept = invitation_of(place, "gp")
        assert (kept.declared_attendance, kept.attendance) == (Attendance.VIDEO, Attendance.IN_PERSON)

    def test_all_rows_or_none(self, chair, coordinator, place):
        save(coordinator, place, "police", VIDEO)
        ids = {agency: invited.id for agency, invited in place.invitations.items()}
        entries = {ids["gp"]: Entry(0, IN_PERSON), ids["police"]: Entry(0, ABSENT), ids["school"]: Entry(0, ABSENT)}
        with pytest.raises(Conflict) as refused:
            record(chair, place.id, entries)
        assert list(refused.value.mine) == [str(ids["police"])]
        assert invitation_of(place, "gp").confirmed_attendance is None
        del entries[ids["police"]]
        record(chair, place.id, entries)
        assert invitation_of(place, "gp").confirmed_attendance is Attendance.IN_PERSON
        assert invitation_of(place, "school").confirmed_attendance is Attendance.NO_RESPONSE

    def test_faults_are_told_by_row(self, chair, place):
        ids = {agency: invited.id for agency, invited in place.invitations.items()}
        entries = {
            ids["gp"]: Entry(0, Mark(Attendance.APOLOGIES, is_deputy=True)),
            ids["police"]: Entry(0, IN_PERSON, "x" * (NOTE_LIMIT + 1)),
            ids["school"]: Entry(0, IN_PERSON, "x" * NOTE_LIMIT),
        }
        with pytest.raises(Invalid) as refused:
            record(chair, place.id, entries)
        assert set(refused.value.errors) == {str(ids["gp"]), str(ids["police"])}
        assert invitation_of(place, "school").confirmed_attendance is None

    def test_a_row_of_another_meeting_is_not_there(self, chair, place, world):
        elsewhere = world.meeting("a.strategy").invitations["gp"].id
        with pytest.raises(NotVisible):
            record(chair, place.id, {elsewhere: Entry(0, IN_PERSON)})

    @pytest.mark.parametrize(
        ("meeting", "person", "agency"),
        [("a.review", "a.second_chair", "school"), ("a.cancelled", "a.chair", "police")],
    )
    def test_not_before_its_day_and_not_once_cancelled(self, world, viewer_of, meeting, person, agency):
        place = world.meeting(meeting)
        with pytest.raises(NotPermitted):
            record(viewer_of(world.person(person)), place.id, {place.invitations[agency].id: Entry(0, IN_PERSON)})

    def test_from_its_day_on(self, world, viewer_of):
        place = world.meeting("a.review")
        chair = viewer_of(world.person("a.second_chair"), now=world.now + timedelta(days=14))
        assert save(chair, place, "school", IN_PERSON).line.present == 1

    def test_facts_of_a_meeting_that_was_held_follow(self, chair, place):
        """An import may say that it was held before anybody closed the register."""
        with writing() as session:
            held = {"status": MeetingStatus.HELD, "held_on": chair.today}
            session.execute(update(Meeting).where(Meeting.id == place.id).values(**held))
        for agency in ("social_care", "police", "gp"):
            save(chair, place, agency, IN_PERSON)
        db.session.rollback()
        meeting = db.session.get(Meeting, place.id)
        assert (meeting.quorate, meeting.all_core_agencies, meeting.all_expected_agencies) == (True, True, False)

    def test_one_save_takes_a_handful_of_statements(self, chair, place, count_queries):
        invitation_id = place.invitations["gp"].id
        with count_queries() as statements:
            record(chair, place.id, {invitation_id: Entry(0, IN_PERSON)})
        # Meeting, rows, the row itself; and of the trail: its head, the entry, its head again.
        assert len(statements) == 6
