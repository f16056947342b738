"""Files on pages: attached beside a text that is kept whatever becomes of them, opened as something to save."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import unquote

import pytest

from portal.gateways.scanner import Verdict
from portal.services.filing import filing
from tests.clamd import VIRUS
from tests.pages.report_steps import SCRIPT, WHOLE, autosave, kept, links_in_summary
from tests.s3_server import Door
from tests.sample_files import PDF, office
from tests.services.file_steps import TellingScanner, in_store, row


@pytest.fixture
def url(place):
    return f"/meetings/{place.id}/report"


@pytest.fixture
def passes(use_filing):
    return use_filing(scanner=TellingScanner())


def send(browser, url, *chosen, button="attach", **typed):
    """Fill in the report's page, choose files (content, name), and press a button."""
    files = [(BytesIO(content), name) for content, name in chosen]
    return browser.submit(url, action=url, button=button, files=files, **typed)


def listed(page) -> list[str]:
    """The files in a page's list, each with its size and state."""
    return [" ".join(item.get_text(" ", strip=True).split()) for item in page.select(".app-files__item")]


def opened(browser, page, name="") -> object:
    """What the link of a listed file gives."""
    links = page.select(".app-files a[href^='/files/']:not([href*='/pages/'])")
    (link,) = [link for link in links if name in link.get_text()]
    return browser.get(str(link["href"]))


@pytest.mark.usefixtures("passes")
def test_files_are_attached_and_what_was_typed_is_saved_with_them(head, url, place):
    answer = send(head, url, (PDF, "Chronology.pdf"), (b"a,b\n", "Dates.csv"), worries="Two burns.")
    assert answer.status_code == 303
    assert kept(place)["worries"] == "Two burns."
    page = head.get(answer.location).page
    assert listed(page) == [
        "Chronology.pdf (1 KB) Look at it here : Chronology.pdf (opens in a new tab) Checked Remove Chronology.pdf",
        "Dates.csv (1 KB, download only) Checked Remove Dates.csv",
    ]
    assert "2 files are attached." in page.get_text()
    assert "Two burns." in page.find("textarea", id="worries").get_text()


@pytest.mark.usefixtures("passes")
def test_sent_twice_a_file_is_attached_once_and_the_page_says_so(head, url, place):
    for said in ("The file is attached.", "This is attached already."):
        answer = send(head, url, (PDF, "Chronology.pdf"), worries=said)
        page = head.get(answer.location).page
        assert said in page.select_one(".govuk-notification-banner").get_text()
        assert [line.split(" ")[0] for line in listed(page)] == ["Chronology.pdf"]
        assert kept(place)["worries"] == said


@pytest.mark.usefixtures("passes")
def test_any_button_takes_the_files_along(head, url):
    assert send(head, url, (PDF, "One.pdf"), button="save", **WHOLE).location.endswith("/meetings/1")
    assert send(head, url, (PDF, "Two.pdf"), button="check").location.endswith("/report/check")
    assert [line.split(" ")[0] for line in listed(head.get(f"{url}/check").page)] == ["One.pdf", "Two.pdf"]


def test_the_page_says_what_may_be_attached(head, url, use_filing):
    hint = head.get(url).page.select_one("#files-hint").get_text()
    assert "PDF, Word, Excel and PowerPoint" in hint
    assert "Up to 25 MB each" in hint
    form = head.get(url).page.select_one("form[data-autosave]")
    assert form["enctype"] == "multipart/form-data"


@pytest.mark.usefixtures("passes")
def test_a_file_is_taken_off_again(head, url, place):
    page = head.get(send(head, url, (PDF, "One.pdf"), (PDF, "Two.pdf"), worries="Burns.").location).page
    first = page.select_one("button[name=remove]")["value"]
    answer = send(head, url, button=f"remove={first}", worries="Burns and bruises.")
    assert answer.status_code == 303
    assert [line.split(" ")[0] for line in listed(head.get(url).page)] == ["Two.pdf"]
    assert kept(place)["worries"] == "Burns and bruises."
    assert head.get(f"/files/{first}").status_code == 404


def test_enter_never_removes_a_file(head, url, use_filing):
    """Browsers press a form's first button for somebody who presses Enter."""
    use_filing(scanner=TellingScanner())
    page = head.get(send(head, url, (PDF, "One.pdf")).location).page
    first = page.select_one("form[data-autosave]").find("button", type="submit")
    assert first["name"] == "stay"


