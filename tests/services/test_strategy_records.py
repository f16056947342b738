"""The strategy record: written question by question, by several people, signed, amended, and read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.models.meetings import Meeting
from portal.models.rule_sets import MeetingType
from portal.models.strategy_records import StrategyRecord, StrategyVersion
from portal.services.meeting_kinds.changing import describe_kind
from portal.services.meeting_kinds.listing import find_kind
from portal.services.strategy_records.desk import line_for, open_desk, open_section, read_version
from portal.services.strategy_records.signing import amend_record, seen, sign_record
from portal.services.strategy_records.stored import Place
from portal.services.strategy_records.writing import AlreadySigned, save_answer
from tests.services.rows import stored

Q = StrategyQuestion
THRESHOLD, NEXT = Place(Q.THRESHOLD), Place(Q.NEXT_STEPS)


@pytest.fixture
def strategy(world):
    """The strategy meeting, without the record that the world has of it."""
    place = world.meeting("a.strategy")
    with writing() as session:
        record = session.scalars(select(StrategyRecord).where(StrategyRecord.meeting_id == place.id)).one()
        session.connection().exec_driver_sql(f"DELETE FROM strategy_versions WHERE record_id = {record.id}")
        session.connection().exec_driver_sql(f"DELETE FROM strategy_answers WHERE record_id = {record.id}")
        session.delete(record)
    return place


@pytest.fixture
def write(strategy):
    """Write under a question, from whatever stands there."""

    def save(viewer, place, **answer):
        kept = open_section(viewer, strategy.id, place).kept
        return save_answer(viewer, strategy.id, place, kept.version if kept else 0, answer)

    return save


@pytest.fixture
def complete(write, strategy, chair):
    """All that a signature asks."""
    for name in ("social_care", "police", "gp"):
        number = strategy.invitations[name].id
        write(chair, Place(Q.INFORMATION, number), text=f"What {name} knows")
        write(chair, Place(Q.JOINED, number), joined_at="14:05", can_decide="yes")
    write(chair, THRESHOLD, met="yes", reason="Two injuries")
    write(chair, Place(Q.SECTION_47), enquiry="joint")
    write(chair, NEXT, text="A visit today")
    write(chair, Place(Q.SAFETY_PLAN), exists="yes", text="With the grandmother")
    write(chair, Place(Q.SEXUAL_ABUSE), suspected="no")
    return strategy


def checked(viewer, meeting_id):
    return seen(open_desk(viewer, meeting_id).stored)


class TestWriting:
    def test_the_first_word_begins_the_record(self, strategy, write, chair):
        assert open_desk(chair, strategy.id).stored.record is None
        write(chair, THRESHOLD, met="yes", reason="Two injuries")
        desk = open_desk(chair, strategy.id)
        assert desk.state is StrategyRecordState.DRAFT
        assert desk.is_answered(THRESHOLD)
        assert dict(desk.shown.sections)[Q.THRESHOLD] == (
            ("Is the threshold met?", "Yes"),
            ("Why is it met, or not?", "Two injuries"),
        )

    def test_a_colleague_goes_on_where_the_first_stopped(self, strategy, write, chair, coordinator):
        write(chair, THRESHOLD, met="yes", reason="Two injuries")
        write(coordinator, THRESHOLD, met="yes", reason="Two injuries, seen by a doctor")
        kept = open_section(chair, strategy.id, THRESHOLD).kept
        assert (kept.answer["reason"], kept.version, kept.saved_by) == (
            "Two injuries, seen by a doctor",
            2,
            coordinator.name,
        )

    def test_two_who_write_the_same_field_get_both_texts(self, strategy, write, chair, coordinator):
        write(chair, NEXT, text="Mine")
        save_answer(coordinator, strategy.id, NEXT, 1, {"text": "Theirs"})
        with pytest.raises(Conflict) as lost:
            save_answer(chair, strategy.id, NEXT, 1, {"text": "Mine again"})
        assert (lost.value.mine, lost.value.theirs) == ({"text": "Mine again"}, {"text": "Theirs"})
        assert open_section(chair, strategy.id, NEXT).kept.answer == {"text": "Theirs"}

    def test_two_who_write_in_different_fields_never_meet(self, strategy, chair, coordinator):
        save_answer(chair, strategy.id, NEXT, 0, {"text": "Mine"})
        save_answer(coordinator, strategy.id, THRESHOLD, 0, {"met": "no", "reason": "Theirs"})
        assert len(open_desk(chair, strategy.id).stored.answers) == 2

    def test_saying_the_same_again_is_no_conflict_and_leaves_no_line(self, strategy, write, chair, count_queries):
        first = write(chair, NEXT, text="Mine")
        assert save_answer(chair, strategy.id, NEXT, 0, {"text": "Mine"}) == first

    def test_what_cannot_be_kept_is_said_by_field(self, strategy, chair):
        with pytest.raises(Invalid) as refused:
            save_answer(chair, strategy.id, THRESHOLD, 0, {"met": "perhaps", "reason": "x" * 10_001})
        assert set(refused.value.errors) == {"met", "reason"}

    def test_an_agency_writes_what_it_shares_and_nothing_else(self, strategy, viewer, chair):
        police = viewer("a.police.practitioner")
        own = Place(Q.INFORMATION, strategy.invitations["police"].id)
        save_answer(police, strategy.id, own, 0, {"text": "Two calls"})
        assert open_desk(police, strategy.id).own.answer == {"text": "Two calls"}
        assert open_section(chair, strategy.id, own).kept.answer == {"text": "Two calls"}
        gp = strategy.invitations["gp"].id
        for place, refusal in (
            (Place(Q.INFORMATION, gp), NotVisible),
            (Place(Q.JOINED, own.invitation_id), NotVisible),
            (THRESHOLD, NotPermitted),
            (Place(Q.INFORMATION), NotVisible),
            (Place(Q.THRESHOLD, gp), NotVisible),
        ):
            with pytest.raises(refusal):
                save_answer(police, strategy.id, place, 0, {"text": "No"})
            with pytest.raises(refusal):
                open_section(police, strategy.id, place)

    def test_nobody_else_reads_it_before_it_is_signed(self, complete, viewer):
        for name in ("a.gp.lead", "a.manager", "a.school.lead"):
            desk = open_desk(viewer(name), complete.id)
            assert desk.shown is None, name
            assert all(place.invitation_id == complete.invitations["gp"].id for place in desk.stored.answers), name

    @pytest.mark.parametrize("name", ["a.other_gp.lead", "a.second_chair", "b.chair", "b.coordinator"])
    def test_whoever_does_not_see_the_meeting_finds_no_record(self, complete, viewer, name):
        for ask in (lambda who: open_desk(who, complete.id), lambda who: open_section(who, complete.id, NEXT)):
            with pytest.raises(NotVisible):
                ask(viewer(name))

    def test_a_kind_without_the_section_has_no_record(self, world, chair):
        with pytest.raises(NotVisible):
            open_desk(chair, world.meeting("a.initial").id)

    def test_a_missing_child_has_a_block_of_its_own(self, strategy, chair):
        assert Place(Q.MISSING_CHILD) not in open_desk(chair, strategy.id).stored.places
        with writing() as session:
            here = session.get(Meeting, strategy.id)
            here.meeting_type_id = session.scalars(
                select(MeetingType.id).where(
                    MeetingType.partnership_id == here.partnership_id, MeetingType.code == "missing_child_strategy"
                )
            ).one()
        assert Place(Q.MISSING_CHILD) in open_desk(chair, strategy.id).stored.places

    def test_a_partnerships_own_kind_can_have_that_block_and_lose_it(self, strategy, chair, viewer):
        """It is a part that a kind's record has or has not, whatever the kind is called."""
        manager, kind_id = viewer("a.business_manager"), stored(Meeting, strategy.id).meeting_type_id
        before = find_kind(manager, kind_id).details
        with_block = replace(before, sections=before.sections | {RecordSection.MISSING_CHILD})
        describe_kind(manager, kind_id, with_block, version=1)
        assert Place(Q.MISSING_CHILD) in open_desk(chair, strategy.id).stored.places
        save_answer(chair, strategy.id, Place(Q.MISSING_CHILD), 0, {"last_seen": "At the pier"})
        describe_kind(manager, kind_id, before, version=2)
        assert Place(Q.MISSING_CHILD) not in open_desk(chair, strategy.id).stored.places
        describe_kind(manager, kind_id, with_block, version=3)
        assert open_desk(chair, strategy.id).stored.of_meeting[Q.MISSING_CHILD]["last_seen"] == "At the pier"


