"""The board's own meetings: groups and members, what is planned, and who was there, kept as records that stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.board_attendance import BoardQuorum, Entry
from portal.domain.board_vocabulary import BoardMeetingStatus, MemberAttendance, SafeguardingPartner
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.board_meetings import BoardAttendance, BoardGroup, BoardMeeting, BoardMeetingRecord, BoardMember
from portal.services.board_meetings import attendance, groups, members, planning, recording, records
from portal.services.board_meetings.groups import GroupDetails
from portal.services.board_meetings.members import MemberDetails
from portal.services.board_meetings.planning import MeetingDetails
from portal.services.board_meetings.recording import Said
from tests.services.racing import at_once
from tests.services.rows import stored, trail
from tests.world import TODAY
from tests.world_board import DUE, HELD, SINCE

pytestmark = pytest.mark.usefixtures("database")

PRESENT, DEPUTY = MemberAttendance.PRESENT, MemberAttendance.DEPUTY
APOLOGIES, ABSENT = MemberAttendance.APOLOGIES, MemberAttendance.ABSENT
HELD_STATUS, INQUORATE = BoardMeetingStatus.HELD, BoardMeetingStatus.INQUORATE


@pytest.fixture
def board(world) -> int:
    """A's board."""
    return world.board_groups["a.board"]


@pytest.fixture
def due(world) -> int:
    """The meeting of yesterday, which is still open."""
    return world.board_meetings["a.due"]


@pytest.fixture
def said(world):
    """What is recorded, by the members' names."""
    return lambda minutes="", **entries: Said(
        {
            world.board_members[f"a.{name}"]: entry if isinstance(entry, Entry) else Entry(entry)
            for name, entry in entries.items()
        },
        minutes,
    )


def recorded(meeting_id: int) -> dict[int, tuple[MemberAttendance, str | None]]:
    db.session.rollback()
    rows = db.session.scalars(select(BoardAttendance).where(BoardAttendance.meeting_id == meeting_id))
    return {row.member_id: (row.attendance, row.deputy_name) for row in rows}


class TestGroups:
    """Groups with their own rule."""

    def test_a_group_is_set_up_and_changed(self, manager):
        quorum = BoardQuorum(4, frozenset({SafeguardingPartner.HEALTH}), deputies_count=False)
        number = groups.add_group(manager, GroupDetails("Quality group", quorum))
        now = groups.details_of(stored(BoardGroup, number))
        assert now == GroupDetails("Quality group", quorum)
        assert not groups.change_group(manager, number, now, version=1)
        assert groups.change_group(manager, number, replace(now, is_active=False), version=1)
        assert not stored(BoardGroup, number).is_active
        assert (trail("board_group.added", number), trail("board_group.changed", number)) == (1, 1)
        # Those that meet stand first.
        assert [row.name for row in groups.list_groups(manager)] == ["ZQ-A-BOARD-GROUP-QZ", "Quality group"]

    def test_a_name_is_taken_once(self, manager, foreign_manager, board):
        groups.add_group(manager, GroupDetails("Quality group", BoardQuorum()))
        for act in (
            lambda: groups.add_group(manager, GroupDetails("QUALITY group", BoardQuorum())),
            lambda: groups.change_group(manager, board, GroupDetails("quality group", BoardQuorum()), version=1),
        ):
            with pytest.raises(Invalid) as refused:
                act()
            assert "name" in refused.value.errors
        assert groups.add_group(foreign_manager, GroupDetails("Quality group", BoardQuorum()))

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, manager, board):
        now = groups.details_of(stored(BoardGroup, board))
        groups.change_group(manager, board, replace(now, quorum=BoardQuorum(7)), version=1)
        with pytest.raises(Conflict) as lost:
            groups.change_group(manager, board, replace(now, name="Board"), version=1)
        assert lost.value.theirs["Quorum"] == "7 members; deputies count"
        assert lost.value.mine["Name"] == "Board"

    def test_the_list_says_how_many_members_there_are_and_what_is_next(self, manager, world, board):
        [row] = groups.list_groups(manager)
        assert (row.members, row.next_on, row.next_meeting_id) == (
            2,
            date(2026, 7, 1),
            world.board_meetings["a.planned"],
        )
        assert row.rule_words == "2 members, among them the police; deputies count"

    def test_others_keep_nothing_and_strangers_see_nothing(self, viewer, foreign_manager, board):
        details = GroupDetails("Board", BoardQuorum())
        with pytest.raises(NotPermitted):
            groups.change_group(viewer("a.board"), board, details, version=1)
        with pytest.raises(NotPermitted):
            groups.add_group(viewer("a.scrutineer"), details)
        for act in (attendance.find_group, groups.kept_group):
            with pytest.raises(NotVisible):
                act(foreign_manager, board)
        with pytest.raises(NotVisible):
            attendance.find_group(viewer("a.gp.lead"), board)


