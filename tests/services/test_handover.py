"""Handing over: all open work of one person on one page, in one transaction, to whoever can take it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.absences import WorkKind
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import MeetingStatus, Role
from portal.models.actions import Action
from portal.models.activity import Activity
from portal.models.audits import AuditReturn, SectionGiven
from portal.models.escalations import Escalation
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.people import Membership, User
from portal.services import handover, people
from portal.services.absences import planning
from portal.services.absences.listing import AbsenceDetails
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.people_steps import NEW
from tests.services.racing import at_once
from tests.services.rows import change, stored
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def of(world):
    """Somebody's membership."""
    return lambda key: world.person(key).hat.membership_id


@pytest.fixture
def colleague(lead) -> Membership:
    """A second practitioner of the surgery, who has joined."""
    added = people.add_person(lead, **NEW, role=Role.PRACTITIONER, agency_id=lead.agency_id).membership
    change(User, added.user_id, password_hash="chosen")
    return added


def numbers(page: handover.HandOver) -> dict[str, int]:
    return {one.kind.value: one.number for one in page.work}


def takers(page: handover.HandOver, kind: WorkKind) -> set[str]:
    return {taker.name for one in page.work if one.kind is kind for taker in one.takers}


def sections_of(membership_id: int) -> set[tuple[int, int]]:
    db.session.rollback()
    rows = select(SectionGiven.return_id, SectionGiven.standard_id).where(SectionGiven.membership_id == membership_id)
    return {tuple(row) for row in db.session.execute(rows)}


def logged() -> set[tuple[str, int]]:
    """What the trail says was handed over; twice the same would be seen as a longer list."""
    db.session.rollback()
    rows = db.session.execute(
        select(Activity.subject, Activity.subject_id).where(Activity.verb == "work.handed_over")
    ).all()
    assert len(set(rows)) == len(rows)
    return {tuple(row) for row in rows}


def told(membership_id: int) -> list[str]:
    db.session.rollback()
    rows = select(Notice.what).where(
        Notice.membership_id == membership_id,
        Notice.kind == NoticeKind.WORK_HANDED_OVER,
        Notice.subject == "membership",
    )
    return list(db.session.scalars(rows))


class TestTheList:
    """What is open, and who can take it."""

    def test_a_practitioners_sections_and_actions_are_counted(self, lead, of):
        page = handover.work_of(lead, of("a.gp.practitioner"))
        assert numbers(page) == {"sections": 1, "actions": 2}
        assert takers(page, WorkKind.SECTIONS) == takers(page, WorkKind.ACTIONS) == {"ZQ-A-GP-LEAD-QZ"}
        assert [one.words for one in page.work] == ["1 section of an audit", "2 actions"]

    def test_a_chairs_meetings_and_matters_are_counted(self, administrator, of, world):
        page = handover.work_of(administrator, of("a.chair"))
        # The initial conference of today, and the practice alert.
        assert numbers(page) == {"meetings": 1, "escalations": 1}
        assert takers(page, WorkKind.MEETINGS) == {"ZQ-A-SECOND-CHAIR-QZ"}
        assert takers(page, WorkKind.ESCALATIONS) == {"ZQ-A-SECOND-CHAIR-QZ", "ZQ-A-MANAGER-QZ"}
        assert {taker.name for taker in page.takers_of_all} == {"ZQ-A-SECOND-CHAIR-QZ"}
        change(Meeting, world.meeting("a.initial").id, scheduled_on=date(2026, 6, 9))
        assert numbers(handover.work_of(administrator, of("a.chair"))) == {"registers": 1, "escalations": 1}

    def test_what_is_done_is_not_open(self, lead, administrator, of, world):
        change(AuditReturn, world.returns["a.gp"].id, status=ReturnStatus.SUBMITTED)
        change(Meeting, world.meeting("a.initial").id, status=MeetingStatus.CANCELLED)
        assert numbers(handover.work_of(lead, of("a.gp.practitioner"))) == {"actions": 2}
        assert "meetings" not in numbers(handover.work_of(administrator, of("a.chair")))

    def test_who_hands_over_whose(self, lead, administrator, viewer, of):
        for viewer_, key in ((lead, "a.other_gp.practitioner"), (lead, "a.chair"), (lead, "b.gp.practitioner")):
            with pytest.raises(NotVisible):
                handover.work_of(viewer_, of(key))
            with pytest.raises(NotVisible):
                handover.hand_over(viewer_, of(key), {WorkKind.ACTIONS: of("a.gp.lead")})
        with pytest.raises(NotVisible):
            handover.work_of(viewer("a.gp.practitioner"), of("a.gp.lead"))
        for own, key in ((lead, "a.gp.lead"), (administrator, "a.administrator")):
            with pytest.raises(NotPermitted):
                handover.work_of(own, of(key))

    def test_it_takes_few_queries(self, administrator, of, count_queries):
        with count_queries() as statements:
            handover.work_of(administrator, of("a.chair"))
        assert len(statements) <= 4


