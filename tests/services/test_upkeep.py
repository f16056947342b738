"""Upkeep of people: leads confirm them each quarter, unused accounts sleep, and nobody is asked twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import JoiningPurpose, Role
from portal.models.absences import PeopleConfirmation
from portal.models.messages import Notice
from portal.models.partnerships import Partnership
from portal.models.people import Membership, User
from portal.services import joining, people, people_confirming, sign_in, sleeping
from portal.services.changes import changing
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.people_list import Standing, find_person
from portal.services.upkeep import remind_and_sleep
from portal.services.worker import WORKS
from tests.services.people_steps import NEW, is_over, start_session, works
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("database")

# July begins on a Wednesday.
JULY = datetime(2026, 7, 1, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=90)


@pytest.fixture
def of(world):
    """Somebody's membership."""
    return lambda key: world.person(key).hat.membership_id


@pytest.fixture
def unused(world):
    """Have nobody signed in to somebody's account for so many days."""

    def leave(key: str, days: int = 90) -> int:
        user_id = world.person(key).user_id
        change(User, user_id, last_signed_in_at=NOW - timedelta(days=days))
        return user_id

    return leave


def told(kind: NoticeKind) -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind).order_by(Notice.id)))


def is_asleep(user_id: int) -> bool:
    return stored(User, user_id).asleep_at is not None


def asked(viewer) -> list[TaskKind]:
    return [task.kind for task in home(viewer).tasks if task.kind is TaskKind.CONFIRM_PEOPLE]


class TestConfirming:
    """Each quarter a lead says who still works there."""

    def test_a_lead_is_asked_from_the_first_working_day_until_it_is_done(self, viewer):
        # October 2026 begins on a Thursday, January 2027 with a bank holiday and a weekend.
        asked_on = {
            datetime(2026, 6, 30, 9, tzinfo=UTC): [],
            JULY: [TaskKind.CONFIRM_PEOPLE],
            datetime(2027, 1, 3, 9, tzinfo=UTC): [],
            datetime(2027, 1, 4, 9, tzinfo=UTC): [TaskKind.CONFIRM_PEOPLE],
        }
        assert {day: asked(viewer("a.gp.lead", now=day)) for day in asked_on} == asked_on
        lead = viewer("a.gp.lead", now=JULY)
        listed = people_confirming.people_to_confirm(lead)
        assert [one.name for one in listed] == ["ZQ-A-GP-DEACTIVATED-QZ", "ZQ-A-GP-PRACTITIONER-QZ"]
        assert people_confirming.confirm_people(lead, {one.membership_id: True for one in listed}) == 0
        assert asked(lead) == []
        assert people_confirming.confirmed_at(lead) == JULY
        assert asked(viewer("a.school.lead", now=JULY)) == [TaskKind.CONFIRM_PEOPLE]

    def test_whoever_has_left_loses_their_role_at_once(self, viewer, of):
        lead = viewer("a.gp.lead", now=JULY)
        answers = {one.membership_id: False for one in people_confirming.people_to_confirm(lead)}
        assert people_confirming.confirm_people(lead, answers) == 2
        assert stored(Membership, of("a.gp.practitioner")).ended_at == JULY
        assert [leaver.number for leaver in people_confirming.leavers_with_work(lead)] == [3]
        assert people_confirming.people_to_confirm(lead) == []

    def test_somebody_who_was_added_meanwhile_is_asked_about_too(self, viewer, of):
        lead = viewer("a.gp.lead", now=JULY)
        answers = {one.membership_id: False for one in people_confirming.people_to_confirm(lead)}
        added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id).membership
        with pytest.raises(Invalid) as refused:
            people_confirming.confirm_people(lead, answers)
        assert refused.value.errors == {str(added.id): ["Say whether this person still works with you"]}
        assert stored(Membership, of("a.gp.practitioner")).ended_at is None
        assert people_confirming.confirmed_at(lead) is None

    def test_a_lead_says_nothing_of_other_agencies_people(self, viewer, of):
        lead = viewer("a.gp.lead", now=JULY)
        answers = {one.membership_id: True for one in people_confirming.people_to_confirm(lead)}
        answers |= {of("a.school.practitioner"): False, of("b.gp.practitioner"): False, of("a.gp.lead"): False}
        people_confirming.confirm_people(lead, answers)
        for key in ("a.school.practitioner", "b.gp.practitioner", "a.gp.lead"):
            assert stored(Membership, of(key)).ended_at is None

    def test_it_is_said_again_in_the_same_quarter_without_a_fuss(self, viewer):
        lead = viewer("a.gp.lead")
        people_confirming.confirm_people(
            lead, {one.membership_id: True for one in people_confirming.people_to_confirm(lead)}
        )
        assert people_confirming.confirmed_at(lead) == NOW
        assert trail("people.confirmed", lead.agency_id) == 1

    @pytest.mark.parametrize("key", ["a.administrator", "a.gp.practitioner", "a.business_manager", "a.chair"])
    def test_leads_alone_say_it(self, viewer, key):
        with pytest.raises(NotPermitted):
            people_confirming.people_to_confirm(viewer(key))

    def test_each_lead_is_told_once_a_quarter_however_many_workers_there_are(self, app, viewer, of, world):
        assert remind_and_sleep(datetime(2026, 6, 30, 9, tzinfo=UTC)) == 0
        db.session.rollback()
        done = at_once(app, *[lambda: remind_and_sleep(JULY)] * 3)
        agencies = ("gp", "other_gp", "school", "police", "social_care")
        leads = {of(f"{letter}.{agency}.lead") for letter in "ab" for agency in agencies}
        leads.add(world.person("both").hats[1].membership_id)
        assert sorted(told(NoticeKind.PEOPLE_TO_CONFIRM)) == sorted(leads)
        assert sum(done) == len(leads)
        assert remind_and_sleep(JULY + timedelta(days=1)) == 0
        lead = viewer("a.gp.lead", now=JULY)
        people_confirming.confirm_people(
            lead, {one.membership_id: True for one in people_confirming.people_to_confirm(lead)}
        )
        db.session.rollback()
        settled = select(Notice.membership_id).where(
            Notice.kind == NoticeKind.PEOPLE_TO_CONFIRM, Notice.settled_at.is_not(None)
        )
        assert list(db.session.scalars(settled)) == [of("a.gp.lead")]
        remind_and_sleep(datetime(2026, 10, 1, 9, tzinfo=UTC))
        assert told(NoticeKind.PEOPLE_TO_CONFIRM).count(of("a.gp.lead")) == 2

    def test_whoever_has_confirmed_or_has_nobody_is_not_asked(self, viewer, lead, of):
        people.end_membership(lead, of("a.gp.practitioner"))
        people.end_membership(lead, of("a.gp.deactivated"))
        school = viewer("a.school.lead", now=JULY)
        people_confirming.confirm_people(
            school, {one.membership_id: True for one in people_confirming.people_to_confirm(school)}
        )
        remind_and_sleep(JULY)
        assert not {of("a.gp.lead"), of("a.school.lead")} & set(told(NoticeKind.PEOPLE_TO_CONFIRM))
        assert asked(viewer("a.gp.lead", now=JULY)) == asked(school) == []

    def test_the_worker_does_it(self):
        assert remind_and_sleep in {work.run for work in WORKS}