class TestMembers:
    """Who sits in a group from when until when."""

    def test_a_member_is_added_changed_and_leaves(self, manager, world, board):
        details = MemberDetails("Ada Newly", "Nurse", TODAY, agency_id=world.agencies["a.gp"])
        number = members.add_member(manager, board, details)
        assert members.find_member(manager, number).details == details
        assert not members.change_member(manager, number, details, version=1)
        left = replace(details, until_on=TODAY + timedelta(days=30))
        assert members.change_member(manager, number, left, version=1)
        assert stored(BoardMember, number).until_on == left.until_on
        assert (trail("board_member.added", number), trail("board_member.changed", number)) == (1, 1)

    def test_agencies_and_accounts_of_other_partnerships_are_refused(self, manager, world, board):
        details = MemberDetails(
            "Ada Newly",
            "Nurse",
            TODAY,
            agency_id=world.agencies["b.gp"],
            membership_id=world.person("b.gp.lead").hat.membership_id,
        )
        with pytest.raises(Invalid) as refused:
            members.add_member(manager, board, details)
        assert set(refused.value.errors) == {"agency", "account"}

    def test_the_days_of_a_member_hold_the_meetings_that_are_recorded(self, manager, world):
        chair = world.board_members["a.chair"]
        now = members.find_member(manager, chair).details
        for days, field in (
            ({"from_on": HELD + timedelta(days=1)}, "from_on"),
            ({"until_on": HELD - timedelta(days=1)}, "until_on"),
            ({"until_on": SINCE - timedelta(days=1)}, "until_on"),
        ):
            with pytest.raises(Invalid) as refused:
                members.change_member(manager, chair, replace(now, **days), version=1)
            assert set(refused.value.errors) == {field}
        assert members.change_member(manager, chair, replace(now, from_on=HELD, until_on=HELD), version=1)

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, manager, world):
        chair = world.board_members["a.chair"]
        now = members.find_member(manager, chair).details
        members.change_member(manager, chair, replace(now, role_in_group="Chair"), version=1)
        with pytest.raises(Conflict) as lost:
            members.change_member(manager, chair, replace(now, name="Another"), version=1)
        assert lost.value.theirs["Role in the group"] == "Chair"


class TestPlanning:
    """Meetings until they are over."""

    def test_a_meeting_is_planned_moved_and_cancelled(self, manager, board):
        details = MeetingDetails(date(2026, 9, 3), "Room 4", agenda="The plan of the year")
        number = planning.plan_meeting(manager, board, details)
        assert not planning.change_meeting(manager, number, details, version=1)
        assert planning.change_meeting(manager, number, replace(details, place="Room 5"), version=1)
        with pytest.raises(Conflict) as lost:
            planning.change_meeting(manager, number, replace(details, agenda="Another"), version=1)
        assert (lost.value.mine["Agenda"], lost.value.theirs["Place"]) == ("Another", "Room 5")
        planning.cancel_meeting(manager, number)
        assert stored(BoardMeeting, number).status is BoardMeetingStatus.CANCELLED
        with pytest.raises(NotPermitted):
            planning.cancel_meeting(manager, number)
        done = ("board_meeting.planned", "board_meeting.changed", "board_meeting.cancelled")
        assert [trail(verb, number) for verb in done] == [1, 1, 1]

    def test_a_group_that_meets_no_more_plans_nothing(self, manager, board):
        now = groups.details_of(stored(BoardGroup, board))
        groups.change_group(manager, board, replace(now, is_active=False), version=1)
        with pytest.raises(Invalid, match="no longer meets"):
            planning.plan_meeting(manager, board, MeetingDetails(TODAY, "Room 4"))

    def test_what_was_typed_is_not_readable_in_the_tables(self, manager, board):
        number = planning.plan_meeting(manager, board, MeetingDetails(TODAY, "Room 4", agenda="ZQ-AGENDA-QZ"))
        raw = db.session.connection().exec_driver_sql(f"SELECT agenda FROM board_meetings WHERE id = {number}")
        assert b"ZQ-AGENDA-QZ" not in bytes(raw.scalar_one())


