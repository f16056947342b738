"""The two frameworks that come with the portal: enough is asked, of everybody, and nothing is left out."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from portal.domain.audit_vocabulary import ScaleKind, SchoolPhase, SignOffStep
from portal.domain.vocabulary import AgencyType
from portal.gateways.framework_files import SHIPPED, read, shipped

SECTION_11, SCHOOLS = "section-11", "section-175-157"


@pytest.fixture(params=SHIPPED)
def framework(request):
    return shipped(request.param)


def test_both_are_read_without_a_fault():
    assert [read(name).code for name in SHIPPED] == [SECTION_11, SCHOOLS]


def test_section_11_has_eight_core_standards_of_five_questions_that_everybody_answers_and_local_ones():
    standards = shipped(SECTION_11).standards
    core = [standard for standard in standards if standard.summary.startswith("Core standard")]
    assert core == list(standards[:8])
    for standard in core:
        assert sum(not question.agency_types for question in standard.questions) >= 5, standard.code
    assert [standard.code for standard in standards[8:]] == [
        "whistleblowing",
        "commissioning",
        "equality",
        "exploitation",
    ]
    assert all(len(standard.questions) >= 3 for standard in standards)


def test_the_schools_audit_has_twenty_themes_and_seventy_questions():
    schools = shipped(SCHOOLS)
    assert len(schools.standards) >= 20
    assert len(schools.questions) >= 70


def test_every_agency_type_answers_one_of_the_two():
    asked = [agency_type for name in SHIPPED for agency_type in shipped(name).agency_types]
    assert Counter(asked) == Counter(AgencyType)


@pytest.mark.parametrize("agency_type", sorted(set(AgencyType) - {AgencyType.SCHOOL}))
def test_each_agency_type_is_asked_at_least_forty_questions_of_section_11(agency_type):
    assert len(list(shipped(SECTION_11).questions_for(agency_type))) >= 40


@pytest.mark.parametrize("phase", SchoolPhase)
def test_schools_of_every_age_are_asked_most_and_not_all(phase):
    asked = list(shipped(SCHOOLS).questions_for(AgencyType.SCHOOL, phase))
    assert 55 <= len(asked) < len(shipped(SCHOOLS).questions)


@pytest.mark.parametrize(
    ("code", "phases"),
    [
        ("paediatric-first-aid", "early_years primary all_through"),
        ("work-placements", "secondary all_through post_16 special"),
        ("adults-beside-children", "post_16"),
        ("youth-images", "primary secondary all_through post_16 special"),
    ],
)
def test_ages_differ_where_the_work_does(code, phases):
    asked = {
        phase
        for phase in SchoolPhase
        if code in {question.code for question in shipped(SCHOOLS).questions_for(AgencyType.SCHOOL, phase)}
    }
    assert asked == set(phases.split())


@pytest.mark.parametrize(
    "agency_type",
    ["police", "social_care", "gp", "hospital", "probation", "youth_justice", "housing", "early_help", "voluntary"],
)
def test_the_work_of_each_kind_of_agency_is_asked_about_by_itself(agency_type):
    assert any(AgencyType(agency_type) in question.agency_types for question in shipped(SECTION_11).questions)


def test_the_questions_that_published_figures_are_about_are_there():
    schools = {question.code: question for question in shipped(SCHOOLS).questions}
    assert schools["sexual-and-criminal-exploitation"].scale == "rag"
    assert schools["recording-and-storing"].scale == "rag"
    assert "online-safety policy" in schools["online-safety-policy"].text


def test_who_signs_in_which_order():
    assert shipped(SCHOOLS).sign_off == (SignOffStep.DESIGNATED_LEAD, SignOffStep.HEAD, SignOffStep.GOVERNOR)
    assert shipped(SECTION_11).sign_off == (SignOffStep.AUTHOR, SignOffStep.EXECUTIVE)


def test_red_amber_green_is_usual_and_every_scale_is_used(framework):
    kinds = Counter(framework.scale_of(question).kind for question in framework.questions)
    assert next(iter(framework.scales.values())).kind is ScaleKind.RAG
    assert kinds[ScaleKind.RAG] > len(framework.questions) / 2
    assert set(kinds) == {scale.kind for scale in framework.scales.values()}


def test_answers_about_working_together_are_held_against_the_portals_own_figures(framework):
    checked = {check.figure for question in framework.questions for check in question.checks}
    assert {"attendance_rate", "report_rate", "on_time_rate", "open_escalations"} <= checked


def test_only_agencies_are_asked_whether_they_answer_in_time_when_challenged():
    """The schools' question is about disagreeing with others: what was raised with the school says nothing to it."""
    (held,) = (
        question
        for code in (SECTION_11, SCHOOLS)
        for question in shipped(code).questions
        if "overdue_escalations" in {check.figure for check in question.checks}
    )
    assert (held.code, "answer in time when challenged" in held.text) == ("escalation", True)


def test_every_question_can_be_answered_by_somebody_who_is_tired(framework):
    for question in framework.questions:
        assert question.text.endswith("?"), question.code
        assert question.hints, question.code
        assert len(question.text.split()) <= 35, question.code
        assert len(question.help.split()) <= 45, question.code
        assert len(question.good.split()) <= 60, question.code
        assert question.good.endswith("."), question.code
        assert question.weight >= 1, question.code


def test_no_two_questions_say_the_same(framework):
    said = Counter(re.sub(r"\W+", " ", question.text.lower()) for question in framework.questions)
    assert said.most_common(1)[0][1] == 1
    assert len({framework.digest_of(question) for question in framework.questions}) == len(framework.questions)
