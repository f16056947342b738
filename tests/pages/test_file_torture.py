"""The torture set as a browser sends it: in the form, with names that try to break out, and broken off midway."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import func, select
from werkzeug.test import EnvironBuilder

from portal.database.session import db
from portal.models.files import StoredFile
from tests.harness import apart
from tests.sample_files import PDF
from tests.services.file_steps import TellingScanner, in_store
from tests.torture import NAMES, PROGRAM, SCRIPT, TORTURES

PAGES = [one for one in TORTURES if "svg" in one.name or "html" in one.name or one.name == "program"]


@pytest.fixture
def url(place):
    return f"/meetings/{place.id}/report"


@pytest.fixture(autouse=True)
def passes(use_filing):
    return use_filing(scanner=TellingScanner())


def send(browser, url, content: bytes, name: str):
    """Attach one file."""
    return browser.submit(url, action=url, button="attach", files=[(BytesIO(content), name)])


def number_of_files() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


@pytest.mark.parametrize("torture", PAGES, ids=[one.name for one in PAGES])
def test_what_could_run_in_a_browser_is_refused_or_only_ever_saved(head, url, torture):
    before, stored = in_store(), number_of_files()
    answer = send(head, url, torture.make(), "report.pdf")
    if torture.refused:
        assert answer.status_code == 400
        assert torture.refused.split(".")[0] in answer.page.select_one("#files-error").get_text()
        assert (in_store(), number_of_files()) == (before, stored)
        return
    (link,) = head.get(answer.location).page.select(".app-files a[href^='/files/']:not([href*=pages])")
    given = head.get(str(link["href"]))
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml")


def test_a_program_called_pdf_exe_is_refused_and_a_pdf_called_so_is_kept_as_one(head, url):
    assert send(head, url, PROGRAM, "report.pdf.exe").status_code == 400
    page = head.get(send(head, url, PDF, "report.pdf.exe").location).page
    assert "report.pdf.exe.pdf" in page.select_one(".app-files").get_text()


# What a browser's form cannot hold in a header comes otherwise, below.
OTHERWISE = ("nothing", "nul", "lines", "quotes", "out of a folder of windows")


@pytest.mark.parametrize("name", [key for key in NAMES if key not in OTHERWISE])
def test_a_name_breaks_out_of_nothing(head, url, name):
    given, kept = NAMES[name]
    page = head.get(send(head, url, PDF, given).location).page
    item = page.select_one(".app-files__name")
    assert " ".join(item.select_one("a").get_text().split()) == kept
    answer = head.get(str(item.select_one("a")["href"]))
    assert "\r" not in answer.headers["Content-Disposition"]
    assert "\n" not in answer.headers["Content-Disposition"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("raw", ["a\r\nSet-Cookie: x=y\r\n.pdf", 'a"; filename="b.exe', "a\0b.pdf", ""])
def test_a_header_made_by_hand_breaks_out_of_nothing(head, url, raw):
    """As no browser sends it: the name stands in the part's header as it is."""
    form = head.get(url).page.select_one("form[data-autosave]")
    fields = {one["name"]: one.get("value", "") for one in form.select("input[type=hidden]")}
    lines = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    lines.append('--x\r\nContent-Disposition: form-data; name="attach"\r\n\r\nyes')
    lines.append(f'--x\r\nContent-Disposition: form-data; name="files"; filename="{raw}"\r\n\r\n{PDF.decode()}')
    body = "\r\n".join([*lines, "--x--", ""]).encode()
    answer = head.post(url, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in (303, 400)
    page = head.get(url)
    assert "Set-Cookie: x" not in str(page.headers)
    for link in page.page.select(".app-files__name a[href^='/files/']:not([href*=pages])"):
        assert "Set-Cookie" not in head.get(str(link["href"])).headers


def test_an_upload_that_is_broken_off_leaves_nothing(head, url, app):
    """The browser says how much will come, and goes away in the middle of it."""
    before, stored = in_store(), number_of_files()
    form = head.get(url).page.select_one("form[data-autosave]")
    fields = {one["name"]: one.get("value", "") for one in form.select("input[type=hidden]")}
    whole = EnvironBuilder(url, method="POST", data={**fields, "files": (BytesIO(PDF + bytes(900_000)), "Half.pdf")})
    environ = whole.get_environ()
    body = environ["wsgi.input"].read()
    environ["wsgi.input"] = BytesIO(body[: len(body) // 2])
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["HTTP_COOKIE"] = "; ".join(f"{one.key}={one.value}" for one in head._cookies.values())
    status = []
    apart(lambda: list(app.wsgi_app(environ, lambda line, _headers, _info=None: status.append(line))))
    assert status
    assert status[0].startswith("400")
    assert (in_store(), number_of_files()) == (before, stored)
    assert SCRIPT not in body
