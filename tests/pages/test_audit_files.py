"""The pages by which whole returns travel: in Excel, and signed from one partnership to another."""

from __future__ import annotations

import json
from io import BytesIO

import pytest

from portal.database.session import db
from portal.domain.errors import Conflict
from portal.models.signing_keys import TrustedKey
from portal.services.audits import portable, signing_keys, workbook
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.sections import give_section, seen_given
from tests import audits
from tests.services.audit_steps import answered_then, asked_now, coded_in_words, row, started, verbs
from tests.services.workbook_steps import downloaded, filled

AMBER = "Amber: partly in place"


@pytest.fixture
def head(world, viewer_of):
    """The school's lead."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def place(world, head):
    """The school's return, begun with last year's answers."""
    answered_then(world)
    return started(head, asked_now(world))


@pytest.fixture
def school(client, sign_in, world):
    """The school's lead before the pages."""
    sign_in(client, world.person("a.school.lead"))
    return client


def text(response) -> str:
    """What a page says."""
    return " ".join(response.page.main.get_text(" ").split())


def upload(browser, place, content, name="Return.xlsx"):
    """Send a workbook to be looked at."""
    return browser.submit(f"/audits/{place.id}/workbook/upload", workbook=(BytesIO(content), name))


class TestTheWorkbook:
    """Downloaded, filled in, looked at, taken."""

    def test_the_whole_way(self, school, place, head):
        page = school.get(f"/audits/{place.id}/workbook/upload")
        link = page.page.find("a", string=lambda words: words and "Download the workbook" in words)
        file = school.get(link["href"])
        assert file.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert file.headers["Content-Disposition"].startswith("attachment; filename=")
        assert "no-store" in file.headers["Cache-Control"]
        content = filled(
            file.get_data(),
            q1_1={"rating": AMBER, "narrative": "'=Not\n<b>a formula</b>"},
            q1_2={"confirmed": "yes"},
            q1_3={"new_links": "Policy | https://example.org/p | 3 May 2026", "new_comment": "Ask Jo."},
        )
        shown = upload(school, place, content)
        assert shown.status_code == 200
        said = text(shown)
        assert "3 answers would change" in said
        assert "Green: fully in place" in said
        assert AMBER in said
        assert "=Not <b>a formula</b>" in said
        assert "Last time’s answer is confirmed" in said
        assert "Evidence is added: Policy, https://example.org/p" in said
        assert "A comment is added: Ask Jo." in said
        assert row(place, "1.1").rating == "green", "looking takes nothing"
        done = school.send(shown)
        assert done.location == f"/audits/{place.id}"
        assert "3 answers changed" in text(school.get(done.location))
        assert row(place, "1.1").narrative == "=Not\n<b>a formula</b>"
        assert row(place, "1.2").is_confirmed
        again = upload(school, place, content)
        assert again.location == f"/audits/{place.id}"
        assert "says already" in text(school.get(again.location))

    def test_questions_are_called_by_their_numbers(self, school, place, head):
        coded_in_words()
        content = downloaded(head, place)
        save_answer(head, place.id, place.questions["2.3"], row(place, "2.3").version, AnswerText("red", "Here."))
        shown = upload(school, place, filled(content, **{"qcode-of-2_3": {"narrative": "There."}}))
        assert "Which is to stand for 2.3, how you know?" in text(shown)
        assert "code-of-" not in text(shown)
        refused = school.send(shown)
        assert refused.status_code == 400
        assert "Question 2.3: choose" in text(refused)

    def test_every_fault_is_listed_and_nothing_shown_to_take(self, school, place, head):
        content = filled(downloaded(head, place), q1_1={"rating": "Purple"}, q2_1={"narrative": "a" * 10_001})
        answer = upload(school, place, content)
        assert answer.status_code == 400
        listed = [item.get_text() for item in answer.page.select(".govuk-inset-text li")]
        assert listed[0].startswith("1 Standard 1!F2: “Purple” is not one of the answers")
        assert listed[1].startswith("2 Standard 2!G2: this text has 10,001 characters")
        assert answer.page.find("input", attrs={"name": "rows"}) is None

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "This file is empty"),
            (b"a,b", "not an Excel workbook"),
            (b"PK\x03\x04 broken", "cannot be opened"),
            (b"PK" * 3_000_000, "larger than 4 MB"),
        ],
    )
    def test_what_is_no_workbook(self, school, place, content, words):
        answer = upload(school, place, content)
        assert answer.status_code == 400
        assert words in text(answer)

    def test_no_file_at_all(self, school, place):
        answer = school.submit(f"/audits/{place.id}/workbook/upload")
        assert answer.status_code == 400
        assert "Choose a file" in text(answer)

    def test_both_texts_are_shown_and_one_must_be_chosen(self, school, place, head):
        content = filled(downloaded(head, place), q1_1={"narrative": "Mine."})
        save_answer(head, place.id, place.questions["1.1"], 1, AnswerText("amber", "Theirs."))
        shown = upload(school, place, content)
        assert "1 text was changed in the portal too" in text(shown)
        name = f"choice-{place.questions['1.1']}-narrative"
        refused = school.send(shown)
        assert refused.status_code == 400
        assert "Question 1.1: choose which of the two is to stand" in text(refused)
        assert refused.page.select_one(f".govuk-error-summary a[href='#{name}']")
        assert row(place, "1.1").narrative == "Theirs."
        assert school.send(refused, **{name: "workbook"}).status_code == 303
        assert (row(place, "1.1").rating, row(place, "1.1").narrative) == ("amber", "Mine.")

    def test_an_answer_changed_while_somebody_looks_is_shown_again(self, school, place, head):
        shown = upload(school, place, filled(downloaded(head, place), q1_1={"narrative": "Mine."}))
        save_answer(head, place.id, place.questions["1.1"], 1, AnswerText("amber", "Theirs."))
        again = school.send(shown)
        assert again.status_code == 409
        assert "Nothing has been taken yet" in text(again)
        kept = school.send(again, **{f"choice-{place.questions['1.1']}-narrative": "portal"})
        assert kept.status_code == 303
        assert row(place, "1.1").narrative == "Theirs."

    def test_a_second_person_uploads_the_same(self, school, place, head, world, new_client, sign_in, viewer_of):
        teacher = viewer_of(world.person("a.school.practitioner"))
        give_section(head, place.id, place.standards["1"], {teacher.membership_id}, seen_given([]))
        content = filled(downloaded(teacher, place), q1_1={"narrative": "From the teacher."})
        shown = upload(school, place, content)
        other = new_client()
        sign_in(other, world.person("a.school.practitioner"))
        assert other.send(upload(other, place, content)).status_code == 303
        assert school.send(shown).status_code == 303, "the same words are no conflict"
        assert row(place, "1.1").narrative == "From the teacher."
        assert "workbook_taken" in verbs(teacher)[-1]

    @pytest.mark.parametrize("rows", ["", "x", "{}", "[1]", '[{"seen":1}]', "[" * 50_000, '[{"seen":1,"row":{}}]'])
    def test_what_no_page_carries(self, school, place, head, rows):
        page = school.get(f"/audits/{place.id}/workbook/upload").page
        token = page.find("input", attrs={"name": "csrf_token"})["value"]
        answer = school.post(f"/audits/{place.id}/workbook/take", data={"rows": rows, "csrf_token": token})
        assert answer.status_code == 400
        assert "Upload the workbook again" in text(answer)

    def test_a_row_stands_once(self, school, place, head):
        typed = workbook.read_upload(head, place.id, filled(downloaded(head, place), q1_1={"narrative": "Mine."}))
        plain = [{"seen": 1, "row": typed[0].to_plain()}] * 2
        page = school.get(f"/audits/{place.id}/workbook/upload").page
        token = page.find("input", attrs={"name": "csrf_token"})["value"]
        data = {"rows": json.dumps(plain), "csrf_token": token}
        assert school.post(f"/audits/{place.id}/workbook/take", data=data).status_code == 400
        assert row(place, "1.1").narrative == "As we said last year."

    def test_too_much_for_one_page(self, school, place, head, monkeypatch):
        monkeypatch.setattr("portal.forms.audit_files.MOST_SENT", 10)
        answer = upload(school, place, filled(downloaded(head, place), q1_1={"narrative": "Mine."}))
        assert answer.status_code == 400
        assert "changes too much to be shown at once" in text(answer)

    def test_what_cannot_be_answered_says_so(self, school, world):
        signed = world.returns["a.school"].id
        answer = school.get(f"/audits/{signed}/workbook/upload")
        assert answer.location == f"/audits/{signed}"
        assert "cannot be answered now" in text(school.get(answer.location))
        assert school.get(f"/audits/{signed}/workbook").status_code == 200, "it can still be read in Excel"

    def test_a_signatory_reads_it_and_cannot_upload(self, client, sign_in, world):
        sign_in(client, world.person("a.school.governor"))
        signed = world.returns["a.school"].id
        assert client.get(f"/audits/{signed}/workbook").status_code == 200
        assert client.get(f"/audits/{signed}/workbook/upload").status_code == 403

    def test_before_the_return_is_started(self, school, world):
        later = asked_now(world, code="later")
        assert school.get(f"/audits/{later.id}/workbook").location == f"/audits/{later.id}"
        assert "start the return first" in text(school.get(f"/audits/{later.id}/workbook/upload"))


