"""What agencies are told of their meetings when it happens: whom exactly, how urgently, and never of the past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from portal.database.session import writing
from portal.domain.errors import Invalid
from portal.domain.message_vocabulary import NoticeKind, Urgency
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason, Post
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services.invitations.expectations import invitation_of, send_back, set_expectation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expectation, seen_team
from portal.services.invitations.teams import give_to_team
from tests.areas import Area, meeting, part
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change
from tests.services.told_steps import notices, of, practitioners, told
from tests.world import TODAY

INVITATION, CHANGED, REPORT = NoticeKind.INVITATION, NoticeKind.INVITATION_CHANGED, NoticeKind.REPORT_DUE
SCHEDULED = {"status": "scheduled", "held_on": ""}
JULY = "2026-07-08T10:00"


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def files(world):
    """Files for partnership A, whose agencies are called by their codes."""
    return Area.of(world.partnerships["a"])


@pytest.fixture
def invite(world, files):
    """Bring a meeting of A in with these agencies; gives back the meeting's id."""

    def bring_in(on, *agencies, kind="review_conference", **more):
        files.meetings(meeting("NEW", kind, on, **{**SCHEDULED, **more}))
        files.attendance(*(part("NEW", world.agency_codes[f"a.{name}"]) for name in agencies))
        return files.stored("NEW").id

    return bring_in


class TestAFile:
    """Invitations that come by import."""

    def test_tells_the_practitioners_and_leads_of_each_agency_and_nobody_else(self, world, invite):
        invite(JULY, "gp", "police")
        assert told(world) == of("a", "gp.practitioner", "gp.lead", "police.practitioner", "police.lead")
        assert {one.kind for one in notices()} == {INVITATION}
        assert {one.partnership_id for one in notices()} == {world.partnerships["a"]}

    def test_says_a_kind_and_a_day_and_when_the_answer_is_due(self, files, world, invite):
        invite(JULY, "gp")
        invitation = files.invitation("NEW", world.agency_codes["a.gp"])
        for notice in notices():
            assert (notice.subject, notice.subject_id, notice.place) == ("invitation", invitation.id, 0)
            assert notice.what == "Review child protection conference, Wednesday 8 July"
            # With the report, five working days before, when offices close in London's summer.
            assert notice.due_at == datetime(2026, 7, 1, 16, tzinfo=UTC)
            assert notice.urgency is Urgency.ROUTINE

    def test_does_not_tell_those_of_a_team_before_it_is_theirs(self, world, invite):
        invite(JULY, "social_care")
        assert told(world) == of("a", "social_care.practitioner", "social_care.lead")

    def test_says_nothing_of_the_past_nor_of_what_is_over_or_cancelled(self, files, world, invite):
        code = world.agency_codes["a.gp"]
        invite("2026-06-09T10:00", "gp")
        files.meetings(
            meeting("HELD", "review_conference", "2026-06-10"),
            meeting("OFF", "review_conference", "2026-07-08", status="cancelled", held_on=""),
            meeting("BEGUN", "review_conference", "2026-06-10T09:30", **SCHEDULED),
        )
        files.attendance(part("HELD", code), part("OFF", code), part("BEGUN", code))
        assert notices() == []

    def test_says_nothing_to_those_who_are_not_relevant_or_were_there(self, files, world, invite):
        invite(JULY)
        files.attendance(
            part("NEW", world.agency_codes["a.gp"], expectation="not_relevant"),
            part("NEW", world.agency_codes["a.school"], "in_person"),
        )
        assert notices() == []

    def test_that_comes_again_tells_nobody_again(self, files, world, invite):
        invite(JULY, "gp")
        before = len(notices())
        invite(JULY, "gp")
        assert len(notices()) == before == 2

    @pytest.mark.parametrize(
        ("on", "kind", "urgency"),
        [
            ("2026-06-12T10:00", "review_conference", Urgency.SOON),
            ("2026-06-14T10:00", "core_group", Urgency.SOON),
            ("2026-06-15T10:00", "review_conference", Urgency.ROUTINE),
            ("2026-06-10T16:00", "review_conference", Urgency.SOON),
            ("2026-06-10T16:00", "strategy_meeting", Urgency.URGENT),
            ("2026-06-10T16:00", "missing_child_strategy", Urgency.URGENT),
            ("2026-06-11T09:00", "strategy_meeting", Urgency.SOON),
            ("2026-06-16T09:00", "strategy_meeting", Urgency.ROUTINE),
        ],
    )
    def test_is_the_more_urgent_the_sooner_the_meeting_is(self, invite, on, kind, urgency):
        invite(on, "gp", kind=kind)
        assert {one.urgency for one in notices(Notice.kind == INVITATION)} == {urgency}

    @pytest.mark.parametrize(
        ("on", "left"), [("2026-06-19T10:00", 2), ("2026-06-15T10:00", -2), ("2026-06-22T10:00", None)]
    )
    def test_tells_of_a_report_that_is_due_before_its_first_reminder(self, world, invite, on, left):
        invite(on, "gp")
        assert told(world, REPORT) == (of("a", "gp.lead", "gp.practitioner") if left is not None else set())
        assert {one.place for one in notices(Notice.kind == REPORT)} == ({left} if left is not None else set())

    def test_tells_an_agency_that_is_asked_after_all_to_answer(self, files, world, invite):
        code = world.agency_codes["a.gp"]
        invite(JULY)
        files.attendance(part("NEW", code, expectation="not_relevant"))
        files.attendance(part("NEW", code, expectation="expected"))
        assert told(world, INVITATION) == of("a", "gp.lead", "gp.practitioner")
        files.attendance(part("NEW", code, expectation="optional"))
        assert told(world, CHANGED) == of("a", "gp.lead", "gp.practitioner")