class TestRecording:
    """Who was there."""

    def test_what_is_recorded_so_far_is_kept_and_the_meeting_stays_open(self, manager, world, due, said):
        recording.record_attendance(manager, due, said("So far.", chair=PRESENT), version=1)
        assert recorded(due) == {world.board_members["a.chair"]: (PRESENT, None)}
        page = records.find_meeting(manager, due)
        assert (page.status, page.minutes, page.version) == (BoardMeetingStatus.SCHEDULED, "So far.", 2)
        assert page.lacking.words == "the police"
        recording.record_attendance(manager, due, said(police=PRESENT), version=2)
        assert recorded(due) == {world.board_members["a.police"]: (PRESENT, None)}
        assert trail("board_meeting.recorded", due) == 2

    def test_closing_keeps_a_record_and_whoever_is_not_marked_is_absent(self, manager, world, due, said):
        recording.close_meeting(
            manager, due, said("All of it.", police=Entry(DEPUTY, "Sergeant Lowe")), HELD_STATUS, version=1
        )
        assert recorded(due) == {
            world.board_members["a.chair"]: (ABSENT, None),
            world.board_members["a.police"]: (DEPUTY, "Sergeant Lowe"),
        }
        [record] = records.find_meeting(manager, due).records
        assert (record.number, record.status, record.minutes, record.reason) == (1, HELD_STATUS, "All of it.", "")
        assert dict(record.attendance) == {
            "ZQ-A-BOARD-CHAIR-QZ": "Absent without apologies",
            "ZQ-A-BOARD-POLICE-QZ": "A deputy came: Sergeant Lowe",
        }
        assert record.made_by == manager.name
        for act in (recording.record_attendance, planning.cancel_meeting):
            with pytest.raises(NotPermitted):
                act(
                    manager,
                    due,
                    *([said()] if act is recording.record_attendance else []),
                    **({"version": 2} if act is recording.record_attendance else {}),
                )

    def test_a_correction_is_a_further_record_and_the_first_stays_as_it_was(self, manager, board, due, said):
        recording.close_meeting(manager, due, said(chair=PRESENT, police=PRESENT), HELD_STATUS, version=1)
        first = db.session.scalars(select(BoardMeetingRecord.said).where(BoardMeetingRecord.meeting_id == due)).one()
        # Another rule of the group from now on changes nothing of what is over.
        now = groups.details_of(stored(BoardGroup, board))
        groups.change_group(manager, board, replace(now, quorum=BoardQuorum(9)), version=1)
        version = stored(BoardMeeting, due).version
        corrected = said("Put right.", chair=PRESENT, police=APOLOGIES)
        recording.correct_meeting(manager, due, corrected, INQUORATE, "The police had left.", version=version)
        page = records.find_meeting(manager, due)
        assert [(record.number, record.reason) for record in page.records] == [(2, "The police had left."), (1, "")]
        assert page.rule == BoardQuorum(2, frozenset({SafeguardingPartner.POLICE}))
        assert page.lacking.words == "the police"
        assert (page.status, page.minutes) == (INQUORATE, "Put right.")
        kept = select(BoardMeetingRecord.said).where(
            BoardMeetingRecord.meeting_id == due, BoardMeetingRecord.number == 1
        )
        assert db.session.scalar(kept) == first
        assert json.loads(first)["status"] == "held"
        assert trail("board_meeting.corrected", due) == 1

    def test_a_correction_says_why(self, manager, world, said):
        with pytest.raises(Invalid) as refused:
            recording.correct_meeting(manager, world.board_meetings["a.held"], said(), HELD_STATUS, "", version=1)
        assert set(refused.value.errors) == {"reason"}

    @pytest.mark.parametrize(
        ("entry", "sentence"),
        [
            (Entry(DEPUTY), "Enter the deputy’s name"),
            (Entry(PRESENT, "Somebody"), "A deputy is named: choose that a deputy came, or delete the name"),
            (Entry(None, "Somebody"), "A deputy is named: choose that a deputy came, or delete the name"),
        ],
    )
    def test_deputies_are_named_and_nobody_else_is(self, manager, world, due, said, entry, sentence):
        with pytest.raises(Invalid) as refused:
            recording.record_attendance(manager, due, said(chair=entry), version=1)
        assert refused.value.errors == {f"deputy_{world.board_members['a.chair']}": [sentence]}
        assert recorded(due) == {}
        assert stored(BoardMeeting, due).version == 1

    @pytest.mark.parametrize("status", [BoardMeetingStatus.SCHEDULED, BoardMeetingStatus.CANCELLED, None])
    def test_a_meeting_closes_as_held_or_as_not_quorate(self, manager, due, said, status):
        with pytest.raises(Invalid) as refused:
            recording.close_meeting(manager, due, said(), status, version=1)
        assert set(refused.value.errors) == {"status"}

    def test_members_of_other_groups_are_not_taken(self, manager, world, due):
        stranger = world.board_members["b.chair"]
        recording.record_attendance(manager, due, Said({stranger: Entry(PRESENT)}), version=1)
        assert recorded(due) == {}

    def test_who_was_no_member_on_the_day_is_not_asked(self, manager, world, board, due):
        members.add_member(manager, board, MemberDetails("Came Later", "Member", DUE + timedelta(days=1)))
        names = [seat.name for seat in records.find_meeting(manager, due).seats]
        assert names == ["ZQ-A-BOARD-CHAIR-QZ", "ZQ-A-BOARD-POLICE-QZ"]

    def test_the_second_of_two_saves_is_refused_whole(self, manager, world, due, said):
        recording.record_attendance(manager, due, said("First.", chair=PRESENT), version=1)
        with pytest.raises(Conflict) as lost:
            recording.close_meeting(manager, due, said("Second.", police=PRESENT), HELD_STATUS, version=1)
        assert lost.value.mine == {"Minutes": "Second."}
        assert lost.value.theirs["Minutes"] == "First."
        assert lost.value.theirs["Attendance"] == "ZQ-A-BOARD-CHAIR-QZ: There"
        assert recorded(due) == {world.board_members["a.chair"]: (PRESENT, None)}
        assert stored(BoardMeeting, due).status is BoardMeetingStatus.SCHEDULED

    def test_of_two_saves_at_once_one_is_kept_whole(self, app, manager, world, due, said):
        chair, police = said("Of one.", chair=PRESENT), said("Of the other.", police=PRESENT)
        db.session.remove()
        done = at_once(
            app,
            lambda: recording.record_attendance(manager, due, chair, version=1),
            lambda: recording.record_attendance(manager, due, police, version=1),
        )
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "NoneType"]
        assert len(recorded(due)) == 1
        assert stored(BoardMeeting, due).version == 2

    def test_only_its_keeper_records(self, viewer, foreign_manager, due, said):
        with pytest.raises(NotPermitted):
            recording.record_attendance(viewer("a.board"), due, said(chair=PRESENT), version=1)
        with pytest.raises(NotVisible):
            recording.record_attendance(foreign_manager, due, said(chair=PRESENT), version=1)


