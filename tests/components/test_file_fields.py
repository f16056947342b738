"""The field for files, and how much of what is sent is taken in at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import CombinedMultiDict, FileStorage, MultiDict

from portal.forms.fields import FileField, FilterForm, TextField
from portal.web.uploads import CappedFile

MOST = 2 * 1024 * 1024


class Giving(FilterForm):
    """Some files and a text."""

    title = TextField("Title")
    files = FileField("Evidence", hint="Minutes, policies.", required="Choose a file")


@contextmanager
def posted(app: Flask, data: dict[str, Any]) -> Iterator[Giving]:
    """The form as a browser sends it, validated; its files are gone with the request."""
    with app.test_request_context("/", method="POST", data=data, content_type="multipart/form-data"):
        form = Giving(CombinedMultiDict((request.files, request.form)))
        form.validate()
        yield form


def test_files_come_in_with_their_names_and_in_their_order(component_app: Flask) -> None:
    data = {"files": [(BytesIO(b"one"), "One.pdf"), (BytesIO(b"two"), "Ü.pdf")], "title": "x"}
    with posted(component_app, data) as form:
        assert [(one.name, one.stream.read(), one.is_cut_off) for one in form.files.data] == [
            ("One.pdf", b"one", False),
            ("Ü.pdf", b"two", False),
        ]
    assert form.title.data == "x"
    assert form.errors == {}


def test_a_file_that_was_not_chosen_is_none(component_app: Flask) -> None:
    with posted(component_app, {"files": (BytesIO(b""), ""), "title": "x"}) as form:
        assert form.files.data == []
    assert form.errors == {"files": ["Choose a file"]}


def test_what_is_larger_is_cut_off_and_what_comes_after_it_is_taken(component_app: Flask) -> None:
    data = {"files": [(BytesIO(b"x" * (MOST + 1)), "Long.txt"), (BytesIO(b"y" * MOST), "Fits.txt")], "title": "kept"}
    with posted(component_app, data) as form:
        assert [(one.name, one.is_cut_off, one.stream.seek(0, 2)) for one in form.files.data] == [
            ("Long.txt", True, MOST),
            ("Fits.txt", False, MOST),
        ]
    assert form.title.data == "kept"


@given(st.lists(st.binary(max_size=50)), st.integers(0, 100))
def test_a_capped_file_keeps_the_beginning_whatever_its_pieces(pieces: list[bytes], most: int) -> None:
    with CappedFile(most) as file:
        assert [file.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
        file.seek(0)
        whole = b"".join(pieces)
        assert file.read() == whole[:most]
        assert file.is_cut_off is (len(whole) > most)


@given(st.lists(st.text(max_size=20) | st.builds(FileStorage, filename=st.none() | st.text(max_size=9)), max_size=4))
def test_nothing_that_can_be_posted_breaks_it(component_app: Flask, values: list[Any]) -> None:
    with component_app.test_request_context("/"):
        form = Giving(MultiDict([("files", value) for value in values]))
        form.validate()
        assert len(form.files.data) == sum(1 for value in values if isinstance(value, FileStorage) and value.filename)


def test_it_says_what_may_be_attached(component_app: Flask) -> None:
    with component_app.test_request_context("/"):
        page = BeautifulSoup(str(Giving(MultiDict()).files()), "html.parser")
    field = page.find("input", type="file")
    assert field is not None
    assert field.has_attr("multiple")
    assert ".docx" in str(field["accept"])
    hint = page.find(id=field["aria-describedby"])
    assert hint is not None
    assert hint.get_text().startswith("Minutes, policies. PDF, Word")
    assert hint.get_text().endswith("Up to 2 MB each.")


def test_one_file_alone_can_be_asked_for(component_app: Flask) -> None:
    class One(FilterForm):
        file = FileField("File", multiple=False)

    with component_app.test_request_context("/"):
        assert "multiple" not in str(One(MultiDict()).file())


@pytest.mark.parametrize("size", [0, 600 * 1024])
def test_small_files_stay_in_memory_and_larger_ones_have_no_name(size: int) -> None:
    with CappedFile(MOST) as file:
        file.write(b"x" * size)
        assert file._rolled is (size > 512 * 1024)


@pytest.mark.parametrize("size", [0, 600 * 1024, MOST])
def test_what_must_not_be_stored_stays_in_memory_whatever_its_size(size: int) -> None:
    with CappedFile(MOST, in_memory=0) as file:
        file.write(b"x" * size)
        assert not file._rolled
