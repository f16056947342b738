"""Agencies that lose their part in a meeting: it leaves the calendars to which it was sent, once, and comes back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.contest_vocabulary import ContestReason
from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason, Role
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services.contests.deciding import uphold_contest
from portal.services.contests.raising import raise_contest
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.expectations import send_back, set_expectation
from portal.services.invitations.inviting import invite_instead
from portal.services.invitations.seen import seen_answer, seen_expectation, seen_expected
from portal.services.scheduling.moving import move_meeting
from portal.services.scheduling.opening import open_meeting
from tests.areas import Area, part
from tests.mail_server import MailServer
from tests.services.calendar_steps import Got, files_of, mailed
from tests.services.mail_steps import forget_all
from tests.services.rows import change, stored
from tests.services.scheduling_steps import move_to, opening
from tests.services.told_steps import notices
from tests.world import NOW, World

IN_TWO_WEEKS = date(2026, 6, 25)
DAY = timedelta(days=1)
GP = "a.gp.lead"


class Stage:
    """A conference in two weeks with social care, police and a surgery, and the days that pass until then."""

    def __init__(self, world: World, server: MailServer, viewer: Any) -> None:
        self.world, self.server, self.viewer = world, server, viewer
        self.days = 0
        self.coordinator: Viewer = viewer("a.coordinator")
        self.meeting = open_meeting(self.coordinator, opening(world, scheduled_on=IN_TWO_WEEKS))

    def night(self, key: str = GP) -> list[Got]:
        """The next day's mails are sent; what came for somebody's calendar with them."""
        # From Wednesday to Friday, and then on from Monday.
        self.days += 3 if self.days == 2 else 1
        return files_of(self.server, self.world, key, mailed(self.server, self.days * DAY))

    def invitation(self, agency: str = "gp") -> Invitation:
        """An agency's invitation as it stands now."""
        db.session.rollback()
        agency_id = self.world.agencies[f"a.{agency}"]
        return db.session.scalars(
            select(Invitation).where(Invitation.meeting_id == self.meeting, Invitation.agency_id == agency_id)
        ).one()

    def expect(self, expectation: Expectation, reason: ExpectationReason) -> None:
        """The coordinator says what is expected of the surgery."""
        invitation = self.invitation()
        seen = seen_expectation(invitation)
        set_expectation(self.coordinator, self.meeting, invitation.id, expectation, reason, seen)

    def not_relevant(self) -> None:
        """The surgery has no part after all."""
        self.expect(Expectation.NOT_RELEVANT, ExpectationReason.NOT_INVOLVED)

    def expected(self) -> None:
        """It has one."""
        self.expect(Expectation.EXPECTED, ExpectationReason.REGISTERED)

    def not_ours(self) -> None:
        """Its lead says that the child is not theirs."""
        invitation = self.invitation()
        answer_invitation(self.viewer(GP), self.meeting, Answer.NOT_OURS, "Moved.", seen_answer(invitation))

    def ended(self) -> list[Any]:
        """Who was told that their part has ended."""
        return notices(Notice.kind == NoticeKind.PART_ENDED)


@pytest.fixture
def stage(world: World, mail_server: MailServer, viewer: Any) -> Stage:
    """Nobody has been told anything before it was opened."""
    forget_all()
    return Stage(world, mail_server, viewer)


def test_it_leaves_the_calendars_of_the_agency_once(stage: Stage) -> None:
    [brought] = stage.night()
    assert (brought.method, brought.sequence) == ("REQUEST", 0)
    stage.not_relevant()
    [taken] = stage.night()
    assert (taken.method, str(taken.event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert taken.uid == brought.uid
    assert taken.sequence > brought.sequence
    assert stage.night() == []
    assert {one.method for one in files_of(stage.server, stage.world, "a.gp.practitioner")} == {"REQUEST", "CANCEL"}
    for agency in ("police", "social_care"):
        got = files_of(stage.server, stage.world, f"a.{agency}.lead")
        # Who has not answered is reminded, and so gets it more than once.
        assert {one.method for one in got} == {"REQUEST"}, agency


def test_nothing_but_day_and_time_stands_in_what_takes_it_out(stage: Stage) -> None:
    stage.night()
    stage.not_relevant()
    [taken] = stage.night()
    assert {name for name, _value in taken.event.property_items()} - {"BEGIN", "END"} == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "DESCRIPTION", "URL", "CLASS", "STATUS"),
        *("TRANSP", "ORGANIZER", "ATTENDEE"),
    }
    letter = next(one for one in reversed(stage.server.letters) if stage.world.person(GP).email in one.to)
    assert "Take a meeting that is not yours any more out of your calendar" in letter.text
    for hidden in ("conference", "video.example.org", "25 June", stored(Meeting, stage.meeting).reference):
        assert hidden not in letter.everything, hidden


