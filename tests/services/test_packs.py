"""Packs: what they say, as at which day and revision, in three formats, and what they never say."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, NotPermitted, NotVisible
from portal.domain.indicators import columns
from portal.domain.packs import PackFormat, PackKind, PackState
from portal.models.files import StoredFile
from portal.models.packs import Pack, PackFile
from portal.services import indicators
from portal.services.orphans import find_orphans
from portal.services.packs import asking, listing
from portal.services.packs.making import make_packs
from tests.areas import part
from tests.services.pack_steps import (
    QUARTER,
    busy_quarter,
    content,
    everything,
    freeze,
    make,
    printed,
    sheets,
    texts,
    words,
)
from tests.services.rows import stored, trail
from tests.world import NOW

GPS = ("gp", "review_conference")
OF_FIGURES = (PackKind.BOARD, PackKind.ANNUAL, PackKind.INSPECTION, PackKind.DATASET)


@pytest.fixture
def overseer(viewer):
    """A's safeguarding manager."""
    return viewer("a.manager")


@pytest.fixture
def board(viewer):
    return viewer("a.board")


@pytest.fixture
def busy(world):
    return busy_quarter(world)


def test_a_board_pack_is_a_tagged_pdf_a_workbook_and_csv_files(manager, board, busy):
    pack_id = make(manager, PackKind.BOARD)
    document = printed(board, pack_id)
    catalog = document.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"].lower().startswith("en")
    for page in document.pages:
        said = " ".join(page.extract_text().split())
        assert "OFFICIAL-SENSITIVE" in said
        assert "As at 10 June 2026. January to March not frozen." in said
    said = words(board, pack_id)
    for part_of_it in (
        *("What needs attention", "Who came and who reported", "Conferences", "Strategy meetings"),
        *("Child protection plans", "Escalations and practice alerts", "Audits", "What these figures count"),
    ):
        assert part_of_it in said
    assert "100 % (60 of 60)" in said
    book = sheets(board, pack_id)
    assert {"About", "Review child protection confer", "Definitions"} <= {name[:30] for name in book}
    assert "00-about.csv" in texts(board, pack_id)


def test_a_picture_has_words_for_whoever_does_not_see_it(manager, board, busy):
    pack_id = make(manager, PackKind.BOARD)
    raw = content(board, pack_id, PackFormat.PDF)
    assert b"/Figure" in raw or "/Figure" in str(printed(board, pack_id).trailer["/Root"]["/StructTreeRoot"])
    assert "month by month from April 2025 to March 2026" in words(board, pack_id)


def test_a_pack_of_a_quarter_that_is_not_frozen_says_so_loudly(manager, board, busy):
    pack_id = make(manager, PackKind.BOARD)
    assert "NOT FROZEN: these figures may still change." in words(board, pack_id)
    assert all("Not frozen." in " ".join(page.extract_text().split()) for page in printed(board, pack_id).pages)
    assert stored(Pack, pack_id).is_frozen is False
    assert any("NOT FROZEN" in str(row) for row in sheets(board, pack_id)["About"])
    assert "NOT FROZEN" in texts(board, pack_id)["00-about.csv"]


def test_a_frozen_figure_never_changes_and_a_pack_quotes_its_revision(manager, board, busy, world):
    freeze(manager)
    first = make(manager, PackKind.BOARD)
    assert "As at 10 June 2026. January to March 2026 frozen, revision 1." in words(board, first)
    assert "NOT FROZEN" not in words(board, first)
    assert stored(Pack, first).is_frozen is True
    gp = world.agency_codes["a.gp"]
    busy.attendance(*(part(f"BUSY-{month}-{number}", gp, "video") for month in (1, 2, 3) for number in range(20)))
    second = make(manager, PackKind.BOARD, now=NOW + timedelta(minutes=5))
    assert "10 % (6 of 60)" in words(board, second)
    freeze(replace(manager, now=NOW + timedelta(minutes=8)), seen=1, note="Registers came late.")
    third = make(manager, PackKind.BOARD, now=NOW + timedelta(minutes=10))
    assert "revision 2" in words(board, third)
    assert "10 % (6 of 60)" not in words(board, third)


