"""Quotations: read by the board only as their chair agreed to them, and never with a name of the family."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.scrutiny_vocabulary import QuotationState, Voice
from portal.models.cases import Child
from portal.models.families import FamilyAttendance
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.models.quotations import Quotation
from portal.services.quotations import answering, listing, proposing
from portal.services.quotations.proposing import NO_CHAIR, Proposal
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change, stored, trail

pytestmark = pytest.mark.usefixtures("database")

SAID = "Nobody told me what to expect."


@pytest.fixture
def child(world):
    """The given name of the child of A's past conference."""
    case = world.meeting("a.past_initial").case_id
    return db.session.scalars(select(Child).where(Child.case_id == case)).one().given_name


def proposal(world, text: str = SAID, meeting: str = "a.past_initial") -> Proposal:
    """Something that was said at a meeting."""
    return Proposal(text, Voice.FAMILY, world.meeting(meeting).reference)


def told(kind: NoticeKind) -> set[int]:
    """The memberships that were told of a kind."""
    db.session.rollback()
    return set(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind)))


def board(viewer) -> list[str]:
    """What A's board reads."""
    return [one.text for one in listing.list_agreed(viewer("a.board")).rows]


@pytest.mark.parametrize("key", ["a.manager", "a.scrutineer"])
def test_the_board_reads_it_once_the_chair_agrees_and_in_their_wording(viewer, world, key):
    tell_nobody_anything()
    number = proposing.propose(viewer(key), proposal(world))
    chair = viewer("a.second_chair")
    assert told(NoticeKind.QUOTATION_PROPOSED) == {chair.membership_id}
    assert SAID not in board(viewer)
    found = answering.find_put_to(chair, number)
    answering.agree(chair, number, "Nobody said what would happen.", version=found.version)
    assert board(viewer)[0] == "Nobody said what would happen."
    assert told(NoticeKind.QUOTATION_ANSWERED) == {viewer(key).membership_id}
    assert (trail("quotation.proposed", number), trail("quotation.agreed", number)) == (1, 1)


def test_what_the_board_reads_has_no_meeting_child_or_agency(viewer):
    (one, *_) = listing.list_agreed(viewer("a.board")).rows
    assert set(one.__slots__) == {"text", "voice", "year"}


def test_what_is_not_agreed_is_never_read_and_can_be_taken_back_from_the_board(viewer, world):
    chair, number = viewer("a.second_chair"), world.quotations["a.agreed"]
    before = board(viewer)
    found = answering.find_put_to(chair, number)
    answering.refuse(chair, number, "They asked me not to.", version=found.version)
    assert board(viewer) == before[1:]
    assert stored(Quotation, number).agreed_text is None
    (own, *_) = listing.list_own(viewer("a.scrutineer"))
    assert (own.state, own.reason) == (QuotationState.REFUSED, "They asked me not to.")
    with pytest.raises(NotPermitted):
        answering.find_put_to(chair, number)


def test_only_the_chair_of_the_meeting_answers(viewer, world):
    number = world.quotations["a.proposed"]
    for key in ("a.chair", "b.second_chair"):
        with pytest.raises(NotVisible):
            answering.find_put_to(viewer(key), number)
        with pytest.raises(NotVisible):
            answering.agree(viewer(key), number, SAID, version=1)
    for key in ("a.manager", "a.coordinator", "a.board"):
        with pytest.raises(NotVisible):
            answering.agree(viewer(key), number, SAID, version=1)


def test_a_name_is_refused_to_whoever_sees_the_meeting(viewer, world, child):
    with pytest.raises(Invalid) as refused:
        proposing.propose(viewer("a.manager"), proposal(world, f"{child.upper()} was not asked."))
    assert list(refused.value.errors) == ["text"]


def test_whoever_does_not_see_the_meeting_is_not_told_by_a_refusal_what_a_child_is_called(viewer, world, child):
    """A scrutineer could try names until one is refused."""
    number = proposing.propose(viewer("a.scrutineer"), proposal(world, f"{child} was not asked."))
    chair = viewer("a.second_chair")
    found = answering.find_put_to(chair, number)
    assert found.names
    with pytest.raises(Invalid):
        answering.agree(chair, number, f"{child} was not asked.", version=found.version)
    with pytest.raises(Invalid) as refused:
        answering.refuse(chair, number, f"It names {child}.", version=found.version)
    assert list(refused.value.errors) == ["reason"]
    assert stored(Quotation, number).state is QuotationState.PROPOSED
    answering.agree(chair, number, "My son was not asked.", version=found.version)


def test_whoever_was_with_the_family_is_not_named_either(viewer, world):
    name = db.session.scalars(
        select(FamilyAttendance.name)
        .join(Meeting, Meeting.id == FamilyAttendance.meeting_id)
        .where(Meeting.case_id == world.meeting("a.initial").case_id, FamilyAttendance.name.is_not(None))
    ).first()
    assert name
    with pytest.raises(Invalid):
        proposing.propose(viewer("a.manager"), proposal(world, f"I came with {name}.", "a.initial"))


@pytest.mark.parametrize("key", ["a.manager", "a.scrutineer"])
def test_no_reference_says_whether_there_is_such_a_meeting(viewer, world, key):
    change(Meeting, world.meeting("a.strategy").id, named_people_only=True)
    for reference in ("NOT-THERE", world.meeting("b.initial").reference, world.meeting("a.strategy").reference):
        with pytest.raises(Invalid) as refused:
            proposing.propose(viewer(key), Proposal(SAID, Voice.FAMILY, reference))
        assert refused.value.errors == {"reference": [NO_CHAIR]}


def test_it_is_put_to_nobody_before_the_meeting_or_without_a_chair(viewer, world):
    for meeting in ("a.review", "a.core_group", "a.cancelled"):
        with pytest.raises(Invalid):
            proposing.propose(viewer("a.manager"), proposal(world, meeting=meeting))


def test_the_proposer_takes_it_back_until_the_chair_has_answered(viewer, world):
    number = world.quotations["a.proposed"]
    with pytest.raises(NotVisible):
        proposing.withdraw(viewer("a.scrutineer"), number, version=1)
    proposing.withdraw(viewer("a.manager"), number, version=1)
    with pytest.raises(NotVisible):
        answering.find_put_to(viewer("a.second_chair"), number)
    with pytest.raises(NotPermitted):
        proposing.withdraw(viewer("a.scrutineer"), world.quotations["a.agreed"], version=1)


def test_an_answer_to_what_has_changed_is_a_conflict(viewer, world):
    chair, number = viewer("a.second_chair"), world.quotations["a.agreed"]
    version = answering.find_put_to(chair, number).version
    answering.agree(chair, number, "Put otherwise.", version=version)
    with pytest.raises(Conflict):
        answering.agree(chair, number, "Put otherwise again.", version=version)


@pytest.mark.parametrize("key", ["a.board", "a.chair", "a.gp.lead", "a.business_manager"])
def test_others_propose_nothing(viewer, world, key):
    with pytest.raises(NotPermitted):
        proposing.propose(viewer(key), proposal(world))


@pytest.mark.parametrize("text", ["", "  ", "x" * 1_001])
def test_a_quotation_has_words_and_not_too_many(viewer, world, text):
    with pytest.raises(Invalid):
        proposing.propose(viewer("a.manager"), proposal(world, text))
