"""Naming people on a meeting: at its opening, later, by import, on handing over; and who is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import meetings as meetings_access
from portal.database.session import db
from portal.domain.absences import WorkKind
from portal.domain.contest_vocabulary import ContestReason
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailPlace
from portal.domain.vocabulary import Expectation
from portal.models.meetings import Meeting
from portal.models.named_people import MeetingCase, NamedPerson
from portal.services import handover
from portal.services.changes import changing
from portal.services.contests.raising import raise_contest
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expected
from portal.services.named_people.families import add_family, families_of, remove_family
from portal.services.named_people.listing import known_meeting, known_meetings, people_of_meeting
from portal.services.named_people.naming import end_naming, name_oneself, name_person
from portal.services.notices.meetings import tell_invited, tell_moved
from portal.services.notices.named_only import CALLED, named_for
from portal.services.notices.reminders import remind_in
from portal.services.reports.desk import open_desk
from portal.services.scheduling.opening import open_meeting
from portal.services.timelines.reading import timeline
from tests.areas import Area, meeting
from tests.areas import chair as area_chair
from tests.closed_meetings import NAMED, ClosedMeeting
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change
from tests.services.scheduling_steps import opening
from tests.services.told_steps import away, notices, told
from tests.world import TODAY

KNOWN = "ZQ-A-CASE-2-QZ"


@pytest.fixture
def closed(world) -> ClosedMeeting:
    """A's."""
    return ClosedMeeting.write(world, "a")


@pytest.fixture
def of(world):
    """Somebody's membership."""
    return lambda key: world.person(key).hat.membership_id


def named(world, meeting_id: int) -> set[str]:
    """Who is named now, by name."""
    keys = {hat.membership_id: key for key, person in world.people.items() for hat in person.hats}
    db.session.rollback()
    rows = select(NamedPerson.membership_id).where(NamedPerson.meeting_id == meeting_id, NamedPerson.ended_at.is_(None))
    return {keys.get(number, str(number)) for number in db.session.scalars(rows)}


class TestOpening:
    def test_its_chair_and_whoever_opens_it_are_named_at_once_and_nobody_else_is_told(self, world, coordinator, viewer):
        tell_nobody_anything()
        opened = open_meeting(coordinator, opening(world, kind="complex_strategy"))
        assert named(world, opened) == {"a.chair", "a.coordinator"}
        assert told(world) == {"a.chair"}
        assert db.session.scalar(meetings_access.visible_to(viewer("a.gp.lead")).where(Meeting.id == opened)) is None

    def test_one_that_goes_on_from_another_is_for_the_same_people(self, world, coordinator, viewer, of):
        first = open_meeting(coordinator, opening(world, kind="complex_strategy"))
        name_person(coordinator, first, of("a.gp.lead"))
        later = opening(world, kind="complex_strategy", follows_id=first, scheduled_on=TODAY + timedelta(days=12))
        assert named(world, open_meeting(coordinator, later)) == {"a.chair", "a.coordinator", "a.gp.lead"}

    def test_an_ordinary_meeting_names_nobody(self, world, coordinator):
        assert named(world, open_meeting(coordinator, opening(world))) == set()

    def test_an_import_closes_a_meeting_whose_kind_is_closed_and_names_its_chair(self, area: Area):
        membership = area_chair(area, "chair@example.org")
        row = meeting("M", "complex_strategy", "2026-05-05", chair_email="chair@example.org")
        area.meetings(row)
        stored = area.stored("M")
        assert stored.named_people_only
        people = select(NamedPerson.membership_id).where(NamedPerson.meeting_id == stored.id)
        assert set(db.session.scalars(people)) == {membership}
        second = area_chair(area, "second@example.org")
        area.meetings(row | {"chair_email": "second@example.org"})
        assert set(db.session.scalars(people)) == {membership, second}
        area.meetings(meeting("OPEN", "strategy_meeting", "2026-05-05"))
        assert not area.stored("OPEN").named_people_only


