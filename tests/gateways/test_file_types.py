"""What a file is, by its content: the kinds that are taken, and everything that only says that it is one of them."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.gateways import file_types, office_packages
from portal.gateways.file_refusals import BOMB, ENTITIES, MACROS, NOT_A_KIND, NOT_UTF8, NOT_WHOLE, OLD_FORMAT, NotTaken
from portal.gateways.file_types import file_type
from tests.sample_files import JPEG, MAIN_TYPES, OLD_OFFICE, PDF, PNG, content_types, office, package


def kind_of(content: bytes, name: str = "file") -> str:
    return file_type(BytesIO(content), name).extensions[0]


def refusal_of(content: bytes, name: str = "file") -> str:
    with pytest.raises(NotTaken) as refused:
        file_type(BytesIO(content), name)
    return str(refused.value)


def found_or_refused(content: bytes) -> bool:
    """Whether it is one of the kinds that are taken, or refused with a reason: anything else is a fault."""
    try:
        return file_type(BytesIO(content), "x.csv") in file_types.TYPES
    except NotTaken as refused:
        return bool(str(refused))


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PDF, "pdf"),
        (PNG, "png"),
        (JPEG, "jpg"),
        (b"Seen at home on Tuesday.\n", "txt"),
        ("\ufeffCafé, naïve – “quoted”\r\n\tand a tab\f".encode(), "txt"),
        *((office(kind), kind) for kind in MAIN_TYPES),
    ],
)
def test_each_kind_is_known_whatever_it_is_called(content, extension):
    for name in ("file", "file.exe", "file.docm", f"file.{extension}", ""):
        assert kind_of(content, name) == extension


def test_only_text_is_told_apart_by_its_name():
    assert kind_of(b"a,b\n1,2\n", "rows.CSV") == "csv"
    assert kind_of(b"a,b\n1,2\n", "rows.txt") == "txt"
    assert kind_of(PDF, "rows.csv") == "pdf"


def test_a_spreadsheet_is_not_taken_for_a_document():
    assert file_type(BytesIO(office("xlsx")), "x.docx").media_type.endswith("spreadsheetml.sheet")


def test_the_stream_is_left_at_its_beginning():
    for content in (PDF, office("docx"), b"text"):
        stream = BytesIO(content)
        stream.read(3)
        file_type(stream, "x")
        assert stream.tell() == 0


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00\x03" + bytes(60),
        b"\x7fELF" + bytes(60),
        b"GIF89a" + bytes(20),
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"7z\xbc\xaf\x27\x1c" + bytes(20),
        b"text, then \x00 nothing",
        b"text, then \x1b[31m a terminal's colours",
        b"\x89PNG\r\n\x1a\nnot a picture",
        b" %PDF-1.7 does not begin with it".replace(b" ", b"\x01", 1),
        b"%PDF-9.9 \x00",
        package({"readme.txt": "only a zip"}),
        package({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        package({"[Content_Types].xml": content_types("text/xml")}),
        package({"[Content_Types].xml": content_types(*MAIN_TYPES.values())}),
    ],
)
def test_what_is_of_no_kind_that_is_taken_is_refused(content):
    assert refusal_of(content) == NOT_A_KIND


def test_refusals_say_what_to_do():
    assert refusal_of(b"") == "is empty"
    assert refusal_of(OLD_OFFICE, "letter.doc") == OLD_FORMAT
    assert refusal_of("Caf\xe9;1\n".encode("latin-1"), "rows.csv") == NOT_UTF8
    assert refusal_of("rows".encode("utf-16"), "rows.csv") == NOT_UTF8
    assert refusal_of(b"Caf\xe9") == NOT_A_KIND
    assert refusal_of(b"half a letter \xe2\x82") == NOT_A_KIND


@pytest.mark.parametrize(
    "content",
    [
        office("docx", "application/vnd.ms-office.vbaProject"),
        office("docx", **{"word/vbaProject.bin": b"\0"}),
        office("xlsx", **{"xl/VBAPROJECT.BIN": b"\0"}),
        office("xlsx", "application/vnd.ms-excel.macrosheet+xml"),
        office("xlsx", **{"xl/macrosheets/sheet1.xml": "<x/>"}),
        office("pptx", **{"ppt/activeX/activeX1.bin": b"\0"}),
        office("docx", "application/vnd.openxmlformats-officedocument.oleObject"),
        package({"[Content_Types].xml": content_types("application/vnd.ms-word.document.macroEnabled.main+xml")}),
    ],
)
def test_macros_and_other_programs_are_refused(content):
    assert refusal_of(content, "plan.docx") == MACROS


def test_what_swells_is_refused():
    swollen = office("docx", **{"word/media/zeros": bytes(office_packages.RATIO_FROM + 1)})
    assert len(swollen) < 100_000
    assert refusal_of(swollen) == BOMB
    many = {f"part{number}": b"" for number in range(office_packages.MOST_PARTS)}
    assert refusal_of(office("docx", **many)) == BOMB


def test_more_than_a_package_may_unpack_to_is_refused_however_well_it_hides(monkeypatch):
    monkeypatch.setattr(office_packages, "MOST_UNPACKED", 1000)
    assert refusal_of(office("docx", **{"word/document.xml": b"x" * 1000})) == BOMB


def test_parts_that_lie_on_one_another_are_refused():
    """As in the bombs whose thousand parts all unpack the same bytes."""
    content = bytearray(office("docx", first=b"y" * 3000, other=b"z" * 3000))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        first = archive.getinfo("first").header_offset
    place = content.rfind(b"PK\x01\x02")
    content[place + 42 : place + 46] = first.to_bytes(4, "little")
    assert refusal_of(bytes(content)) == BOMB


def test_a_size_that_is_a_lie_is_found_out():
    content = bytearray(office("docx", swollen=b"x" * 5000))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    assert refusal_of(bytes(content)) == NOT_WHOLE


def test_a_package_that_declares_entities_is_refused():
    table = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><Types>&a;</Types>'
    assert refusal_of(package({"[Content_Types].xml": table})) == ENTITIES


def test_a_package_whose_table_of_contents_cannot_be_read_is_refused(monkeypatch):
    assert refusal_of(package({"[Content_Types].xml": "<Types><Override"})) == NOT_WHOLE
    monkeypatch.setattr(office_packages, "_MOST_CONTENT_TYPES", 100)
    assert refusal_of(office("docx")) == BOMB


def test_a_damaged_package_is_refused():
    whole = office("docx", **{"word/document.xml": bytes(range(256)) * 20})
    assert refusal_of(whole[: len(whole) // 2]) == NOT_WHOLE
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        part = archive.getinfo("word/document.xml")
    broken = bytearray(whole)
    broken[part.header_offset + 60] ^= 0xFF
    assert refusal_of(bytes(broken)) == NOT_WHOLE


def test_a_package_with_a_password_is_refused():
    content = bytearray(office("docx"))
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        place = content.find(mark)
        while place >= 0:
            content[place + (8 if mark == b"PK\x01\x02" else 6)] |= 1
            place = content.find(mark, place + 1)
    assert refusal_of(bytes(content)) == NOT_WHOLE


@given(st.binary(max_size=3000))
def test_nothing_makes_it_fail(content):
    for start in (b"", b"PK\x03\x04", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        assert found_or_refused(start + content)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 10_000))
def test_a_package_damaged_anywhere_is_refused_or_still_one_of_ours(damage, where):
    whole = bytearray(office("xlsx", **{"xl/sheet1.xml": "<row/>" * 200}))
    place = where % len(whole)
    whole[place : place + len(damage)] = damage
    assert found_or_refused(bytes(whole))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_without_controls_is_text(text):
    content = text.encode()
    if not content.startswith((b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff")) and text.strip("\ufeff"):
        assert kind_of(content) == "txt"
