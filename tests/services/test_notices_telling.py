"""Telling people: once each, nobody of elsewhere, and a stand-in for whoever is away."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.domain.message_vocabulary import MailPlace, NoticeKind
from portal.models.closures import ClosurePeriod
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services.changes import changing
from portal.services.notices.telling import Telling, tell, tell_all
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change as set_columns
from tests.services.told_steps import away, notices, told
from tests.world import TODAY

WORD = Telling(NoticeKind.INVITATION, "invitation", 7, what="Review conference, Thursday 3 December")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def quiet(database):
    """Nobody was told anything yet."""
    tell_nobody_anything()


@pytest.fixture
def tell_them(world):
    """Tell people of A by name, as the system or as somebody; says how many were told."""

    def tell_people(viewer, *names, telling=WORD):
        with changing(viewer) as change:
            change.log("tests.told", "partnership", None)
            people = [world.person(f"a.{name}").hat.membership_id for name in names]
            return tell(change, world.partnerships["a"], people, telling)

    return tell_people


def test_each_is_told_once(world, system, tell_them):
    assert tell_them(system, "gp.lead", "gp.practitioner") == 2
    assert tell_them(system, "gp.lead", "school.lead") == 1
    assert told(world) == {"a.gp.lead", "a.gp.practitioner", "a.school.lead"}
    assert len(notices()) == 3


def test_another_place_or_another_time_is_told_again(system, tell_them):
    tell_them(system, "gp.lead")
    assert tell_them(system, "gp.lead", telling=Telling(NoticeKind.INVITATION, "invitation", 7, place=3)) == 1
    again = Telling(NoticeKind.INVITATION, "invitation", 7, place=3, again="2026-06-12")
    assert tell_them(system, "gp.lead", telling=again) == 1
    assert tell_them(system, "gp.lead", telling=again) == 0


def test_nobody_who_has_left_or_works_elsewhere_is_told(world, system):
    people = [world.person(key).hat.membership_id for key in ("a.gp.former", "a.gp.deactivated", "b.gp.lead")]
    with changing(system) as change:
        change.log("tests.told", "partnership", None)
        assert tell(change, world.partnerships["a"], people, WORD) == 0
        assert tell(change, world.partnerships["a"], [], WORD) == 0


def test_whoever_caused_it_knows(world, lead, tell_them):
    assert tell_them(lead, "gp.lead", "gp.practitioner") == 1
    assert told(world) == {"a.gp.practitioner"}


def test_many_things_take_no_more_statements_than_one(world, system, count_queries):
    people = [world.person(f"a.{name}").hat.membership_id for name in ("gp.lead", "school.lead", "gp.practitioner")]

    def statements(numbers):
        with changing(system) as change, count_queries() as found:
            change.log("tests.told", "partnership", None)
            letters = [(people, Telling(NoticeKind.INVITATION, "invitation", number)) for number in numbers]
            assert tell_all(change, world.partnerships["a"], letters) == 3 * len(numbers)
        return len(found)

    assert statements(range(1)) == statements(range(1, 60))


class TestAway:
    """Planned absences, and an agency's closure."""

    def test_the_deputy_is_told_and_the_notice_of_whoever_is_away_stays_in_their_inbox(self, world, system, tell_them):
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), TODAY, TOMORROW)
        assert tell_them(system, "gp.lead") == 2
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.practitioner"}
        assert told(world, mail_place=MailPlace.INBOX_ONLY) == {"a.gp.lead"}

    def test_a_deputy_who_is_told_anyway_is_told_once_and_by_mail(self, world, system, tell_them):
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), TODAY, TODAY)
        assert tell_them(system, "gp.lead", "gp.practitioner") == 2
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.practitioner"}

    def test_before_and_after_the_absence_nothing_changes(self, world, system, tell_them):
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), TOMORROW, TOMORROW)
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), date(2026, 6, 1), date(2026, 6, 9))
        assert tell_them(system, "gp.lead") == 1
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.lead"}

    def test_two_who_stand_in_for_each_other_are_both_told(self, world, system, tell_them):
        one, other = world.person("a.gp.lead"), world.person("a.gp.practitioner")
        away(one, other, TODAY, TODAY)
        away(other, one, TODAY, TODAY)
        tell_them(system, "gp.lead", "gp.practitioner")
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.lead", "a.gp.practitioner"}

    def test_where_the_deputy_has_left_the_person_is_told(self, world, system, tell_them):
        deputy = world.person("a.gp.practitioner")
        away(world.person("a.gp.lead"), deputy, TODAY, TODAY)
        set_columns(Membership, deputy.hat.membership_id, ended_at=world.now)
        tell_them(system, "gp.lead")
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.lead"}

    def test_a_deputy_who_caused_it_is_not_told(self, world, lead, tell_them):
        away(world.person("a.gp.practitioner"), world.person("a.gp.lead"), TODAY, TODAY)
        assert tell_them(lead, "gp.practitioner") == 1
        assert told(world, mail_place=MailPlace.INBOX_ONLY) == {"a.gp.practitioner"}

    @pytest.mark.parametrize("kind", [NoticeKind.PASSWORD_CHANGED, NoticeKind.AUDIT_TO_SIGN])
    def test_what_is_personal_is_nobody_elses(self, world, system, tell_them, kind):
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), TODAY, TODAY)
        tell_them(system, "gp.lead", telling=Telling(kind, "person", 1))
        assert told(world, mail_place=MailPlace.WAITING) == {"a.gp.lead"}
        assert len(notices()) == 1

    def test_in_a_closure_its_cover_is_told(self, world, system, tell_them):
        cover = world.person("a.school.practitioner").hat.membership_id
        days = {"begins_on": TODAY, "ends_on": TOMORROW, "cover_membership_id": cover}
        set_columns(ClosurePeriod, world.closures["a.school"], **days)
        tell_them(system, "school.lead", "gp.lead")
        assert told(world, mail_place=MailPlace.WAITING) == {"a.school.practitioner", "a.gp.lead"}
        assert told(world, mail_place=MailPlace.INBOX_ONLY) == {"a.school.lead"}


def test_a_notice_keeps_what_it_was_told_with(system, tell_them, world):
    tell_them(system, "gp.lead")
    [notice] = notices(Notice.subject == "invitation")
    assert (notice.kind, notice.subject_id, notice.what, notice.made_at) == (
        NoticeKind.INVITATION,
        7,
        WORD.what,
        world.now,
    )
    assert notice.user_id == world.person("a.gp.lead").user_id
