"""Which of the children each agency knows: said, read by whom it concerns, and dealt with where it is "not ours"."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.family_vocabulary import KnowsChild
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import AgencyType, Answer, Expectation, ExpectationReason
from portal.models.involvements import Involvement
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services.families.not_ours import invite_for, not_known, not_ours, settle
from portal.services.families.siblings import (
    OfChild,
    children_said,
    children_table,
    line_for,
    say_children,
    seen_children,
)
from portal.services.home.objections import objected
from portal.services.home.tasks import Task, TaskKind
from portal.services.invitations.answering import answer_invitation
from portal.services.invitations.inviting import agencies_instead, invite_instead
from portal.services.invitations.seen import seen_expectation, seen_no_answer
from tests.services.family_steps import said_of, sibling
from tests.services.rows import change, invitation_of, stored, trail
from tests.world import NOW, TODAY

YES, NO, NOT_SAID = KnowsChild
MOST_QUERIES = 6


@pytest.fixture
def gp_invited(world) -> int:
    """The surgery's invitation to the conference of today, of which nothing is said yet."""
    return world.meeting("a.initial").invitations["gp"].id


@pytest.fixture
def children(world) -> tuple[int, int]:
    """The child of the first family, and a sister."""
    return world.children["a.1"], sibling(world)


def children_not_ours(viewer) -> list[Task]:
    """What stands on their Home of children whom agencies do not know."""
    return [task for task in objected(db.session(), viewer) if task.kind is TaskKind.CHILD_NOT_OURS]


def say(viewer, invitation_id: int, *said: OfChild) -> bool:
    """Say it of each child in turn, from a page that was just opened."""
    page = children_said(viewer, invitation_id)
    return say_children(viewer, invitation_id, dict(zip((c.id for c in page.children), said, strict=True)), page.seen)


# Saying


def test_an_agency_says_of_each_child_whether_it_knows_them(viewer, gp_invited, children):
    gp = viewer("a.gp.practitioner")
    assert children_said(gp, gp_invited).said == {children[0]: OfChild(), children[1]: OfChild()}
    assert say(gp, gp_invited, OfChild(YES, True), OfChild(NO, True, " At Hill Surgery since May. "))
    assert children_said(gp, gp_invited).said == {
        children[0]: OfChild(YES, True),
        children[1]: OfChild(NO, False, "At Hill Surgery since May."),
    }
    assert not say(gp, gp_invited, OfChild(YES, True), OfChild(NO, False, "At Hill Surgery since May."))
    assert trail("invitation.children_said", gp_invited) == 1


def test_of_two_at_one_agency_the_second_sees_what_the_first_said(viewer, gp_invited, children):
    gp, lead = viewer("a.gp.practitioner"), viewer("a.gp.lead")
    shown = children_said(lead, gp_invited)
    say(gp, gp_invited, OfChild(YES), OfChild(YES, True))
    with pytest.raises(Conflict) as lost:
        say_children(lead, gp_invited, {children[0]: OfChild(NO, False, "Moved."), children[1]: OfChild()}, shown.seen)
    assert list(lost.value.mine.values()) == ["Not ours: we do not know this child. Moved.", "Not said yet"]
    assert list(lost.value.theirs.values()) == [
        "We know this child",
        "We know this child. The report is about them too",
    ]
    assert said_of(gp_invited, children[0]).knows is YES


def test_a_text_that_is_too_long_is_refused_at_its_child(viewer, gp_invited, children):
    with pytest.raises(Invalid) as refused:
        say(viewer("a.gp.lead"), gp_invited, OfChild(), OfChild(NO, False, "x" * 501))
    assert list(refused.value.errors) == [f"whereabouts_{children[1]}"]


def test_nothing_is_said_of_a_child_of_another_family(viewer, world, gp_invited):
    gp = viewer("a.gp.lead")
    seen = seen_children(children_said(gp, gp_invited).said)
    for child in ("a.2", "b.1"):
        with pytest.raises(NotVisible):
            say_children(gp, gp_invited, {world.children[child]: OfChild(YES)}, seen)


def test_who_says_it(viewer, world, gp_invited):
    for name in ("a.gp.lead", "a.gp.practitioner", "a.coordinator"):
        assert children_said(viewer(name), gp_invited).may_say, name
    for name in ("a.chair", "a.manager"):
        assert not children_said(viewer(name), gp_invited).may_say, name
        with pytest.raises(NotPermitted):
            say(viewer(name), gp_invited, OfChild(YES))
    for name in ("a.police.lead", "a.other_gp.lead", "b.gp.lead", "b.coordinator", "a.second_chair", "a.board"):
        with pytest.raises(NotVisible):
            children_said(viewer(name), gp_invited)


def test_it_can_be_said_as_long_as_a_report_is_written(viewer, world):
    """Of a conference that is over, a late report says which children it is about; a sent one says no more."""
    place = world.meeting("a.past_initial")
    other_gp, police = place.invitations["other_gp"].id, place.invitations["police"].id
    assert say(viewer("a.other_gp.lead"), other_gp, OfChild(YES, True))
    assert not children_said(viewer("a.police.lead"), police).may_say