def test_a_file_that_is_too_large_is_refused_and_what_was_typed_is_kept(head, url, place, use_filing, app):
    use_filing(scanner=TellingScanner())
    most = filing().most_bytes
    before = in_store()
    answer = send(head, url, (PDF + b"x" * most, "Long.pdf"), worries="Two burns.")
    assert answer.status_code == 413
    assert "Long.pdf is larger than 25 MB" in answer.page.select_one("#files-error").get_text()
    assert links_in_summary(answer) == ["#files"]
    assert "Two burns." in answer.page.find("textarea", id="worries").get_text()
    assert kept(place)["worries"] == "Two burns."
    assert in_store() == before
    again = head.send(answer, action=url, button="save", worries="Three burns.")
    assert again.status_code == 303
    assert kept(place)["worries"] == "Three burns."


def test_more_than_several_of_the_largest_files_is_refused_before_it_is_read(head, url, place):
    sent = {"CONTENT_LENGTH": str(10**10), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = head.post(url, environ_overrides=sent)
    assert answer.status_code == 413
    assert "Together the files were too large" in answer.page.get_text()


def test_pages_that_take_no_files_take_no_more_than_text(head, url):
    content = {"files": (BytesIO(b"x" * 3 * 1024 * 1024), "x.txt")}
    answer = head.post(f"{url}/autosave", data=content, headers=SCRIPT)
    assert answer.status_code == 413
    assert "Together" not in answer.page.get_text()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\0\0", "Holiday.pdf", "Holiday.pdf is not of a kind that can be attached"),
        (office("docx", **{"word/vbaProject.bin": b"x"}), "Plan.docx", "Plan.docx contains macros"),
        (b"", "Empty.pdf", "Empty.pdf is empty"),
    ],
)
def test_what_is_not_taken_is_refused_by_its_content_and_the_text_is_saved(head, url, place, content, name, words):
    answer = send(head, url, (content, name), worries="Two burns.")
    assert answer.status_code == 400
    assert words in answer.page.select_one("#files-error").get_text()
    assert kept(place)["worries"] == "Two burns."
    assert listed(answer.page) == []


def test_a_virus_is_told_and_the_text_is_saved(head, url, place, scanned):
    answer = send(head, url, (VIRUS, "Invoice.txt"), worries="Two burns.")
    page = head.get(answer.location).page
    assert "A virus was found in Invoice.txt" in page.get_text()
    assert listed(page) == ["Invoice.txt (1 KB) Refused Remove Invoice.txt"]
    assert page.select(".app-files a") == []
    assert kept(place)["worries"] == "Two burns."


def test_while_a_file_waits_it_is_listed_and_held_back(head, url):
    page = head.get(send(head, url, (PDF, "Body map.pdf")).location).page
    assert listed(page) == ["Body map.pdf (1 KB) Being checked Remove Body map.pdf"]
    file_id = page.select_one("button[name=remove]")["value"]
    answer = head.get(f"/files/{file_id}")
    assert answer.status_code == 409
    assert answer.page.h1.get_text() == "This file is still being checked"
    assert "Body map.pdf" in answer.page.get_text()


def test_an_infected_file_says_so(client, sign_in, world):
    sign_in(client, world.person("a.gp.lead"))
    answer = client.get(f"/files/{world.files['a.gp_infected']}")
    assert answer.status_code == 409
    assert answer.page.h1.get_text() == "A virus was found in this file"


@pytest.mark.usefixtures("passes")
def test_a_file_is_opened_as_something_to_save_under_its_own_name(head, url):
    content = office("docx", **{"word/media/x": bytes(range(256)) * 1000})
    page = head.get(send(head, url, (content, "Zeitplan: für später – 50 %.docm")).location).page
    answer = opened(head, page)
    assert answer.get_data() == content
    assert answer.content_length == len(content)
    assert answer.mimetype.endswith("wordprocessingml.document")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    disposition = answer.headers["Content-Disposition"]
    plain, _, encoded = disposition.partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="Zeitplan_ f_r sp_ter _ 50 %.docm.docx"'
    assert unquote(encoded) == "Zeitplan_ für später – 50 %.docm.docx"