class TestHandingOver:
    """The work goes over, and everybody concerned is told."""

    def test_all_of_it_at_once(self, lead, colleague, of, world):
        gp, action = of("a.gp.practitioner"), world.actions["a.gp"]
        sections, version = sections_of(gp), stored(Action, action).version
        wanted = {WorkKind.SECTIONS: colleague.id, WorkKind.ACTIONS: colleague.id}
        assert handover.hand_over(lead, gp, wanted) == 3
        assert sections_of(gp) == set()
        assert sections_of(colleague.id) == sections != set()
        row = stored(Action, action)
        assert (row.owner_membership_id, row.owner_name, row.version) == (colleague.id, NEW["name"], version + 1)
        assert numbers(handover.work_of(lead, gp)) == {}
        of_meeting = world.actions["a.strategy_gp"]
        assert stored(Action, of_meeting).owner_membership_id == colleague.id
        assert logged() == {("action", action), ("action", of_meeting), ("audit_return", world.returns["a.gp"].id)}
        assert told(colleague.id) == ["1 section of an audit, 2 actions, from ZQ-A-GP-PRACTITIONER-QZ"]
        assert told(gp) == ["Yours went to a colleague: 1 section of an audit, 2 actions"]

    def test_a_section_that_a_lead_takes_is_simply_theirs_again(self, lead, of):
        gp = of("a.gp.practitioner")
        assert handover.hand_over(lead, gp, {WorkKind.SECTIONS: of("a.gp.lead")}) == 1
        assert sections_of(gp) == sections_of(of("a.gp.lead")) == set()
        # The lead did it themselves, and is not told of it.
        assert told(of("a.gp.lead")) == []

    def test_a_section_that_the_taker_has_already_is_theirs_once(self, lead, colleague, of, world):
        gp, place = of("a.gp.practitioner"), world.returns["a.gp"]
        with writing() as session:
            session.add(
                SectionGiven(
                    partnership_id=world.partnerships["a"],
                    return_id=place.id,
                    standard_id=place.standards["1"],
                    membership_id=colleague.id,
                )
            )
        assert handover.hand_over(lead, gp, {WorkKind.SECTIONS: colleague.id}) == 1
        assert sections_of(colleague.id) == {(place.id, place.standards["1"])}

    def test_a_chairs_meetings_and_matters_go_to_whom_each_is_given(self, administrator, of, world):
        meeting, alert = world.meeting("a.initial").id, world.escalations["a.alert"]
        before = stored(Meeting, meeting).version
        wanted = {WorkKind.MEETINGS: of("a.second_chair"), WorkKind.ESCALATIONS: of("a.manager")}
        assert handover.hand_over(administrator, of("a.chair"), wanted) == 2
        row = stored(Meeting, meeting)
        assert (row.chair_membership_id, row.version) == (of("a.second_chair"), before + 1)
        assert stored(Escalation, alert).raised_by_membership_id == of("a.manager")
        assert stored(Meeting, world.meeting("b.initial").id).chair_membership_id == of("b.chair")
        assert told(of("a.manager")) == ["1 escalation that they raised, from ZQ-A-CHAIR-QZ"]

    def test_what_was_over_already_stays_with_whoever_did_it(self, administrator, of, world):
        strategy = world.meeting("a.strategy").id
        handover.hand_over(administrator, of("a.chair"), {WorkKind.MEETINGS: of("a.second_chair")})
        assert stored(Meeting, strategy).chair_membership_id == of("a.chair")

    @pytest.mark.parametrize(
        ("whose", "kind", "taker"),
        [
            ("a.chair", WorkKind.MEETINGS, "a.manager"),
            ("a.chair", WorkKind.MEETINGS, "b.chair"),
            ("a.chair", WorkKind.ESCALATIONS, "a.gp.lead"),
            ("a.gp.practitioner", WorkKind.ACTIONS, "a.other_gp.lead"),
            ("a.gp.practitioner", WorkKind.SECTIONS, "b.gp.lead"),
            ("a.gp.practitioner", WorkKind.ACTIONS, "a.gp.former"),
            ("a.school.practitioner", WorkKind.ESCALATIONS, "a.school.governor"),
        ],
    )
    def test_nobody_takes_what_their_role_does_not_do(self, administrator, of, whose, kind, taker):
        before = numbers(handover.work_of(administrator, of(whose)))
        with pytest.raises(Invalid) as refused:
            handover.hand_over(administrator, of(whose), {kind: of(taker)})
        assert refused.value.errors == {kind.value: ["Choose one of the people shown"]}
        assert numbers(handover.work_of(administrator, of(whose))) == before

    def test_two_who_hand_over_at_once_move_it_once(self, app, administrator, of, world):
        chair, wanted = of("a.chair"), {WorkKind.MEETINGS: of("a.second_chair")}
        db.session.rollback()
        results = at_once(app, *[lambda: handover.hand_over(administrator, chair, wanted)] * 2)
        assert sorted(map(str, results)) in (["0", "1"], ["1", "There was nothing left to hand over."])
        assert logged() == {("meeting", world.meeting("a.initial").id)}

    def test_the_work_of_somebody_who_has_left_stands_on_home_until_it_is_handed_over(self, lead, of):
        people.end_membership(lead, of("a.gp.practitioner"))
        (task,) = (task for task in home(lead).tasks if task.kind is TaskKind.LEAVERS_WORK)
        assert (task.subject, task.subject_id) == ("ZQ-A-GP-PRACTITIONER-QZ", of("a.gp.practitioner"))
        page = handover.work_of(lead, of("a.gp.practitioner"))
        assert page.has_ended
        handover.hand_over(lead, page.membership_id, {one.kind: of("a.gp.lead") for one in page.work})
        assert [task for task in home(lead).tasks if task.kind is TaskKind.LEAVERS_WORK] == []


