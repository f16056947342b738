"""A rule that refuses by an error says in a sentence why, to whomever it refuses."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import replace

import pytest

from portal import access
from portal.access.viewer import Viewer
from portal.domain.errors import NotPermitted, NotVisible
from tests.world import NOW


def rules():
    """Every rule that asks for nothing but the viewer."""
    for module in pkgutil.iter_modules(access.__path__):
        stem = importlib.import_module(f"portal.access.{module.name}")
        for name, rule in inspect.getmembers(stem, inspect.isfunction):
            if name.startswith("_") or "__mutmut_" in name or rule.__module__ != stem.__name__:
                continue
            parameters = list(inspect.signature(rule).parameters.values())
            if (
                parameters
                and parameters[0].name == "viewer"
                and all(one.default is not one.empty for one in parameters[1:])
            ):
                yield f"{module.name}.{name}", rule


@pytest.fixture
def viewers(onlookers):
    found = [onlooker.viewer for onlooker in onlookers] + [Viewer.nobody(NOW)]
    return found + [
        replace(viewer, hat=replace(viewer.hat, sector=None)) for viewer in found if viewer.hat and viewer.hat.sector
    ]


def test_each_refusal_is_a_sentence(viewers):
    said = {}
    for name, rule in rules():
        for viewer in viewers:
            try:
                rule(viewer)
            except (NotPermitted, NotVisible) as refused:
                said.setdefault(name, set()).add(str(refused))
    assert len(said) > 5
    assert {"This sector lead has no sector yet."} < set().union(*said.values())
    for name, words in said.items():
        for word in words:
            assert word.endswith("."), (name, word)
            assert word[0].isupper(), (name, word)
            assert not word.isupper(), (name, word)
            assert len(word.split()) > 3, (name, word)