@pytest.fixture
def police_there(world, viewer_of):
    """Who leads the police in A."""
    return viewer_of(world.person("a.police.lead"))


@pytest.fixture
def signed_there(world):
    """The police's signed return in A."""
    edition = audits.published_edition(world.partnerships["a"], "travelling")
    asked = audits.open_round(edition, world.agencies["a.police"], title="Signed in A")
    by = world.person("a.police.lead").hat.membership_id
    return audits.signed_return(asked, world.agencies["a.police"], narrative="As in A.", by=by)


@pytest.fixture
def here(world):
    """The police's return to come in B; 1.2 was altered."""
    return asked_now(world, "police", "b", code="travelling", number=2, altered=["1.2"])


@pytest.fixture
def police_here(new_client, sign_in, world):
    """The same police force's lead in B before the pages."""
    browser = new_client()
    sign_in(browser, world.person("both"))
    hat = world.person("both").hats[1]
    browser.submit("/working-as", action="/working-as", membership=str(hat.membership_id))
    return browser


@pytest.fixture
def manager(new_client, sign_in, world):
    """B's business manager before the pages."""
    browser = new_client()
    sign_in(browser, world.person("b.business_manager"))
    return browser


def send_in(browser, here, content, name="Police.return"):
    """Take a signed file in."""
    address = f"/audits/{here.id}/portable"
    return browser.submit(address, action=address, file=(BytesIO(content), name))