def test_it_comes_back_with_a_higher_number_and_may_go_again(stage: Stage) -> None:
    got = stage.night()
    for act in (stage.not_relevant, stage.expected, stage.not_relevant):
        act()
        got += stage.night()
    assert [one.method for one in got] == ["REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    numbers = [one.sequence for one in got]
    assert numbers == sorted(set(numbers))
    assert len({one.uid for one in got}) == 1


def test_one_that_had_answered_gets_it_back_too(stage: Stage) -> None:
    stage.night()
    answer_invitation(stage.viewer(GP), stage.meeting, Answer.ATTEND, "", seen_answer(stage.invitation()))
    stage.not_relevant()
    [taken] = stage.night()
    stage.expected()
    [back] = stage.night()
    assert (taken.method, back.method) == ("CANCEL", "REQUEST")
    assert back.sequence > taken.sequence


def test_a_contest_that_is_upheld_takes_it_out(stage: Stage) -> None:
    [brought] = stage.night()
    lead = stage.viewer(GP)
    seen = seen_expected(stage.invitation())
    number = raise_contest(lead, stage.meeting, Expectation.NOT_RELEVANT, ContestReason.NEVER_OURS, "", seen=seen)
    uphold_contest(stage.coordinator, number, ExpectationReason.NOT_INVOLVED, "You are right.", 1)
    [taken] = stage.night()
    assert (taken.method, taken.uid, taken.sequence > brought.sequence) == ("CANCEL", brought.uid, True)


def test_not_ours_takes_it_out_for_whoever_said_so_too_and_dealing_with_it_not_once_more(stage: Stage) -> None:
    [brought] = stage.night()
    stage.not_ours()
    [taken] = stage.night()
    assert (taken.method, taken.uid, taken.sequence > brought.sequence) == ("CANCEL", brought.uid, True)
    invitation = stage.invitation()
    other = stage.world.agencies["a.other_gp"]
    invite_instead(stage.coordinator, stage.meeting, invitation.id, other, seen_expectation(invitation))
    assert stage.night() == []
    instead = files_of(stage.server, stage.world, "a.other_gp.lead")
    assert {one.method for one in instead if one.uid == brought.uid} == {"REQUEST"}


def test_not_ours_that_is_sent_back_brings_it_back(stage: Stage) -> None:
    stage.night()
    stage.not_ours()
    [taken] = stage.night()
    invitation = stage.invitation()
    send_back(stage.coordinator, stage.meeting, invitation.id, "Look again.", seen_expectation(invitation))
    [back] = stage.night()
    assert (back.method, back.sequence > taken.sequence) == ("REQUEST", True)


def test_whoever_was_never_sent_it_is_told_nothing_and_what_waited_is_dropped(stage: Stage) -> None:
    stage.not_relevant()
    assert stage.ended() == []
    assert stage.night() == []
    waiting = [one.kind for one in notices() if one.mail_place is MailPlace.WAITING]
    assert NoticeKind.INVITATION not in waiting


def test_news_that_waits_does_not_bring_it_back(stage: Stage) -> None:
    [brought] = stage.night()
    version = stored(Meeting, stage.meeting).version
    move_meeting(stage.coordinator, stage.meeting, move_to(date(2026, 6, 26)), version=version)
    stage.not_relevant()
    [taken] = stage.night()
    assert (taken.method, taken.sequence > brought.sequence) == ("CANCEL", True)


def test_what_was_not_mailed_yet_is_not_taken_back(stage: Stage) -> None:
    """Not relevant and expected again on one day: the calendar keeps the meeting, and gets it anew."""
    [brought] = stage.night()
    stage.not_relevant()
    stage.expected()
    [again] = stage.night()
    assert (again.method, again.sequence > brought.sequence) == ("REQUEST", True)


def test_somebody_who_still_has_a_part_elsewhere_keeps_it(stage: Stage) -> None:
    """A nurse of two agencies that are asked: the one has no part any more, the other has."""
    world = stage.world
    with writing() as session:
        session.add(
            Membership(
                partnership_id=world.partnerships["a"],
                user_id=world.person(GP).user_id,
                agency_id=world.agencies["a.social_care"],
                role=Role.AGENCY_LEAD,
                created_at=NOW,
            )
        )
    stage.night()
    stage.not_relevant()
    assert {one.method for one in stage.night()} == {"REQUEST"}
    assert [one.method for one in files_of(stage.server, world, "a.gp.practitioner")] == ["REQUEST", "CANCEL"]


def test_somebody_whose_account_is_closed_is_told_nothing(stage: Stage) -> None:
    stage.night()
    change(User, stage.world.person(GP).user_id, deactivated_at=NOW)
    stage.not_relevant()
    assert stage.night() == []
    told = {one.user_id for one in stage.ended()}
    assert told == {stage.world.person("a.gp.practitioner").user_id}


def test_a_file_takes_it_out_and_brings_it_back(stage: Stage) -> None:
    [brought] = stage.night()
    area = Area.of(stage.world.partnerships["a"])
    reference = stored(Meeting, stage.meeting).reference
    code = stage.world.agency_codes["a.gp"]
    # What a coordinator decided stays: as if a file had brought it.
    change(Invitation, stage.invitation().id, expectation_reason=ExpectationReason.IMPORTED)
    got = []
    for expectation in ("not_relevant", "not_relevant", "expected"):
        area.attendance(part(reference, code, expectation=expectation))
        got += stage.night()
    assert [one.method for one in got] == ["CANCEL", "REQUEST"]
    assert brought.sequence < got[0].sequence < got[1].sequence


def test_of_a_meeting_that_is_over_nothing_is_sent(stage: Stage) -> None:
    stage.night()
    change(Meeting, stage.meeting, scheduled_on=NOW.date() - DAY)
    stage.not_relevant()
    assert stage.ended() == []
    assert stored(Meeting, stage.meeting).calendar_sequence == 0


def test_whoever_has_the_meeting_open_keeps_their_page(stage: Stage) -> None:
    """The number rises without the version: an open page for moving is not refused for it."""
    stage.night()
    before = stored(Meeting, stage.meeting)
    version, number = before.version, before.calendar_sequence
    stage.not_relevant()
    after = stored(Meeting, stage.meeting)
    assert (after.version, after.calendar_sequence) == (version, number + 1)


def test_many_parts_take_no_more_statements(stage: Stage, count_queries: Any) -> None:
    """A file that takes several agencies out of several meetings asks the calendars' side once."""
    world = stage.world
    area = Area.of(world.partnerships["a"])
    meetings = [
        open_meeting(stage.coordinator, opening(world, scheduled_on=IN_TWO_WEEKS + number * DAY, late_reason=None))
        for number in (1, 4)
    ]
    stage.night()
    numbers = []
    for some, agencies in ((meetings[:1], ("gp",)), (meetings[1:], ("gp", "police"))):
        rows = []
        for meeting_id in some:
            reference = stored(Meeting, meeting_id).reference
            for agency in agencies:
                with writing() as session:
                    for row in session.scalars(
                        select(Invitation).where(
                            Invitation.meeting_id == meeting_id, Invitation.agency_id == world.agencies[f"a.{agency}"]
                        )
                    ):
                        row.expectation_reason = ExpectationReason.IMPORTED
                rows.append(part(reference, world.agency_codes[f"a.{agency}"], expectation="not_relevant"))
        with count_queries() as statements:
            area.attendance(*rows)
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
    assert len({one.subject_id for one in stage.ended()}) == 3
