"""Errors that cross floors: they carry what a page needs, in copies of its own."""

from __future__ import annotations

import pytest

from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible, PortalError, Unusable


def test_every_refusal_can_be_caught_as_one() -> None:
    for refusal in (NotVisible("x"), NotPermitted("x"), Conflict("x"), Invalid("x"), Unusable(["x"])):
        assert isinstance(refusal, PortalError)
        assert str(refusal) == "x"


def test_a_conflict_keeps_both_texts() -> None:
    mine = {"worries": "mine"}
    conflict = Conflict("Somebody else saved first", mine=mine, theirs={"worries": "theirs"})
    mine.clear()
    assert (conflict.mine, conflict.theirs) == ({"worries": "mine"}, {"worries": "theirs"})
    assert (Conflict("x").mine, Conflict("x").theirs) == ({}, {})


def test_what_is_invalid_is_named_by_field() -> None:
    assert Invalid("x", errors={"name": ("Enter a name",)}).errors == {"name": ["Enter a name"]}
    assert Invalid("x").errors == {}


def test_a_file_that_cannot_be_used_lists_every_fault() -> None:
    with pytest.raises(Unusable, match=r"^a:1: no; a:2: no$") as raised:
        raise Unusable(("a:1: no", "a:2: no"))
    assert raised.value.reasons == ["a:1: no", "a:2: no"]
