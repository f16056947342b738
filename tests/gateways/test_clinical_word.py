"""The Word document: made with its fields, read back as systems leave it, and hostile ones refused."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.clinical_records import ClinicalPart, NotARecord, Whose, Written
from portal.gateways.clinical_records import word_reading
from portal.gateways.clinical_records.word_fields import fields_of
from portal.gateways.clinical_records.word_reading import read_document
from portal.gateways.clinical_records.word_template import MARKING, TYPE_HERE, write_template
from portal.gateways.report_template_files import shipped
from portal.services.clinical_records.documents import word_fields
from tests.clinical_files import filled, rewritten, sample
from tests.sample_files import MAIN_TYPES, content_types, office, package

FIELDS = fields_of(
    ClinicalPart, {"worries": ("What worries you & why?", "Two <or> three sentences."), "needs": ("Needs", "")}
)
TEMPLATE = write_template("The practice’s report", ["Import this once."], FIELDS)
WHOSE = {"NHS_number": ["999 000 0018"], "Date_of_birth": ["14-Mar-2017"]}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(content: bytes):
    """A document with the fields of these tests."""
    return read_document(content, FIELDS)


def words(record, part: ClinicalPart) -> list[str]:
    """A part's lines."""
    return [line.text for line in record.lines if line.part is part]


def document(body: str) -> bytes:
    """A Word file with this body."""
    xml = f'<w:document xmlns:w="{W[1:-1]}" xmlns:mc="mc"><w:body>{body}</w:body></w:document>'
    return package({"[Content_Types].xml": content_types(MAIN_TYPES["docx"]), "word/document.xml": xml})


