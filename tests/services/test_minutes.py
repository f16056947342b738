"""Minutes: written by chair and coordinator, sent in versions that never change, and opened by the agencies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.audit_vocabulary import FilePurpose, FileStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.minutes import MINUTES_LIMIT
from portal.models.files import StoredFile
from portal.models.messages import Notice
from portal.models.minutes import MinutesCorrection, MinutesDraft, PaperReading, SentPaper
from portal.services.file_reading import HeldBack, open_file
from portal.services.minutes.drafting import attach_minutes, open_desk, remove_file, save_minutes
from portal.services.minutes.papers import papers_page
from portal.services.minutes.reading import read_minutes
from portal.services.minutes.sending import send_minutes
from tests.services.minutes_steps import DUE, given, memberships, page, told, write
from tests.services.outcome_steps import held
from tests.services.racing import at_once
from tests.services.rows import trail


@pytest.fixture
def past(world):
    """A's conference of May, whose minutes were sent on the first of June."""
    return world.meeting("a.past_initial")


@pytest.fixture
def keeper(viewer):
    """Its chair."""
    return viewer("a.second_chair")


class TestWriting:
    """The draft, for those who keep the record."""

    def test_chair_and_coordinator_write_on_one_text(self, chair, coordinator, place):
        assert write(chair, place, "Begun.") == 1
        assert write(coordinator, place, "Begun, and gone on with.") == 2
        assert open_desk(chair, place.id).text == "Begun, and gone on with."

    def test_the_same_text_again_is_no_new_version(self, chair, place):
        write(chair, place)
        assert write(chair, place) == 1
        assert trail("minutes.saved", place.id) == 1

    def test_of_two_at_once_the_second_gets_both_texts(self, app, chair, coordinator, place):
        answers = at_once(
            app,
            lambda: save_minutes(chair, place.id, 0, "Mine."),
            lambda: save_minutes(coordinator, place.id, 0, "Theirs."),
        )
        (lost,) = [answer for answer in answers if isinstance(answer, Conflict)]
        db.session.rollback()
        assert {lost.mine["text"], lost.theirs["text"]} == {"Mine.", "Theirs."}
        assert lost.theirs["text"] == open_desk(chair, place.id).text

    def test_nobody_else_reads_or_writes_it(self, viewer, chair, place):
        write(chair, place)
        for name in ("manager", "school.lead"):
            with pytest.raises(NotPermitted):
                open_desk(viewer(f"a.{name}"), place.id)
        for name in ("second_chair", "other_gp.lead"):
            with pytest.raises(NotVisible):
                open_desk(viewer(f"a.{name}"), place.id)

    def test_nothing_is_written_before_the_day_nor_of_a_cancelled_meeting(self, coordinator, world):
        for key in ("a.review", "a.cancelled"):
            with pytest.raises(NotPermitted):
                save_minutes(coordinator, world.meeting(key).id, 0, "Too soon.")

    def test_it_may_be_as_long_as_the_limit(self, chair, place):
        with pytest.raises(Invalid) as refused:
            write(chair, place, "x" * (MINUTES_LIMIT + 1))
        assert "text" in refused.value.errors
        assert write(chair, place, "x" * MINUTES_LIMIT) == 1