def test_whoever_says_not_ours_of_all_has_nothing_to_say_of_one(viewer, gp_invited):
    gp = viewer("a.gp.lead")
    meeting_id = stored(Invitation, gp_invited).meeting_id
    say(gp, gp_invited, OfChild(NO))
    assert children_said(gp, gp_invited).knows_none
    change(Invitation, gp_invited, answer=None, answer_note=None)
    assert answer_invitation(gp, meeting_id, Answer.NOT_OURS, "", seen_no_answer())
    with pytest.raises(NotVisible):
        children_said(gp, gp_invited)
    assert [one.child for one in not_ours(viewer("a.coordinator")) if one.invitation_id == gp_invited] == [""]


def test_the_table_shows_keepers_all_and_an_agency_its_own_line(viewer, world):
    meeting_id = world.meeting("a.initial").id
    whole = children_table(viewer("a.chair"), meeting_id)
    agencies = ("gp", "police", "school", "social_care")
    assert [line.agency for line in whole.lines] == sorted(world.agency_names[f"a.{agency}"] for agency in agencies)
    said = {line.agency: line.said[0] for line in whole.lines}
    assert said[world.agency_names["a.police"]] == OfChild(YES, True)
    assert said[world.agency_names["a.school"]] == OfChild(NO, False, "ZQ-A-WHEREABOUTS-SCHOOL-QZ")
    own = children_table(viewer("a.police.lead"), meeting_id)
    assert [line.agency for line in own.lines] == [world.agency_names["a.police"]]
    with pytest.raises(NotVisible):
        children_table(viewer("b.chair"), meeting_id)


def test_a_line_for_the_meetings_page(viewer, world):
    meeting_id = world.meeting("a.initial").id
    assert line_for(viewer("a.police.lead"), meeting_id) == "You have said"
    assert line_for(viewer("a.gp.lead"), meeting_id) == "Not said yet"
    assert line_for(viewer("a.chair"), meeting_id) == "1 answer of “not ours”"
    assert line_for(viewer("a.coordinator"), world.meeting("a.review").id) == "Nobody has said yet"


# Dealing with "not ours"


def test_what_is_not_ours_is_listed_for_the_coordinator_alone(viewer, world):
    found = not_ours(viewer("a.coordinator"))
    assert [(one.agency, one.child, one.whereabouts) for one in found] == [
        (world.agency_names["a.school"], "ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ", "ZQ-A-WHEREABOUTS-SCHOOL-QZ"),
        (world.agency_names["a.gp"], "", "ZQ-A-ANSWER-REVIEW-GP-QZ"),
    ]
    assert trail("case.read", world.cases["a.1"]) == 1
    for name in ("a.chair", "a.manager", "a.school.lead"):
        with pytest.raises(NotPermitted):
            not_ours(viewer(name))


def test_it_stands_on_the_coordinators_home_once_for_each_agency_without_a_name(viewer, world, children, count_queries):
    invitation_id = world.meeting("a.initial").invitations["school"].id
    say(viewer("a.school.lead"), invitation_id, OfChild(NO), OfChild(NO))
    coordinator = viewer("a.coordinator")
    with count_queries() as statements:
        (task,) = children_not_ours(coordinator)
    assert len(statements) == 1
    assert (task.kind, task.subject, task.done) == (TaskKind.CHILD_NOT_OURS, world.agency_names["a.school"], 2)
    assert (task.meeting_id, task.subject_id) == (world.meeting("a.initial").id, invitation_id)
    assert "ZQ-A-CHILD" not in repr(task)
    for child_id, version in zip(children, (2, 1), strict=True):
        settle(coordinator, invitation_id, child_id, version=version)
    assert children_not_ours(coordinator) == []
    for name in ("a.chair", "a.manager", "a.school.lead"):
        assert children_not_ours(viewer(name)) == []


def test_it_leaves_the_list_when_it_is_settled_and_comes_back_when_said_anew(viewer, world):
    coordinator = viewer("a.coordinator")
    invitation_id, child_id = world.meeting("a.initial").invitations["school"].id, world.children["a.1"]
    with pytest.raises(Conflict):
        settle(coordinator, invitation_id, child_id, version=9)
    settle(coordinator, invitation_id, child_id, version=1)
    assert all(not one.child for one in not_ours(coordinator))
    with pytest.raises(NotVisible):
        not_known(coordinator, invitation_id, child_id)
    school = viewer("a.school.lead")
    say(school, invitation_id, OfChild(YES))
    say(school, invitation_id, OfChild(NO))
    assert [one.child_id for one in not_ours(coordinator) if one.child] == [child_id]