class TestTravelling:
    """From one partnership to the other."""

    def test_the_whole_way(self, client, new_client, sign_in, world, signed_there, here, police_here, manager):
        sign_in(client, world.person("a.police.lead"))
        address = f"/audits/{signed_there.id}/portable"
        file = client.submit(address, action=f"{address}/file")
        assert file.headers["Content-Disposition"].startswith("attachment")
        refused = send_in(police_here, here, file.get_data())
        assert refused.status_code == 400
        assert "a key that this partnership does not trust" in text(refused)
        there = new_client()
        sign_in(there, world.person("a.business_manager"))
        own = there.get("/audits/keys").page.select_one("dd").get_text(strip=True)
        added = manager.submit("/audits/keys", action="/audits/keys", name="Partnership A", public_key=own)
        assert added.location == "/audits/keys"
        assert "Partnership A" in text(manager.get("/audits/keys"))
        taken = send_in(police_here, here, file.get_data())
        assert taken.location == f"/audits/{here.id}/portable"
        coded_in_words()
        page = police_here.get(taken.location)
        assert "5 answered and to be confirmed, 1 asked in other words, 0 left" in text(page)
        assert "Question 1.2" in [title.get_text() for title in page.page.select("h3")]
        assert "code-of-" not in text(page)
        assert [tag.get_text() for tag in page.page.select("ins")] == ["so, as edition 2 asks?"]
        confirmed = police_here.submit(taken.location, action=f"{taken.location}/confirm")
        assert "5 answers are confirmed" in text(police_here.get(confirmed.location))
        assert row(here, "1.1").is_confirmed

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"", "not a return"), (b"hello", "not a return"), (b"[" * 99_999, "not a return")],
    )
    def test_what_is_no_return(self, police_here, here, content, words):
        answer = send_in(police_here, here, content)
        assert answer.status_code == 400
        assert words in text(answer)

    def test_no_file_and_a_changed_one(self, police_here, here, world, police_there, signed_there, viewer_of):
        address = f"/audits/{here.id}/portable"
        assert police_here.submit(address, action=address).status_code == 400
        file, _ = portable.export(police_there, signed_there.id)
        key = signing_keys.keys_of(police_there).own.public_key
        signing_keys.trust(viewer_of(world.person("b.business_manager")), "A", key)
        changed = file.replace(b"As in A.", b"As in B.")
        assert "changed after it was signed" in text(send_in(police_here, here, changed))

    def test_what_is_not_signed_does_not_travel(self, police_here, here):
        answer = police_here.post(
            f"/audits/{here.id}/portable/file",
            data={
                "csrf_token": police_here.get("/account").page.find("input", attrs={"name": "csrf_token"})["value"],
            },
        )
        assert answer.location == f"/audits/{here.id}/portable"
        assert "Only a signed return" in text(police_here.get(answer.location))

    def test_a_return_that_waits_to_be_signed(self, client, sign_in, world):
        sign_in(client, world.person("a.police.lead"))
        page = client.get(f"/audits/{world.returns['a.police'].id}/portable")
        assert "waits to be signed" in text(page)
        assert len(page.page.main.find_all("form")) == 0


