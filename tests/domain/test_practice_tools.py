"""Tools of practice audits: what a sample keeps of one reads back the same, and who is asked what."""

from __future__ import annotations

import pytest

from portal.domain.practice_tools import FOR_AGENCIES, FOR_REVIEWERS, PracticeTool, ToolQuestion
from portal.gateways import practice_tool_files


def question(code: str, asked: str = "both") -> ToolQuestion:
    return ToolQuestion(code, "Was it done?", "Look for it.", "It was.", asked)


@pytest.mark.parametrize("code", practice_tool_files.SHIPPED)
def test_what_ships_reads_back_as_it_was_kept(code):
    tool = practice_tool_files.shipped(code)
    again = PracticeTool.from_plain(tool.to_plain())
    assert again == tool
    assert again.digest == tool.digest
    assert {one.code for one in tool.questions_for(agency=True)} != {one.code for one in tool.questions}


def test_who_is_asked():
    tool = PracticeTool(
        "own", "Own", "2026", (question("a"), question("b", FOR_REVIEWERS), question("c", FOR_AGENCIES))
    )
    assert [one.code for one in tool.questions_for(agency=False)] == ["a", "b"]
    assert [one.code for one in tool.questions_for(agency=True)] == ["a", "c"]


def test_a_tool_without_questions_for_reviewers_is_none():
    with pytest.raises(ValueError, match="reviewers nothing"):
        PracticeTool("own", "Own", "2026", (question("a", FOR_AGENCIES),))
    with pytest.raises(ValueError, match="same code"):
        PracticeTool("own", "Own", "2026", (question("a"), question("a")))


def test_what_was_stored_otherwise_is_refused():
    plain = practice_tool_files.shipped("multi-agency").to_plain()
    with pytest.raises(ValueError, match="exactly"):
        PracticeTool.from_plain({**plain, "more": 1})
