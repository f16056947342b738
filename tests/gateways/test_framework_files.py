"""Framework files: what is refused, and where each fault is said to be."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
import yaml

from portal.domain.errors import Unusable
from portal.domain.vocabulary import AgencyType
from portal.gateways.checked_yaml import LARGEST
from portal.gateways.framework_files import SHIPPED, parse, read

QUESTION = {"code": "safe", "text": "Is it safe?", "help": "Look.", "good": "It is.", "paragraph": "Part one"}
PLAIN: dict[str, Any] = {
    "framework": "small",
    "title": "Small",
    "law": "An Act",
    "guidance_edition": "Guidance 1",
    "effective_from": "2026-09-01",
    "agency_types": ["gp", "police"],
    "sign_off": ["author"],
    "scales": {"rag": {"kind": "rag"}},
    "standards": [{"code": "one", "title": "One", "summary": "All.", "questions": [QUESTION]}],
}


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The small framework with one thing changed; `...` takes it away."""
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


def test_what_a_file_does_not_say_has_its_usual_value():
    [question] = parse(yaml.safe_dump(PLAIN).encode(), "small.yaml").questions
    assert (question.scale, question.weight, question.needs_narrative, question.needs_evidence) == (
        "rag",
        1,
        True,
        False,
    )
    assert question.agency_types == frozenset()
    assert question.checks == ()
    assert not question.is_local


def test_json_is_yaml_too_and_a_byte_order_mark_does_no_harm():
    content = b"\xef\xbb\xbf" + json.dumps(PLAIN).encode()
    assert parse(content, "small.json").agency_types == {AgencyType.GP, AgencyType.POLICE}


AT = ("standards", 0, "questions", 0)