def row(label: str, *paragraphs: str) -> str:
    """A row without any box, as a system may leave it."""
    inside = "".join(f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>" for words in paragraphs)
    return f"<w:tr><w:tc><w:p><w:r><w:t>{label}</w:t></w:r></w:p></w:tc><w:tc>{inside}</w:tc></w:tr>"


IDENTITY = row("NHS number", "9990000018") + row("Date of birth", "14/03/2017")


class TestTheTemplate:
    """What Word and clinical systems need to find in it."""

    def test_every_part_is_whole_xml_and_the_same_each_time(self):
        with zipfile.ZipFile(BytesIO(TEMPLATE)) as archive:
            assert archive.testzip() is None
            for name in archive.namelist():
                ElementTree.fromstring(archive.read(name))
        assert write_template("The practice’s report", ["Import this once."], FIELDS) == TEMPLATE

    def test_it_has_a_merge_field_and_a_tagged_box_for_each_row(self):
        with zipfile.ZipFile(BytesIO(TEMPLATE)) as archive:
            root = ElementTree.fromstring(archive.read("word/document.xml"))
            assert MARKING in archive.read("word/header1.xml").decode()
        merged = [field.get(f"{W}instr") for field in root.iter(f"{W}fldSimple")]
        assert merged == [f" MERGEFIELD {field.merge} " for field in FIELDS if field.merge]
        assert {field.merge for field in FIELDS} >= {"NHS_number", "Date_of_birth", "Problems", "Consultations"}
        assert [tag.get(f"{W}val") for tag in root.iter(f"{W}tag")] == [field.tag for field in FIELDS]
        ids = [one.get(f"{W}val") for one in root.iter(f"{W}id")]
        assert len(set(ids)) == len(FIELDS)
        # A cell that does not end with a paragraph is a damaged file to Word.
        assert {cell[-1].tag for cell in root.iter(f"{W}tc")} == {f"{W}p"}

    def test_unfilled_it_is_nobodys(self):
        with pytest.raises(NotARecord) as refused:
            read(TEMPLATE)
        assert str(refused.value) == word_reading.NO_NUMBER


class TestReadingBack:
    """As a clinical system filled it."""

    def test_the_sample_of_the_shipped_form(self):
        record = read_document(sample("record.docx"), word_fields(shipped("gp")))
        assert record.whose == Whose("9990000018", date(2017, 3, 14))
        assert words(record, ClinicalPart.PROBLEMS) == ["2 October 2023: Asthma", "11 May 2021: Otitis media"]
        assert words(record, ClinicalPart.CONTACTS) == ["Mother: Ash Larkfield"]
        assert record.written == (
            Written("involvement", "14 January, practice nurse, asthma review"),
            Written("strengths", "Comes to every asthma review"),
        )

    def test_lines_and_what_was_typed(self):
        content = filled(
            TEMPLATE,
            {**WHOSE, "Problems": ["02-Oct-2023 Asthma & eczema", "Enuresis"], "Medication": []},
            {"portal.answer.worries": "Not brought <twice>"},
        )
        record = read(content)
        assert words(record, ClinicalPart.PROBLEMS) == ["2 October 2023: Asthma & eczema", "Enuresis"]
        assert words(record, ClinicalPart.MEDICATION) == []
        assert words(record, ClinicalPart.IMMUNISATIONS) == [], "a field that was not filled says nothing"
        assert record.written == (Written("worries", "Not brought <twice>"),)

    def test_by_labels_where_the_boxes_are_gone(self):
        record = read(document(f"<w:tbl>{IDENTITY}{row('Problems', 'Asthma', 'Eczema')}</w:tbl>"))
        assert words(record, ClinicalPart.PROBLEMS) == ["Asthma", "Eczema"]

    def test_line_breaks_tables_and_runs_within_a_cell(self):
        inside = (
            "<w:p><w:r><w:t>Asth</w:t></w:r><w:r><w:t>ma</w:t><w:br/><w:t>Eczema</w:t></w:r></w:p>"
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>03-May-2024</w:t></w:r></w:p></w:tc>"
            "<w:tc><w:p><w:r><w:t>Otitis</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/>"
        )
        cells = f"<w:tr><w:tc><w:p><w:r><w:t>Problems:</w:t></w:r></w:p></w:tc><w:tc>{inside}</w:tc></w:tr>"
        record = read(document(f"<w:tbl>{IDENTITY}{cells}</w:tbl>"))
        assert words(record, ClinicalPart.PROBLEMS) == ["3 May 2024: Otitis", "Asthma", "Eczema"]

    def test_a_box_around_a_cell_and_a_box_without_a_table(self):
        def box(tag: str, inside: str) -> str:
            return f'<w:sdt><w:sdtPr><w:tag w:val="{tag}"/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>'

        cell = box("portal.part.problems", "<w:tc><w:p><w:r><w:t>Asthma</w:t></w:r></w:p></w:tc>")
        free = box("portal.part.medication", "<w:p><w:r><w:t>Salbutamol</w:t></w:r></w:p>")
        first = "<w:tc><w:p><w:r><w:t>Called otherwise</w:t></w:r></w:p></w:tc>"
        record = read(document(f"<w:tbl>{IDENTITY}<w:tr>{first}{cell}</w:tr></w:tbl>{free}"))
        assert words(record, ClinicalPart.PROBLEMS) == ["Asthma"]
        assert words(record, ClinicalPart.MEDICATION) == ["Salbutamol"]

    @pytest.mark.parametrize(
        "inside",
        [
            "<w:r><w:instrText> MERGEFIELD Problems </w:instrText></w:r>",
            "<w:del><w:r><w:delText>Deleted</w:delText></w:r></w:del>",
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden</w:t></w:r>",
            "<mc:AlternateContent><mc:Fallback><w:r><w:t>Twice</w:t></w:r></mc:Fallback></mc:AlternateContent>",
            "<w:r><w:t>«Problems»</w:t></w:r>",
            "<w:r><w:t>~[Problems]</w:t></w:r>",
            "<w:r><w:t>&lt;Problems&gt;</w:t></w:r>",
            f"<w:r><w:t>{TYPE_HERE}</w:t></w:r>",
            "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click or tap here to enter text."
            "</w:t></w:r></w:sdtContent></w:sdt>",
        ],
    )
    def test_what_nobody_sees_or_filled_is_left(self, inside):
        cells = f"<w:tr><w:tc><w:p><w:r><w:t>Problems</w:t></w:r></w:p></w:tc><w:tc><w:p>{inside}</w:p></w:tc></w:tr>"
        record = read(document(f"<w:tbl>{IDENTITY}{cells}</w:tbl>"))
        assert record.lines == ()

    def test_a_document_of_two_children_is_nobodys(self):
        twice = row("NHS number", "9990000026")
        with pytest.raises(NotARecord) as refused:
            read(document(f"<w:tbl>{IDENTITY}{twice}</w:tbl>"))
        assert str(refused.value) == word_reading.NO_NUMBER

    def test_without_a_day_of_birth_it_is_nobodys(self):
        with pytest.raises(NotARecord) as refused:
            read(filled(TEMPLATE, {"NHS_number": ["9990000018"], "Date_of_birth": ["2017"]}))
        assert str(refused.value) == word_reading.NO_DAY


class TestHostileDocuments:
    """Refused before they are opened, or soon after; test_record_torture.py measures what they cost."""

    def refused(self, content: bytes) -> str:
        with pytest.raises(NotARecord) as refused:
            read(content)
        return str(refused.value)

    def test_another_document(self):
        assert self.refused(document("<w:p><w:r><w:t>Dear Sir</w:t></w:r></w:p>")) == word_reading.NOT_OURS
        assert self.refused(office("docx")) == word_reading.DAMAGED
        assert self.refused(office("xlsx")) == word_reading.NOT_WORD
        assert self.refused(b"%PDF-1.7\n") == word_reading.NOT_WORD
        assert self.refused(document("</w:p>")) == word_reading.DAMAGED

    def test_macros(self):
        content = package(
            {
                "[Content_Types].xml": content_types(MAIN_TYPES["docx"]),
                "word/document.xml": "<x/>",
                "word/vbaProject.bin": b"x",
            }
        )
        assert "macros" in self.refused(content)

    @pytest.mark.parametrize(
        "entities",
        [
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        ],
    )
    def test_entities(self, entities):
        content = rewritten(TEMPLATE, lambda said: said.replace("?>\n", f"?>\n{entities}", 1))
        assert "127.0.0.1" not in self.refused(content)
        # Packages with declarations are refused as files already; what reads the text takes none either.
        with pytest.raises(NotARecord) as refused:
            word_reading.parsed(BytesIO(f"{entities}<x/>".encode()))
        assert str(refused.value) == word_reading.ENTITIES

    @pytest.mark.parametrize(
        "body",
        [
            "<w:p>" * 60 + "</w:p>" * 60,
            "<w:p/>" * 120_000,
            "<w:p><w:r><w:t>" + "x" * 9_000_000 + "</w:t></w:r></w:p>",
        ],
    )
    def test_bombs(self, body):
        self.refused(document(body))

    def test_tables_in_tables_as_deep_as_is_taken(self):
        def nested(depth: int) -> str:
            inner = nested(depth - 1) if depth else "<w:p><w:r><w:t>Asthma</w:t></w:r></w:p>" * 2_000
            return f"<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"

        assert read(document(f"<w:tbl>{IDENTITY}</w:tbl>{nested(9)}")).lines == ()

    @given(st.binary(max_size=300))
    def test_any_bytes_are_refused(self, content):
        with pytest.raises(NotARecord):
            read(content)

    @given(st.text(max_size=200))
    def test_any_text_as_the_document_is_refused(self, said):
        with pytest.raises(NotARecord):
            read(rewritten(TEMPLATE, lambda _: said.encode("utf-8", "ignore").decode()))