class TestSleeping:
    """Accounts that nobody uses."""

    def test_an_account_sleeps_after_ninety_days_and_its_lead_is_told(self, unused, of, lead):
        gp, school = unused("a.gp.practitioner"), unused("a.school.practitioner", 89)
        session = start_session(gp)
        assert remind_and_sleep(NOW) == 1
        assert is_asleep(gp)
        assert not is_asleep(school)
        assert is_over(session)
        assert told(NoticeKind.ACCOUNT_ASLEEP) == [of("a.gp.lead")]
        assert trail("person.asleep", gp) == 1
        assert find_person(lead, of("a.gp.practitioner")).row.standing is Standing.ASLEEP
        assert remind_and_sleep(NOW) == 0

    def test_of_several_partnerships_the_longest_time_holds(self, unused, world):
        change(Partnership, world.partnerships["a"], account_sleeps_after_days=30)
        both, gp = unused("both", 60), unused("a.gp.practitioner", 30)
        assert remind_and_sleep(NOW) == 1
        assert (is_asleep(both), is_asleep(gp)) == (False, True)

    def test_one_that_nobody_ever_signed_in_to_counts_from_its_making(self, world):
        gp, chair = (world.person(key).user_id for key in ("a.gp.practitioner", "a.chair"))
        change(User, gp, last_signed_in_at=None, created_at=LONG_AGO)
        change(User, chair, last_signed_in_at=None, created_at=LONG_AGO + timedelta(days=1))
        remind_and_sleep(NOW)
        assert (is_asleep(gp), is_asleep(chair)) == (True, False)

    def test_whoever_has_not_joined_or_cannot_sign_in_is_left_alone(self, unused, world):
        waits, gone, former = (unused(f"a.gp.{name}") for name in ("practitioner", "deactivated", "former"))
        change(User, waits, password_hash=None)
        assert remind_and_sleep(NOW) == 0
        assert not any(map(is_asleep, (waits, gone, former)))

    def test_a_leads_account_is_told_to_the_administrators(self, unused, of):
        unused("a.gp.lead")
        remind_and_sleep(NOW)
        assert told(NoticeKind.ACCOUNT_ASLEEP) == [of("a.administrator")]

    def test_the_last_administrator_stays_awake(self, app, unused, system):
        first = unused("a.administrator")
        assert remind_and_sleep(NOW) == 0
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership.user_id
        change(User, second, password_hash="chosen", created_at=LONG_AGO)
        db.session.rollback()
        assert sum(at_once(app, *[lambda: remind_and_sleep(NOW)] * 3)) == 1
        assert [is_asleep(first), is_asleep(second)].count(True) == 1

    def test_of_two_administrators_put_to_sleep_at_once_one_stays_awake(self, app, unused, system):
        first = unused("a.administrator")
        second = people.add_person(system, **NEW, role=Role.ADMINISTRATOR).membership.user_id
        change(User, second, password_hash="chosen", created_at=LONG_AGO)
        db.session.rollback()
        done = at_once(app, *[lambda who=who: sleeping.put_to_sleep(who, NOW) for who in (first, second)])
        assert sorted(done) == [False, True]

    def test_signing_in_is_written_down(self, world):
        board = world.person("a.board")
        change(User, board.user_id, last_signed_in_at=None)
        sign_in.check_password(Viewer.nobody(NOW), board.email, PASSWORD, "192.0.2.7")
        assert stored(User, board.user_id).last_signed_in_at == NOW

    def test_a_password_alone_is_no_sign_in_where_a_code_is_asked_for(self, world):
        chair = world.person("a.chair")
        change(User, chair.user_id, last_signed_in_at=None)
        sign_in.check_password(Viewer.nobody(NOW), chair.email, PASSWORD, "192.0.2.7")
        assert stored(User, chair.user_id).last_signed_in_at is None

    def test_somebody_asleep_is_told_so_only_with_the_right_password(self, world, unused):
        user_id, board = unused("a.board"), world.person("a.board")
        remind_and_sleep(NOW)
        with pytest.raises(sign_in.passwords.WrongPassword, match="is not right"):
            sign_in.check_password(Viewer.nobody(NOW), board.email, "wrong", "192.0.2.7")
        with pytest.raises(sign_in.Asleep, match="to wake it"):
            sign_in.check_password(Viewer.nobody(NOW), board.email, PASSWORD, "192.0.2.7")
        assert trail("person.refused_asleep", user_id) == 1

    def test_a_new_link_from_whoever_looks_after_them_wakes_them(self, world, unused, lead):
        user_id = unused("a.gp.practitioner")
        remind_and_sleep(NOW)
        with changing(lead) as changed:
            token = joining.make_link(changed, user_id, JoiningPurpose.NEW_PASSWORD)
        assert works(token)
        joining.use_link(Viewer.nobody(NOW), token, "Sam Patel", "walnut harbour 93 cello")
        assert not is_asleep(user_id)
        assert remind_and_sleep(NOW) == 0