class TestSigning:
    def test_a_record_that_lacks_something_is_not_signed(self, strategy, write, chair):
        write(chair, THRESHOLD, met="yes", reason="Two injuries")
        with pytest.raises(Invalid) as refused:
            sign_record(chair, strategy.id, checked(chair, strategy.id))
        assert "Say what happens next" in refused.value.errors[""]

    def test_its_chair_signs_and_the_agencies_read_it(self, complete, viewer, chair):
        assert sign_record(chair, complete.id, checked(chair, complete.id)) == 1
        for name in ("a.gp.lead", "a.police.practitioner", "a.manager", "a.coordinator"):
            desk = open_desk(viewer(name), complete.id)
            assert [one.information for one in desk.shown.agencies if one.agency.endswith("GP-QZ")] == ["What gp knows"]
            assert [one.number for one in desk.versions] == [1]

    def test_only_the_chair_signs(self, complete, coordinator, viewer):
        with pytest.raises(NotPermitted):
            sign_record(coordinator, complete.id, checked(coordinator, complete.id))
        with pytest.raises(NotVisible):
            sign_record(viewer("a.second_chair"), complete.id, 1)

    def test_what_was_changed_since_it_was_checked_is_not_signed(self, complete, write, chair, coordinator):
        before = checked(chair, complete.id)
        write(coordinator, NEXT, text="Something else")
        with pytest.raises(Conflict):
            sign_record(chair, complete.id, before)
        assert open_desk(chair, complete.id).state is StrategyRecordState.DRAFT

    def test_once_signed_it_changes_by_an_amendment_alone_and_both_versions_are_read(
        self, complete, write, chair, coordinator, viewer
    ):
        sign_record(chair, complete.id, checked(chair, complete.id))
        with pytest.raises(AlreadySigned) as lost:
            save_answer(chair, complete.id, NEXT, 1, {"text": "Too late"})
        assert lost.value.mine == {"text": "Too late"}
        with pytest.raises(Invalid):
            amend_record(coordinator, complete.id, "  ")
        amend_record(coordinator, complete.id, "A day was wrong")
        write(coordinator, NEXT, text="A visit tomorrow")
        gp = viewer("a.gp.lead")
        assert dict(open_desk(gp, complete.id).shown.sections)[Q.NEXT_STEPS][0][1] == "A visit today"
        assert sign_record(chair, complete.id, checked(chair, complete.id)) == 2
        found = {number: read_version(gp, complete.id, number) for number in (1, 2)}
        says = {number: dict(one.shown.sections)[Q.NEXT_STEPS][0][1] for number, one in found.items()}
        assert says == {1: "A visit today", 2: "A visit tomorrow"}
        assert [one.because for one in found[2].versions] == ["A day was wrong", ""]
        with pytest.raises(NotVisible):
            read_version(gp, complete.id, 3)

    def test_signed_twice_it_is_signed_once(self, complete, chair):
        before = checked(chair, complete.id)
        sign_record(chair, complete.id, before)
        with pytest.raises(AlreadySigned):
            sign_record(chair, complete.id, before)
        assert db.session.scalar(select(StrategyVersion.number).where(StrategyVersion.number == 2)) is None

    def test_while_it_is_amended_an_agency_asks_the_chair(self, complete, chair, viewer):
        sign_record(chair, complete.id, checked(chair, complete.id))
        amend_record(chair, complete.id, "A day was wrong")
        own = Place(Q.INFORMATION, complete.invitations["police"].id)
        with pytest.raises(NotPermitted):
            save_answer(viewer("a.police.lead"), complete.id, own, 1, {"text": "More"})

    @pytest.mark.parametrize(("said", "counted"), [("yes", True), ("no", False)])
    def test_the_meeting_says_of_the_safety_plan_what_was_signed(self, complete, write, chair, said, counted):
        with writing() as session:
            session.get(Meeting, complete.id).interim_safety_plan = not counted
        write(chair, Place(Q.SAFETY_PLAN), exists=said, text="With the grandmother")
        sign_record(chair, complete.id, checked(chair, complete.id))
        assert db.session.get(Meeting, complete.id).interim_safety_plan is counted

    def test_a_late_meeting_says_why(self, complete, write, chair):
        with writing() as session:
            session.get(Meeting, complete.id).in_time = False
        with pytest.raises(Invalid) as refused:
            sign_record(chair, complete.id, checked(chair, complete.id))
        assert refused.value.errors[""] == ["Say why it was late"]
        write(chair, Place(Q.LATE), reasons=["waited_for_agency"])
        write(chair, Place(Q.WAITED_FOR), agencies=[str(complete.invitations["gp"].id)])
        assert sign_record(chair, complete.id, checked(chair, complete.id)) == 1

    def test_before_its_register_is_closed_nothing_is_signed(self, complete, chair):
        with writing() as session:
            session.get(Meeting, complete.id).register_closed_at = None
        with pytest.raises(Invalid) as refused:
            sign_record(chair, complete.id, checked(chair, complete.id))
        assert refused.value.errors[""] == ["Close the register, so that the record says who was there"]


def test_the_meetings_page_says_how_far_it_is(complete, chair, viewer, world):
    def line(who):
        desk = open_desk(who, complete.id)
        return line_for(who, desk.meeting)

    assert (line(chair).words, line(chair).needs_own) == ("Being written", False)
    assert line(viewer("a.police.lead")).needs_own
    sign_record(chair, complete.id, checked(chair, complete.id))
    assert line(chair).words == "Signed (version 1)"
    amend_record(chair, complete.id, "A day was wrong")
    assert line(chair).words == "Signed (version 1), and being amended"


def test_reading_it_is_logged(complete, chair, viewer):
    sign_record(chair, complete.id, checked(chair, complete.id))
    manager = viewer("a.manager")
    open_desk(manager, complete.id)
    rows = db.session.connection().exec_driver_sql(
        f"SELECT verb FROM activity WHERE user_id = {manager.user_id} AND verb IN ('strategy_record.read', 'case.read')"
    )
    assert {row[0] for row in rows} == {"strategy_record.read", "case.read"}


def test_the_record_takes_few_queries_however_much_stands_in_it(complete, chair, count_queries):
    with count_queries() as statements:
        open_desk(chair, complete.id)
    assert len(statements) <= 6
