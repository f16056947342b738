"""Report template files: what is refused, where each fault is said to be, and what comes with the portal."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import Any

import pytest
import yaml

from portal.config import ROOT
from portal.domain.clinical_records import ClinicalPart
from portal.domain.default_kinds import DEFAULT_KINDS
from portal.domain.errors import Unusable
from portal.domain.report_answers import asked
from portal.domain.report_template_drafting import LONGEST_CODE, MOST_CHOICES
from portal.domain.report_vocabulary import IN_EVERY_TEMPLATE, AnswerKind
from portal.domain.vocabulary import AgencyType
from portal.forms.report_templates import LONGEST_CHOICE, LONGEST_HELP, LONGEST_TITLE, QuestionForm
from portal.gateways.checked_yaml import LARGEST
from portal.gateways.report_template_files import SHIPPED, parse, read, shipped

YOU = re.compile(r"\byou", re.IGNORECASE)
COMMON = [
    {"code": code.value, "title": code.value, "help": "", "kind": "long_text", "needed": True, "for_family": True}
    for code in IN_EVERY_TEMPLATE
]
CHOSEN = {
    "code": "which",
    "title": "Which?",
    "help": "Folded\n  over lines",
    "kind": "one_of",
    "needed": False,
    "for_family": False,
    "choices": [{"code": "a", "label": "A"}, {"code": "b", "label": "B"}],
}
PLAIN: dict[str, Any] = {
    "template": "small",
    "title": "Small",
    "effective_from": "2026-09-01",
    "agency_types": ["gp"],
    "meeting_types": [],
    "sections": [{"code": "all", "title": "All", "questions": [CHOSEN, *COMMON]}],
}
FIRST = ("sections", 0, "questions", 0)


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The small template with one thing changed; `...` takes it away."""
    plain = deepcopy(PLAIN)
    at: Any = plain
    for part in path[:-1]:
        at = at[part]
    if to is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return plain


def faults(content: dict[str, Any] | bytes) -> list[str]:
    """What is said about a file called small.yaml."""
    given = content if isinstance(content, bytes) else yaml.safe_dump(content).encode()
    with pytest.raises(Unusable) as refused:
        parse(given, "small.yaml")
    return refused.value.reasons


def test_a_file_is_read_as_it_says():
    template = parse(yaml.safe_dump(PLAIN).encode(), "small.yaml")
    which = template.question("which")
    assert (template.code, template.agency_types, template.meeting_types) == ("small", {AgencyType.GP}, frozenset())
    assert (which.kind, which.is_needed, which.for_family) == (AnswerKind.ONE_OF, False, False)
    assert which.help == "Folded over lines"
    assert [choice.label for choice in which.choices] == ["A", "B"]
    assert template.limited_involvement == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (changed("title", to=...), "file: 'title' is missing"),
        (changed("template", to="Small one"), 'template: "Small one" cannot be used. Small letters'),
        (changed("more", to=1), "file: not known here ('more' was unexpected)"),
        (changed("effective_from", to="soon"), "effective_from: soon is not a day; write it as 2026-09-01"),
        (changed("agency_types", to=["vet"]), 'agency_types[0]: "vet" is none of social_care'),
        (changed("meeting_types", to=["A b"]), 'meeting_types[0]: "A b" cannot be used'),
        (changed("sections", to=[]), "sections: must not be empty"),
        (changed("sections", 0, "questions", to=[]), "sections[0].questions: must not be empty"),
        (changed(*FIRST, "kind", to="essay"), 'sections[0].questions[0].kind: "essay" is none of short_text'),
        (changed(*FIRST, "needed", to="maybe"), 'sections[0].questions[0].needed: "maybe" is not true or false'),
        (changed(*FIRST, "for_family", to=...), "sections[0].questions[0]: 'for_family' is missing"),
        (changed(*FIRST, "title", to="x" * 201), "sections[0].questions[0].title: longer than 200 characters"),
        (changed(*FIRST, "code", to="a-b"), 'sections[0].questions[0].code: "a-b" cannot be used'),
        (changed(*FIRST, "asked_if", to={"question": "x"}), "sections[0].questions[0].asked_if: 'values' is missing"),
        (changed(*FIRST, "choices", to=...), "sections[0].questions[0].choices: give two choices or more"),
        (changed(*FIRST, "source", to="lungs"), "sections[0].questions[0].source: lungs is none of registration"),
        (changed(*FIRST, "code", to="worries"), "sections[0].questions[0].code: worries stands twice"),
        (
            changed(*FIRST, "choices", to=[{"code": f"c{number}", "label": f"C {number}"} for number in range(13)]),
            "sections[0].questions[0].choices: holds more than 12",
        ),
        (changed("limited_involvement", to=["gone"]), "limited_involvement: no question has the code gone"),
        (
            changed(*FIRST, "asked_if", to={"question": "needs", "values": ["a"]}),
            "sections[0].questions[0].asked_if.question: no question before this one has the code needs",
        ),
        (b"template: [", "line 1, column 12"),
        (b"\xff", "file: not UTF-8 text"),
        (b"#" * (LARGEST + 1), "file: larger than"),
    ],
)
def test_each_fault_is_told_with_its_place(content, said):
    found = faults(content)
    assert any(reason.startswith(f"small.yaml: {said}") for reason in found), found