class TestDaysAway:
    """What falls into an absence, by the person themselves too."""

    def absence(self, viewer, key, of, deputy, first=TODAY, last=date(2026, 6, 30)) -> int:
        return planning.plan_absence(viewer(key), of(key), AbsenceDetails(first, last, of(deputy)))

    def test_a_chair_hands_the_meetings_of_those_days_over(self, viewer, of, world):
        chair = viewer("a.second_chair")
        number = self.absence(viewer, "a.second_chair", of, "a.chair", date(2026, 6, 22), date(2026, 6, 26))
        assert numbers(handover.work_in_absence(chair, number)) == {"meetings": 1, "escalations": 1}
        assert handover.hand_over_absence(chair, number, {WorkKind.MEETINGS: of("a.chair")}) == 1
        assert stored(Meeting, world.meeting("a.review").id).chair_membership_id == of("a.chair")

    def test_a_meeting_before_or_after_is_left(self, viewer, of):
        chair = viewer("a.second_chair")
        for first, last in ((date(2026, 6, 15), date(2026, 6, 23)), (date(2026, 6, 25), date(2026, 7, 3))):
            number = self.absence(viewer, "a.second_chair", of, "a.chair", first, last)
            assert "meetings" not in numbers(handover.work_in_absence(chair, number))
            planning.remove_absence(chair, number)

    def test_nobody_gives_their_own_section_away_but_the_lead_does(self, viewer, of, world):
        change(AuditReturn, world.returns["a.gp"].id, due_on=date(2026, 6, 20))
        change(Action, world.actions["a.gp"], due_on=date(2026, 6, 20))
        number = self.absence(viewer, "a.gp.practitioner", of, "a.gp.lead")
        gp, lead = viewer("a.gp.practitioner"), viewer("a.gp.lead")
        assert numbers(handover.work_in_absence(gp, number)) == {"actions": 1}
        assert handover.hand_over_absence(gp, number, {WorkKind.SECTIONS: of("a.gp.lead")}) == 0
        assert len(sections_of(of("a.gp.practitioner"))) == 1
        assert numbers(handover.work_in_absence(lead, number)) == {"sections": 1, "actions": 1}

    def test_the_deputy_does_not_help_themselves(self, viewer, of):
        number = self.absence(viewer, "a.second_chair", of, "a.chair", date(2026, 6, 22), date(2026, 6, 26))
        with pytest.raises(NotPermitted):
            handover.hand_over_absence(viewer("a.chair"), number, {WorkKind.MEETINGS: of("a.chair")})
        with pytest.raises(NotVisible):
            handover.work_in_absence(viewer("a.coordinator"), number)