class TestManyWithoutATeam:
    """A police force is not spammed."""

    def test_up_to_six_are_told(self, world, invite):
        practitioners(world, "a.police", 4)
        invite(JULY, "police")
        assert len(notices()) == 7

    def test_more_than_six_leave_it_to_the_leads_and_the_liaison_post(self, world, invite):
        practitioners(world, "a.police", 6)
        [desk] = practitioners(world, "a.police", 1, post=Post.CONFERENCE_LIAISON)
        invite(JULY, "police")
        assert told(world) == {"a.police.lead", str(desk)}

    def test_without_lead_and_liaison_all_are_told_after_all(self, world, invite):
        practitioners(world, "a.police", 6)
        change(Membership, world.person("a.police.lead").hat.membership_id, ended_at=world.now)
        invite(JULY, "police")
        assert len(notices()) == 8


class TestAMovedMeeting:
    """What a later file says otherwise of a meeting."""

    @pytest.mark.parametrize(
        "other",
        [
            {"scheduled_for": "2026-07-15T10:00"},
            {"scheduled_for": "2026-07-08T15:30"},
            {"status": "cancelled"},
            {"format": "video"},
        ],
    )
    def test_is_told_to_whoever_has_a_part(self, files, world, invite, other):
        invite(JULY, "gp", "school", "police")
        change(Invitation, files.invitation("NEW", world.agency_codes["a.police"]).id, answer=Answer.NOT_OURS)
        files.meetings(meeting("NEW", "review_conference", JULY, **{**SCHEDULED, **other}))
        readers = of("a", "gp.lead", "gp.practitioner", "school.lead", "school.practitioner")
        assert told(world, CHANGED) == readers
        moved = files.stored("NEW")
        assert {(one.subject, one.subject_id, one.place) for one in notices(Notice.kind == CHANGED)} == {
            ("meeting", moved.id, moved.version)
        }

    def test_is_told_each_time(self, files, world, invite):
        invite(JULY, "gp")
        for on in ("2026-07-15T10:00", "2026-07-16T10:00"):
            files.meetings(meeting("NEW", "review_conference", on, **SCHEDULED))
        assert len(notices(Notice.kind == CHANGED)) == 4

    def test_takes_what_was_told_before_to_its_new_day(self, files, invite):
        invite("2026-06-19T10:00", "gp")
        files.meetings(meeting("NEW", "review_conference", "2026-07-08T10:00", **SCHEDULED))
        found = notices(Notice.kind.in_([INVITATION, REPORT]))
        assert len(found) == 4
        assert {one.what for one in found} == {"Review child protection conference, Wednesday 8 July"}
        assert {one.due_at for one in found} == {datetime(2026, 7, 1, 16, tzinfo=UTC)}

    def test_from_tomorrow_to_next_month_is_told_soon(self, files, invite):
        invite("2026-06-11T10:00", "gp")
        files.meetings(meeting("NEW", "review_conference", JULY, **SCHEDULED))
        assert {one.urgency for one in notices(Notice.kind == CHANGED)} == {Urgency.SOON}

    def test_that_is_over_or_only_got_another_chair_is_no_news(self, files, invite):
        invite(JULY, "gp")
        files.meetings(meeting("NEW", "review_conference", JULY, trigger_on="2026-06-01", **SCHEDULED))
        later = files.at(datetime(2026, 7, 9, 9, tzinfo=UTC))
        later.meetings(meeting("NEW", "review_conference", "2026-07-08T10:00", held_on="2026-07-08"))
        assert notices(Notice.kind == CHANGED) == []


