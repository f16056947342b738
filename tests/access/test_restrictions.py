"""A closed record is nowhere for those to whom it is closed: by query and row by row, for every role and hat."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import (
    actions,
    cases,
    contests,
    escalations,
    meetings,
    named_people,
    notices,
    plans,
    quotations,
    report_withdrawals,
    reports,
    restrictions,
    samples,
)
from portal.access.viewer import OpenedRecord
from portal.database.session import db
from portal.domain.restriction_vocabulary import Reach
from portal.models.actions import Action
from portal.models.cases import Case
from portal.models.escalations import Escalation
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.named_people import MeetingCase
from portal.models.plans import Plan
from portal.models.reports import Report
from portal.models.restrictions import CaseRestriction, EmergencyOpening
from portal.services import known_people
from tests.closed_records import break_glass, close, worn
from tests.world import NOW, TODAY

SHUT_OUT = ("a.gp.practitioner", "a.police.lead", "a.chair", "a.manager", "both")


@pytest.fixture
def viewers(world):
    """Everybody under each of their hats, as they are after the test has closed what it closes."""

    def look(now=NOW):
        return [
            (person, worn(person, hat, now)) for person in world.people.values() if person.active for hat in person.hats
        ]

    return look


@pytest.fixture
def closed(world):
    """The family of p.initial in A, to some of each kind; that of p.review to all but three."""
    first = close(world, "a.1", SHUT_OUT)
    second = close(
        world, "a.2", ("a.coordinator", "a.second_chair", "a.school.lead"), reach=Reach.ALL_OTHERS, by="coordinator"
    )
    return first, second


@pytest.fixture
def own():
    rows = list(db.session.scalars(select(Invitation)))

    def find(viewer, meeting):
        return next((row for row in rows if (row.meeting_id, row.agency_id) == (meeting.id, viewer.agency_id)), None)

    return find


def test_a_meeting_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids, own):
    rows = list(db.session.scalars(select(Meeting)))
    for person, viewer in viewers():
        may = {row.id for row in rows if meetings.may_view(viewer, row, own(viewer, row))}
        assert ids(meetings.visible_to(viewer)) == may, person.key


def test_an_invitation_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids):
    by_id = {row.id: row for row in db.session.scalars(select(Meeting))}
    invitations = list(db.session.scalars(select(Invitation)))
    for person, viewer in viewers():
        may = {row.id for row in invitations if meetings.may_view_invitation(viewer, row, by_id[row.meeting_id])}
        assert ids(meetings.invitations_visible_to(viewer)) == may, person.key


def test_whoever_is_shut_out_neither_answers_nor_says_who_came(world):
    place = world.meeting("a.initial")
    meeting = db.session.get_one(Meeting, place.id)
    own = db.session.get_one(Invitation, place.invitations["police"].id)

    def may() -> tuple[bool, bool]:
        now = NOW.combine(meeting.scheduled_on, NOW.timetz())
        viewer = worn(world.person("a.police.lead"), now=now)
        return meetings.may_answer(viewer, own, meeting), meetings.may_declare(viewer, own, meeting)

    assert may() == (True, True)
    close(world, "a.1", ["a.police.lead"])
    assert may() == (False, False)


def test_a_report_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids):
    by_id = {row.id: row for row in db.session.scalars(select(Meeting))}
    invitations = {row.id: row for row in db.session.scalars(select(Invitation))}
    for person, viewer in viewers():
        may = {
            row.id
            for row in db.session.scalars(select(Report))
            if reports.may_view(
                viewer, row, invitations[row.invitation_id], by_id[invitations[row.invitation_id].meeting_id]
            )
        }
        assert ids(reports.visible_to(viewer)) == may, person.key


def test_a_plan_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids):
    for person, viewer in viewers():
        seen = ids(cases.visible_to(viewer))
        may = {
            row.id
            for row in db.session.scalars(select(Plan))
            if plans.may_view(viewer, row, sees_a_meeting=row.case_id in seen)
        }
        assert ids(plans.visible_to(viewer)) == may, person.key


def test_an_escalation_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids, world):
    from_closed = db.session.scalars(select(Escalation).where(Escalation.case_id == world.cases["a.1"])).all()
    by_id = {row.id: row for row in db.session.scalars(select(Meeting))}
    for person, viewer in viewers():
        if viewer.role is None or viewer.role.value == "signatory":
            continue
        may = {
            row.id
            for row in db.session.scalars(select(Escalation))
            if escalations.may_view(
                viewer,
                row,
                chairs_meeting=row.meeting_id is not None
                and by_id[row.meeting_id].chair_membership_id == viewer.membership_id,
            )
        }
        assert ids(escalations.visible_to(viewer)) == may, person.key
        if person.key in SHUT_OUT and viewer.partnership_id == world.partnerships["a"]:
            assert not may & {row.id for row in from_closed}, person.key


def test_who_is_shut_out_sees_no_family_child_action_or_notice_of_it(closed, viewers, ids, world):
    here, case_id = world.partnerships["a"], world.cases["a.1"]
    about = set(db.session.scalars(select(Meeting.id).where(Meeting.case_id == case_id)))
    assert about
    shut = [
        (person, viewer) for person, viewer in viewers() if person.key in SHUT_OUT and viewer.partnership_id == here
    ]
    assert len(shut) == len(SHUT_OUT)
    for person, viewer in shut:
        assert case_id not in ids(cases.visible_to(viewer)), person.key
        assert world.children["a.1"] not in ids(cases.children_visible_to(viewer)), person.key
        seen = {row.meeting_id for row in db.session.scalars(actions.visible_to(viewer))}
        assert not seen & about, person.key
        told = db.session.scalars(notices.visible_to(viewer)).all()
        assert not [row for row in told if row.subject == "meeting" and row.subject_id in about], person.key


SEEN_WITHOUT_ITS_MEETING = {
    "contests": contests.outcomes_visible_to,
    "quotations": quotations.visible_to,
    "reviews of a sample": samples.reviews_visible_to,
    "sampled meetings": samples.sampled_visible_to,
    "withdrawn reports": report_withdrawals.visible_to,
    "meetings for named people": named_people.known_to_exist,
    "proposals": escalations.proposals_visible_to,
    "plans": plans.visible_to,
}
ALL_SHUT_OUT = (*SHUT_OUT, "a.gp.lead", "a.school.lead", "a.police.practitioner", "a.second_chair", "a.scrutineer")


@pytest.mark.parametrize("what", SEEN_WITHOUT_ITS_MEETING)
def test_what_is_seen_without_its_meeting_is_gone_with_it(what, world, ids):
    """Every family of A is closed to these people, so that nothing of the kind is left to them."""
    look = SEEN_WITHOUT_ITS_MEETING[what]
    if what == "meetings for named people":
        db.session.get_one(Meeting, world.meeting("a.strategy").id).named_people_only = True
        db.session.commit()
    before = {key: ids(look(worn(world.person(key)))) for key in ALL_SHUT_OUT}
    assert any(before.values()), "somebody sees some"
    for case in sorted(key for key in world.cases if key.startswith("a.")):
        close(world, case, ALL_SHUT_OUT, by="coordinator")
    assert {key: ids(look(worn(world.person(key)))) for key in ALL_SHUT_OUT} == {key: set() for key in ALL_SHUT_OUT}


def test_their_colleagues_see_all_that_they_saw(closed, ids, world):
    for key in ("a.gp.lead", "a.police.practitioner", "a.coordinator", "a.school.practitioner"):
        viewer = worn(world.person(key))
        assert world.meeting("a.initial").id in ids(meetings.visible_to(viewer)), key
    assert not worn(world.person("a.gp.lead")).closed_cases - {world.cases["a.2"]}


def test_another_partnership_is_not_touched(closed, world, ids):
    both = world.person("both")
    in_b = worn(both, both.hats[1])
    assert not in_b.closed_cases
    assert world.meeting("b.initial").id in ids(meetings.visible_to(in_b))


def test_a_meeting_about_two_families_is_closed_with_either(closed, world, ids):
    """Its further family's record is closed to the practitioner."""
    strategy = world.meeting("a.strategy")
    with_both = MeetingCase(
        meeting_id=strategy.id,
        case_id=world.cases["a.1"],
        partnership_id=world.partnerships["a"],
        added_at=NOW,
    )
    db.session.add(with_both)
    db.session.commit()
    viewer = worn(world.person("a.gp.practitioner"))
    assert strategy.id not in ids(meetings.visible_to(viewer))
    assert not meetings.may_view(viewer, db.session.get_one(Meeting, strategy.id), None)
    manager, coordinator = worn(world.person("a.manager")), worn(world.person("a.coordinator"))
    row = db.session.get_one(Meeting, strategy.id)
    assert strategy.id not in ids(meetings.visible_to(manager))
    assert not meetings.may_view(manager, row, None)
    assert strategy.id in ids(meetings.visible_to(coordinator))
    assert meetings.may_view(coordinator, row, None)
    assert strategy.id in ids(meetings.visible_to(worn(world.person("a.gp.lead"))))


