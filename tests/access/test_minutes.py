"""Who writes and sends minutes, who reads them and their files, and who puts them right."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import files, minutes
from portal.database.session import db, writing
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.vocabulary import Answer, Expectation
from portal.models.files import StoredFile
from portal.models.meetings import Invitation
from portal.models.minutes import MinutesCorrection, MinutesDraft, PaperReading, SentPaper
from tests.access.conftest import who
from tests.access.who import seen_by
from tests.services.rows import change
from tests.world import NOW, TODAY

PAST = set(seen_by()["past_initial"]) | {"both"}
KEEPERS = {"second_chair", "coordinator"}


def all_of(model):
    """Every row of a table, whoever may see it."""
    return list(db.session.scalars(select(model)))


def test_what_was_sent_is_listed_exactly_where_it_may_be_viewed(database, onlookers, ids, rows):
    papers = all_of(SentPaper)
    assert len(papers) == 4
    for onlooker in onlookers:
        viewer = onlooker.viewer

        def may(row, viewer=viewer):
            meeting = rows.meetings[row.meeting_id]
            return minutes.may_view(viewer, row, meeting, rows.own(viewer, meeting))

        assert ids(minutes.visible_to(viewer)) == {row.id for row in papers if may(row)}, onlooker.name


def test_drafts_and_corrections_are_listed_exactly_where_they_may_be_viewed(database, onlookers, ids, rows):
    drafts, corrections = all_of(MinutesDraft), all_of(MinutesCorrection)
    assert (len(drafts), len(corrections)) == (4, 2)
    for onlooker in onlookers:
        viewer = onlooker.viewer

        def may_read(row, viewer=viewer):
            return minutes.may_view_draft(viewer, row, rows.meetings[row.meeting_id])

        def may_view(row, viewer=viewer):
            invitation = rows.invitations[row.invitation_id]
            return minutes.may_view_correction(viewer, row, invitation, rows.meetings[invitation.meeting_id])

        assert ids(minutes.drafts_visible_to(viewer)) == {row.id for row in drafts if may_read(row)}, onlooker.name
        found = {row.id for row in corrections if may_view(row)}
        assert ids(minutes.corrections_visible_to(viewer)) == found, onlooker.name


def test_who_reads_what(database, onlookers, world, rows):
    paper = db.session.get_one(SentPaper, world.papers["a.past_initial.minutes"])
    meeting = rows.meetings[paper.meeting_id]
    assert who(onlookers, lambda v: minutes.may_view(v, paper, meeting, rows.own(v, meeting))) == PAST
    correction = db.session.get_one(MinutesCorrection, world.corrections["a.past_initial.school"])
    invitation = rows.invitations[correction.invitation_id]
    asked = who(onlookers, lambda v: minutes.may_view_correction(v, correction, invitation, meeting))
    assert asked == KEEPERS | {"manager", "school.lead", "school.practitioner"}
    assert who(onlookers, lambda v: minutes.may_answer(v, correction, meeting)) == KEEPERS


def test_receipts_are_for_those_who_run_the_meeting_and_of_itself_for_an_agency(database, onlookers, world):
    police = all_of(PaperReading)
    assert len(police) == 2
    paper_id = world.papers["a.past_initial.minutes"]

    def sees(viewer) -> bool:
        found = db.session.scalars(minutes.readings_visible_to(viewer).where(PaperReading.paper_id == paper_id))
        return bool(found.all())

    own = {"police.lead", "police.practitioner", "both"}
    assert who(onlookers, sees) == KEEPERS | {"manager"} | own


@pytest.mark.parametrize(
    ("key", "writes", "sends"),
    [
        ("a.initial", {"chair", "coordinator"}, set()),
        ("a.strategy", {"chair", "coordinator"}, {"chair", "coordinator"}),
        ("a.past_initial", KEEPERS, KEEPERS),
        ("a.review", set(), set()),
        ("a.cancelled", set(), set()),
    ],
)
def test_who_writes_and_who_sends(onlookers, world, rows, key, writes, sends):
    meeting = rows.meetings[world.meeting(key).id]
    assert who(onlookers, lambda viewer: minutes.may_write(viewer, meeting)) == writes
    assert who(onlookers, lambda viewer: minutes.may_send(viewer, meeting)) == sends


def test_an_agency_asks_for_corrections_of_its_own_until_the_day(database, onlookers, world, rows):
    place = world.meeting("a.past_initial")
    meeting = rows.meetings[place.id]
    paper = db.session.get_one(SentPaper, world.papers["a.past_initial.minutes"])
    sheet = db.session.get_one(SentPaper, world.papers["a.past_initial.decisions"])
    invitation = rows.invitations[place.invitations["school"].id]
    for row, day, expected in (
        (paper, TODAY, {"school.lead", "school.practitioner"}),
        (paper, None, {"school.lead", "school.practitioner"}),
        (paper, TODAY.replace(day=9), set()),
        (sheet, TODAY, set()),
    ):
        may = who(onlookers, lambda v, r=row, d=day: minutes.may_ask_correction(v, meeting, invitation, r, d))
        assert may == expected


def test_a_file_of_minutes_is_seen_as_the_minutes_are(database, onlookers, world):
    sent, drafted = _file(world), _file(world)
    change(SentPaper, world.papers["a.past_initial.minutes"], file_id=sent)
    draft = db.session.scalar(
        select(MinutesDraft.id).where(MinutesDraft.meeting_id == world.meeting("a.past_initial").id)
    )
    change(MinutesDraft, draft, file_id=drafted)
    db.session.rollback()

    def sees(file_id):
        return who(onlookers, lambda v: bool(db.session.scalar(files.visible_to(v).where(StoredFile.id == file_id))))

    assert sees(sent) == PAST
    assert sees(drafted) == KEEPERS
    stored = db.session.get_one(StoredFile, sent)
    coordinator = next(one.viewer for one in onlookers if one.person.key == "a.coordinator")
    for reads in (True, False):
        assert files.may_view(coordinator, stored, reads_report=False, reads_answer=False, reads_minutes=reads) is reads


@pytest.mark.parametrize("values", [{"expectation": Expectation.NOT_RELEVANT}, {"answer": Answer.NOT_OURS}])
def test_an_agency_that_has_no_part_any_more_sees_none(database, world, viewer_of, ids, values):
    school = viewer_of(world.person("a.school.lead"))
    paper = world.papers["a.past_initial.minutes"]
    assert paper in ids(minutes.visible_to(school))
    change(Invitation, world.meeting("a.past_initial").invitations["school"].id, **values)
    db.session.rollback()
    assert paper not in ids(minutes.visible_to(school))
    assert ids(minutes.corrections_visible_to(school)) == set()


def _file(world) -> int:
    """A file of A that is nobody's yet."""
    stored = StoredFile(
        partnership_id=world.partnerships["a"],
        agency_id=None,
        purpose=FilePurpose.MEETING_MINUTES,
        status=FileStatus.CLEAN,
        name="minutes.pdf",
        media_type="application/pdf",
        size=1,
        store_name=f"{len(all_of(StoredFile)):064d}",
        wrapped_key=b"key",
        key_id="k",
        given_at=NOW,
        given_by_id=world.person("a.coordinator").user_id,
    )
    with writing() as session:
        session.add(stored)
        session.flush()
        return stored.id
