"""Opening a meeting: by whom, for whom, with whom; its reference, its due day, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import MeetingVariant, TriggerKind
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scheduling_vocabulary import MoveKind, MoveReason
from portal.domain.vocabulary import Expectation, ExpectationReason, MeetingFormat, MeetingStatus
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.moves import MeetingMove
from portal.models.rule_sets import MeetingType
from portal.services.cases import ChildFacts, case_with_children
from portal.services.scheduling.opening import InvitedAgency, NewFamily, open_meeting
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.services.scheduling_steps import MONDAY, asked, opening
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")


def told(kind: NoticeKind, subject: str, subject_id: int) -> set[int]:
    rows = select(Notice.membership_id).where(
        Notice.kind == kind, Notice.subject == subject, Notice.subject_id == subject_id
    )
    return set(db.session.scalars(rows))


def invitations(meeting_id: int) -> list[Invitation]:
    return list(
        db.session.scalars(select(Invitation).where(Invitation.meeting_id == meeting_id).order_by(Invitation.id))
    )


def refused(call) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as fault:
        call()
    return fault.value.errors


def test_a_coordinator_opens_a_conference_and_everybody_is_told(world, coordinator):
    number = open_meeting(coordinator, opening(world))
    meeting = stored(Meeting, number)
    assert (meeting.status, meeting.scheduled_on, meeting.due_on) == (
        MeetingStatus.SCHEDULED,
        MONDAY,
        date(2026, 6, 30),
    )
    assert (meeting.duration_minutes, meeting.calendar_sequence, meeting.version) == (90, 0, 1)
    found = invitations(number)
    assert [row.agency_id for row in found] == [world.agencies[f"a.{name}"] for name in ("social_care", "police", "gp")]
    assert {row.report_due_on for row in found} == {date(2026, 6, 10)}
    assert {row.meeting_on for row in found} == {MONDAY}
    lead = world.person("a.gp.lead").hat.membership_id
    assert lead in told(NoticeKind.INVITATION, "invitation", found[2].id)
    assert told(NoticeKind.CHAIRING, "meeting", number) == {meeting.chair_membership_id}
    assert trail("meeting.scheduled", number) == 1
    line = db.session.scalars(select(MeetingMove).where(MeetingMove.meeting_id == number)).one()
    assert (line.kind, line.number, line.from_on, line.to_on) == (MoveKind.OPENED, 0, None, MONDAY)


def test_references_count_up_and_pass_over_one_that_a_file_brought(world, coordinator, viewer):
    first = stored(Meeting, open_meeting(coordinator, opening(world))).reference
    letters, year, number = first.split("-")
    assert (year, number) == ("2026", "00001")
    change(Meeting, world.meeting("a.initial").id, reference=f"{letters}-2026-00002")
    second = open_meeting(coordinator, opening(world, start_time=time(14)))
    assert stored(Meeting, second).reference == f"{letters}-2026-00003"
    # Each year and each partnership counts for itself.
    there = opening(
        world,
        family=world.cases["b.3"],
        chair_membership_id=None,
        agencies=asked(world, "gp", letter="b"),
    )
    assert stored(Meeting, open_meeting(viewer("b.coordinator"), there)).reference.endswith("-2026-00001")
    next_year = viewer("a.coordinator", now=NOW.replace(year=2027, month=1, day=5))
    later = opening(world, scheduled_on=date(2027, 1, 6), late_reason=MoveReason.ASKED_FOR_LATE)
    assert stored(Meeting, open_meeting(next_year, later)).reference == f"{letters}-2027-00001"


def test_two_who_open_meetings_at_once_get_two_references(app, world, coordinator):
    one, other = opening(world), opening(world, family=world.cases["a.1"], scheduled_on=date(2026, 6, 18))
    db.session.rollback()
    results = at_once(app, lambda: open_meeting(coordinator, one), lambda: open_meeting(coordinator, other))
    assert all(isinstance(result, int) for result in results), results
    assert len({stored(Meeting, number).reference for number in results}) == 2


def test_a_button_that_is_pressed_twice_opens_one_meeting(app, world, coordinator):
    given = opening(world)
    db.session.rollback()
    results = at_once(app, lambda: open_meeting(coordinator, given), lambda: open_meeting(coordinator, given))
    assert sorted(type(result).__name__ for result in results) == ["Invalid", "int"]


@pytest.mark.parametrize("key", ["a.gp.lead", "a.manager", "a.business_manager", "a.chair"])
def test_nobody_else_opens_one(world, viewer, key):
    with pytest.raises(NotPermitted):
        open_meeting(viewer(key), opening(world))


def test_a_chair_opens_the_one_that_goes_on_from_their_own(world, chair, viewer):
    place = world.meeting("a.initial")
    given = opening(world, family=place.case_id, follows_id=place.id, scheduled_on=date(2026, 6, 12))
    number = open_meeting(chair, given)
    assert stored(Meeting, number).follows_id == place.id
    with pytest.raises(NotVisible):
        open_meeting(viewer("a.second_chair"), given)
    other = world.meeting("a.review")
    with pytest.raises(Invalid):
        open_meeting(viewer("a.second_chair"), replace(given, follows_id=other.id))


@pytest.mark.parametrize("what", ["family", "chair", "agency", "follows"])
def test_nothing_of_another_partnership_is_taken(world, coordinator, what):
    other = {
        "family": {"family": world.cases["b.3"]},
        "chair": {"chair_membership_id": world.person("b.chair").hat.membership_id},
        "agency": {"agencies": asked(world, "gp", letter="b")},
        "follows": {"follows_id": world.meeting("b.initial").id},
    }[what]
    with pytest.raises((Invalid, NotVisible)):
        open_meeting(coordinator, opening(world, **other))


class TestFamilies:
    """Families that are known, and new ones."""

    def test_a_new_family_is_opened_with_its_children(self, world, coordinator):
        children = (
            ChildFacts("Robin", "Ashdown", date(2019, 3, 4)),
            ChildFacts("Wren", "Ashdown", date(2026, 9, 1)),
        )
        number = open_meeting(coordinator, opening(world, family=NewFamily("FRESH-1", children)))
        case = case_with_children(coordinator, stored(Meeting, number).case_id)
        assert case.reference == "FRESH-1"
        assert [(child.given_name, child.born) for child in case.children] == [
            ("Robin", date(2019, 3, 4)),
            ("Wren", date(2026, 9, 1)),
        ]
        assert trail("case.opened", case.id) == 1

    def test_a_reference_that_is_known_opens_nothing(self, world, coordinator):
        reference = stored(Meeting, world.meeting("a.initial").id)
        case = case_with_children(coordinator, reference.case_id)
        errors = refused(lambda: open_meeting(coordinator, opening(world, family=NewFamily(case.reference))))
        assert errors == {"reference": ["There is a case with this reference already"]}

    def test_what_is_wrong_with_a_child_is_said_by_its_number_and_nothing_is_kept(self, world, coordinator):
        before = db.session.query(Child).count()
        family = NewFamily("FRESH-2", (ChildFacts("Robin", "Ashdown"), ChildFacts("Wren", "", nhs_number="12")))
        errors = refused(lambda: open_meeting(coordinator, opening(world, family=family)))
        assert set(errors) == {"children-1-surname", "children-1-nhs_number"}
        db.session.rollback()
        assert db.session.query(Child).count() == before


class TestFaults:
    """What is refused, and where it is said."""

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"kind": "nonsense"}, "kind"),
            ({"kind": "core_group", "variant": MeetingVariant.PRE_BIRTH}, "variant"),
            ({"scheduled_on": date(2026, 6, 9)}, "scheduled_on"),
            ({"scheduled_on": date(2026, 6, 10), "start_time": time(10, 59)}, "start_time"),
            ({"trigger_on": date(2026, 6, 11)}, "trigger_on"),
            ({"section_47_on": date(2026, 6, 11)}, "section_47_on"),
            ({"trigger_on": None, "trigger_time": time(9)}, "trigger_on"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"place": "x" * 501}, "place"),
            ({"note": "x" * 2001}, "note"),
            ({"scheduled_on": date(2026, 7, 1)}, "late_reason"),
            ({"late_reason": MoveReason.NOT_NEEDED}, "late_reason"),
            ({"scheduled_on": date(2026, 7, 1), "late_reason": MoveReason.ANOTHER_REASON}, "note"),
        ],
    )
    def test_it_is_said_at_its_field(self, world, coordinator, changed, field):
        assert list(refused(lambda: open_meeting(coordinator, opening(world, **changed)))) == [field]

    def test_an_agency_is_asked_once_and_for_a_reason_that_fits(self, world, coordinator):
        twice = asked(world, "gp", "gp")
        assert "agencies" in refused(lambda: open_meeting(coordinator, opening(world, agencies=twice)))
        odd = (InvitedAgency(world.agencies["a.gp"], Expectation.EXPECTED, ExpectationReason.NOT_INVOLVED),)
        assert "agencies" in refused(lambda: open_meeting(coordinator, opening(world, agencies=odd)))
        foreign_team = (replace(asked(world, "gp")[0], team_id=world.teams["a.east"]),)
        assert "agencies" in refused(lambda: open_meeting(coordinator, opening(world, agencies=foreign_team)))

    def test_a_kind_that_is_retired_is_not_opened(self, world, coordinator):
        with writing() as session:
            kind = world.meeting_types["a.initial_conference"]
            session.execute(update(MeetingType).where(MeetingType.id == kind).values(retired_at=NOW))
        assert list(refused(lambda: open_meeting(coordinator, opening(world)))) == ["kind"]

    def test_a_day_after_the_due_day_takes_a_reason_and_keeps_it(self, world, coordinator):
        late = opening(world, scheduled_on=date(2026, 7, 1), late_reason=MoveReason.CHAIR_CANNOT_COME, note="On leave.")
        number = open_meeting(coordinator, late)
        line = db.session.scalars(select(MeetingMove).where(MeetingMove.meeting_id == number)).one()
        assert (line.late_reason, line.note) == (MoveReason.CHAIR_CANNOT_COME, "On leave.")

    def test_only_a_strategy_discussion_is_written_down_afterwards(self, world, coordinator):
        """What could not wait was discussed by telephone at once."""
        held = {"scheduled_on": TODAY - timedelta(days=1), "start_time": time(18, 30), "link": ""}
        asked_for = {"trigger_kind": TriggerKind.REFERRAL, "trigger_on": TODAY - timedelta(days=1)}
        with pytest.raises(Invalid) as fault:
            open_meeting(coordinator, opening(world, **held, **asked_for))
        assert fault.value.errors == {"scheduled_on": ["The day must be today or later"]}
        telephone = opening(
            world, kind="strategy_meeting", format=MeetingFormat.TELEPHONE, **held, **asked_for, late_reason=None
        )
        number = open_meeting(coordinator, telephone)
        assert stored(Meeting, number).scheduled_on == TODAY - timedelta(days=1)
        assert [told(NoticeKind.INVITATION, "invitation", one.id) for one in invitations(number)] == [set()] * 3

    def test_hours_decide_where_both_times_are_known(self, world, coordinator):
        by_hours = opening(
            world,
            kind="strategy_meeting",
            trigger_on=date(2026, 6, 9),
            trigger_time=time(9),
            scheduled_on=date(2026, 6, 12),
            start_time=time(9, 1),
        )
        assert list(refused(lambda: open_meeting(coordinator, by_hours))) == ["late_reason"]
        assert open_meeting(coordinator, replace(by_hours, start_time=time(9)))