class TestInThePortal:
    """What coordinators and leads do in pages."""

    def _expect(self, viewer, place, agency, expectation, reason):
        invitation = invitation_of(viewer, place.id, place.invitations[agency].id)
        set_expectation(viewer, place.id, invitation.id, expectation, reason, seen_expectation(invitation))

    def test_an_agency_that_becomes_relevant_is_invited(self, world, coordinator):
        place = world.meeting("a.initial")
        self._expect(coordinator, place, "other_gp", Expectation.EXPECTED, ExpectationReason.REGISTERED)
        assert told(world, INVITATION) == of("a", "other_gp.lead", "other_gp.practitioner")
        assert told(world) == of("a", "other_gp.lead", "other_gp.practitioner")

    def test_of_a_meeting_that_is_past_nobody_is_told(self, world, coordinator):
        place = world.meeting("a.initial")
        change(Meeting, place.id, scheduled_on=TODAY - timedelta(days=1), start_time=None)
        self._expect(coordinator, place, "other_gp", Expectation.EXPECTED, ExpectationReason.REGISTERED)
        self._expect(coordinator, place, "school", Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
        assert notices() == []

    def test_another_expectation_is_a_change_and_none_at_all_is_told_to_nobody(self, world, coordinator):
        place = world.meeting("a.review")
        self._expect(coordinator, place, "school", Expectation.EXPECTED, ExpectationReason.ON_ROLL)
        assert told(world, CHANGED) == of("a", "school.lead", "school.practitioner")
        tell_nobody_anything()
        self._expect(coordinator, place, "school", Expectation.NOT_RELEVANT, ExpectationReason.NOT_INVOLVED)
        assert notices() == []

    def test_not_ours_that_is_sent_back_is_to_be_answered_again_each_time(self, world, coordinator):
        place = world.meeting("a.review")
        for _ in range(2):
            change(Invitation, place.invitations["gp"].id, answer=Answer.NOT_OURS)
            invitation = invitation_of(coordinator, place.id, place.invitations["gp"].id)
            send_back(coordinator, place.id, invitation.id, "Registered with you.", seen_expectation(invitation))
        assert told(world, INVITATION) == of("a", "gp.lead", "gp.practitioner")
        assert len(notices(Notice.kind == INVITATION)) == 4

    @pytest.mark.parametrize(("answer", "kind"), [(None, INVITATION), (Answer.ATTEND, CHANGED)])
    def test_a_team_hears_of_the_meeting_that_it_is_given(self, world, viewer, answer, kind):
        place, lead = world.meeting("a.core_group"), viewer("a.social_care.lead")
        change(Invitation, place.invitations["social_care"].id, answer=answer)
        give_to_team(lead, place.id, world.teams["a.west"], seen_team(own_invitation(lead, place.id)))
        assert told(world) == told(world, kind) == {"a.social_care.west"}

    def test_nothing_is_told_where_nothing_was_kept(self, world, coordinator):
        place = world.meeting("a.review")
        with pytest.raises(Invalid):
            self._expect(coordinator, place, "school", Expectation.EXPECTED, ExpectationReason.NOT_INVOLVED)
        assert notices() == []


def test_a_file_takes_as_many_statements_for_many_invitations_as_for_few(world, files, count_queries):
    codes = [world.agency_codes[f"a.{agency}"] for agency in ("gp", "school", "police", "other_gp")]

    def statements(first, number):
        rows = [meeting(f"N{place}", "core_group", JULY, **SCHEDULED) for place in range(first, first + number)]
        files.meetings(*rows)
        with count_queries() as found:
            files.attendance(*(part(row["meeting_ref"], code) for row in rows for code in codes))
        return len(found)

    few = statements(0, 2)
    assert statements(100, 40) <= few
    assert len(notices(Notice.kind == INVITATION)) == 42 * 9


def test_a_meeting_whose_invitations_are_gone_moves_without_a_word(files, invite):
    meeting_id = invite(JULY, "gp")
    with writing() as session:
        session.execute(delete(Invitation).where(Invitation.meeting_id == meeting_id))
        session.execute(update(Meeting).where(Meeting.id == meeting_id).values(scheduled_on=TODAY + timedelta(days=40)))
    files.meetings(meeting("NEW", "review_conference", JULY, **SCHEDULED))
    assert notices(Notice.kind == CHANGED) == []
    assert files.stored("NEW").scheduled_on == date(2026, 7, 8)
