"""A school attaches files to its report in a real browser, while what it types is saved as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst
from playwright.sync_api import Page, expect

from portal.services.filing import filing
from tests.browser.looking import barriers, overhang, wait_until
from tests.browser.page_faults import look
from tests.sample_files import PDF
from tests.services.file_steps import TellingScanner, in_store

pytestmark = pytest.mark.browser

WORRIES = "What you are worried about"
CHRONOLOGY = "\n#pagebreak()\n".join(f"= Page {number}\nWhat was seen in class." for number in (1, 2, 3))
DRAWN = "(picture) => picture.complete && picture.naturalWidth > 400"


@pytest.fixture
def place(served):
    """A's initial conference, which is today; the school has written nothing yet."""
    return served.world.meeting("a.initial")


@pytest.fixture
def teacher(page, served, place, sign_in_in_browser, use_filing) -> Page:
    """The school's practitioner, at the report."""
    use_filing(scanner=TellingScanner())
    sign_in_in_browser(page, served.world.person("a.school.practitioner"))
    page.goto(f"/meetings/{place.id}/report")
    return page


def choose(page: Page, folder: Path, *names: str) -> None:
    """Choose files in the browser's own dialogue."""
    for name in names:
        (folder / name).write_bytes(PDF)
    page.get_by_label("Attach files").set_input_files([folder / name for name in names])


def test_files_wait_for_the_button_while_the_text_is_saved(teacher, tmp_path):
    before = in_store()
    choose(teacher, tmp_path, "Chronology.pdf")
    teacher.get_by_label(WORRIES).fill("Two burns.")
    teacher.get_by_label("What is going well").focus()
    expect(teacher.locator("[data-autosave-status]")).to_contain_text("Saved")
    assert in_store() == before
    teacher.get_by_role("button", name="Attach", exact=True).click()
    expect(teacher.get_by_role("link", name="Chronology.pdf", exact=True)).to_be_visible()
    expect(teacher.get_by_label(WORRIES)).to_have_value("Two burns.")
    assert len(in_store() - before) == 1


@pytest.mark.parametrize("width", [1280, 375])
def test_the_list_is_open_to_everybody_and_fits_the_window(teacher, tmp_path, width):
    teacher.set_viewport_size({"width": width, "height": 900})
    choose(teacher, tmp_path, "Chronology.pdf", f"A_very_long_name_without_a_space_{'x' * 60}.pdf")
    teacher.get_by_role("button", name="Attach", exact=True).click()
    expect(teacher.locator(".app-files__item")).to_have_count(2)
    assert barriers(teacher) == []
    assert overhang(teacher) == 0


def test_a_file_is_opened_and_removed(teacher, tmp_path):
    choose(teacher, tmp_path, "Chronology.pdf")
    teacher.get_by_role("button", name="Attach", exact=True).click()
    with teacher.expect_download() as waiting:
        teacher.get_by_role("link", name="Chronology.pdf", exact=True).click()
    assert waiting.value.suggested_filename == "Chronology.pdf"
    assert Path(waiting.value.path()).read_bytes() == PDF
    teacher.get_by_label(WORRIES).fill("Typed before it was removed.")
    teacher.get_by_role("button", name="Remove Chronology.pdf").click()
    expect(teacher.locator(".app-files__item")).to_have_count(0)
    expect(teacher.get_by_label(WORRIES)).to_have_value("Typed before it was removed.")


def test_a_pdf_is_looked_at_as_pictures_of_its_pages(teacher, tmp_path):
    (tmp_path / "Chronology.pdf").write_bytes(
        typst.compile(CHRONOLOGY.encode(), format="pdf", ignore_system_fonts=True)
    )
    teacher.get_by_label("Attach files").set_input_files(tmp_path / "Chronology.pdf")
    teacher.get_by_role("button", name="Attach", exact=True).click()
    # In a tab of its own: the report stays as it is being written.
    with teacher.expect_popup() as opened:
        teacher.get_by_role("link", name="Look at it here").click()
    viewer = opened.value
    for page in (1, 2, 3):
        expect(viewer.get_by_role("heading", level=1)).to_have_text(f"Chronology.pdf, page {page} of 3")
        picture = viewer.get_by_role("img", name=f"Page {page} of 3 of Chronology.pdf")
        wait_until(lambda picture=picture: picture.evaluate(DRAWN))
        assert look(viewer) == []
        if page < 3:
            viewer.get_by_role("link", name=f"Page {page + 1}").first.click()
    with viewer.expect_download() as waiting:
        viewer.get_by_role("link", name="download Chronology.pdf").click()
    assert waiting.value.suggested_filename == "Chronology.pdf"


def test_what_cannot_be_shown_says_so_and_is_there_to_be_downloaded(served, page, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.chair"))
    answer = page.goto(f"/files/{served.world.files['a.police_report']}/pages/1")
    assert answer is not None
    assert answer.status == 409
    expect(page.get_by_role("heading", level=1)).to_have_text("This file cannot be shown here")
    assert look(page) == []


@pytest.mark.parametrize("name", ["gp_waiting", "gp_infected"])
def test_what_is_held_back_is_explained_on_a_page_for_everybody(name, page, served, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.gp.practitioner"))
    answer = page.goto(f"/files/{served.world.files[f'a.{name}']}")
    assert answer is not None
    assert answer.status == 409
    assert look(page) == []


def test_a_file_that_is_too_large_costs_nothing_that_was_typed(teacher, tmp_path, use_filing, served):
    (tmp_path / "Long.txt").write_bytes(b"x" * (filing().most_bytes + 1))
    teacher.get_by_label("Attach files").set_input_files(tmp_path / "Long.txt")
    teacher.get_by_label(WORRIES).fill("Two burns.")
    teacher.get_by_role("button", name="Attach", exact=True).click()
    expect(teacher.locator("#files-error")).to_contain_text("Long.txt is larger than 25 MB")
    expect(teacher.get_by_label(WORRIES)).to_have_value("Two burns.")