class TestAttendance:
    """What a year comes to."""

    def test_meetings_that_were_held_or_opened_count_and_cancelled_ones_do_not(self, manager, world, board, due, said):
        recording.close_meeting(manager, due, said(chair=Entry(DEPUTY, "A. Deputy")), INQUORATE, version=1)
        planning.cancel_meeting(manager, world.board_meetings["a.planned"])
        page = attendance.find_group(manager, board)
        chair, police = (row.attended for row in page.members)
        assert (chair.meetings, chair.present, chair.deputy, chair.represented) == (2, 1, 1, 2)
        assert (police.meetings, police.apologies, police.absent, police.represented) == (2, 1, 1, 0)
        assert [(row.meets_on, row.there, row.asked) for row in page.over if row.asked] == [(DUE, 1, 2), (HELD, 1, 2)]
        assert page.coming == ()

    def test_a_meeting_of_more_than_a_year_ago_counts_no_longer(self, viewer, board):
        now = viewer("a.business_manager").now
        last = viewer("a.business_manager", now=now + (date(2027, 3, 9) - TODAY))
        over = viewer("a.business_manager", now=now + (date(2027, 3, 10) - TODAY))
        assert attendance.find_group(last, board).members[0].attended.meetings == 1
        assert attendance.find_group(over, board).members[0].attended.meetings == 0

    def test_an_agency_was_there_if_one_of_its_members_was(self, manager, world, board, due, said):
        second = members.add_member(
            manager, board, MemberDetails("Second Officer", "Member", SINCE, agency_id=world.agencies["a.police"])
        )
        entries = {**said(police=APOLOGIES).entries, second: Entry(PRESENT)}
        recording.close_meeting(manager, due, Said(entries), HELD_STATUS, version=1)
        [agency] = attendance.find_group(manager, board).agencies
        assert (agency.attended.meetings, agency.attended.present, agency.attended.apologies) == (2, 1, 1)

    def test_who_left_in_the_year_stands_last_and_who_left_before_is_gone(self, manager, world, board):
        police = world.board_members["a.police"]
        now = members.find_member(manager, police).details
        chair = world.board_members["a.chair"]
        members.change_member(
            manager, chair, replace(members.find_member(manager, chair).details, until_on=HELD), version=1
        )
        assert [row.has_left for row in attendance.find_group(manager, board).members] == [False, True]
        gone = members.add_member(manager, board, replace(now, name="Gone", from_on=date(2020, 1, 1)))
        details = members.find_member(manager, gone).details
        members.change_member(manager, gone, replace(details, until_on=SINCE - timedelta(days=1)), version=1)
        assert "Gone" not in {row.name for row in attendance.find_group(manager, board).members}

    def test_a_long_group_takes_as_many_queries(self, manager, board, count_queries):
        for number in range(40):
            members.add_member(manager, board, MemberDetails(f"Member {number}", "Member", SINCE))
            planning.plan_meeting(manager, board, MeetingDetails(date(2026, 9, 1), "Room 4"))
        db.session.rollback()
        with count_queries() as statements:
            assert len(attendance.find_group(manager, board).members) == 42
        assert len(statements) == 4
