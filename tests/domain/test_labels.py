"""Labels: every value of every list has words, and no two values of a list share them."""

from __future__ import annotations

import inspect
from enum import StrEnum

import pytest

from portal.domain import (
    audit_vocabulary,
    board_vocabulary,
    bundle_vocabulary,
    contest_vocabulary,
    escalation_vocabulary,
    family_vocabulary,
    improvement_vocabulary,
    meeting_vocabulary,
    outcome_vocabulary,
    plans,
    restriction_vocabulary,
    sample_vocabulary,
    scheduling_vocabulary,
    scrutiny_vocabulary,
    sharing_vocabulary,
    strategy_vocabulary,
    vocabulary,
    withdrawal_vocabulary,
)
from portal.domain.deadlines import ReportState
from portal.domain.due_rules import Unit
from portal.domain.labels import LABELS, any_of, choices, in_words, label, listed, short_label
from portal.domain.report_vocabulary import AnswerKind, TemplateState
from portal.domain.return_links import LinkEnd
from portal.domain.saved_views import SendEvery
from portal.domain.vocabulary import (
    HEALTH_TYPES,
    AgencyType,
    Answer,
    Attendance,
    Expectation,
    MeetingKind,
    ReportStatus,
)

LISTS = [
    found
    for words in (
        vocabulary,
        audit_vocabulary,
        board_vocabulary,
        bundle_vocabulary,
        contest_vocabulary,
        escalation_vocabulary,
        family_vocabulary,
        improvement_vocabulary,
        meeting_vocabulary,
        outcome_vocabulary,
        plans,
        restriction_vocabulary,
        sample_vocabulary,
        scheduling_vocabulary,
        scrutiny_vocabulary,
        sharing_vocabulary,
        strategy_vocabulary,
        withdrawal_vocabulary,
    )
    for _, found in inspect.getmembers(words, inspect.isclass)
    if issubclass(found, StrEnum) and found.__module__ == words.__name__
]

ELSEWHERE = (AnswerKind, LinkEnd, ReportState, SendEvery, TemplateState, Unit)
"""Lists that pages show too, and that stand beside others that they do not."""


def test_every_list_of_the_vocabulary_has_labels() -> None:
    assert {AgencyType, Attendance, Answer} < set(LISTS)
    assert {*LISTS, *ELSEWHERE} == set(LABELS)


@pytest.mark.parametrize("values", [*LISTS, *ELSEWHERE])
def test_every_value_has_words_of_its_own(values: type[StrEnum]) -> None:
    full = [label(value) for value in values]
    short = [short_label(value) for value in values]
    for words in (full, short):
        assert len(set(words)) == len(words)
        for text in words:
            assert text == text.strip()
            assert not text[0].islower()
            assert "_" not in text
            assert "'" not in text, "pages have typographic apostrophes"
    assert all(len(brief) <= len(long) for brief, long in zip(short, full, strict=True))
    assert all(len(brief) <= 20 for brief in short)


def test_labels_are_the_fields_words() -> None:
    assert label(MeetingKind.INITIAL_CONFERENCE) == "Initial child protection conference"
    assert short_label(MeetingKind.INITIAL_CONFERENCE) == "Initial conference"
    assert label(AgencyType.GP) == "GP"
    assert label(AgencyType.HEALTH_VISITING) == "Health visiting"
    assert label(Answer.ATTEND) == "Will come"
    assert short_label(Attendance.NO_RESPONSE) == "Absent"


def test_one_value_in_two_lists_has_two_labels() -> None:
    assert Answer.REPORT_ONLY == Expectation.REPORT_ONLY
    assert label(Answer.REPORT_ONLY) == "Will send a report only"
    assert label(Expectation.REPORT_ONLY) == "Expected to report, need not come"


def test_the_same_thing_has_the_same_word_everywhere() -> None:
    assert label(ReportStatus.SUBMITTED) == label(ReportState.SENT) == "Sent"
    assert short_label(Answer.APOLOGIES) == short_label(Attendance.APOLOGIES) == "Apologies"


def test_choices_are_pairs_in_order() -> None:
    assert choices(Answer)[:2] == [("attend", "Will come"), ("deputy", "A deputy will come")]
    assert choices([Attendance.VIDEO]) == [("video", "By video")]


def test_agency_types_stand_in_a_sentence_in_the_vocabularys_order() -> None:
    assert in_words(AgencyType)[:4] == ["social care", "police", "a GP", "a school"]
    assert len(in_words(AgencyType)) == len(AgencyType)
    assert in_words({AgencyType.SCHOOL, AgencyType.POLICE}) == ["police", "a school"]
    assert any_of(HEALTH_TYPES) == "a health agency"
    assert any_of(HEALTH_TYPES - {AgencyType.GP}) == "health visiting, school nursing, a hospital or mental health"
    assert any_of(frozenset({AgencyType.GP})) == "a GP"


def test_words_are_listed_as_a_sentence_does() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