class TestSending:
    """A version is cut, and the agencies are told."""

    def test_they_are_sent_once_the_register_is_closed(self, chair, place):
        version = write(chair, place)
        with pytest.raises(NotPermitted):
            send_minutes(chair, place.id, version)
        held(place)
        assert send_minutes(chair, place.id, version) == 1
        (sent,) = page(chair, place).minutes
        assert (sent.number, sent.due_on, sent.is_late) == (1, DUE, False)

    def test_every_agency_that_has_a_part_is_told_without_content(self, chair, place, world):
        held(place)
        send_minutes(chair, place.id, write(chair, place, "A secret."))
        people = memberships(world, "gp.lead", "gp.practitioner", "school.lead", "school.practitioner")
        without = memberships(world, "other_gp.lead", "chair", "manager")
        found = told(NoticeKind.MINUTES_SENT, place)
        assert people <= found
        assert not without & found
        words = set(db.session.scalars(select(Notice.what).where(Notice.kind == NoticeKind.MINUTES_SENT)))
        assert words == {"Initial child protection conference, Wednesday 10 June"}

    def test_the_coordinator_sends_them_too_and_an_agency_does_not(self, viewer, coordinator, place):
        held(place)
        version = write(coordinator, place)
        with pytest.raises(NotPermitted):
            send_minutes(viewer("a.school.lead"), place.id, version)
        assert send_minutes(coordinator, place.id, version) == 1

    def test_nothing_is_sent_that_says_nothing_or_was_changed_since(self, chair, coordinator, place):
        held(place)
        with pytest.raises(Invalid) as refused:
            send_minutes(chair, place.id, 0)
        assert "text" in refused.value.errors
        version = write(chair, place)
        write(coordinator, place, "Changed since.")
        with pytest.raises(Conflict):
            send_minutes(chair, place.id, version)

    def test_a_further_version_says_what_is_different_and_the_first_stays(self, chair, viewer, place):
        held(place)
        send_minutes(chair, place.id, write(chair, place, "First."))
        with pytest.raises(Invalid) as refused:
            send_minutes(chair, place.id, open_desk(chair, place.id).version, "Nothing.")
        assert "text" in refused.value.errors
        version = write(chair, place, "Second.")
        with pytest.raises(Invalid) as refused:
            send_minutes(chair, place.id, version)
        assert "because" in refused.value.errors
        assert send_minutes(chair, place.id, version, "A name was wrong.") == 2
        school = viewer("a.school.lead")
        assert [read_minutes(school, place.id, number).paper.text for number in (1, 2)] == ["First.", "Second."]

    def test_it_is_sent_once_whoever_presses_twice(self, app, chair, place):
        held(place)
        version = write(chair, place)
        answers = at_once(app, *[lambda: send_minutes(chair, place.id, version)] * 2)
        assert sorted(answer == 1 for answer in answers) == [False, True]
        assert len(page(chair, place).minutes) == 1

    def test_a_file_is_sent_in_place_of_a_text_and_the_version_keeps_it(self, chair, viewer, place, use_filing):
        use_filing(passes_unscanned=True)
        held(place)
        kept = attach_minutes(chair, place.id, [given("minutes.pdf")])
        assert (kept.purpose, kept.agency_id) == (FilePurpose.MEETING_MINUTES, None)
        school = viewer("a.school.lead")
        with pytest.raises(NotVisible):
            open_file(school, kept.id)
        send_minutes(chair, place.id, open_desk(chair, place.id).version)
        assert read_minutes(school, place.id, 1).file.id == kept.id
        assert b"".join(open_file(school, kept.id)[1]).startswith(b"%PDF")
        with pytest.raises(NotVisible):
            open_file(viewer("a.other_gp.lead"), kept.id)
        attach_minutes(chair, place.id, [given("again.pdf")])
        assert db.session.get(StoredFile, kept.id) is not None, "what was sent is kept"

    def test_a_file_that_is_still_being_checked_is_not_sent(self, chair, place, use_filing):
        use_filing(passes_unscanned=False)
        held(place)
        kept = attach_minutes(chair, place.id, [given("minutes.pdf")])
        assert kept.status is FileStatus.QUARANTINED
        with pytest.raises(Invalid) as refused:
            send_minutes(chair, place.id, open_desk(chair, place.id).version)
        assert "files" in refused.value.errors
        with pytest.raises(HeldBack):
            open_file(chair, kept.id)

    def test_a_file_that_was_taken_out_is_gone(self, chair, place):
        kept = attach_minutes(chair, place.id, [given("minutes.pdf")])
        remove_file(chair, place.id)
        db.session.rollback()
        assert db.session.get(StoredFile, kept.id) is None
        with pytest.raises(NotVisible):
            remove_file(chair, place.id)

    def test_one_file_at_a_time(self, chair, place):
        with pytest.raises(Invalid) as refused:
            attach_minutes(chair, place.id, [given("one.pdf"), given("two.pdf")])
        assert "files" in refused.value.errors
        assert not db.session.scalar(
            select(func.count()).select_from(MinutesDraft).where(MinutesDraft.meeting_id == place.id)
        )


class TestReading:
    """Whoever sees the meeting reads what was sent; the first of each agency is noted."""

    def test_the_first_of_an_agency_is_its_receipt(self, viewer, keeper, past, world):
        first, second = viewer("a.school.practitioner"), viewer("a.school.lead")
        later = viewer("a.school.lead", now=second.now + timedelta(hours=1))
        read_minutes(first, past.id, 1)
        read_minutes(later, past.id, 1)
        (sent,) = page(keeper, past).minutes
        receipts = {one.agency_name: one for one in sent.receipts}
        school = receipts[world.agency_names["a.school"]]
        assert (school.read_by, school.read_at) == (first.name, first.now)
        assert sent.opened == 2, "the police and the school"
        assert receipts[world.agency_names["a.social_care"]].read_at is None

    def test_those_who_run_the_meeting_leave_no_receipt(self, viewer, keeper, past):
        before = db.session.scalar(select(func.count()).select_from(PaperReading))
        for who in (keeper, viewer("a.manager"), viewer("a.coordinator")):
            read_minutes(who, past.id, 1)
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(PaperReading)) == before

    def test_an_agency_sees_whether_its_own_has_read_and_nobody_elses(self, viewer, past):
        police, school = page(viewer("a.police.lead"), past), page(viewer("a.school.lead"), past)
        assert (police.minutes[0].is_read, school.minutes[0].is_read) == (True, False)
        assert police.minutes[0].receipts == ()

    def test_an_agency_without_a_part_sees_none(self, viewer, past, place):
        for who, where in (("a.gp.lead", past), ("a.other_gp.lead", place)):
            with pytest.raises(NotVisible):
                papers_page(viewer(who), where.id)
            with pytest.raises(NotVisible):
                read_minutes(viewer(who), where.id, 1)

    def test_a_version_that_was_never_sent_is_not_there(self, keeper, past):
        for number in (0, 2):
            with pytest.raises(NotVisible):
                read_minutes(keeper, past.id, number)

    def test_the_page_takes_ten_queries_however_many_versions(self, keeper, viewer, past, count_queries):
        for number in range(2, 5):
            version = write(keeper, past, f"Version {number}.")
            send_minutes(keeper, past.id, version, "More.")
        for who in (keeper, viewer("a.school.lead")):
            db.session.rollback()
            with count_queries() as statements:
                assert len(papers_page(who, past.id).minutes) == 4
            assert len(statements) <= 10


def test_no_text_lies_in_the_tables_in_the_clear(keeper, past):
    for model, column in (
        (SentPaper, "text"),
        (MinutesDraft, "text"),
        (MinutesCorrection, "text"),
    ):
        table = model.__table__
        raw = db.session.connection().exec_driver_sql(f"SELECT {column} FROM {table.name}").scalars().all()
        assert [one for one in raw if one is not None]
        assert all(b"ZQ-" not in bytes(one) for one in raw if one is not None)
