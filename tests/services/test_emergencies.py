"""Opening in an emergency what is closed: for whom, told to whom, for how long, noted and reviewed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.access import cases, meetings
from portal.database.session import db, writing
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import MailPlace, NoticeKind, Urgency
from portal.domain.restriction_vocabulary import Reach, Verdict
from portal.models.activity import Activity
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.named_people import MeetingCase
from portal.models.people import Membership, User
from portal.models.restrictions import EmergencyOpening
from portal.services.home.counted import counted
from portal.services.home.tasks import Task, TaskKind
from portal.services.restrictions.keeping import end_restriction, put_on_list
from portal.services.restrictions.listing import of_case, one_restriction
from portal.services.restrictions.openings import (
    PAGE_READ,
    close_opening,
    list_openings,
    note_page,
    open_record,
    read_opening,
    review,
)
from tests.closed_records import close, worn
from tests.world import NOW

WHY = "The child is not safe tonight."


@pytest.fixture
def reference(world):
    return db.session.get_one(Case, world.cases["a.1"]).reference


@pytest.fixture
def shut(world):
    """Its chair is a neighbour of the family, and the coordinator has closed it to them."""
    return close(world, "a.1", ["a.chair"], by="coordinator")


@pytest.fixture
def opened(world, shut, reference):
    return open_record(worn(world.person("a.chair")), reference, WHY).opening_id


def told(kind: NoticeKind) -> set[int]:
    return set(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind)))


def members(world, *keys: str) -> set[int]:
    return {world.person(key).hat.membership_id for key in keys}


def sees(viewer, place) -> bool:
    return db.session.scalar(meetings.visible_to(viewer).where(Meeting.id == place.id)) is not None


def test_it_opens_what_the_role_would_see_and_no_more(world, opened):
    chair = worn(world.person("a.chair"))
    assert sees(chair, world.meeting("a.initial"))
    assert not sees(chair, world.meeting("a.review")), "somebody else chairs that"
    assert [one.opening_id for one in chair.opened] == [opened]


def test_it_is_told_at_once_to_the_manager_and_to_whoever_closed_it(world, opened):
    assert told(NoticeKind.RECORD_OPENED) == members(world, "a.manager", "a.coordinator")
    rows = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.RECORD_OPENED)).all()
    assert {row.urgency for row in rows} == {Urgency.URGENT}
    assert {row.mail_place for row in rows} == {MailPlace.WAITING}
    for row in rows:
        assert "ZQ-" not in row.what
        assert WHY not in row.what


def test_somebody_else_to_whom_it_is_closed_is_not_told(world, reference):
    close(world, "a.1", ["a.chair", "a.manager"], by="coordinator")
    open_record(worn(world.person("a.chair")), reference, WHY)
    assert told(NoticeKind.RECORD_OPENED) == members(world, "a.coordinator")


def test_a_manager_who_is_shut_out_opens_it_and_somebody_is_told(world, reference):
    close(world, "a.1", ["a.manager"], by="manager")
    open_record(worn(world.person("a.manager")), reference, WHY)
    assert told(NoticeKind.RECORD_OPENED) == members(world, "a.chair")


@pytest.mark.parametrize("key", ["a.coordinator", "a.gp.lead", "a.police.practitioner", "a.business_manager"])
def test_other_roles_open_nothing(key, world, reference):
    close(world, "a.1", [key], by="manager")
    with pytest.raises(NotPermitted):
        open_record(worn(world.person(key)), reference, WHY)


@pytest.mark.parametrize("typed", ["NOT-THERE", "ZQ-A-CASE-2-QZ", "ZQ-B-CASE-1-QZ"])
def test_what_is_not_closed_to_them_is_answered_alike(typed, world, shut):
    """A family that is not there, another chair's, another partnership's."""
    chair = worn(world.person("a.chair"))
    with pytest.raises(Invalid) as refused:
        open_record(chair, typed, WHY)
    assert list(refused.value.errors) == ["reference"]
    assert not db.session.scalars(select(EmergencyOpening).where(EmergencyOpening.opened_at == NOW)).all()
    tried = select(Activity.subject).where(Activity.user_id == chair.user_id, Activity.verb == "refused")
    assert "emergencies.open_record" in set(db.session.scalars(tried))


def test_what_is_closed_to_them_and_was_never_theirs_is_answered_alike(world):
    """On the list of a family that another chair chairs: an emergency lifts the restriction, and nothing else."""
    close(world, "a.2", ["a.chair"], by="coordinator")
    chair = worn(world.person("a.chair"))
    assert world.cases["a.2"] in chair.closed_cases
    with pytest.raises(Invalid) as refused:
        open_record(chair, "ZQ-A-CASE-2-QZ", WHY)
    assert list(refused.value.errors) == ["reference"]
    assert not db.session.scalars(select(EmergencyOpening).where(EmergencyOpening.opened_at == NOW)).all()


def test_a_family_that_is_gone_with_another_is_opened_by_that_others_reference(world, reference, shut):
    """Its only meeting with this chair is about a closed family too; its own record is closed to nobody."""
    with writing() as session:
        session.add(
            MeetingCase(
                meeting_id=world.meeting("a.initial").id,
                case_id=world.cases["a.2"],
                partnership_id=world.partnerships["a"],
                added_at=NOW,
            )
        )
    seen = cases.visible_to(worn(world.person("a.chair"))).with_only_columns(Case.id)
    assert world.cases["a.2"] not in set(db.session.scalars(seen))
    with pytest.raises(Invalid):
        open_record(worn(world.person("a.chair")), "ZQ-A-CASE-2-QZ", WHY)
    open_record(worn(world.person("a.chair")), reference, WHY)
    assert world.cases["a.2"] in set(
        db.session.scalars(cases.visible_to(worn(world.person("a.chair"))).with_only_columns(Case.id))
    )


def test_what_they_see_anyway_is_not_opened(world, reference):
    asked = open_record(worn(world.person("a.chair")), reference, WHY)
    assert asked.case_id == world.cases["a.1"]
    assert asked.opening_id is None
    assert not told(NoticeKind.RECORD_OPENED)


def test_a_reason_is_needed(world, shut, reference):
    with pytest.raises(Invalid) as refused:
        open_record(worn(world.person("a.chair")), reference, "  ")
    assert list(refused.value.errors) == ["reason"]


def test_it_closes_by_itself_after_a_day_or_when_they_say_so(world, opened):
    day = timedelta(hours=24)
    place = world.meeting("a.initial")
    assert sees(worn(world.person("a.chair"), now=NOW + day - timedelta(seconds=1)), place)
    assert not sees(worn(world.person("a.chair"), now=NOW + day), place)
    close_opening(worn(world.person("a.chair"), now=NOW + timedelta(hours=1)), opened)
    later = worn(world.person("a.chair"), now=NOW + timedelta(hours=1, seconds=1))
    assert not sees(later, place)
    with pytest.raises(NotPermitted):
        close_opening(later, opened)


def test_nobody_else_closes_it(world, opened):
    with pytest.raises(NotPermitted):
        close_opening(worn(world.person("a.manager")), opened)
    with pytest.raises(NotVisible):
        close_opening(worn(world.person("a.second_chair")), opened)


def test_every_page_is_noted_and_read_by_who_reviews(world, opened):
    chair = worn(world.person("a.chair"), now=NOW + timedelta(minutes=5))
    note_page(worn(world.person("a.chair"), now=NOW - timedelta(hours=1)), "home.show", None)  # of one before
    note_page(chair, "meetings.show", world.meeting("a.initial").id)
    note_page(chair, "meetings.index", None)
    note_page(worn(world.person("a.coordinator"), now=chair.now), "meetings.index", None)
    after = worn(world.person("a.chair"), now=NOW + timedelta(hours=30))
    note_page(after, "meetings.show", 1)
    opening, pages = read_opening(worn(world.person("a.manager"), now=NOW + timedelta(hours=31)), opened)
    assert opening.reason == WHY
    assert len(pages) == 2, "what was read before, by others, or after it had closed is none of it"
    own, shown = read_opening(worn(world.person("a.chair"), now=NOW + timedelta(hours=2)), opened)
    assert own.is_own
    assert shown == (), "they know, and whoever reviews it is the one who asks"
    assert db.session.scalars(select(Activity.verb).where(Activity.verb == PAGE_READ)).all()


def test_a_review_waits_on_the_managers_home_until_it_is_done(world, opened):
    def waits(viewer):
        return [task.of for task in counted(db.session(), viewer) if task.kind is TaskKind.OPENINGS_TO_REVIEW]

    manager = worn(world.person("a.manager"))
    assert waits(manager) == [1]
    assert waits(worn(world.person("a.chair"))) == []
    assert waits(worn(world.person("b.manager"))) == []
    (task,) = [task for task in counted(db.session(), manager) if task.kind is TaskKind.OPENINGS_TO_REVIEW]
    assert task.due == (NOW + timedelta(days=1)).date()
    late = Task(TaskKind.MIDWAY_OVERDUE, manager.hat, NOW.date() - timedelta(days=90))
    assert min(late, task, key=lambda one: one.place) is task, "Home shows the first ten, and it is one of them"
    (opening,) = [one for one in list_openings(manager).rows if one.id == opened]
    review(manager, opened, opening.version, Verdict.NOT_JUSTIFIED, "Somebody could have been rung.")
    assert waits(worn(world.person("a.manager"))) == []
    assert told(NoticeKind.OPENING_REVIEWED) == members(world, "a.chair")
    own, pages = read_opening(worn(world.person("a.chair"), now=NOW + timedelta(days=2)), opened)
    assert (own.verdict, own.review, own.reference) == (Verdict.NOT_JUSTIFIED, "Somebody could have been rung.", "")
    assert pages == ()


@pytest.mark.parametrize("words", ["  ", "x" * 2_001])
def test_a_review_says_what_was_found(words, world, opened):
    with pytest.raises(Invalid) as refused:
        review(worn(world.person("a.manager")), opened, 1, Verdict.JUSTIFIED, words)
    assert list(refused.value.errors) == ["words"]


def test_nobody_reviews_their_own_nor_twice_nor_without_the_role(world, opened):
    for key in ("a.chair", "a.coordinator"):
        with pytest.raises(NotPermitted):
            review(worn(world.person(key)), opened, 1, Verdict.JUSTIFIED, "I had to.")
    for key in ("b.manager", "a.second_chair", "a.gp.lead"):
        with pytest.raises(NotVisible):
            review(worn(world.person(key)), opened, 1, Verdict.JUSTIFIED, "Why not.")
    manager = worn(world.person("a.manager"))
    review(manager, opened, 1, Verdict.JUSTIFIED, "Nobody else could be reached.")
    with pytest.raises(NotPermitted):
        review(manager, opened, 2, Verdict.NOT_JUSTIFIED, "On second thoughts.")


def test_what_a_manager_has_opened_is_reviewed_by_whoever_else_keeps_the_record(world, reference):
    """There may be no other manager."""
    close(world, "a.1", ["a.manager"], by="coordinator")
    opening_id = open_record(worn(world.person("a.manager")), reference, WHY).opening_id
    with pytest.raises(NotPermitted):
        review(worn(world.person("a.manager")), opening_id, 1, Verdict.JUSTIFIED, "I had to.")
    for key in ("a.coordinator", "a.chair"):
        keeper = worn(world.person(key))
        waits = [task.of for task in counted(db.session(), keeper) if task.kind is TaskKind.OPENINGS_TO_REVIEW]
        assert waits == [1], key
        assert read_opening(keeper, opening_id)[0].may_review, key
    with pytest.raises(NotVisible):
        review(worn(world.person("a.second_chair")), opening_id, 1, Verdict.JUSTIFIED, "Not my family.")
    review(worn(world.person("a.coordinator")), opening_id, 1, Verdict.JUSTIFIED, "She had to.")
    assert told(NoticeKind.OPENING_REVIEWED) == members(world, "a.manager")


@pytest.fixture
def left_alone(world):
    """A record open to the coordinator alone, who has left since: nobody keeps it any more. The restriction."""
    restriction = close(world, "a.1", ["a.coordinator"], reach=Reach.ALL_OTHERS, by="coordinator")
    with writing() as session:
        session.get_one(Membership, world.person("a.coordinator").hat.membership_id).ended_at = NOW
    return restriction


def test_a_manager_steps_in_where_nobody_is_left_who_keeps_the_record(world, reference, left_alone):
    with pytest.raises(NotVisible):
        of_case(worn(world.person("a.manager")), world.cases["a.1"])
    open_record(worn(world.person("a.manager")), reference, WHY)
    manager = worn(world.person("a.manager"))
    assert [one.is_kept for one in manager.opened] == [False]
    restriction, _others, _reference = one_restriction(manager, left_alone)
    end_restriction(manager, left_alone, restriction.version)
    assert not worn(world.person("a.chair")).closed_cases


def test_or_stands_on_the_list_instead(world, reference, left_alone):
    """What the list was before does not count: nobody was left by it, which is why they step in."""
    open_record(worn(world.person("a.manager")), reference, WHY)
    manager = worn(world.person("a.manager"))
    put_on_list(manager, left_alone, manager.user_id)
    assert not worn(world.person("a.manager")).closed_cases
    assert worn(world.person("a.chair")).closed_cases


def test_a_chair_does_not(world, reference, left_alone):
    open_record(worn(world.person("a.chair")), reference, WHY)
    with pytest.raises(NotVisible):
        one_restriction(worn(world.person("a.chair")), left_alone)
    assert told(NoticeKind.RECORD_OPENED) == members(world, "a.manager"), "who is shut out, and the only one left"


def test_whoever_cannot_sign_in_any_more_is_not_the_one_who_is_told(world, reference):
    close(world, "a.1", ["a.chair"])
    with writing() as session:
        session.get_one(User, world.person("a.manager").user_id).deactivated_at = NOW
    open_record(worn(world.person("a.chair")), reference, WHY)
    assert told(NoticeKind.RECORD_OPENED) == members(world, "a.coordinator")


def test_while_it_is_open_to_them_they_do_not_change_who_is_shut_out(world, shut, opened):
    chair = worn(world.person("a.chair"))
    with pytest.raises(NotVisible):
        of_case(chair, world.cases["a.1"])
    with pytest.raises(NotVisible):
        one_restriction(chair, shut)