class TestNaming:
    def test_naming_again_changes_nothing_and_whoever_was_taken_off_may_be_named_again(
        self, world, closed, coordinator, of
    ):
        name_person(coordinator, closed.id, of("a.police.lead"))
        name_person(coordinator, closed.id, of("a.police.lead"))
        assert named(world, closed.id) == {*(f"a.{name}" for name in NAMED), "a.police.lead"}
        (row,) = (
            one for one in people_of_meeting(coordinator, closed.id).current if one.membership_id == of("a.police.lead")
        )
        end_naming(coordinator, closed.id, row.id)
        end_naming(coordinator, closed.id, row.id)
        assert "a.police.lead" not in named(world, closed.id)
        name_person(coordinator, closed.id, of("a.police.lead"))
        found = people_of_meeting(coordinator, closed.id)
        assert [one.membership_id for one in found.former] == [of("a.police.lead")]

    def test_chair_and_last_coordinator_stay(self, closed, coordinator, of, world):
        rows = {one.membership_id: one.id for one in people_of_meeting(coordinator, closed.id).current}
        with pytest.raises(Invalid):
            end_naming(coordinator, closed.id, rows[of("a.chair")])
        change(Meeting, closed.id, chair_membership_id=None)
        with pytest.raises(Invalid):
            end_naming(coordinator, closed.id, rows[of("a.coordinator")])

    @pytest.mark.parametrize("name", ["a.manager", "a.second_chair", "a.police.lead", "b.coordinator"])
    def test_whoever_is_not_named_names_nobody(self, closed, viewer, of, name):
        for act in (
            lambda who: name_person(who, closed.id, of("a.police.lead")),
            lambda who: end_naming(who, closed.id, 1),
            lambda who: people_of_meeting(who, closed.id),
            lambda who: add_family(who, closed.id, "X"),
        ):
            with pytest.raises(NotVisible):
                act(viewer(name))

    def test_an_agencys_named_person_names_nobody(self, closed, lead, of):
        with pytest.raises(NotPermitted):
            name_person(lead, closed.id, of("a.police.lead"))

    def test_a_manager_knows_that_it_is_there_and_names_themselves_with_a_reason(self, closed, viewer):
        manager = viewer("a.manager")
        assert [one.reference for one in known_meetings(manager).rows] == [closed.text("MEETING")]
        with pytest.raises(Invalid):
            name_oneself(manager, closed.id, "  ")
        name_oneself(manager, closed.id, "A complaint")
        assert known_meeting(manager, closed.id).is_named
        (row,) = (one for one in people_of_meeting(manager, closed.id).current if one.reason)
        assert (row.reason, row.name) == ("A complaint", manager.name)
        verbs = db.session.connection().exec_driver_sql(
            f"SELECT verb FROM activity WHERE subject = 'meeting' AND subject_id = {closed.id}"
        )
        assert {row[0] for row in verbs} >= {"meeting.named_oneself", "meeting.person_named"}

    @pytest.mark.parametrize("name", ["a.business_manager", "a.coordinator", "b.manager", "a.chair"])
    def test_nobody_else_names_themselves(self, closed, viewer, name):
        assert known_meetings(viewer(name)).total == 0
        with pytest.raises(NotVisible):
            name_oneself(viewer(name), closed.id, "Curiosity")

    def test_whoever_takes_the_meeting_over_as_chair_is_named(self, world, closed, administrator, of):
        taken = handover.hand_over(administrator, of("a.chair"), {WorkKind.MEETINGS: of("a.second_chair")})
        assert taken >= 1
        assert "a.second_chair" in named(world, closed.id)


