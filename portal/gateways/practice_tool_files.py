"""Tools of practice audits as YAML files: read against schema.json and the rules that a schema cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from portal.config import ROOT
from portal.domain.practice_tools import FOR_BOTH, PracticeTool, ToolQuestion
from portal.gateways.checked_yaml import Shelf, one_line, refuse

_SHELF = Shelf.of(ROOT / "portal" / "practice_tools", "practice tool", "strategy-meeting", "multi-agency")

SHIPPED = _SHELF.shipped
"""The tools that come with the portal, by their code."""


def read(name: str) -> PracticeTool:
    """Read a tool from a file, or one that ships. Raises Unusable with every fault as `FILE: path: reason`."""
    return parse(_SHELF.content_of(name), name)


@cache
def shipped(code: str) -> PracticeTool:
    """Return a tool that comes with the portal; read once, because the file does not change under it."""
    return read(code)


def parse(content: bytes, name: str) -> PracticeTool:
    """Read a tool from a file's content, called `name` in faults. Raises Unusable with all of them."""
    plain = _SHELF.parse(content, name)
    refuse(name, _faults_of_meaning(plain))
    return PracticeTool(
        code=plain["tool"],
        title=plain["title"],
        edition=one_line(plain["edition"]),
        questions=tuple(_question(question) for question in plain["questions"]),
    )


def _faults_of_meaning(plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    codes = Counter(question["code"] for question in plain["questions"])
    for place, question in enumerate(plain["questions"]):
        if codes[question["code"]] > 1:
            yield f"questions[{place}].code", f"{question['code']} stands twice"
    if all(question.get("asked") == "agencies" for question in plain["questions"]):
        yield "questions", "no question is asked of reviewers"


def _question(plain: dict[str, Any]) -> ToolQuestion:
    return ToolQuestion(
        code=plain["code"],
        text=one_line(plain["text"]),
        help=one_line(plain["help"]),
        good=one_line(plain["good"]),
        asked=plain.get("asked", FOR_BOTH),
    )
