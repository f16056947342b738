"""Child-level lists: whose rows stand in them, what is declared as blank, and that each opening is a reading."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.annex_a import LIST_5, LIST_7
from portal.domain.errors import NotVisible
from portal.domain.packs import PackFormat, PackKind
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.services.packs import listing
from tests.areas import Area, meeting
from tests.services.pack_steps import QUARTER, content, everything, make, sheets, texts
from tests.services.rows import change, trail
from tests.world import TODAY


@pytest.fixture
def overseer(viewer):
    """A's safeguarding manager."""
    return viewer("a.manager")


def _rows(viewer, pack_id, name):
    rows = sheets(viewer, pack_id)[name]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if any(cell is not None for cell in row)]


def test_the_lists_have_the_columns_of_annex_a_and_a_first_sheet_that_declares_the_blanks(overseer):
    pack_id = make(overseer, PackKind.CHILD_LISTS)
    book = sheets(overseer, pack_id)
    assert list(book)[:3] == ["About", "List 5", "List 7"]
    assert (book["List 5"][0], book["List 7"][0]) == (LIST_5, LIST_7)
    said = " ".join(str(row[0]) for row in book["About"])
    assert "As at 10 June 2026" in said
    assert "from 10 December 2025 to 10 June 2026" in said
    for blank in ("Gender", "Ethnicity", "Date of the Last Statutory Visit", "Was the Child Seen Alone?"):
        assert blank in said
    files = texts(overseer, pack_id)
    assert list(files)[:3] == ["00-about.csv", "01-list-5.csv", "02-list-7.csv"]
    assert files["01-list-5.csv"].splitlines()[0].startswith("Child Unique ID,Gender,Ethnicity,Date of Birth")


def test_list_5_has_the_conference_its_enquiry_and_its_plan_child_by_child(overseer, world):
    rows = _rows(overseer, make(overseer, PackKind.CHILD_LISTS), "List 5")
    held = [row for row in rows if row["Date of Initial Child Protection Conference"] == "19/05/2026"]
    (row,) = held
    assert row["Strategy discussion initiating Section 47 Enquiry Start Date"] == "29/04/2026"
    assert row["Was an Initial Child Protection Conference deemed unnecessary?"] == "b) No"
    assert row["Child Unique ID"].endswith("-1")
    assert row["Gender"] is None


def test_only_rows_of_the_own_partnership_stand_in_the_lists(overseer, world):
    said = everything(overseer, make(overseer, PackKind.CHILD_LISTS))
    foreign = [marker for marker in world.hidden_from("a.manager") if marker.is_in(said)]
    assert foreign == []


def test_no_name_and_no_number_of_a_child_stands_in_the_lists(overseer):
    said = everything(overseer, make(overseer, PackKind.CHILD_LISTS))
    children = db.session.scalars(select(Child)).all()
    assert children
    for child in children:
        for name in (child.given_name, child.surname, child.nhs_number, child.upn):
            assert not name or name not in said


def test_each_opening_is_a_reading_of_each_child(overseer, world):
    pack_id = make(overseer, PackKind.CHILD_LISTS)
    child, case = world.children["a.2"], world.cases["a.2"]
    before = trail("child.read", child), trail("case.read", case)
    content(overseer, pack_id, PackFormat.EXCEL)
    content(overseer, pack_id, PackFormat.CSV)
    assert (trail("child.read", child), trail("case.read", case)) == (before[0] + 2, before[1] + 2)
    assert trail("pack.opened", pack_id) == 2


def test_lists_have_no_pdf_and_open_for_nobody_else(overseer, viewer):
    pack_id = make(overseer, PackKind.CHILD_LISTS)
    with pytest.raises(NotVisible):
        listing.open_pack(overseer, pack_id, PackFormat.PDF)
    for key in ("a.business_manager", "a.board", "a.coordinator", "a.chair", "b.manager", "a.administrator"):
        with pytest.raises(NotVisible):
            listing.open_pack(viewer(key), pack_id, PackFormat.EXCEL)


def test_a_meeting_for_named_people_only_is_not_in_the_lists_of_who_is_not_named(overseer, world):
    change(Meeting, world.meeting("a.past_initial").id, named_people_only=True)
    rows = _rows(overseer, make(overseer, PackKind.CHILD_LISTS), "List 5")
    assert "19/05/2026" not in {row["Date of Initial Child Protection Conference"] for row in rows}


def test_an_unborn_childs_age_is_minus_one_and_its_expected_day_is_written(overseer, world):
    expected = TODAY + timedelta(days=30)
    change(Child, world.children["a.2"], date_of_birth=expected.isoformat())
    rows = _rows(overseer, make(overseer, PackKind.CHILD_LISTS), "List 5")
    row = next(row for row in rows if row["Date of Initial Child Protection Conference"] == "19/05/2026")
    assert (row["Age of Child (Years)"], row["Date of Birth"]) == (-1, f"{expected:%d/%m/%Y}")


def test_a_family_whose_children_nobody_has_named_stands_by_its_reference(overseer, world):
    area = Area.of(world.partnerships["a"])
    area.meetings(meeting("UNNAMED", "initial_conference", "2026-03-20", trigger_on="2026-03-02"))
    rows = _rows(overseer, make(overseer, PackKind.CHILD_LISTS), "List 5")
    row = next(row for row in rows if row["Child Unique ID"] == "CASE-UNNAMED")
    assert row["Date of Birth"] is None
    assert row["Date of Initial Child Protection Conference"] == "20/03/2026"
    assert row["Did the Initial Child Protection Conference Result in a Child Protection Plan"] is None


def test_a_plan_stands_in_list_7(overseer, world):
    rows = _rows(overseer, make(overseer, PackKind.CHILD_LISTS), "List 7")
    assert rows
    for row in rows:
        start = str(row["Child Protection Plan Start Date"])
        assert date(int(start[6:]), int(start[3:5]), int(start[:2])) <= TODAY
        assert row["Was the Child Seen Alone?"] is None


def test_the_quarter_does_not_matter_lists_are_as_at_today(overseer):
    pack_id = make(overseer, PackKind.CHILD_LISTS, QUARTER)
    page = listing.pack_page(overseer, pack_id)
    assert (page.line.as_at, page.line.days.last) == (TODAY, TODAY)
    assert page.made_at is not None