@pytest.mark.parametrize(
    ("begins", "until", "is_closed"), [(0, None, True), (1, None, False), (-9, -1, False), (-9, 0, True)]
)
def test_it_holds_from_its_first_to_its_last_day(begins, until, is_closed, world):
    last = None if until is None else TODAY + timedelta(days=until)
    close(world, "a.1", ["a.gp.lead"], begins_on=TODAY + timedelta(days=begins), until=last)
    assert (world.cases["a.1"] in worn(world.person("a.gp.lead")).closed_cases) is is_closed


def test_what_was_opened_in_an_emergency_is_seen_for_a_day_and_by_nobody_else(closed, world, ids):
    opening_id = break_glass(world, "a.1", "a.chair")
    meeting_id = world.meeting("a.initial").id
    chair = worn(world.person("a.chair"), now=NOW + timedelta(hours=23, minutes=59))
    assert meeting_id in ids(meetings.visible_to(chair))
    assert [one.opening_id for one in chair.opened] == [opening_id]
    over = worn(world.person("a.chair"), now=NOW + timedelta(hours=24))
    assert meeting_id not in ids(meetings.visible_to(over))
    assert not over.opened
    assert meeting_id not in ids(meetings.visible_to(worn(world.person("a.manager"))))


@pytest.mark.parametrize(
    ("name", "is_kept", "keeps"),
    [("manager", True, False), ("manager", False, True), ("coordinator", True, False), ("coordinator", False, False)],
)
def test_whoever_opened_a_record_keeps_it_only_as_a_manager_where_nobody_else_is_left(name, is_kept, keeps, world, ids):
    case_id, meeting = world.cases["a.1"], world.meeting("a.initial")
    before = worn(world.person(f"a.{name}"))
    opened = (OpenedRecord(1, case_id, NOW + timedelta(hours=1), is_kept=is_kept),)
    viewer = replace(before, hat=replace(before.hat, opened=opened))
    for look, expected in ((before, True), (viewer, keeps)):
        assert restrictions.may_keep(look, case_id, sees_case=True) is expected
        assert restrictions.may_hold(look, db.session.get_one(Meeting, meeting.id)) is expected
        assert (case_id in ids(restrictions.kept_cases(look))) is expected


