"""A practice fills its report from its own system, in a real browser: file, lines, and the report again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.database.session import db
from tests.browser.page_faults import look, unreached
from tests.clinical_files import sample
from tests.services.file_steps import TellingScanner
from tests.world_clinical import record_of

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("PICTURES")


@pytest.fixture
def place(served):
    """A conference that was held, to which the practice has not yet reported."""
    return served.world.meeting("a.past_initial")


@pytest.fixture
def doctor(page, served, place, sign_in_in_browser, use_filing) -> Page:
    """The practice's lead, at the report."""
    use_filing(scanner=TellingScanner())
    sign_in_in_browser(page, served.world.person("a.other_gp.lead"))
    page.goto(f"/meetings/{place.id}/report")
    return page


@pytest.fixture
def record(served, tmp_path) -> Path:
    """The child's record as a file, with entries that cannot be read."""
    path = tmp_path / "record.json"
    path.write_bytes(record_of(db.session(), served.world.children["a.2"], "broken-entries-stu3.json"))
    return path


def picture(page: Page, name: str) -> None:
    """For whoever wants to look: PICTURES=folder."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def test_file_lines_report(doctor, record):
    doctor.get_by_role("link", name="Fill it from your own system").click()
    doctor.get_by_label("The file with the child’s record").set_input_files(record)
    doctor.get_by_role("button", name="Show what is in it").click()
    expect(doctor.get_by_role("heading", level=1)).to_contain_text("Choose what to take from the record of")
    expect(doctor.get_by_text("6 entries could not be read")).to_be_visible()
    expect(doctor.get_by_label("Inhaler technique good")).to_be_checked()
    expect(doctor.get_by_label("Came with father")).not_to_be_checked()
    doctor.get_by_label("Chickenpox").check()
    doctor.get_by_role("button", name="Take the chosen lines").click()
    expect(doctor.get_by_text("5 answers were filled from the record")).to_be_visible()
    expect(doctor.get_by_label("What matters of consultations")).to_have_value(
        "From our record on 10 June 2026:\n"
        "- 14 January 2026: Asthma review. Inhaler technique good\n"
        "- 19 June 2020: Telephone consultation. Chickenpox"
    )


def test_each_page_is_open_to_everybody_and_fits_the_window(doctor, record, tmp_path):
    doctor.get_by_role("link", name="Fill it from your own system").click()
    faults = look(doctor) + unreached(doctor)
    picture(doctor, "record-upload")
    other = tmp_path / "other.json"
    other.write_bytes(sample("another-child-stu3.json"))
    address = doctor.url
    doctor.get_by_label("The file with the child’s record").set_input_files(other)
    doctor.get_by_role("button", name="Show what is in it").click()
    expect(doctor.get_by_role("heading", level=1)).to_contain_text("not of a child of this meeting")
    faults += look(doctor)
    picture(doctor, "record-mismatch")
    doctor.goto(address)
    doctor.get_by_label("The file with the child’s record").set_input_files(record)
    doctor.get_by_role("button", name="Show what is in it").click()
    faults += look(doctor, widths=(1280,)) + unreached(doctor)
    picture(doctor, "record-choose-wide")
    faults += look(doctor, widths=(375,))
    picture(doctor, "record-choose-narrow")
    assert faults == []