@pytest.mark.parametrize("kind", OF_FIGURES)
def test_no_pack_of_figures_tells_of_a_child_or_of_the_other_partnership(manager, board, busy, world, kind):
    pack_id = make(manager, kind)
    said = everything(board, pack_id)
    shown = [marker for marker in world.hidden_from("a.board") if marker.is_in(said)]
    assert shown == []
    assert not any(reference in said for reference in ("CASE-BUSY", "BUSY-1-"))


def test_a_boards_pack_hides_small_numbers_also_from_the_manager_who_has_it_made(overseer, board, busy, world):
    """The school's only conference of May has one of each agency: a count of one."""
    pack_id = make(overseer, PackKind.INSPECTION, QUARTER.plus(1), now=datetime(2026, 7, 6, 9, tzinfo=UTC))
    assert stored(Pack, pack_id).is_whole is False
    table = sheets(board, pack_id)["Strategy meetings"]
    assert any("too few" in row for row in table)
    assert _small(cell for name, rows in sheets(board, pack_id).items() for row in rows for cell in row) == []


def _small(cells):
    """Whole numbers from 1 to 5, which no table of a board's pack may have."""
    return [cell for cell in cells if isinstance(cell, int) and not isinstance(cell, bool) and 1 <= cell <= 5]


def test_a_dataset_has_the_contracts_columns_and_hides_small_numbers_from_who_has_no_cases(
    manager, overseer, board, busy
):
    hidden = _by_agency(board, make(manager, PackKind.DATASET))
    whole = _by_agency(overseer, make(overseer, PackKind.DATASET, now=NOW + timedelta(minutes=1)))
    assert list(whole[0]) == [*columns(("month", "agency_type", "meeting_type")), "revision"]
    of_gps = {row["month"]: row for row in whole if (row["agency_type"], row["meeting_type"]) == GPS}
    assert {month: row["attended"] for month, row in of_gps.items()} == {
        "2026-01": "2",
        "2026-02": "2",
        "2026-03": "2",
    }
    for row in hidden:
        for name, cell in row.items():
            if name not in ("month", "revision") and cell.isdigit():
                assert not 1 <= int(cell) <= 5, (row, name)
    assert {row["attended"] for row in hidden if (row["agency_type"], row["meeting_type"]) == GPS} == {"too few"}


def _by_agency(viewer, pack_id):
    files = texts(viewer, pack_id)
    name = next(name for name in files if name.endswith("by-agency.csv"))
    return list(csv.DictReader(files[name].splitlines()))


def test_a_whole_dataset_says_what_the_export_says(overseer, busy, system):
    counted = _by_agency(overseer, make(overseer, PackKind.DATASET))
    exported = indicators.indicators(
        system, start=date(2025, 4, 1), end=QUARTER.days.last, by=("month", "agency_type", "meeting_type")
    )
    as_text = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in exported
        if any(row[name] for name in ("expected", "reports_due", "absent_with_report"))
    ]
    assert sorted(map(str, as_text)) == sorted(
        str({name: cell for name, cell in row.items() if name != "revision"}) for row in counted
    )


def test_a_dataset_of_the_manager_is_nobodys_else(overseer, manager, board, busy):
    pack_id = make(overseer, PackKind.DATASET)
    assert stored(Pack, pack_id).is_whole is True
    for other in (manager, board):
        with pytest.raises(NotVisible):
            listing.open_pack(other, pack_id, PackFormat.CSV)
        with pytest.raises(NotVisible):
            listing.pack_page(other, pack_id)


