"""Who may have a report, in which order reports stand, and what may be wrong with what is recorded of a family."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.bundle_vocabulary import MaySee
from portal.domain.deadlines import ReportState, report_state
from portal.domain.family_vocabulary import FamilyRelation
from portal.domain.report_bundles import SHARING_QUESTION, STANDARD_ORDER, for_family, may_see, place_of
from portal.domain.report_sharing import (
    FamilyReader,
    Seen,
    behind,
    is_outdated,
    readers_of,
    sharing_faults,
    talk_faults,
    unseen_by,
    waiver_faults,
)
from portal.domain.sharing_vocabulary import FAMILY_READERS, NotNeededReason, ShareWay, WithheldReason
from portal.domain.vocabulary import AgencyType, Expectation, MeetingStatus
from tests.report_forms import FIRST_FORM
from tests.services.bundle_steps import SHARED_FORM

TODAY = date(2026, 6, 10)
MOTHER = FamilyReader(FamilyRelation.MOTHER, 1, "Ann")
FATHER = FamilyReader(FamilyRelation.FATHER, 2, "Bob")
CHILD = FamilyReader(FamilyRelation.CHILD, 3, "Robin")
SHOWN = Seen("person-1", shared_on=TODAY, way=ShareWay.IN_PERSON, shared_by="The health visitor")


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("family", MaySee.FAMILY),
        ("agencies", MaySee.AGENCIES),
        ("read_out", MaySee.READ_OUT),
        ("", MaySee.AGENCIES),
        ("whoever_asks", MaySee.READ_OUT),
    ],
)
def test_who_may_have_a_report_is_what_its_agency_said_and_the_strictest_where_nobody_knows_it(said, who):
    assert may_see(SHARED_FORM, {SHARING_QUESTION: said}) is who


def test_a_template_that_does_not_ask_is_for_the_family():
    assert may_see(FIRST_FORM, {SHARING_QUESTION: "read_out"}) is MaySee.FAMILY
    assert for_family(SHARED_FORM) == {"worries"}


def test_every_kind_of_agency_has_its_place():
    assert sorted(STANDARD_ORDER) == sorted(AgencyType)
    assert place_of(AgencyType.SOCIAL_CARE, "Z") < place_of(AgencyType.POLICE, "A") < place_of(AgencyType.POLICE, "b")


def test_the_report_of_a_shipped_template_of_the_police_asks_in_these_words():
    said = (Path(__file__).parents[2] / "portal/report_templates/police.yaml").read_text()
    assert f"code: {SHARING_QUESTION}" in said
    for one in MaySee:
        assert f"code: {one.value}, label" in said


def test_a_shared_report_says_when_how_and_by_whom():
    known = {"person-1"}
    assert sharing_faults(SHOWN, known, TODAY) == {}
    empty = sharing_faults(Seen("somebody"), known, TODAY)
    assert set(empty) == {"reader", "shared_on", "way", "shared_by"}
    ahead = Seen("person-1", shared_on=TODAY + timedelta(1), way=ShareWay.POST, shared_by="A")
    assert set(sharing_faults(ahead, known, TODAY)) == {"shared_on"}
    assert set(sharing_faults(Seen("person-1", TODAY, ShareWay.POST, "x" * 121, "A"), known, TODAY)) == {"language"}


def test_a_withheld_one_says_why_and_in_words_where_the_reason_says_too_little():
    known = {"person-1"}
    assert sharing_faults(Seen("person-1", withheld=WithheldReason.COURT_ORDER), known, TODAY) == {}
    assert set(sharing_faults(Seen("person-1", withheld=WithheldReason.SOMETHING_ELSE), known, TODAY)) == {"words"}
    assert set(waiver_faults(NotNeededReason.SOMETHING_ELSE, " ")) == {"words"}
    assert waiver_faults(NotNeededReason.COVERED, "") == {}
    assert set(waiver_faults(NotNeededReason.COVERED, "x" * 2001)) == {"words"}


def test_a_talk_has_a_day_somebody_and_words():
    assert set(talk_faults(None, "", " ", TODAY)) == {"talked_on", "talked_with", "said"}
    assert set(talk_faults(TODAY + timedelta(1), "A GP", "Words", TODAY)) == {"talked_on"}
    assert talk_faults(TODAY, "A GP", "Words", TODAY) == {}


def test_parents_of_whom_nothing_is_recorded_are_gaps_and_children_are_not():
    named = (MOTHER, FATHER, CHILD)
    assert unseen_by(named, []) == (MOTHER, FATHER)
    assert unseen_by(named, [(1, FamilyRelation.MOTHER)]) == (FATHER,)
    assert unseen_by(named, [(None, FamilyRelation.FATHER)]) == (MOTHER,), "recorded before the record named him"


NOON = datetime(2026, 6, 10, 11, tzinfo=UTC)
MORNING, EVENING = NOON - timedelta(hours=3), NOON + timedelta(hours=6)


@pytest.mark.parametrize(
    ("shared_on", "recorded_at", "added_at", "is_late"),
    [
        (TODAY, MORNING, None, False),
        (TODAY, MORNING, NOON, True),
        (TODAY, EVENING, NOON, False),
        (TODAY - timedelta(1), EVENING, NOON, True),
        (None, MORNING, NOON, False),
    ],
)
def test_what_somebody_was_shown_is_outdated_once_it_was_added_to(shared_on, recorded_at, added_at, is_late):
    assert is_outdated(shared_on, recorded_at, added_at) is is_late


def test_behind_are_parents_who_know_only_what_it_said_before():
    assert behind([(MOTHER, True), (FATHER, False), (CHILD, True)]) == (MOTHER,)
    assert behind([(MOTHER, True), (MOTHER, False)]) == ()
    assert behind([(MOTHER, False), (MOTHER, True)]) == ()
    assert behind([]) == ()


@given(st.sets(st.sampled_from(FAMILY_READERS)))
def test_everybody_can_be_chosen_whoever_the_record_names(relations):
    named = [FamilyReader(one, number, "Name") for number, one in enumerate(sorted(relations), 1)]
    offered = readers_of(named, FAMILY_READERS)
    assert {one.relation for one in offered} == set(FAMILY_READERS)
    assert len({one.key for one in offered}) == len(offered) == len(FAMILY_READERS)


def test_a_report_that_came_after_the_meeting_is_told_from_one_that_was_only_late():
    def state(received_on: date, held_on: date | None) -> ReportState:
        return report_state(
            expectation=Expectation.EXPECTED,
            status=MeetingStatus.HELD,
            due=date(2026, 6, 5),
            received_on=received_on,
            today=TODAY + timedelta(30),
            held_on=held_on,
        )

    assert state(date(2026, 6, 5), TODAY) is ReportState.SENT
    assert state(TODAY, TODAY) is ReportState.SENT_LATE
    assert state(TODAY + timedelta(1), TODAY) is ReportState.AFTER_MEETING
    assert state(TODAY + timedelta(1), None) is ReportState.SENT_LATE
