"""A quotation holds no name of the family, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.quotations import names_in

FAMILY = ["Zoë", "O’Neil", "Anne-Marie", "van der Berg", "Jo"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Nobody told me what to expect.", []),
        ("ZOE was not asked.", ["zoe"]),
        ("I was told that zoë's brother came.", ["zoe"]),
        ("Mrs O'Neil was there", ["neil", "oneil"]),
        ("ONeil", ["oneil"]),
        ("Marie came", ["marie"]),
        ("(Berg)", ["berg"]),
        ("The van was late, of course", []),
        ("Jo and I", ["jo"]),
        ("a joke about Joan", []),
        ("Z o e", []),
        ("Zoe\u0308 came", ["zoe"]),
    ],
)
def test_names_are_found_as_words(text, found):
    assert names_in(text, FAMILY) == found


def test_an_initial_names_nobody():
    assert names_in("I was there with J", ["J", "I"]) == []


LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéüÁ", min_size=2, max_size=12)
BEFORE = st.sampled_from(["", " ", ".", ",", "“", "-", "\n", "(", "‘", "l’"])
AFTER = st.sampled_from(["", " ", ".", ",", "”", "'s", "’s", "-", "\n", "!", ")", "’"])


@given(name=LETTERS, before=BEFORE, after=AFTER)
def test_whatever_stands_around_a_name_does_not_hide_it(name, before, after):
    text = f"They said {before}{name.upper()}{after} at school"
    found = names_in(text, [name])
    # A particle of many names names nobody by itself.
    assert found or names_in(name, [name]) == []


@given(text=st.text(max_size=60))
def test_without_names_nothing_is_found(text):
    assert names_in(text, []) == []
