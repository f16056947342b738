"""Quoracy foreseen: what a meeting lacks, whom to call, asking them again, and the reminders that do."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailPlace, NoticeKind, Urgency
from portal.domain.quoracy import Outlook
from portal.domain.vocabulary import Answer, Expectation, MeetingStatus, Post
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.named_people import NamedPerson
from portal.models.people import Membership
from portal.models.rule_sets import MeetingRule
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_answer
from portal.services.meetings.foreseen import foreseen_for
from portal.services.notices.reminders import remind
from portal.services.quoracy.asking import ask_again, quoracy_page
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change, trail
from tests.services.told_steps import away, morning, notices, practitioners, settled, told
from tests.world import NOW

RISK, ASKED = NoticeKind.QUORACY_AT_RISK, NoticeKind.QUORACY_ASKED
DAYS = (date(2026, 6, 17), date(2026, 6, 22), date(2026, 6, 23))
"""Five, two and one working days before the world's review conference."""


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def review(world):
    """A's review conference in a fortnight: social care comes, the school may, a surgery has not answered."""
    return world.meeting("a.review")


@pytest.fixture
def second_chair(viewer):
    """Its chair."""
    return viewer("a.second_chair")


def answers(place, **given) -> None:
    """Have agencies answer."""
    for agency, answer in given.items():
        change(Invitation, place.invitations[agency].id, answer=answer)


def needed(viewer, place) -> list[str]:
    """Which agencies could still make a meeting quorate, in order."""
    db.session.rollback()
    names = {invited.id: agency for agency, invited in place.invitations.items()}
    found = foreseen_for(viewer, [place.id]).get(place.id)
    return [names[part.invitation_id] for part in found.needed] if found else []


class TestForeseen:
    """Of meetings that one sees, that are to come and need a quorum."""

    def test_what_it_lacks_and_who_could_fill_it(self, chair, place):
        found = foreseen_for(chair, [place.id])[place.id]
        assert (found.foresight.outlook, found.lacking) == (Outlook.MAY_BE, ["social care", "one more agency"])
        assert [part.invitation_id for part in found.coming] == [place.invitations["police"].id]
        # Who has said nothing is called before who has said no.
        assert needed(chair, place) == ["school", "social_care", "gp"]

    def test_nobody_is_needed_once_it_is_quorate(self, chair, place):
        answers(place, social_care=Answer.ATTEND, school=Answer.DEPUTY)
        assert foreseen_for(chair, [place.id])[place.id].foresight.outlook is Outlook.WILL_BE
        assert needed(chair, place) == []

    def test_another_of_a_kind_that_comes_is_not_called(self, chair, place):
        change(Invitation, place.invitations["other_gp"].id, expectation=Expectation.EXPECTED)
        answers(place, social_care=Answer.ATTEND, police=None, gp=Answer.ATTEND)
        assert set(needed(chair, place)) == {"police", "school"}

    def test_those_expected_come_before_those_who_need_not(self, second_chair, review):
        # One of two more could be had from those expected: nobody else would do without the others.
        assert needed(second_chair, review) == ["other_gp", "police", "school"]
        change(Invitation, review.invitations["school"].id, expectation=Expectation.EXPECTED)
        assert set(needed(second_chair, review)) == {"other_gp", "school"}

    def test_not_ours_and_not_relevant_are_never_called(self, chair, place):
        answers(place, gp=Answer.NOT_OURS)
        assert set(needed(chair, place)) == {"school", "social_care"}

    @pytest.mark.parametrize(
        "facts",
        [
            {"status": MeetingStatus.CANCELLED},
            {"status": MeetingStatus.HELD, "held_on": date(2026, 6, 10)},
            {"register_closed_at": NOW},
            {"scheduled_on": date(2026, 6, 9)},
            {"start_time": time(10)},
        ],
    )
    def test_nothing_is_foreseen_of_what_is_over(self, chair, place, facts):
        change(Meeting, place.id, **facts)
        assert foreseen_for(chair, [place.id]) == {}

    def test_nothing_without_a_quorum_and_nothing_unseen(self, coordinator, chair, world, viewer):
        core_group, other = world.meeting("a.core_group").id, world.meeting("b.initial").id
        assert foreseen_for(coordinator, [core_group, other]) == {}
        assert foreseen_for(chair, [world.meeting("a.review").id]) == {}
        assert foreseen_for(chair, []) == {}
        assert set(foreseen_for(viewer("a.manager"), [world.meeting("a.review").id])) == {world.meeting("a.review").id}

    def test_three_queries_however_many(self, coordinator, world, count_queries):
        own = [place.id for key, place in world.meetings.items() if key.startswith("a.")]
        with count_queries() as statements:
            assert len(foreseen_for(coordinator, own)) == 2
        assert len(statements) <= 3


