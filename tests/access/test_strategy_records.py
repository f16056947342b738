"""Who reads a strategy record and its parts, by query and row by row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import strategy_records as access
from portal.database.session import db
from portal.domain.strategy_vocabulary import StrategyQuestion, StrategyRecordState
from portal.domain.vocabulary import MeetingStatus
from portal.models.strategy_records import StrategyAnswer, StrategyRecord, StrategyVersion
from tests.access.conftest import who
from tests.access.who import seen_by

SEEN = seen_by()["strategy"]
# Somebody with a hat in each partnership is police in A.
SEES = {*SEEN, "both"}
KEEPERS = {"chair", "coordinator"}


@pytest.fixture
def records(database) -> dict[int, StrategyRecord]:
    """Every record there is."""
    return {row.id: row for row in db.session.scalars(select(StrategyRecord))}


@pytest.fixture
def record(records, world) -> StrategyRecord:
    """A's."""
    return next(row for row in records.values() if row.meeting_id == world.meeting("a.strategy").id)


def test_a_record_is_listed_exactly_where_it_may_be_viewed(records, rows, onlookers, ids):
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in records.values()
            for meeting in (rows.meetings[row.meeting_id],)
            if access.may_view(viewer, row, meeting, rows.own(viewer, meeting))
        }
        assert ids(access.visible_to(viewer)) == may, onlooker.name


def test_an_answer_is_listed_exactly_where_it_may_be_viewed(records, rows, onlookers, ids):
    answers = list(db.session.scalars(select(StrategyAnswer)))
    assert len(answers) > 10
    for onlooker in onlookers:
        viewer = onlooker.viewer
        may = {
            row.id
            for row in answers
            for record in (records[row.record_id],)
            for meeting in (rows.meetings[record.meeting_id],)
            if access.may_view_answer(viewer, row, record, meeting, rows.own(viewer, meeting))
        }
        assert ids(access.answers_visible_to(viewer)) == may, onlooker.name


def test_what_was_signed_is_read_by_whoever_sees_the_meeting(onlookers, record):
    def reads(viewer):
        versions = access.versions_visible_to(viewer).where(StrategyVersion.record_id == record.id)
        return db.session.scalar(versions) is not None

    assert who(onlookers, reads) == SEES


def test_before_it_is_signed_only_those_who_keep_it_see_it(onlookers, record, rows, ids):
    record.signed_number = 0
    meeting = rows.meetings[record.meeting_id]
    assert who(onlookers, lambda v: access.may_view(v, record, meeting, rows.own(v, meeting))) == KEEPERS


def test_an_agency_reads_of_what_is_written_its_own_alone(onlookers, record, rows, world):
    place = world.meeting("a.strategy")
    meeting = rows.meetings[place.id]
    answers = list(db.session.scalars(select(StrategyAnswer).where(StrategyAnswer.record_id == record.id)))
    for name, people in (
        ("police", {"police.lead", "police.practitioner", "both"}),
        ("gp", {"gp.lead", "gp.practitioner"}),
    ):
        shared = next(
            row
            for row in answers
            if row.question is StrategyQuestion.INFORMATION and row.invitation_id == place.invitations[name].id
        )
        reads = who(onlookers, lambda v, a=shared: access.may_view_answer(v, a, record, meeting, rows.own(v, meeting)))
        assert reads == people | KEEPERS
    other = next(row for row in answers if row.question is StrategyQuestion.THRESHOLD)
    assert who(onlookers, lambda v: access.may_view_answer(v, other, record, meeting, rows.own(v, meeting))) == KEEPERS


def test_nothing_is_read_through_another_record_or_meeting(onlookers, record, records, rows, world):
    answer = db.session.scalars(select(StrategyAnswer).where(StrategyAnswer.record_id == record.id)).first()
    meeting, elsewhere = rows.meetings[record.meeting_id], rows.meetings[world.meeting("a.initial").id]
    other = next(row for row in records.values() if row.id != record.id)
    wrong = ((record, elsewhere), (other, meeting), (other, rows.meetings[other.meeting_id]))
    for its, at in wrong:
        assert who(onlookers, lambda v, i=its, a=at: access.may_view_answer(v, answer, i, a, rows.own(v, a))) == set()
    assert who(onlookers, lambda v: access.may_view(v, record, elsewhere, rows.own(v, elsewhere))) == set()


@pytest.mark.parametrize(
    ("state", "writes", "signs", "amends"),
    [
        (StrategyRecordState.DRAFT, KEEPERS, {"chair"}, set()),
        (StrategyRecordState.SIGNED, set(), set(), KEEPERS),
        (StrategyRecordState.AMENDING, KEEPERS, {"chair"}, set()),
    ],
)
def test_who_writes_signs_and_amends_when(onlookers, record, rows, state, writes, signs, amends):
    record.state = state
    meeting = rows.meetings[record.meeting_id]
    assert who(onlookers, lambda v: access.may_write(v, meeting, record)) == writes
    assert who(onlookers, lambda v: access.may_sign(v, meeting, record)) == signs
    assert who(onlookers, lambda v: access.may_amend(v, meeting, record)) == amends
    police = rows.invitations[next(i.id for i in rows.invitations.values() if i.meeting_id == meeting.id)]
    shares = who(onlookers, lambda v: access.may_share(v, meeting, police, record))
    assert bool(shares) is (state is StrategyRecordState.DRAFT)


def test_of_a_cancelled_meeting_there_is_nothing_to_write(onlookers, record, rows):
    meeting = rows.meetings[record.meeting_id]
    meeting.status = MeetingStatus.CANCELLED
    assert who(onlookers, lambda v: access.may_write(v, meeting, None)) == set()
