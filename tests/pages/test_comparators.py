"""The pages of what measures are held against: the list, the file to take along, and files that are refused."""

from __future__ import annotations

from io import BytesIO

import pytest

from portal.domain.comparators import COLUMNS
from tests.pages.reading import errors, rows, words

LIST, NEW = "/figures/comparators", "/figures/comparators/new-file"
HEADER = ",".join(COLUMNS)


def file_of(*lines):
    """A file to send."""
    return BytesIO("\n".join((HEADER, *lines, "")).encode()), "list.csv"


def test_whoever_reads_figures_reads_what_they_are_held_against(as_person):
    shown = as_person("a.board").get(LIST)
    assert any("England 2024/25 81.4 % ZQ-A-COMPARATOR-QZ" in row for row in rows(shown))
    assert any("Target from April 2025 95 %" in row for row in rows(shown))
    assert any("New phase from January 2026 –" in row for row in rows(shown))
    assert any("Children of the area Here 2025 61,800" in row for row in rows(shown))
    assert "ZQ-B-COMPARATOR-QZ" not in words(shown)
    assert shown.page.find("a", href=NEW) is None
    assert as_person("a.business_manager").get(LIST).page.find("a", href=NEW)


def test_the_manager_takes_the_list_along_and_puts_another_in_its_place(manager):
    taken = manager.get(f"{LIST}/file")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="held-against.csv"'
    lines = taken.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines[0] == HEADER
    assert "initial_in_time,England,2024/25,81.4,ZQ-A-COMPARATOR-QZ" in lines
    done = manager.submit(NEW, file=file_of("attendance,target,2026,90,The board, in March".replace(", in", " in")))
    assert (done.status_code, done.location) == (303, LIST)
    shown = manager.get(LIST)
    assert "The file was taken: 1 row." in words(shown)
    assert rows(shown) == ["Attendance Target from 2026 90 % The board in March"]


@pytest.mark.parametrize("page", [LIST, NEW])
def test_pages_take_few_queries(manager, count_queries, page):
    with count_queries() as statements:
        manager.get(page)
    assert len(statements) <= 5, statements


def test_a_bad_file_is_refused_whole_with_every_fault(manager):
    refused = manager.submit(NEW, file=file_of("turnout,England,2025,80,Here", "attendance,London,then,x,There"))
    assert refused.status_code == 400
    assert errors(refused) == ["3 rows or columns of the file are to be put right: they are listed below"]
    said = words(refused)
    assert "Nothing was taken." in said
    assert "Line 2, measure_id: is no measure of the portal" in said
    assert "Line 3, period: is not a period like 2025" in said
    assert "Line 3, value: is not a number like 81.4" in said
    assert any("England 2024/25" in row for row in rows(manager.get(LIST)))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (None, "Choose a file"),
        ((BytesIO(b""), "list.csv"), "Line 1, header: is missing"),
        ((BytesIO(b"PK\x03\x04\xff"), "list.xlsx"), "Line 1, row: is not UTF-8"),
        ((BytesIO(b"a,b\n1,2\n"), "list.csv"), "columns of the file are to be put right"),
    ],
)
def test_what_is_no_such_file_says_so_at_the_field(manager, sent, said):
    refused = manager.submit(NEW, **({} if sent is None else {"file": (BytesIO(sent[0].getvalue()), sent[1])}))
    assert refused.status_code == 400
    assert said in errors(refused)[0]


def test_words_of_a_file_are_only_words(manager):
    manager.submit(NEW, file=file_of('attendance,"<b>England</b>",2025,80,"<script>alert(1)</script>"'))
    shown = manager.get(LIST)
    assert "<b>England</b>" in words(shown)
    assert shown.page.main.find("script") is None


def test_whoever_was_slower_is_told_and_loses_nothing_of_the_other(manager, as_person):
    late = as_person("a.business_manager")
    page = late.get(NEW)
    manager.submit(NEW, file=file_of("attendance,target,2026,90,The first"))
    lost = late.send(page, file=file_of("attendance,target,2026,80,The second"))
    assert lost.status_code == 409
    assert "Somebody else has put another file in place" in words(lost)
    assert "The first" in words(late.get(LIST))