class TestWhomToCall:
    """By name and post, and no more."""

    def test_the_leads_their_deputies_and_who_stands_in(self, second_chair, review, world):
        practitioners(world, "a.other_gp", 1, post=Post.DEPUTY_LEAD)
        lead, practitioner = world.person("a.school.lead"), world.person("a.school.practitioner")
        away(lead, practitioner, date(2026, 6, 1), date(2026, 6, 30))
        page = quoracy_page(second_chair, review.id)
        people = {one.invited.agency_id: one.people for one in page.needed}
        surgery = people[world.agencies["a.other_gp"]]
        assert {(one.name, one.post) for one in surgery} == {
            (world.person("a.other_gp.lead").name, world.person("a.other_gp.lead").hat.post),
            ("Constable", Post.DEPUTY_LEAD),
        }
        [standing_in] = people[world.agencies["a.school"]]
        assert (standing_in.name, standing_in.stands_in_for) == (practitioner.name, lead.name)

    def test_where_nobody_leads_whoever_the_meeting_concerns(self, second_chair, review, world):
        change(Membership, world.person("a.other_gp.lead").hat.membership_id, ended_at=NOW)
        page = quoracy_page(second_chair, review.id)
        [surgery] = [one for one in page.needed if one.invited.agency_id == world.agencies["a.other_gp"]]
        assert [one.name for one in surgery.people] == [world.person("a.other_gp.practitioner").name]

    def test_by_few_queries(self, coordinator, review, count_queries):
        with count_queries() as statements:
            quoracy_page(coordinator, review.id)
        assert len(statements) <= 10

    @pytest.mark.parametrize(
        ("key", "refusal"),
        [
            ("a.manager", NotPermitted),
            ("a.school.lead", NotPermitted),
            ("a.chair", NotVisible),
            ("b.coordinator", NotVisible),
            ("b.second_chair", NotVisible),
        ],
    )
    def test_for_whoever_keeps_the_meeting_alone(self, viewer, review, key, refusal):
        for act in (quoracy_page, ask_again):
            with pytest.raises(refusal):
                act(viewer(key), review.id)
        assert notices() == []


class TestAskingAgain:
    """By hand, once a day."""

    def test_it_asks_the_leads_of_each_agency_that_is_needed(self, second_chair, review, world):
        assert ask_again(second_chair, review.id) == 3
        assert told(world, ASKED) == {"a.other_gp.lead", "a.school.lead", "a.police.lead"}
        [one] = {(one.urgency, one.what) for one in notices(Notice.kind == ASKED)}
        assert one == (Urgency.SOON, "Review child protection conference, Wednesday 24 June")
        assert trail("quoracy.asked", review.id) == 1

    def test_twice_on_a_day_asks_nobody_twice_and_the_next_day_does(self, second_chair, review, viewer):
        ask_again(second_chair, review.id)
        assert ask_again(second_chair, review.id) == 0
        page = quoracy_page(second_chair, review.id)
        assert {one.asked_at for one in page.needed} == {NOW}
        assert not page.can_ask
        assert ask_again(viewer("a.second_chair", now=NOW + timedelta(days=1)), review.id) == 3
        assert trail("quoracy.asked", review.id) == 2

    def test_nobody_is_asked_where_nobody_is_needed(self, second_chair, review):
        answers(review, school=Answer.ATTEND, other_gp=Answer.ATTEND)
        assert ask_again(second_chair, review.id) == 0
        assert notices() == []

    def test_of_a_meeting_for_named_people_nobody_else_hears(self, viewer, review, world):
        change(Meeting, review.id, named_people_only=True)
        with writing() as session:
            for key in ("a.coordinator", "a.school.lead"):
                session.add(
                    NamedPerson(
                        partnership_id=world.partnerships["a"],
                        meeting_id=review.id,
                        membership_id=world.person(key).hat.membership_id,
                        named_at=NOW,
                    )
                )
        assert ask_again(viewer("a.coordinator"), review.id) == 1
        assert told(world, ASKED) == {"a.school.lead"}