def test_who_opened_a_pack_is_kept_and_shown_to_who_makes_packs(manager, board, busy):
    pack_id = make(manager, PackKind.INSPECTION)
    for when in (NOW, NOW + timedelta(hours=1)):
        content(replace(board, now=when), pack_id, PackFormat.PDF)
    (reader,) = listing.pack_page(manager, pack_id).readers
    assert (reader.name, reader.times, reader.last_at - reader.first_at) == ("ZQ-A-BOARD-QZ", 2, timedelta(hours=1))
    assert listing.pack_page(board, pack_id).readers == ()


def test_the_annual_tables_have_the_year_and_its_quarters_side_by_side(manager, board, busy):
    heads = sheets(board, make(manager, PackKind.ANNUAL))["Conferences"][0]
    assert [head for head in heads if head and ":" not in head] == [
        "Measure",
        "April 2025 to March 2026",
        "April 2024 to March 2025",
        "April to June 2025",
        "July to September 2025",
        "October to December 2025",
        "January to March 2026",
    ]


def test_an_inspection_pack_defines_each_figure(manager, board, busy):
    definitions = dict(sheets(board, make(manager, PackKind.INSPECTION))["Definitions"])
    assert "15 working days" in definitions["Initial conferences in time, from the strategy meeting"]
    assert {"Strategy meetings within 72 hours", "Attendance", "Escalations open", "Audits returned"} <= set(
        definitions
    )


def test_deleting_a_pack_leaves_who_made_and_who_opened_it(manager, board, busy):
    pack_id = make(manager, PackKind.BOARD)
    content(board, pack_id, PackFormat.PDF)
    page = listing.pack_page(manager, pack_id)
    asking.delete_pack(manager, pack_id, page.version)
    gone = listing.pack_page(manager, pack_id)
    assert (gone.line.state, gone.files, gone.deleted_by) == (PackState.DELETED, (), manager.name)
    assert [reader.name for reader in gone.readers] == ["ZQ-A-BOARD-QZ"]
    with pytest.raises(NotVisible):
        listing.open_pack(board, pack_id, PackFormat.PDF)
    with pytest.raises(Conflict):
        asking.delete_pack(manager, pack_id, page.version)
    assert trail("pack.deleted", pack_id) == 1


def test_no_byte_of_a_pack_is_left_without_a_row(manager, busy, system):
    pack_id = make(manager, PackKind.BOARD)
    asking.delete_pack(manager, pack_id, listing.pack_page(manager, pack_id).version)
    found = find_orphans(replace(system, now=NOW + timedelta(days=3)))
    assert (found.without_row, found.without_bytes, found.belonging_to_nothing) == ([], [], [])


def test_the_business_manager_has_no_child_lists_made(manager, board):
    with pytest.raises(NotPermitted):
        asking.ask_for_pack(manager, PackKind.CHILD_LISTS, QUARTER)
    for kind in PackKind:
        with pytest.raises(NotPermitted):
            asking.ask_for_pack(board, kind, QUARTER)


def test_the_same_pack_is_not_made_twice_at_a_time(manager, overseer):
    asking.ask_for_pack(manager, PackKind.BOARD, QUARTER)
    with pytest.raises(Conflict):
        asking.ask_for_pack(overseer, PackKind.BOARD, QUARTER)
    asking.ask_for_pack(manager, PackKind.BOARD, QUARTER.plus(-1))
    assert make_packs(NOW) == 2


def test_a_packs_files_are_named_without_a_child_and_their_making_is_logged(manager, busy):
    pack_id = make(manager, PackKind.BOARD)
    rows = select(StoredFile).join(PackFile, PackFile.file_id == StoredFile.id).where(PackFile.pack_id == pack_id)
    assert {row.name for row in db.session.scalars(rows)} == {
        f"Quarterly board pack 2026-01 to 2026-03 OFFICIAL-SENSITIVE.{ending}" for ending in ("pdf", "xlsx", "zip")
    }
    assert (trail("pack.asked", pack_id), trail("pack.made", pack_id)) == (1, 1)
