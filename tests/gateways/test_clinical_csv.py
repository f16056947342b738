"""CSV records: columns by several names, a row at a time, one person's alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.clinical_records import ClinicalPart, NotARecord, Whose
from portal.gateways.clinical_records import csv_files
from portal.gateways.clinical_records.csv_files import read_csv
from tests.clinical_files import sample

HEAD = "nhs_number,date_of_birth,part,date,entry,status\n"
ROBIN = "9990000018,2017-03-14,"


def read(*rows: str, head: str = HEAD):
    """Rows below the head."""
    return read_csv((head + "\n".join(rows)).encode())


def test_the_sample():
    record = read_csv(sample("record.csv"))
    assert record.whose == Whose("9990000018", date(2017, 3, 14))
    assert [(line.part, line.text) for line in record.lines] == [
        (ClinicalPart.REGISTRATION, "2 September 2019: Registered at Hollybush Surgery"),
        (ClinicalPart.PROBLEMS, "2 October 2023: Asthma"),
        (ClinicalPart.PROBLEMS, "11 May 2021: Otitis media, right ear"),
        (ClinicalPart.CONSULTATIONS, "4 March 2026: Cough, temperature 37.8. Came with father"),
        (ClinicalPart.CONSULTATIONS, "14 January 2026: Asthma review: inhaler technique good"),
        (ClinicalPart.MEDICATION, "10 February 2025: Salbutamol 100micrograms/dose inhaler, two puffs when needed"),
        (ClinicalPart.IMMUNISATIONS, "3 April 2018: Measles mumps and rubella vaccination - first dose"),
        (ClinicalPart.CONTACTS, "Mother: Ash Larkfield"),
    ]
    assert [line.words for line in record.lines if line.is_current] == [
        "Registered at Hollybush Surgery",
        "Asthma",
        "Salbutamol 100micrograms/dose inhaler, two puffs when needed",
    ]
    assert [(one.place, one.reason) for one in record.broken] == [
        ("Line 11", csv_files.BAD_DAY),
        ("Line 12", csv_files.BAD_NUMBER),
        ("Line 13", csv_files.NO_WORDS),
    ]
    assert record.passed_over == {"Allergy": 1}


@pytest.mark.parametrize(
    "head",
    [
        "NHS Number,Date of Birth,Section,Date,Description\n",
        "NHS No.,DOB,Type,Event date,Code term\n",
        "\ufeffnhs_number,date_of_birth,part,date,entry\n",
    ],
)
def test_columns_by_other_names(head):
    assert [line.words for line in read(f"{ROBIN}Problem,,Asthma", head=head).lines] == ["Asthma"]


@pytest.mark.parametrize("between", [";", "\t"])
def test_other_separators(between):
    row = between.join(["9990000018", "2017-03-14", "problem", "", "Asthma, mild"])
    assert [line.words for line in read(row, head=HEAD.replace(",", between)).lines] == ["Asthma, mild"]


def test_a_line_is_named_by_its_number_also_below_a_cell_of_several_lines():
    record = read(f'{ROBIN}problem,,"Asthma,\nmild"', f"{ROBIN}problem,soon,Eczema")
    assert [line.words for line in record.lines] == ["Asthma, mild"]
    assert [one.place for one in record.broken] == ["Line 4"]


@pytest.mark.parametrize("within", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_a_mark_within_an_entry_that_some_take_for_the_end_of_a_line_ends_none(within):
    record = read(f"{ROBIN}problem,2020-01-02,Asthma{within}review,active", f"{ROBIN}problem,x,Cough,")
    [line] = record.lines
    assert line.words in ("Asthma review", "Asthmareview")
    assert [one.place for one in record.broken] == ["Line 3"]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_every_way_to_end_a_line(ending):
    content = HEAD.strip() + ending + f"{ROBIN}problem,2020-01-02,Asthma,active" + ending
    assert [line.words for line in read_csv(content.encode()).lines] == ["Asthma"]


def test_empty_rows_and_short_ones():
    record = read(",,,,", "", f"{ROBIN}problem", ROBIN)
    assert [(one.place, one.reason) for one in record.broken] == [
        ("Line 4", csv_files.NO_WORDS),
        ("Line 5", csv_files.NO_PART),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", csv_files.NO_COLUMNS),
        (b"a,b\n1,2\n", csv_files.NO_COLUMNS),
        (HEAD.encode(), csv_files.NOBODY),
        ((HEAD + "1,2,problem,,Asthma").encode(), csv_files.NOBODY),
        ((HEAD + '9990000018,2017-03-14,problem,,"Asthma').encode(), csv_files.NOT_CSV),
        (HEAD.encode() + b"\xff", csv_files.NOT_CSV),
        ((HEAD + ROBIN + "problem,,Asthma\n9990000026,2017-03-14,problem,,Eczema").encode(), csv_files.SEVERAL),
        ((HEAD + ROBIN + "problem,,Asthma\n9990000018,2017-03-15,problem,,Eczema").encode(), csv_files.SEVERAL),
        ((HEAD + f"{ROBIN}problem,,Asthma\n" * 5001).encode(), csv_files.TOO_MANY),
        ((HEAD + ROBIN + "problem,," + "x" * 200_000).encode(), csv_files.NOT_CSV),
    ],
)
def test_what_is_refused(content, words):
    with pytest.raises(NotARecord) as refused:
        read_csv(content)
    assert str(refused.value) == words


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda said: (HEAD + said).encode("utf-8", "ignore")))
def test_any_bytes_are_read_or_refused(content):
    with pytest.raises(NotARecord):
        read_csv(content)


@given(st.lists(st.text(max_size=30), min_size=6, max_size=6))
def test_any_cells_are_read_or_listed(cells):
    row = ",".join('"' + cell.replace('"', '""').replace("\x00", "") + '"' for cell in cells)
    record = read_csv((HEAD + f"{ROBIN}problem,,Asthma\n" + row).encode("utf-8", "ignore"))
    assert "Asthma" in [line.words for line in record.lines]