class TestReminders:
    """On the rules' days, once each, as long as it is not quorate."""

    def what_is_told(self, world, first=date(2026, 6, 15), last=date(2026, 6, 26)):
        found = {}
        day = first
        while day <= last:
            remind(morning(day))
            of_day = {
                kind: told(world, kind, made_at=morning(day), partnership_id=world.partnerships["a"])
                for kind in (RISK, ASKED)
            }
            if any(of_day.values()):
                found[day] = of_day
            day += timedelta(days=1)
        return found

    def test_chair_coordinator_and_agencies_on_the_three_days(self, world, review):
        both = {RISK: {"a.second_chair", "a.coordinator"}, ASKED: {"a.other_gp.lead", "a.school.lead", "a.police.lead"}}
        assert self.what_is_told(world) == dict.fromkeys(DAYS, both)

    def test_looking_again_tells_nobody_again(self, world, review):
        remind(morning(DAYS[0]))
        before = len(notices(Notice.kind.in_((RISK, ASKED))))
        for hour in (9, 13, 16):
            remind(morning(DAYS[0]) + timedelta(hours=hour))
        assert len(notices(Notice.kind.in_((RISK, ASKED)))) == before > 0

    def test_nothing_once_it_is_quorate(self, world, review):
        answers(review, school=Answer.ATTEND, other_gp=Answer.DEPUTY)
        assert self.what_is_told(world) == {}

    def test_an_agency_that_says_yes_is_asked_no_more(self, world, review):
        remind(morning(DAYS[0]))
        answers(review, other_gp=Answer.ATTEND)
        assert set(self.what_is_told(world, date(2026, 6, 22))) == set(DAYS[1:])
        asked = {one.subject_id for one in notices(Notice.kind == ASKED, Notice.made_at >= morning(DAYS[1]))}
        assert review.invitations["other_gp"].id not in asked

    def test_who_was_asked_by_hand_is_not_reminded_on_that_day(self, world, review, viewer):
        at = morning(DAYS[0])
        ask_again(viewer("a.second_chair", now=at), review.id)
        remind(at + timedelta(hours=1))
        assert not notices(Notice.kind == ASKED, Notice.made_at > at, Notice.partnership_id == world.partnerships["a"])
        assert told(world, RISK, partnership_id=world.partnerships["a"]) == {"a.second_chair", "a.coordinator"}

    def test_the_days_are_the_rules(self, world, review):
        with writing() as session:
            for rule in session.scalars(select(MeetingRule)):
                if rule.inquorate:
                    rule.inquorate = {**rule.inquorate, "reminders": [4]}
        assert set(self.what_is_told(world)) == {date(2026, 6, 18)}
        with writing() as session:
            session.execute(update(MeetingRule).values(inquorate=None))
        tell_nobody_anything()
        assert self.what_is_told(world) == {}

    def test_a_meeting_for_named_people_is_nobodys_news(self, world, review):
        change(Meeting, review.id, named_people_only=True)
        assert self.what_is_told(world) == {}

    def test_what_was_told_is_settled_once_it_is_quorate_or_over(self, world, review, viewer):
        remind(morning(DAYS[0]))
        quoracy = (Notice.kind.in_((RISK, ASKED)), Notice.partnership_id == world.partnerships["a"])
        at = morning(DAYS[0]) + timedelta(hours=4)
        settled(world, at)
        assert {one.settled_at for one in notices(*quoracy)} == {None}
        for key in ("a.other_gp.lead", "a.school.lead"):
            lead = viewer(key, now=at)
            answer_invitation(lead, review.id, Answer.ATTEND, "", seen_answer(own_invitation(lead, review.id)))
        settled(world, at)
        assert {(one.settled_at, one.mail_place) for one in notices(*quoracy)} == {(at, MailPlace.DROPPED)}

    def test_what_was_told_of_a_meeting_that_was_cancelled_is_settled(self, world, review):
        remind(morning(DAYS[0]))
        change(Meeting, review.id, status=MeetingStatus.CANCELLED)
        settled(world, morning(DAYS[0]))
        of_it = notices(Notice.kind == RISK, Notice.subject_id == review.id)
        assert of_it
        assert all(one.settled_at for one in of_it)

    def test_it_says_nothing_of_a_child_or_a_place(self, world, review):
        remind(morning(DAYS[0]))
        told_words = " ".join(one.what for one in notices(Notice.kind.in_((RISK, ASKED))))
        assert told_words
        assert "ZQ-" not in told_words
