"""What follows sent minutes: corrections, the decision sheet, what is due on Home, and how much was in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.outcome_vocabulary import CorrectionOutcome, PaperKind
from portal.domain.periods import Days
from portal.domain.vocabulary import MeetingStatus
from portal.models.meetings import Meeting
from portal.models.minutes import SentPaper
from portal.services.changes import changing
from portal.services.home.minutes import written_after
from portal.services.home.tasks import TaskKind
from portal.services.indicators.overview import Share, overview
from portal.services.minutes.corrections import answer_correction, ask_correction
from portal.services.minutes.decision_documents import as_pdf
from portal.services.minutes.reading import read_decisions
from portal.services.minutes.sending import send_decisions, send_minutes
from portal.services.notices.wanted import settle
from portal.services.outcomes.signing import amend_outcome
from tests.services.minutes_steps import memberships, page, told, write
from tests.services.outcome_steps import begins, held, save, sign, without_plans


@pytest.fixture
def past(world):
    """A's conference of May, whose minutes were sent on the first of June."""
    return world.meeting("a.past_initial")


@pytest.fixture
def keeper(viewer):
    """Its chair."""
    return viewer("a.second_chair")


class TestCorrections:
    """What is wrong is asked within its time, and answered."""

    def test_an_agency_asks_and_those_who_wrote_are_told(self, viewer, keeper, past, world):
        asked = ask_correction(viewer("a.police.lead"), past.id, "We were there by video.")
        assert told(NoticeKind.CORRECTION_ASKED, past) == memberships(world, "second_chair", "coordinator")
        found = next(one for one in page(keeper, past).corrections if one.id == asked)
        assert (found.text, found.outcome, found.of_number) == ("We were there by video.", CorrectionOutcome.OPEN, 1)

    def test_others_do_not_read_what_it_asks_for(self, viewer, past):
        ask_correction(viewer("a.police.lead"), past.id, "We were there by video.")
        assert [one.is_own for one in page(viewer("a.police.lead"), past).corrections] == [True]
        assert page(viewer("a.social_care.lead"), past).corrections == ()

    def test_it_is_asked_until_its_day_and_not_after(self, viewer, past):
        last = datetime(2026, 6, 15, 12, tzinfo=UTC)  # ten working days after the first of June
        ask_correction(viewer("a.police.lead", now=last), past.id, "In time.")
        late = viewer("a.police.lead", now=last + timedelta(days=1))
        assert page(late, past).may_ask is False
        with pytest.raises(NotPermitted):
            ask_correction(late, past.id, "Too late.")

    def test_there_is_nothing_to_correct_before_minutes_are_sent(self, viewer, place):
        with pytest.raises(NotPermitted):
            ask_correction(viewer("a.police.lead"), place.id, "Too soon.")

    @pytest.mark.parametrize("name", ["second_chair", "coordinator", "manager"])
    def test_only_agencies_ask(self, viewer, past, name):
        with pytest.raises(NotPermitted):
            ask_correction(viewer(f"a.{name}"), past.id, "Mine.")

    def test_what_is_taken_is_in_the_next_version_and_the_agency_is_told(self, viewer, keeper, past, world):
        (asked,) = page(keeper, past).corrections
        answer_correction(keeper, past.id, asked.id, CorrectionOutcome.TAKEN, "", asked.version)
        assert told(NoticeKind.CORRECTION_ANSWERED, past) == memberships(world, "school.lead", "school.practitioner")
        assert page(keeper, past).taken_corrections == 1
        send_minutes(keeper, past.id, write(keeper, past, "Put right."), "The school was right.")
        (found,) = page(viewer("a.school.lead"), past).corrections
        assert (found.outcome, found.taken_into) == (CorrectionOutcome.TAKEN, 2)
        assert page(keeper, past).taken_corrections == 0

    def test_what_is_not_taken_needs_a_reason(self, keeper, past):
        (asked,) = page(keeper, past).corrections
        with pytest.raises(Invalid) as refused:
            answer_correction(keeper, past.id, asked.id, CorrectionOutcome.NOT_TAKEN, " ", asked.version)
        assert "answer" in refused.value.errors
        answer_correction(keeper, past.id, asked.id, CorrectionOutcome.NOT_TAKEN, "It was so.", asked.version)
        assert page(keeper, past).corrections[0].answer == "It was so."

    def test_it_is_answered_once(self, keeper, coordinator, past):
        (asked,) = page(keeper, past).corrections
        answer_correction(keeper, past.id, asked.id, CorrectionOutcome.NOT_TAKEN, "It was so.", asked.version)
        with pytest.raises(Conflict) as lost:
            answer_correction(coordinator, past.id, asked.id, CorrectionOutcome.TAKEN, "Yes.", asked.version)
        assert "It was so." in lost.value.theirs["Answer"]

    def test_an_answered_one_asks_nobody_any_more(self, viewer, keeper, past, world, system):
        asked = ask_correction(viewer("a.police.lead"), past.id, "We were there by video.")
        user = world.person("a.coordinator").user_id
        with changing(system) as change:
            change.log("notice.opened", "notice", None)
            assert settle(change, [user]) == 0
        db.session.rollback()
        version = next(one.version for one in page(keeper, past).corrections if one.id == asked)
        answer_correction(keeper, past.id, asked, CorrectionOutcome.TAKEN, "", version)
        with changing(system) as change:
            change.log("notice.opened", "notice", None)
            assert settle(change, [user]) == 1

    def test_a_correction_of_another_meeting_is_not_there(self, chair, place, world):
        with pytest.raises(NotVisible):
            answer_correction(
                chair, place.id, world.corrections["a.past_initial.school"], CorrectionOutcome.TAKEN, "", 1
            )