class TestTelling:
    @pytest.fixture(autouse=True)
    def quiet(self, closed):
        """Nobody was told anything yet."""
        tell_nobody_anything()

    def tell(self, viewer, closed, told_of) -> None:
        with changing(viewer) as act:
            act.log("meeting.changed", "meeting", closed.id)
            told_of(act)

    def test_an_invitation_is_told_to_the_named_alone(self, world, closed, system):
        partnership = world.partnerships["a"]
        self.tell(system, closed, lambda act: tell_invited(act, partnership, closed.invitations.values()))
        assert told(world) == {"a.gp.lead"}

    def test_also_to_a_named_person_of_another_team(self, world, closed, coordinator, of, system):
        name_person(coordinator, closed.id, of("a.social_care.east"))
        partnership = world.partnerships["a"]
        self.tell(system, closed, lambda act: tell_invited(act, partnership, closed.invitations.values()))
        assert told(world) == {"a.gp.lead", "a.social_care.east"}

    def test_that_it_moved_is_told_to_the_named_alone(self, world, closed, system):
        before = {closed.id: db.session.get(Meeting, closed.id).scheduled_on}
        self.tell(system, closed, lambda act: tell_moved(act, world.partnerships["a"], before))
        assert told(world) == {"a.gp.lead"}

    def test_nobody_stands_in_for_somebody_who_is_named(self, world, closed, system):
        away(world.person("a.gp.lead"), world.person("a.gp.practitioner"), TODAY, TODAY + timedelta(days=5))
        partnership = world.partnerships["a"]
        self.tell(system, closed, lambda act: tell_invited(act, partnership, closed.invitations.values()))
        assert told(world) == {"a.gp.lead"}

    def test_what_is_contested_is_told_to_the_named_alone(self, world, viewer, closed, of):
        number = raise_contest(
            viewer("a.gp.lead"),
            closed.id,
            Expectation.OPTIONAL,
            ContestReason.ANOTHER_AGENCY,
            "We do not know her.",
            seen=seen_expected(own_invitation(viewer("a.gp.lead"), closed.id)),
        )
        told_of = named_for(db.session(), world.partnerships["a"], [("contest", number)])
        assert of("a.gp.lead") in told_of["contest", number]
        assert of("a.manager") not in told_of["contest", number]

    def test_reminders_go_to_the_named_alone(self, world, closed, system):
        remind_in(system)
        about = notices()
        mine = [
            one
            for one in about
            if (one.subject, one.subject_id) == ("meeting", closed.id)
            or (one.subject == "invitation" and one.subject_id in closed.invitations.values())
        ]
        keys = {hat.membership_id: key for key, person in world.people.items() for hat in person.hats}
        assert {keys[one.membership_id] for one in mine} == {"a.gp.lead"}

    def test_whoever_is_taken_off_finds_neither_kind_nor_day_in_their_inbox(
        self, world, closed, coordinator, of, system
    ):
        partnership = world.partnerships["a"]
        self.tell(system, closed, lambda act: tell_invited(act, partnership, closed.invitations.values()))
        (row,) = (
            one for one in people_of_meeting(coordinator, closed.id).current if one.membership_id == of("a.gp.lead")
        )
        assert CALLED not in {one.what for one in notices()}
        end_naming(coordinator, closed.id, row.id)
        assert {(one.what, one.mail_place, one.settled_at is None) for one in notices()} == {
            (CALLED, MailPlace.DROPPED, False)
        }


class TestFamilies:
    def test_it_stands_in_the_timeline_of_each_family(self, closed, lead):
        for case_id in closed.case_ids:
            found = timeline(lead, case_id)
            assert {one.meeting_id for one in found.page.rows} == {closed.id}
            assert found.reference == closed.text(f"CASE-{closed.case_ids.index(case_id) + 1}")

    def test_an_agency_writes_its_report_on_the_children_of_all_of_them(self, closed, lead):
        assert open_desk(lead, closed.id).children == (
            f"{closed.text('CHILD-1')} {closed.text('SURNAME-1')}",
            f"{closed.text('CHILD-2')} {closed.text('SURNAME-2')}",
        )

    def test_a_family_that_is_known_elsewhere_and_not_seen_is_not_taken(self, closed, coordinator, world):
        other = ClosedMeeting.write(world, "b")
        add_family(coordinator, closed.id, other.text("CASE-1"))
        # B's case of the same name is another one: it is opened here without names.
        found = families_of(coordinator, closed.id).families
        assert other.case_ids[0] not in {one.case_id for one in found}
        assert len(found) == 3

    def test_adding_and_removing(self, closed, coordinator, world):
        add_family(coordinator, closed.id, KNOWN)
        with pytest.raises(Invalid):
            add_family(coordinator, closed.id, KNOWN)
        remove_family(coordinator, closed.id, world.cases["a.2"])
        remove_family(coordinator, closed.id, world.cases["a.2"])
        # The first family is no further one, and stays.
        remove_family(coordinator, closed.id, closed.case_ids[0])
        assert [one.case_id for one in families_of(coordinator, closed.id).families] == list(closed.case_ids)
        assert db.session.scalar(select(MeetingCase.case_id).where(MeetingCase.meeting_id == closed.id))

    def test_an_ordinary_kind_is_about_one_family(self, coordinator, world):
        with pytest.raises(NotPermitted):
            add_family(coordinator, world.meeting("a.strategy").id, KNOWN)