@pytest.mark.parametrize(
    ("plain", "fault"),
    [
        (changed("title", to=...), "small.yaml: file: 'title' is missing"),
        (changed("colour", to="red"), "small.yaml: file: not known here ('colour' was unexpected)"),
        (changed("framework", to="Small One"), 'small.yaml: framework: "Small One" cannot be used.'),
        (changed("effective_from", to="1.9.2026"), "small.yaml: effective_from: 1.9.2026 is not a day"),
        (changed("sign_off", to=["mayor"]), 'small.yaml: sign_off[0]: "mayor" is none of author, executive,'),
        (changed("sign_off", to=[]), "small.yaml: sign_off: must not be empty"),
        (changed("agency_types", to=["gp", "gp"]), "small.yaml: agency_types: "),
        (changed("agency_types", to="gp"), 'small.yaml: agency_types: "gp" is not a list'),
        (changed("scales", "rag", to={"kind": "stars"}), 'small.yaml: scales.rag.kind: "stars" is none of rag,'),
        (
            changed("scales", "rag", to={"kind": "rag", "labels": {"blue": "Blue"}}),
            "small.yaml: scales.rag.labels: The scale rag has no point blue.",
        ),
        (changed("standards", 0, "questions", to=[]), "small.yaml: standards[0].questions: must not be empty"),
        (changed(*AT, "text", to=" "), 'small.yaml: standards[0].questions[0].text: " " cannot be used.'),
        (
            changed(*AT, "text", to="x" * 2001),
            "small.yaml: standards[0].questions[0].text: longer than 2000 characters",
        ),
        (changed(*AT, "weight", to="2"), 'small.yaml: standards[0].questions[0].weight: "2" is not a whole number'),
        (
            changed(*AT, "needs_evidence", to=1),
            "small.yaml: standards[0].questions[0].needs_evidence: 1 is not true or false",
        ),
        (
            changed(*AT, "scale", to="stars"),
            "small.yaml: standards[0].questions[0].scale: stars is none of the scales rag",
        ),
        (
            changed(*AT, "agency_types", to=["school"]),
            "small.yaml: standards[0].questions[0].agency_types: the framework is not for school",
        ),
        (
            changed(*AT, "agency_types", to=["gp"]),
            "small.yaml: agency_types: police is not asked a single question",
        ),
        (
            changed(*AT, "checks", to=[{"figure": "quorate_rate", "below": 80}]),
            'small.yaml: standards[0].questions[0].checks[0].figure: "quorate_rate" is none of attendance_rate,',
        ),
        (
            changed(*AT, "checks", to=[{"figure": "report_rate", "below": 0}]),
            "small.yaml: standards[0].questions[0].checks[0].below: ",
        ),
        (
            changed(*AT, "checks", to=[{"figure": "open_escalations", "above": 101}]),
            "small.yaml: standards[0].questions[0].checks[0].above: ",
        ),
        (
            changed(*AT, "checks", to=[{"figure": "open_escalations", "below": 80}]),
            "small.yaml: standards[0].questions[0].checks[0]: not known here ('below' was unexpected)",
        ),
        (
            changed(*AT, "checks", to=[{"figure": "report_rate", "above": 3}]),
            "small.yaml: standards[0].questions[0].checks[0]: 'below' is missing",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(plain, fault):
    found = faults(plain)
    assert any(reason.startswith(fault) for reason in found), found


def test_codes_that_stand_twice_are_named_at_each_place():
    twice = changed("standards", 0, "questions", to=[QUESTION, dict(QUESTION)])
    assert faults(twice) == [
        "small.yaml: standards[0].questions[0].code: safe stands twice",
        "small.yaml: standards[0].questions[1].code: safe stands twice",
    ]


def test_all_faults_are_listed_at_once():
    plain = changed("law", to="")
    plain["standards"][0]["questions"][0]["weight"] = 99
    del plain["title"]
    assert len(faults(plain)) == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"a: [", "small.yaml: line 1, column 5: "),
        (b"a: 1\na: 2", "small.yaml: line 2, column 1: a stands twice"),
        (b"a: &x [1]\nb: *x", "small.yaml: line 2, column 4: references (*) are not used here"),
        (b"0: x", 'small.yaml: line 1, column 1: put 0 in quotes: "0"'),
        (b"a: !!python/object/apply:os.getcwd []", "small.yaml: line 1, column 4: "),
        (b"a: 1\n---\nb: 2", "small.yaml: line 2, column 1: "),
        (b"\xff\xfe", "small.yaml: file: not UTF-8 text"),
        (b"a: \x00", "small.yaml: file: not YAML: "),
        (b"[" * 5000, "small.yaml: file: lists within lists too deep to read"),
        (b"#" * (LARGEST + 1), "small.yaml: file: larger than 1,000,000 bytes"),
        (b"", "small.yaml: file: null is not a set of names with values"),
    ],
)
def test_what_is_no_such_file_is_refused_before_it_is_read_further(content, fault):
    [reason] = faults(content)
    assert reason.startswith(fault)


def test_words_stay_words():
    """YAML would read `no` as false, and a day as something that JSON Schema does not know."""
    rest = yaml.safe_dump({name: value for name, value in PLAIN.items() if name != "scales"})
    scales = "scales:\n  yes-no: {kind: yes_no, labels: {yes: On, no: Off}}\n"
    content = (scales + rest.replace("'2026-09-01'", "2026-09-01")).encode()
    framework = parse(content, "small.yaml")
    assert framework.scales["yes-no"].label("no") == "Off"
    assert framework.effective_from.isoformat() == "2026-09-01"


def test_a_file_that_is_not_there_or_a_folder_is_said_plainly(tmp_path):
    for name, words in (
        ("nothing-here", "there is no such file"),
        (str(tmp_path), "a folder"),
        ("a\x00b", "cannot be read"),
    ):
        with pytest.raises(Unusable) as refused:
            read(name)
        assert words in refused.value.reasons[0]


def test_a_framework_that_ships_is_read_by_its_code_and_by_its_path():
    assert read("section-11") == read(str(SHIPPED["section-11"]))
