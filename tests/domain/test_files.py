"""Names of files, and their sizes in words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.files import LONGEST_NAME, clean_name, shown_name, size_in_words

PDF = ("pdf",)
JPEG = ("jpg", "jpeg")


@pytest.mark.parametrize(
    ("given", "extensions", "kept"),
    [
        ("Chronology.pdf", PDF, "Chronology.pdf"),
        ("PHOTO.JPEG", JPEG, "PHOTO.jpeg"),
        ("photo.png", JPEG, "photo.png.jpg"),
        ("letter", PDF, "letter.pdf"),
        ("invoice.exe", PDF, "invoice.exe.pdf"),
        ("page.html", ("txt",), "page.html.txt"),
        (r"C:\Users\jo\My report.pdf", PDF, "My report.pdf"),
        ("../../etc/passwd", ("txt",), "passwd.txt"),
        ("", PDF, "file.pdf"),
        (".pdf", PDF, "pdf.pdf"),
        ("...", PDF, "file.pdf"),
        ("a\r\nSet-Cookie: x.pdf", PDF, "aSet-Cookie_ x.pdf"),
        ("\u202efdp.exe", PDF, "fdp.exe.pdf"),
        ('"quoted" <b>.pdf', PDF, "_quoted_ _b_.pdf"),
        ("Cafe\u0301.pdf", PDF, "Café.pdf"),
        ("two   spaces.pdf", PDF, "two spaces.pdf"),
        ("a" * 500 + ".pdf", PDF, "a" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_ends_as_its_content_asks(given, extensions, kept):
    assert clean_name(given, extensions) == kept


@given(st.text(max_size=300), st.sampled_from([PDF, JPEG, ("txt",)]))
def test_no_name_is_unsafe_whatever_was_sent(name, extensions):
    for kept in (clean_name(name, extensions), shown_name(name)):
        assert 0 < len(kept) <= LONGEST_NAME
        assert not set(kept) & set('\\/:*?"<>|\r\n\0')
        assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs"} for letter in kept)
        assert kept.strip() == kept
        assert not kept.startswith(".")
    assert clean_name(name, extensions).rpartition(".")[2] in extensions


@given(st.text(max_size=300))
def test_a_clean_name_stays_as_it_is(name):
    once = clean_name(name, PDF)
    assert clean_name(once, PDF) == once


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "1 KB"), (1, "1 KB"), (1500, "1 KB"), (100 * 1024, "100 KB"), (1024**2, "1 MB"), (3_600_000, "3.4 MB")],
)
def test_sizes_in_words(size, words):
    assert size_in_words(size) == words