class TestKeys:
    """The business manager's page."""

    def test_a_key_is_made_once_and_shown_with_its_fingerprint(self, manager):
        assert "There is none yet" in text(manager.get("/audits/keys"))
        manager.submit("/audits/keys", action="/audits/keys/own")
        page = manager.get("/audits/keys")
        rows = [cell.get_text(strip=True) for cell in page.page.select("dd.govuk-summary-list__value")]
        assert len(rows[0]) == 44
        assert len(rows[1].split()) == 8

    @pytest.mark.parametrize(
        ("name", "key", "words"),
        [
            ("", "A" * 43 + "=", "Enter the name of the partnership"),
            ("Fenland", "", "Enter the public key"),
            ("Fenland", "nonsense", "This is not a public key"),
            ("F" * 121, "A" * 43 + "=", "120 characters or fewer"),
        ],
    )
    def test_bad_input(self, manager, name, key, words):
        answer = manager.submit("/audits/keys", action="/audits/keys", name=name, public_key=key)
        assert answer.status_code == 400
        assert words in text(answer)

    def test_a_second_manager_finds_it_done(self, manager, new_client, sign_in, world):
        other = new_client()
        sign_in(other, world.person("b.business_manager"))
        before = [browser.get("/audits/keys") for browser in (manager, other)]
        for browser, page in zip((manager, other), before, strict=True):
            sent = browser.send(page, action="/audits/keys", name="Fenland", public_key="A" * 43 + "=")
            assert sent.location == "/audits/keys"
        assert "This key is trusted already" in text(other.get("/audits/keys"))
        assert len(db.session.query(TrustedKey).all()) == 1
        pages = [browser.get("/audits/keys") for browser in (manager, other)]
        for browser, page in zip((manager, other), pages, strict=True):
            assert browser.send(page, action="/audits/keys/remove").location == "/audits/keys"
        assert "was not trusted any more" in text(other.get("/audits/keys"))


def test_a_lost_race_is_a_conflict():
    assert issubclass(workbook.ChangedAgain, Conflict)
