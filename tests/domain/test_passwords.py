"""Passwords: long ones of one's own pass; what is guessed first does not, and one is told why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.common_passwords import COMMON_PHRASES, COMMON_WORDS
from portal.domain.passwords import password_faults, personal_parts

NAME, EMAIL = "Grace O’Brien-Hopper", "g.hopper@eastmarsh-police.example"

COMMON = "Do not build it from common words, such as password or welcome"
WORK = "Do not build it from words of this work, such as safeguarding"
OWN = "Do not build it from your name or email address"
RUNS = "Do not build it from runs and years, such as 1234, qwerty or 2026"
FIRST = "This is one of the passwords that are guessed first. Choose another"
REPEATED = "Do not repeat the same few characters"
DIGITS = "Use letters too: numbers alone are soon guessed"


@pytest.mark.parametrize(
    "password",
    [
        "tulip kettle barge",
        "otter-lantern-92-quay",
        "xkT92-plmQv-04",
        "x%9$Kq!&2@#z",
        "kqzvjkqjzvkj",  # five different characters
        "Grace keeps eleven bees",
        "safeguarding otters sing",
        "żółta łódź płynie",
        "我们明天一起去公园散步吧好吗",
        "ab" + "q7" * 3 + "zebra-tin",
        "k" * 7 + "juniper-vat",
    ],
)
def test_a_long_one_of_ones_own_passes(password: str) -> None:
    assert password_faults(password, name=NAME, email=EMAIL) == []


@pytest.mark.parametrize("length", [0, 1, 11])
def test_it_has_at_least_12_characters(length: int) -> None:
    (fault,) = password_faults("q8Zt!xJw3#Lp"[:length])
    assert fault.startswith("Use at least 12 characters")
    assert password_faults("q8Zt!xJw3#Lp") == []


def test_it_has_at_most_256_characters() -> None:
    long = "tulip kettle barge " * 14
    assert password_faults(long[:257]) == ["Use at most 256 characters"]
    assert password_faults("q8Zt!xJw3#Lp" + long[:244]) == []


@pytest.mark.parametrize(
    ("password", "faults"),
    [
        ("correcthorsebatterystaple", [FIRST]),
        ("Correct Horse Battery Staple!", [FIRST]),
        ("C0rrect-h0rse-b4ttery-st4ple99", [FIRST]),
        ("12metallica666", [FIRST]),
        ("¡Harry.Potter.7!", [FIRST]),
        ("aaaaaaaaaaaa", [REPEATED]),
        ("abababababab", [REPEATED]),
        ("kqzvkzqvvkqz", [REPEATED]),  # four different characters
        ("tulip8tulip8", [REPEATED]),
        ("111122223333", [REPEATED]),
        ("            ", [REPEATED]),
        ("749302847102", [DIGITS]),
        ("passwordpass", [COMMON]),
        ("P4$$w0rd.P4$$w0rd.x", [COMMON]),
        ("WELCOMEWELCO", [COMMON]),
        ("Liverpool1892!", [COMMON]),
        ("1l0v3y0u-xyz", [COMMON]),
        ("Password1234", [COMMON, RUNS]),
        ("Summer2026!!", [COMMON, RUNS]),
        ("Safeguarding!", [WORK]),
        ("S4fegu4rding-01", [WORK]),
        ("ChildProtection7", [WORK]),
        ("qwertyuiopas", [RUNS]),
        ("poiuytrewq-12", [RUNS]),
        ("abcdefghijkl", [RUNS]),
        ("zyxwvutsrqpo", [RUNS]),
        ("wxyz7890kqvjb", [RUNS]),  # a run may be the last four of its line
        ("dcba4321kqvj!", [RUNS]),  # or the first, backwards
        ("1qaz2wsx3edc4", [RUNS]),
        ('!"£$%^&*()_+', [RUNS]),
        ("19851986-xyzq", [RUNS]),
        ("xyzq!!!!!!!!7", [RUNS]),
        ("GraceHopper12", [OWN]),
        ("obrien.grace1", [OWN]),
        ("0brien-gr4ce1", [OWN]),
        ("Eastmarsh!Police1", [OWN, WORK]),
        ("hopper-password-2026", [OWN, COMMON, RUNS]),
    ],
)
def test_what_is_guessed_first_is_refused_and_why(password: str, faults: list[str]) -> None:
    assert password_faults(password, name=NAME, email=EMAIL) == faults


def test_another_persons_name_is_no_fault() -> None:
    assert password_faults("GraceHopper12") == []
    assert password_faults("GraceHopper12", name="Grace Hopper") == [OWN]
    assert password_faults("GraceHopper12", email="grace@hopper.example") == [OWN]


def test_the_parts_of_a_name_and_address() -> None:
    assert personal_parts("Zoë de la O’Brien", "z.obrien99+nhs@marsh-lane.example") == {
        "zoë",
        "brien",
        "obrien",
        "nhs",
        "marsh",
        "lane",
        "example",
    }
    assert personal_parts("", "") == frozenset()


def test_five_characters_of_ones_own_are_too_few_and_six_enough() -> None:
    assert password_faults("welcome-kqzv") == [COMMON]
    assert password_faults("welcome-kqzvj") == []


@pytest.mark.parametrize("phrase", sorted(COMMON_PHRASES))
def test_every_common_phrase_is_refused_also_dressed_up(phrase: str) -> None:
    assert phrase == phrase.casefold()
    assert phrase.isalnum()
    for dressed in (f"{phrase}123456789", f"2026{phrase.title()}!!!!!!!!"):
        assert password_faults(dressed) == [FIRST]


def test_common_words_are_written_as_they_are_compared() -> None:
    assert all(word == word.casefold() and word.isalpha() and len(word) > 2 for word in COMMON_WORDS)


@given(st.text(max_size=300), st.text(max_size=30), st.text(max_size=30))
def test_anything_may_be_typed(password: str, name: str, email: str) -> None:
    faults = password_faults(password, name=name, email=email)
    assert all(isinstance(fault, str) and fault for fault in faults)
    if not 12 <= len(password) <= 256:
        assert len(faults) == 1


@given(st.text("bcdfghjklmnpqrstvwxz", min_size=12, max_size=40))
def test_what_is_refused_says_what_was_found(password: str) -> None:
    for fault in password_faults(password):
        assert fault in (RUNS, COMMON, WORK, REPEATED, FIRST)