def test_the_agency_where_one_child_is_now_is_invited_in_one_step(viewer, world, children, gp_invited):
    coordinator, other = viewer("a.coordinator"), world.agencies["a.other_gp"]
    say(viewer("a.gp.lead"), gp_invited, OfChild(YES), OfChild(NO, False, "At the other surgery."))
    _involve(world, "a.gp", *children)
    place = world.meeting("a.initial")
    new_id = invite_for(coordinator, gp_invited, children[1], other, version=1)
    # It had been invited and found not relevant: that invitation is used again.
    assert new_id == place.invitations["other_gp"].id
    assert stored(Invitation, new_id).expectation is Expectation.EXPECTED
    assert invitation_of(place, "gp").expectation is Expectation.EXPECTED
    assert _involved("a.gp", world) & set(children) == {children[0]}
    assert _involved("a.other_gp", world) & set(children) == {children[1]}
    assert all(one.invitation_id != gp_invited for one in not_ours(coordinator))
    assert _told(world, "a.other_gp.lead", new_id)


def test_an_agency_instead_of_one_that_says_not_ours(viewer, world):
    coordinator, place = viewer("a.coordinator"), world.meeting("a.review")
    old = place.invitations["gp"].id
    police_type = world.agencies["a.police"]
    assert police_type not in dict(agencies_instead(coordinator, place.id))
    new_agency = _another_surgery(world)
    _involve(world, "a.gp", world.children["a.2"])
    new_id = invite_instead(coordinator, place.id, old, new_agency, seen_expectation(stored(Invitation, old)))
    new, before = stored(Invitation, new_id), stored(Invitation, old)
    assert (before.expectation, before.expectation_reason) == (Expectation.NOT_RELEVANT, ExpectationReason.MOVED_AWAY)
    assert (new.expectation, new.expectation_reason) == (Expectation.EXPECTED, ExpectationReason.REGISTERED)
    assert new.meeting_on == stored(Meeting, place.id).scheduled_on
    # Five working days before a review: worked out, not copied.
    assert new.report_due_on == date(2026, 6, 17)
    assert world.children["a.2"] not in _involved("a.gp", world)
    assert trail("invitation.added", new_id) == 1
    assert not [one for one in not_ours(coordinator) if one.invitation_id == old]


def test_only_an_agency_without_a_part_is_invited_instead(viewer, world):
    coordinator, place = viewer("a.coordinator"), world.meeting("a.review")
    old = place.invitations["gp"].id
    seen = seen_expectation(stored(Invitation, old))
    for agency_id in (None, world.agencies["a.police"], world.agencies["a.gp"], world.agencies["b.gp"], 999):
        with pytest.raises(Invalid) as refused:
            invite_instead(coordinator, place.id, old, agency_id, seen)
        assert list(refused.value.errors) == ["agency_id"]
    assert stored(Invitation, old).expectation is Expectation.EXPECTED
    with pytest.raises(Conflict):
        invite_instead(coordinator, place.id, old, world.agencies["a.school"], seen + 1)
    initial = world.meeting("a.initial")
    invitation = initial.invitations["gp"].id
    with pytest.raises(Invalid):
        invite_instead(coordinator, initial.id, invitation, 0, seen_expectation(stored(Invitation, invitation)))
    for name in ("a.chair", "a.manager"):
        with pytest.raises(NotPermitted):
            invite_instead(viewer(name), initial.id, initial.invitations["gp"].id, 0, 0)
    with pytest.raises(NotVisible):
        invite_instead(viewer("b.coordinator"), place.id, old, world.agencies["b.school"], seen)


def test_pages_take_few_queries_however_many_children(viewer, world, gp_invited, count_queries):
    def counted() -> list[int]:
        found = []
        for read in (
            lambda: children_said(viewer("a.gp.lead"), gp_invited),
            lambda: children_table(viewer("a.chair"), world.meeting("a.initial").id),
            lambda: not_ours(viewer("a.coordinator")),
        ):
            db.session.rollback()
            with count_queries() as statements:
                read()
            found.append(len(statements))
        return found

    before = counted()
    for number in range(5):
        sibling(world, name=f"Sister {number}")
    assert counted() == before
    assert max(before) <= MOST_QUERIES


def _involve(world, agency: str, *child_ids: int) -> None:
    with writing() as session:
        for child_id in child_ids:
            session.add(
                Involvement(
                    partnership_id=world.partnerships["a"],
                    child_id=child_id,
                    agency_id=world.agencies[agency],
                    reason=ExpectationReason.REGISTERED,
                    since=date(2025, 1, 6),
                    created_at=NOW,
                )
            )


def _involved(agency: str, world) -> set[int]:
    db.session.rollback()
    rows = db.session.scalars(select(Involvement).where(Involvement.agency_id == world.agencies[agency]))
    return {row.child_id for row in rows if row.until is None or row.until > TODAY}


def _told(world, who: str, invitation_id: int) -> bool:
    db.session.rollback()
    found = db.session.scalars(
        select(Notice).where(
            Notice.membership_id == world.person(who).hat.membership_id,
            Notice.kind == NoticeKind.INVITATION,
            Notice.subject_id == invitation_id,
        )
    ).first()
    return found is not None


def _another_surgery(world) -> int:
    with writing() as session:
        agency = Agency(name="Hill Surgery", agency_type=AgencyType.GP, created_at=NOW)
        session.add(agency)
        session.flush()
        session.add(PartnershipAgency(partnership_id=world.partnerships["a"], agency_id=agency.id, code="HILL"))
        return agency.id
