"""Compiled statements known again by being the same object: never another's, and no more of them than fit."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.util import LRUCache

from portal.database import known_statements
from portal.database.known_statements import KnownStatements
from portal.database.session import db
from portal.models.partnerships import Agency

OFTEN = 4


class Compared:
    """A part of a description, which counts how often it was looked at."""

    def __init__(self) -> None:
        self.looks = 0

    def __hash__(self) -> int:
        self.looks += 1
        return 7

    def __eq__(self, other: object) -> bool:
        self.looks += 1
        return isinstance(other, Compared)


@pytest.fixture
def kept():
    return KnownStatements()


def test_what_comes_again_as_the_same_object_is_looked_at_no_more(kept):
    part = Compared()
    description = (part, "a statement")
    kept["a dialect", description, ("id",)] = "compiled"
    for _ in range(OFTEN):
        assert kept.get(("a dialect", description, ("id",))) == "compiled"
    looks = part.looks
    for _ in range(OFTEN):
        assert kept.get(("a dialect", description, ("id",))) == "compiled"
    assert part.looks == looks


def test_an_equal_one_is_found_by_comparing(kept):
    kept["a dialect", ("a", "statement"), ("id",)] = "compiled"
    for _ in range(OFTEN):
        assert kept.get(("a dialect", tuple(map(str, ("a", "statement"))), ("id",))) == "compiled"


@pytest.mark.parametrize("other", [("another dialect", ("id",)), ("a dialect", ("id", "name"))])
def test_the_same_statement_executed_otherwise_is_another(kept, other):
    description = ("a", "statement")
    kept["a dialect", description, ("id",)] = "compiled"
    for _ in range(OFTEN):
        kept.get(("a dialect", description, ("id",)))
    dialect, names = other
    assert kept.get((dialect, description, names)) is None
    kept[dialect, description, names] = "compiled otherwise"
    for _ in range(OFTEN):
        assert kept.get((dialect, description, names)) == "compiled otherwise"
        assert kept.get(("a dialect", description, ("id",))) == "compiled"


def test_what_has_gone_is_not_taken_for_what_came_in_its_place(kept):
    """Python gives the number of an object that has gone to another one."""
    for number in range(5_000):
        key = ("a dialect", (number, "a statement"), ())
        kept[key] = number
        for _ in range(OFTEN):
            assert kept.get(key) == number


def test_no_more_are_held_than_fit(kept, monkeypatch):
    monkeypatch.setattr(known_statements, "_MOST_KNOWN", 8)
    monkeypatch.setattr(known_statements, "_MOST_SEEN", 8)
    descriptions = [(number,) for number in range(100)]
    for description in descriptions:
        kept["a dialect", description, ()] = description
    for description in descriptions:
        for _ in range(OFTEN):
            assert kept.get(("a dialect", description, ())) == description
    assert len(kept._known) <= 8
    assert len(kept._seen) <= 8


def test_a_statement_that_stays_is_compared_three_times_at_most(database, monkeypatch):
    """What the rest stands on: SQLAlchemy describes one statement by the very same object each time."""
    compared = []
    get = LRUCache.get
    monkeypatch.setattr(LRUCache, "get", lambda self, *key: compared.append(key) or get(self, *key))
    asked = select(Agency.id).where(Agency.id == bindparam("wanted"))
    for wanted in range(10):
        db.session.connection().execute(asked, {"wanted": wanted}).all()
    assert 1 <= len(compared) <= 3
