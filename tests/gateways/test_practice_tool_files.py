"""Files of practice tools: what is refused and where each fault is said to be, and what comes with the portal."""

from __future__ import annotations

from copy import deepcopy

import pytest
import yaml

from portal.domain.errors import Unusable
from portal.gateways.practice_tool_files import SHIPPED, parse, read, shipped

PLAIN = {
    "tool": "small",
    "title": "Small",
    "edition": "2026",
    "questions": [
        {"code": "a", "text": "Was it done?", "help": "Look\n  for it.", "good": "It was."},
        {"code": "b", "text": "And your part?", "help": "Yours.", "good": "Done.", "asked": "agencies"},
    ],
}


def faults(change) -> list[str]:
    plain = deepcopy(PLAIN)
    change(plain)
    with pytest.raises(Unusable) as refused:
        parse(yaml.safe_dump(plain).encode(), "own.yaml")
    return refused.value.reasons


def test_a_file_is_read():
    tool = parse(yaml.safe_dump(PLAIN).encode(), "own.yaml")
    assert (tool.code, tool.title, tool.edition) == ("small", "Small", "2026")
    assert tool.questions[0].help == "Look for it."
    assert [one.asked for one in tool.questions] == ["both", "agencies"]


@pytest.mark.parametrize("code", SHIPPED)
def test_what_ships_is_sound(code):
    tool = shipped(code)
    assert tool.code == code
    assert read(code) == tool
    assert 5 <= len(tool.questions) <= 12
    assert all(one.text.endswith("?") for one in tool.questions)


def test_a_code_that_stands_twice():
    assert faults(lambda plain: plain["questions"][1].update(code="a")) == [
        "own.yaml: questions[0].code: a stands twice",
        "own.yaml: questions[1].code: a stands twice",
    ]


def test_a_tool_that_asks_reviewers_nothing():
    assert faults(lambda plain: plain["questions"].pop(0)) == ["own.yaml: questions: no question is asked of reviewers"]


def test_what_the_schema_refuses():
    def spoil(plain):
        del plain["title"]
        plain["questions"][0]["asked"] = "everybody"

    assert faults(spoil) == [
        "own.yaml: file: 'title' is missing",
        'own.yaml: questions[0].asked: "everybody" is none of reviewers, agencies, both',
    ]


def test_a_name_that_is_not_there():
    with pytest.raises(Unusable, match="no practice tool of that name"):
        read("nowhere")