def test_a_file_holds_no_more_than_the_page_that_changes_it():
    """What the page has no room for would be lost by the next change."""
    schema = json.loads((ROOT / "portal" / "report_templates" / "schema.json").read_text(encoding="utf-8"))["$defs"]
    question = schema["question"]["properties"]
    choice = question["choices"]["items"]["properties"]
    assert question["choices"]["maxItems"] == MOST_CHOICES
    assert hasattr(QuestionForm, f"choice_{MOST_CHOICES}")
    assert not hasattr(QuestionForm, f"choice_{MOST_CHOICES + 1}")
    assert (question["title"]["maxLength"], question["help"]["maxLength"]) == (LONGEST_TITLE, LONGEST_HELP)
    assert (question["code"]["maxLength"], choice["label"]["maxLength"]) == (LONGEST_CODE, LONGEST_CHOICE)


@pytest.mark.parametrize("code", IN_EVERY_TEMPLATE)
def test_what_every_report_asks_must_be_there(code):
    questions = [CHOSEN, *(one for one in COMMON if one["code"] != code)]
    assert faults(changed("sections", 0, "questions", to=questions)) == [
        f"small.yaml: sections: every template asks {code.value}"
    ]


def test_a_file_that_is_not_there_is_said_so():
    with pytest.raises(Unusable) as refused:
        read("nowhere.yaml")
    assert refused.value.reasons == [
        "nowhere.yaml: file: there is no such file, and no report template of that name comes with the portal"
    ]


KINDS = {kind.code for kind in DEFAULT_KINDS}


@pytest.mark.parametrize("code", SHIPPED)
class TestShipped:
    """What comes with the portal."""

    def test_it_is_called_by_its_code_and_is_for_kinds_that_every_partnership_begins_with(self, code):
        assert shipped(code).code == code
        assert shipped(code).meeting_types <= KINDS

    def test_it_is_short(self, code):
        template = shipped(code)
        assert 8 <= len(list(template.questions)) <= 20
        assert len(template.limited_involvement) <= 6

    def test_every_question_has_help(self, code):
        assert [one.code for one in shipped(code).questions if not one.help] == []

    def test_no_reader_is_spoken_to_as_its_writer(self, code):
        read = [one.read_title or one.title for one in shipped(code).questions]
        assert [words for words in read + [part.title for part in shipped(code).sections] if YOU.search(words)] == []

    def test_a_view_on_a_plan_is_asked_for_conferences_alone(self, code):
        has_view = shipped(code).question("threshold_view") is not None
        assert has_view == (
            shipped(code).meeting_types > set()
            and shipped(code).meeting_types <= {"initial_conference", "review_conference"}
        )

    def test_what_the_report_must_have_can_be_answered_from_the_beginning(self, code):
        needed = [one for one in shipped(code).questions if one.is_needed and not one.asked_if]
        assert set(needed) <= set(asked(shipped(code), {}))


def test_each_kind_of_agency_that_is_named_has_its_own():
    own = {agency_type for code in SHIPPED for agency_type in shipped(code).agency_types}
    assert own == {
        *(AgencyType.SCHOOL, AgencyType.GP, AgencyType.HEALTH_VISITING, AgencyType.SCHOOL_NURSING, AgencyType.POLICE),
        *(AgencyType.PROBATION, AgencyType.HOUSING, AgencyType.MENTAL_HEALTH, AgencyType.SOCIAL_CARE),
        AgencyType.YOUTH_JUSTICE,
    }


def test_a_practice_is_asked_little_to_type_and_its_record_fills_each_part_once():
    questions = list(shipped("gp").questions)
    typed = [one for one in questions if one.is_needed and one.kind is AnswerKind.LONG and not one.asked_if]
    assert [one.code for one in typed] == ["worries"]
    # Each choice that must be made is a click more of the two minutes.
    assert [one.code for one in questions if one.is_needed and one.choices and not one.asked_if] == ["threshold_view"]
    assert sorted(one.source for one in questions if one.source) == sorted(part.value for part in ClinicalPart)
    # What fills from a record is asked whatever else is answered: nothing that was taken may lie hidden.
    assert not any(one.asked_if for one in questions if one.source)
    assert 1 <= len(shipped("gp").limited_involvement) <= 6


@pytest.mark.parametrize(
    ("code", "questions"),
    [
        ("police", ["intelligence", "restricted", "disposals_detail", "convictions", "domestic_risk"]),
        ("gp", ["parental_health", "parental_health_detail", "contacts"]),
        ("child-health", ["parental_health", "parental_health_detail", "not_for_family"]),
        ("probation", ["supervised", "offence", "risk_detail", "not_for_family"]),
        ("housing", ["household", "reports_of", "reports_detail", "not_for_family"]),
        ("mental-health", ["adult_difficulties", "adult_effect", "risk_detail", "not_for_family"]),
        ("youth-justice", ["exploitation_detail", "not_for_family"]),
        ("school", ["not_for_family"]),
        ("social-care-initial", ["not_for_family"]),
        ("social-care-review", ["not_for_family"]),
        ("conference", ["not_for_family"]),
        ("other-meetings", ["not_for_family"]),
    ],
)
def test_what_could_harm_somebody_is_never_in_the_familys_version(code, questions):
    assert [one for one in questions if shipped(code).question(one).for_family] == []