class TestDecisionSheet:
    """The sheet says what is signed; after an amendment it is to be sent again."""

    @pytest.fixture
    def signed(self, chair, place, world):
        """Today's conference, signed."""
        without_plans(world)
        held(place)
        save(chair, place, world, begins(place))
        sign(chair, place)
        return place

    def test_it_is_due_a_working_day_after_and_sent_once(self, chair, coordinator, signed):
        assert page(chair, signed).decisions_due == date(2026, 6, 11)
        assert send_decisions(coordinator, signed.id) == 1
        assert page(chair, signed).decisions_due is None
        with pytest.raises(Invalid):
            send_decisions(chair, signed.id)
        assert told(NoticeKind.DECISIONS_SENT, signed)

    def test_nothing_is_sent_that_is_not_signed(self, chair, place):
        held(place)
        with pytest.raises(Invalid):
            send_decisions(chair, place.id)
        with pytest.raises(NotVisible):
            read_decisions(chair, place.id)

    def test_after_an_amendment_it_is_due_again_and_the_first_sheet_says_what_it_said(self, viewer, signed, world):
        chair = viewer("a.chair")
        send_decisions(chair, signed.id)
        later = viewer("a.chair", now=chair.now + timedelta(hours=1))
        amend_outcome(later, signed.id, world.children["a.1"], 1, "Wrong.", begins(signed, why="Another."))
        assert page(later, signed).decisions_wait
        assert page(later, signed).decisions_due == date(2026, 6, 11)
        after = viewer("a.chair", now=chair.now + timedelta(hours=2))
        assert send_decisions(after, signed.id) == 2
        school = viewer("a.school.lead", now=after.now)
        sheets = [read_decisions(school, signed.id, number).children[0].words["why"] for number in (1, 2)]
        assert sheets == [begins(signed).why, "Another."]

    def test_it_is_a_document_with_every_word_of_it(self, viewer, signed):
        sheet = read_decisions(viewer("a.school.lead"), signed.id)
        reader = PdfReader(BytesIO(as_pdf(viewer("a.school.lead"), sheet)))
        words = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
        for part in ("Nobody got him up for school.", "Sam Patel", "9 September 2026", "OFFICIAL-SENSITIVE"):
            assert part in words

    def test_reading_it_takes_ten_queries(self, viewer, chair, signed, count_queries):
        send_decisions(chair, signed.id)
        for number in (0, 1):
            db.session.rollback()
            with count_queries() as statements:
                read_decisions(viewer("a.school.lead"), signed.id, number)
            assert len(statements) <= 10