class TestWaking:
    """Whoever looks after the person wakes the account."""

    def test_a_lead_wakes_it_and_the_days_are_counted_anew(self, unused, of, lead):
        gp = unused("a.gp.practitioner")
        remind_and_sleep(NOW)
        assert sleeping.wake(lead, of("a.gp.practitioner"))
        assert not is_asleep(gp)
        assert trail("person.woken", gp) == 1
        assert remind_and_sleep(NOW + timedelta(days=19)) == 0
        with writing() as session:
            session.execute(delete(PeopleConfirmation))
        change(User, gp, woken_at=NOW - timedelta(days=71))
        assert not is_asleep(gp)
        remind_and_sleep(NOW + timedelta(days=19))
        assert is_asleep(gp)

    def test_an_account_that_is_awake_is_left_as_it_is(self, lead, of, world):
        assert not sleeping.wake(lead, of("a.gp.practitioner"))
        assert trail("person.woken", world.person("a.gp.practitioner").user_id) == 0

    @pytest.mark.parametrize(
        ("key", "whose", "refusal"),
        [
            ("a.gp.lead", "a.gp.lead", NotPermitted),
            ("a.gp.lead", "a.gp.former", NotPermitted),
            ("a.gp.lead", "a.school.practitioner", NotVisible),
            ("a.gp.lead", "a.chair", NotVisible),
            ("a.gp.lead", "b.gp.practitioner", NotVisible),
            ("a.administrator", "b.chair", NotVisible),
            ("a.gp.practitioner", "a.gp.practitioner", NotVisible),
        ],
    )
    def test_nobody_else_does(self, viewer, of, world, key, whose, refusal):
        change(User, world.person(whose).user_id, asleep_at=NOW)
        with pytest.raises(refusal):
            sleeping.wake(viewer(key), of(whose))
        assert is_asleep(world.person(whose).user_id)

    def test_a_new_role_wakes_the_person(self, viewer, world, system):
        chair = world.person("a.chair")
        change(User, chair.user_id, asleep_at=NOW)
        people.add_person(system, email=chair.email, name=chair.name, role=Role.BOARD_MEMBER)
        assert not is_asleep(chair.user_id)