def test_a_restriction_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids, world):
    break_glass(world, "a.1", "a.chair")
    for person, viewer in viewers():
        seen = ids(cases.visible_to(viewer))
        may = {
            row.id
            for row in db.session.scalars(select(CaseRestriction))
            if restrictions.may_view(viewer, row, sees_case=row.case_id in seen)
        }
        assert ids(restrictions.visible_to(viewer)) == may, person.key
        if person.key in SHUT_OUT and viewer.partnership_id == world.partnerships["a"]:
            assert closed[0] not in may, person.key


def test_an_opening_is_listed_exactly_where_it_may_be_viewed(closed, viewers, ids, world):
    break_glass(world, "a.1", "a.chair")
    break_glass(world, "a.2", "a.manager")
    for person, viewer in viewers():
        seen = ids(cases.visible_to(viewer))
        rows = db.session.scalars(select(EmergencyOpening)).all()
        may = {row.id for row in rows if restrictions.may_view_opening(viewer, row, sees_case=row.case_id in seen)}
        assert ids(restrictions.openings_visible_to(viewer)) == may, person.key
        waits = {
            row.id
            for row in rows
            if row.id in may
            and restrictions.may_review(
                viewer, row, by_manager=row.membership_id == world.person("a.manager").hat.membership_id
            )
        }
        assert ids(restrictions.to_review(viewer)) == waits, person.key


def test_who_opens_and_who_closes_again(closed, viewers, world):
    rows = {
        name: db.session.get_one(EmergencyOpening, break_glass(world, case, f"a.{name}"))
        for name, case in (("chair", "a.1"), ("manager", "a.2"))
    }
    opens = {person.key for person, viewer in viewers() if restrictions.may_open(viewer)}
    assert {key.removeprefix("a.") for key in opens if key.startswith("a.")} == {"chair", "second_chair", "manager"}
    assert not restrictions.may_open(replace(worn(world.person("a.chair")), hat=None))
    for name, row in rows.items():
        for person, viewer in viewers():
            assert restrictions.may_close(viewer, row) is (person.key == f"a.{name}"), (name, person.key)
        over = worn(world.person(f"a.{name}"), now=NOW + timedelta(hours=24))
        assert not restrictions.may_close(over, row)


def test_nobody_is_shut_out_costs_one_query(world, count_queries):
    """Outside of the pages' own count: it belongs to loading the session."""
    person = known_people.find_by_id(world.person("b.gp.lead").user_id)
    with count_queries() as statements:
        viewer = person.at(NOW)
    assert not viewer.closed_cases
    assert statements == []


def test_there_are_notices_that_could_have_leaked(world):
    """Otherwise the test above would say nothing."""
    case_id = world.cases["a.1"]
    about = select(Meeting.id).where(Meeting.case_id == case_id)
    of_meeting = (Notice.subject == "meeting") & Notice.subject_id.in_(about)
    invited = select(Invitation.id).where(Invitation.meeting_id.in_(about))
    of_invitation = (Notice.subject == "invitation") & Notice.subject_id.in_(invited)
    assert db.session.scalars(select(Notice.id).where(of_meeting | of_invitation)).all()
    assert db.session.scalars(select(Action.id).where(Action.meeting_id.is_not(None))).all()
    assert db.session.scalars(select(Case.id)).all()