class TestDue:
    """What is owed stands on Home, and is counted."""

    def kinds(self, viewer, place=None):
        """The kinds of tasks of a person, of one meeting or of all."""
        db.session.rollback()
        found = written_after(db.session(), viewer)
        return {task.kind: task.due for task in found if place is None or task.meeting_id == place.id}

    def test_the_chair_is_to_sign_then_to_send(self, chair, coordinator, place, world):
        without_plans(world)
        held(place)
        assert self.kinds(chair, place) == {TaskKind.OUTCOMES_TO_SIGN: date(2026, 6, 11)}
        assert self.kinds(coordinator, place) == {}
        save(chair, place, world, begins(place))
        sign(chair, place)
        for who in (chair, coordinator):
            assert self.kinds(who, place) == {TaskKind.DECISIONS_TO_SEND: date(2026, 6, 11)}
        send_decisions(chair, place.id)
        assert self.kinds(chair, place) == {}

    def test_minutes_stand_there_from_three_working_days_before_until_they_are_sent(self, viewer, chair, place):
        held(place)
        for day, expected in ((date(2026, 7, 2), False), (date(2026, 7, 3), True), (date(2026, 8, 20), True)):
            later = viewer("a.chair", now=datetime.combine(day, chair.now.timetz()))
            assert (TaskKind.MINUTES_TO_SEND in self.kinds(later, place)) is expected, day
        send_minutes(chair, place.id, write(chair, place))
        later = viewer("a.chair", now=datetime(2026, 8, 20, 12, tzinfo=UTC))
        assert TaskKind.MINUTES_TO_SEND not in self.kinds(later, place)

    def test_agencies_and_the_manager_owe_nothing(self, viewer, place):
        held(place)
        for name in ("school.lead", "manager", "board"):
            assert self.kinds(viewer(f"a.{name}")) == {}

    def test_it_takes_one_query(self, viewer, coordinator, place, count_queries):
        held(place)
        db.session.rollback()
        with count_queries() as statements:
            assert written_after(db.session(), coordinator) is not None
        assert len(statements) == 1

    def test_minutes_in_time_are_counted_of_those_due(self, viewer, keeper, past):
        may = Days(date(2026, 5, 1), date(2026, 5, 31))
        # Those of the strategy meeting of the twelfth are not due before the tenth of June.
        before = overview(viewer("a.manager"), may).papers
        assert before[PaperKind.MINUTES] == before[PaperKind.DECISIONS] == Share(1, 1)
        later = overview(viewer("a.manager", now=datetime(2026, 6, 30, 12, tzinfo=UTC)), may).papers
        assert later == {PaperKind.DECISIONS: Share(1, 1), PaperKind.MINUTES: Share(1, 2)}
        with writing() as session:
            session.execute(update(SentPaper).values(sent_on=date(2026, 6, 18)))
        late = overview(viewer("a.manager"), may).papers
        assert late == {PaperKind.DECISIONS: Share(0, 1), PaperKind.MINUTES: Share(0, 1)}

    def test_the_board_is_shown_no_small_number_and_an_agency_none_of_the_partnerships(self, viewer, past):
        may = Days(date(2026, 5, 1), date(2026, 5, 31))
        assert overview(viewer("a.board"), may).papers[PaperKind.MINUTES] == Share(None, None)
        assert overview(viewer("a.police.lead"), may).papers == {}
        # Nothing is decided at a meeting that was not quorate, and nothing is written of a day without one.
        with writing() as session:
            session.get_one(Meeting, past.id).status = MeetingStatus.INQUORATE
        assert list(overview(viewer("a.manager"), may).papers) == [PaperKind.MINUTES]
        assert overview(viewer("a.manager"), Days(date(2026, 4, 1), date(2026, 4, 30))).papers == {}
