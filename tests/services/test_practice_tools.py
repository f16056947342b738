"""Tools of a partnership's own: loaded as versions, and what was drawn keeps the one that it was drawn with."""

from __future__ import annotations

import pytest

from portal.domain.errors import Invalid, NotPermitted, Unusable
from portal.services.samples import tools
from tests.services.sample_steps import draw

OWN = """
tool: multi-agency
title: Our own audit
edition: Eastmarsh 2026
questions:
  - {code: only, text: "Was it good?", help: "Look.", good: "It was."}
"""


@pytest.fixture
def own(tmp_path) -> str:
    """A file of the partnership's own under the code of one that ships."""
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return str(path)


def test_what_ships_is_there_without_being_loaded(viewer):
    assert [tool.code for tool in tools.tools_for(viewer("a.manager"))] == ["multi-agency", "strategy-meeting"]


def test_a_file_takes_the_place_of_what_ships_in_one_partnership(viewer, own):
    mine, other = viewer("a.manager"), viewer("b.manager")
    (loaded,) = tools.load(mine, [own])
    assert (loaded.title, loaded.number, loaded.is_new) == ("Our own audit", 1, True)
    assert not tools.load(mine, [own])[0].is_new
    assert tools.tool_called(mine, "multi-agency").title == "Our own audit"
    assert tools.tool_called(other, "multi-agency").title == "Multi-agency audit"


def test_a_sample_keeps_the_tool_it_was_drawn_with(world, viewer, own):
    mine = viewer("a.manager")
    sample = draw(mine, world.samples["a.set_up"], [mine])
    tools.load(mine, [own])
    assert tools.tool_of(sample).title == "Multi-agency audit"


def test_a_faulty_file_loads_nothing(viewer, own, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("tool: x\n", encoding="utf-8")
    with pytest.raises(Unusable):
        tools.load(viewer("a.manager"), [own, str(bad)])
    assert tools.tool_called(viewer("a.manager"), "multi-agency").title == "Multi-agency audit"


def test_who_loads_and_what_is_not_there(viewer, own):
    with pytest.raises(NotPermitted):
        tools.load(viewer("a.business_manager"), [own])
    with pytest.raises(Invalid):
        tools.tool_called(viewer("a.manager"), "nothing")
