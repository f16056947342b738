"""Files looked at in the page: pictures of their pages, drawn apart, under the rule of the file itself."""

from __future__ import annotations

from io import BytesIO

import pytest
import typst
from sqlalchemy import select

from portal.database.session import db
from portal.models.activity import Activity
from portal.services.audits.evidence import add_files
from tests.sample_files import JPEG, PNG, office, png, upload
from tests.sample_mails import eml
from tests.services.file_steps import TellingScanner
from tests.world import TODAY

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SECRET = "ZQ-WORDS-WITHIN-THE-PDF-QZ"


def pdf(pages: int = 1) -> bytes:
    """A real one."""
    words = "\n#pagebreak()\n".join(f"= Page {number + 1}\n{SECRET}" for number in range(pages))
    return typst.compile(words.encode(), format="pdf", ignore_system_fonts=True)


@pytest.fixture
def url(place):
    return f"/meetings/{place.id}/report"


@pytest.fixture(autouse=True)
def passes(use_filing):
    return use_filing(scanner=TellingScanner())


@pytest.fixture
def given(head, url):
    """given(content, name): attach a file to the school's report; gives its number."""

    def attach(content: bytes, name: str) -> int:
        head.submit(url, action=url, button="attach", files=[(BytesIO(content), name)])
        page = head.get(url).page
        return int(page.select("button[name=remove]")[-1]["value"])

    return attach


def test_a_pdf_is_looked_at_page_by_page(head, url, given):
    file_id = given(pdf(3), "Chronology.pdf")
    (link,) = [one for one in head.get(url).page.select(".app-files a") if "Look at it here" in one.get_text()]
    first = head.get(str(link["href"]))
    assert first.page.h1.get_text() == "Chronology.pdf, page 1 of 3"
    assert [one.get_text(strip=True) for one in first.page.select("nav.govuk-pagination a")] == ["Page 2", "Page 2"]
    second = head.get(f"/files/{file_id}/pages/2")
    assert [one["rel"] for one in second.page.select("nav.govuk-pagination a")][:2] == [["prev"], ["next"]]
    picture = second.page.select_one("main img")
    assert picture["alt"].startswith("Page 2 of 3 of Chronology.pdf")
    assert head.get(f"/files/{file_id}/pages/4").status_code == 404
    assert head.get(f"/files/{file_id}/pages/0").status_code == 404
    assert f"/files/{file_id}" in [one["href"] for one in second.page.select("main a")]


def test_the_picture_is_pixels_and_nobody_keeps_it(head, given):
    file_id = given(pdf(), "Chronology.pdf")
    answer = head.get(f"/files/{file_id}/pages/1/picture")
    assert answer.mimetype == "image/png"
    content = answer.get_data()
    assert content.startswith(SIGNATURE)
    assert b"%PDF" not in content
    assert SECRET.encode() not in content
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Content-Disposition" not in answer.headers


def test_the_page_needs_no_script(head, given):
    page = head.get(f"/files/{given(pdf(), 'Chronology.pdf')}/pages/1").page
    assert page.select("main script, main iframe, main object, main embed, main canvas") == []


@pytest.mark.parametrize(("content", "name"), [(png(60, 40), "Map.png"), (JPEG, "Photo.jpg")])
def test_pictures_are_drawn_anew(head, given, content, name):
    file_id = given(content, name)
    page = head.get(f"/files/{file_id}/pages/1").page
    assert page.h1.get_text() == name
    assert page.select("nav.govuk-pagination") == []
    drawn = head.get(f"/files/{file_id}/pages/1/picture").get_data()
    assert drawn.startswith(SIGNATURE)
    assert drawn != content


@pytest.mark.parametrize(
    ("content", "name"), [(office("docx"), "Plan.docx"), (office("xlsx"), "Rows.xlsx"), (eml(), "Fwd.eml")]
)
def test_what_has_no_pictures_says_so_and_is_taken_along(head, url, given, content, name):
    file_id = given(content, name)
    (item,) = head.get(url).page.select(".app-files__item")
    assert "download only" in item.get_text()
    assert "Look at it here" not in item.get_text()
    for address in (f"/files/{file_id}/pages/1", f"/files/{file_id}/pages/1/picture"):
        answer = head.get(address)
        assert answer.status_code == 409
        assert answer.page.h1.get_text() == "This file cannot be shown here"
        assert f"/files/{file_id}" in [one["href"] for one in answer.page.select("main a")]


@pytest.mark.parametrize("content", [b"%PDF-1.7 and nothing that can be drawn", pdf()[:2000], PNG[:40] + b"x" * 40])
def test_a_damaged_file_is_not_shown_and_can_still_be_taken_along(head, given, content):
    file_id = given(content, "Plan.pdf")
    assert head.get(f"/files/{file_id}/pages/1").status_code in (200, 409)
    assert head.get(f"/files/{file_id}/pages/1/picture").status_code == 409
    assert head.get(f"/files/{file_id}").get_data() == content


def test_who_may_not_open_the_file_sees_no_page_of_it(given, as_person, head):
    file_id = given(pdf(), "Chronology.pdf")
    for key in ("a.gp.lead", "a.chair", "b.school.lead", "a.administrator"):
        browser = as_person(key)
        assert browser.get(f"/files/{file_id}/pages/1").status_code == 404, key
        assert browser.get(f"/files/{file_id}/pages/1/picture").status_code == 404, key


def test_a_file_that_waits_for_the_scanner_is_not_drawn(head, given, use_filing):
    use_filing(scanner=None)
    file_id = given(pdf(), "Chronology.pdf")
    for address in (f"/files/{file_id}/pages/1", f"/files/{file_id}/pages/1/picture"):
        answer = head.get(address)
        assert answer.status_code == 409
        assert answer.page.h1.get_text() == "This file is still being checked"


def test_looking_is_logged_as_the_opening_of_a_file_is(head, given, world):
    file_id = given(pdf(), "Chronology.pdf")
    head.get(f"/files/{file_id}/pages/1/picture")
    db.session.rollback()
    rows = select(Activity.user_id).where(Activity.verb == "file.viewed", Activity.subject_id == file_id)
    assert db.session.scalars(rows).all() == [world.person("a.school.lead").user_id]


def test_evidence_of_an_audit_is_looked_at_too(lead, viewer_of, world):
    place = world.returns["a.gp"]
    question = place.questions["1.1"]
    uploads = [upload(pdf(2), "Policy.pdf"), upload(office("docx"), "Plan.docx")]
    add_files(viewer_of(world.person("a.gp.lead")), place.id, question, uploads, "", TODAY)
    page = lead.get(f"/audits/{place.id}/questions/{question}").page
    (look,) = [one for one in page.select("main a") if "Look at it here" in one.get_text()]
    assert look.get_text(strip=True) == "Look at it here: Policy.pdf"
    assert lead.get(str(look["href"])).page.h1.get_text() == "Policy.pdf, page 1 of 2"