@pytest.mark.usefixtures("passes")
def test_text_is_given_as_text_whatever_it_was_called(head, url):
    page = head.get(send(head, url, (b"Seen on Tuesday.", "page.html")).location).page
    answer = opened(head, page, "page.html.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.usefixtures("passes")
def test_a_damaged_file_is_a_fault_of_ours_and_nothing_of_it_is_sent(head, url):
    page = head.get(send(head, url, (PDF, "Plan.pdf")).location).page
    file_id = int(page.select_one("button[name=remove]")["value"])
    path = next(filing().store.folder.glob(f"*/{row(file_id).store_name}"))
    path.write_bytes(path.read_bytes()[:-1])
    answer = opened(head, page)
    assert answer.status_code == 500
    assert b"%PDF" not in answer.get_data()


def test_the_chair_and_the_agency_find_the_files_with_the_report(new_client, sign_in, world, place):
    for who in ("a.chair", "a.police.practitioner"):
        browser = new_client()
        sign_in(browser, world.person(who))
        page = browser.get(f"/meetings/{place.id}/reports/{place.invitations['police'].id}").page
        assert listed(page) == ["ZQ-A-NAME-POLICE-REPORT-QZ.txt (1 KB, download only) Checked"]
        assert opened(browser, page).get_data() == b"ZQ-A-FILE-POLICE-REPORT-QZ\n"


@pytest.mark.usefixtures("passes")
def test_files_come_in_although_a_colleague_saved_another_text(head, url, place, new_client, sign_in, world):
    before = head.get(url)
    colleague = new_client()
    sign_in(colleague, world.person("a.school.practitioner"))
    colleague.submit(url, action=url, button="save", worries="Theirs.")
    answer = head.send(before, action=url, button="attach", worries="Mine.", files=[(BytesIO(PDF), "Chronology.pdf")])
    assert answer.status_code == 409
    assert {"Mine.", "Theirs."} <= {side.get_text() for side in answer.page.select(".app-compare__text")}
    assert [line.split(" ")[0] for line in listed(head.get(url).page)] == ["Chronology.pdf"]


@pytest.mark.usefixtures("passes")
def test_saving_by_the_script_leaves_the_files_alone(head, url):
    send(head, url, (PDF, "One.pdf"), worries="Burns.")
    assert autosave(head, url, worries="Burns and bruises.").status_code == 200
    assert [line.split(" ")[0] for line in listed(head.get(url).page)] == ["One.pdf"]


@pytest.mark.usefixtures("passes")
def test_text_in_the_place_of_a_file_is_no_file(head, url):
    assert head.submit(url, action=url, button="attach", worries="x").status_code == 303
    token = {
        field["name"]: field.get("value", "")
        for field in head.get(url).page.select("form[data-autosave] input[type=hidden]")
    }
    assert head.post(url, data={**token, "files": "not a file", "attach": "yes"}).status_code == 303
    assert listed(head.get(url).page) == []


@pytest.mark.usefixtures("passes")
@pytest.mark.parametrize("verdict", list(Verdict))
def test_reading_the_page_costs_the_same_with_many_files(head, url, verdict, use_filing, count_queries):
    def queries() -> int:
        with count_queries() as statements:
            head.get(url)
        return len(statements)

    use_filing(scanner=TellingScanner(verdict))
    send(head, url, (PDF, "0.pdf"))
    one = queries()
    send(head, url, *((PDF, f"{number}.pdf") for number in range(1, 8)))
    assert len(listed(head.get(url).page)) == 8
    assert queries() == one


def test_a_file_store_that_goes_away_meanwhile_is_said_and_keeps_nothing_half(head, url, place, use_filing, s3_server):
    """Of two files the first was kept already: it goes as well, and what was typed stays."""
    door = Door(s3_server, 30_000)
    use_filing(store=s3_server.store(endpoint=door.address), scanner=TellingScanner())
    answer = send(head, url, (PDF, "Small.pdf"), (PDF + b" " * 90_000, "Large.pdf"), worries="Two burns.")
    assert answer.status_code == 400
    assert "Files cannot be kept at the moment, so none was" in answer.page.select_one("#files-error").get_text()
    assert links_in_summary(answer) == ["#files"]
    assert kept(place)["worries"] == "Two burns."
    assert listed(head.get(url).page) == []
    # The first could not be deleted while the server was away: no row names it, and `flask files scan` sweeps it.
    assert len(s3_server.kept()) == 1
    assert s3_server.begun() == []


def test_files_lie_in_a_bucket_and_are_opened_from_it(head, url, use_filing, s3_server):
    use_filing(store=s3_server.store(), scanner=TellingScanner())
    content = PDF + b" " * 300_000
    page = head.get(send(head, url, (content, "Chronology.pdf")).location).page
    assert opened(head, page).get_data() == content
    assert len(s3_server.kept()) == 1
    assert send(head, url, button=f"remove={page.select_one('button[name=remove]')['value']}").status_code == 303
    assert s3_server.kept() == []


def test_a_file_is_removed_although_its_store_does_not_answer(head, url, use_filing, s3_server):
    use_filing(store=s3_server.store(), scanner=TellingScanner())
    page = head.get(send(head, url, (PDF, "Chronology.pdf")).location).page
    door = Door(s3_server, 0)
    door.shut()
    use_filing(store=s3_server.store(endpoint=door.address))
    answer = send(head, url, button=f"remove={page.select_one('button[name=remove]')['value']}")
    assert listed(head.get(answer.location).page) == []
    assert len(s3_server.kept()) == 1  # without its key; `flask files scan` sweeps it
