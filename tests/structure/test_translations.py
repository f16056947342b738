"""The catalogues of the public pages: complete, in step with the words of the pages, and compiled as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from portal.config import ROOT
from portal.domain.feedback_vocabulary import Language

FOLDER = ROOT / "portal" / "translations"
OTHERS = [language for language in Language if language is not Language.ENGLISH]
PLACES = re.compile(r"%\(\w+\)s")


def catalogue(language: Language) -> tuple[Path, Catalog]:
    folder = FOLDER / language.value / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as source:
        return folder, read_po(source, locale=language.value)


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Everything that the public pages say, as pybabel finds it."""
    keywords = {"_": None, "said": None}
    found = {
        message
        for folder, method, pattern in (
            ("portal/domain", "python", "feedback_words.py"),
            ("templates/feedback", "jinja2", "**.html"),
        )
        for _name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder,
            [(pattern, method)],
            {pattern: {"trimmed": "true"} if method == "jinja2" else {}},
            keywords=keywords,
        )
    }
    assert len(found) > 30
    return found


def test_there_is_one_for_each_language_and_no_other():
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == {language.value for language in OTHERS}
    assert len(OTHERS) >= 4
    assert {language.direction for language in OTHERS} == {"ltr", "rtl"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated_and_none_is_left_over(language, words):
    _folder, found = catalogue(language)
    assert {message.id for message in found if message.id} == words
    for message in found:
        if message.id:
            assert message.string, f"{language}: {message.id!r} is not translated"
            assert not message.fuzzy
            assert PLACES.findall(message.string) == PLACES.findall(message.id), message.id
            assert message.string != message.id


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_says_what_its_source_says(language):
    folder, found = catalogue(language)
    with (folder / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert spoken(compiled) == spoken(found)


def spoken(found: Catalog) -> dict[str, str]:
    """What a catalogue says, without its own facts."""
    return {str(message.id): str(message.string) for message in found if message.id}
