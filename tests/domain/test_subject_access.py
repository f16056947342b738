"""What of a child's record is handed out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portal.domain.subject_access import Decision, Mark, Passage, blotted, names_in

NAMES = ("Ann", "Ann Marsh", "Ben Marsh")


def passage(mark: Mark | None, words: str = "Ann Marsh rang.") -> Passage:
    """A passage with a name in it."""
    return Passage("t/1/c", "Title", "1", "Label", words, mark, names_in(words, NAMES))


def test_names_are_found_as_whole_words_in_any_case_and_over_lines():
    assert names_in("ANN\nmarsh and Annabel", NAMES) == ("Ann", "Ann Marsh")
    assert names_in("Annabel, Joann", NAMES) == ()
    assert names_in("(Ben  Marsh)", NAMES) == ("Ben Marsh",)


def test_what_nobody_decided_about_is_withheld():
    assert passage(Mark.OTHER_CHILD).given(None) == "[withheld: about another child]"
    assert passage(Mark.OTHER_CHILD).given(Decision.WITHHOLD) == "[withheld: about another child]"
    assert passage(Mark.OTHER_CHILD).given(Decision.GIVE) == "Ann Marsh rang."
    assert passage(Mark.OTHER_CHILD).given(Decision.BLOT) == "█████ rang."


def test_what_is_not_marked_is_given():
    assert passage(None).given(None) == "Ann Marsh rang."


def test_a_file_is_never_given_with_names_blotted_out():
    assert passage(Mark.FILE).given(Decision.BLOT).startswith("[withheld")


@given(st.text(max_size=40), st.lists(st.sampled_from(NAMES), max_size=6))
def test_no_name_is_left_after_blotting(around, named):
    text = f" {around} ".join(("", *named, ""))
    assert names_in(blotted(text, NAMES), NAMES) == ()
