"""What the portal stands on goes away and comes back: a page that says so, what was typed, and no restart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import event

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.messages import RETRY_GAPS
from portal.gateways.mail import SmtpSender
from portal.gateways.scanner import Scanner
from portal.services.activity_checks import verify
from portal.services.mails.sending import send_mails
from portal.services.quarantine import scan_quarantined
from tests.mail_server import running_mail_server
from tests.page_client import PageAnswer
from tests.pages.pressing import press
from tests.pages.report_steps import kept
from tests.sample_files import PDF
from tests.services.file_steps import TellingScanner
from tests.services.mail_steps import forget_all
from tests.services.rows import invitation_of
from tests.world import NOW

SYSTEM = Viewer.of_system("tests", NOW)
REASON = "Wir schließen <um> vier,\r\nand nobody else may come that day."


@pytest.fixture
def answer_url(place) -> str:
    """Where the invitation is answered."""
    return f"/meetings/{place.id}/answer"


def values_of(page: PageAnswer) -> dict[str, Any]:
    """The form as somebody fills it in."""
    form = page.page.select_one("main form")
    found = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    return found | {"answer": "apologies", "reason": REASON}


def button_again(answer: PageAnswer) -> Any:
    return answer.page.find("button", string=lambda words: words and "Send it again" in words)


@contextmanager
def full(engine: Any) -> Iterator[None]:
    """No page more for the database, and none to spare in it: SQLite itself refuses, as on a disk that is full."""

    def stop(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    db.session.remove()
    engine.dispose()
    with closing(sqlite3.connect(engine.url.database)) as connection:
        connection.execute("VACUUM")
    event.listen(engine, "connect", stop)
    try:
        yield
    finally:
        event.remove(engine, "connect", stop)
        engine.dispose()


class TestTheDatabase:
    """Stopped while somebody writes, and started again."""

    def test_what_was_sent_waits_in_the_page_and_goes_when_it_is_back(self, head, answer_url, database, place):
        values = values_of(head.get(answer_url))
        with database.lost():
            answer = head.post(answer_url, data=values)
            assert answer.status_code == 500
            page = answer.page
            assert page.h1.get_text(strip=True) == "Something went wrong on our side"
            assert "Nothing of what you sent was saved, and nothing of it is lost" in page.get_text()
            assert page.select_one("main form")["action"] == answer_url
            # Once more while it is still away: it waits again.
            again = press(head, answer, button_again(answer))
            assert again.status_code == 500
            assert button_again(again) is not None
        sent = press(head, again, button_again(again))
        assert (sent.status_code, sent.location) == (303, f"/meetings/{place.id}")
        assert invitation_of(place, "school").answer_note.splitlines() == REASON.splitlines()

    def test_the_same_sent_twice_is_taken_once(self, head, answer_url, database, place):
        values = values_of(head.get(answer_url))
        with database.lost():
            answer = head.post(answer_url, data=values)
        assert press(head, answer, button_again(answer)).status_code == 303
        late = press(head, answer, button_again(answer))
        assert late.status_code in (303, 409)
        assert invitation_of(place, "school").version == 2

    def test_pages_that_are_only_read_offer_nothing_to_send(self, head, answer_url, database):
        with database.lost():
            answer = head.get(answer_url)
        assert answer.status_code == 500
        assert button_again(answer) is None
        assert head.get(answer_url).status_code == 200

    def test_a_password_is_never_put_into_a_page(self, client, database):
        values = values_of_sign_in(client)
        with database.lost():
            answer = client.post("/sign-in", data=values)
        assert answer.status_code == 500
        assert "correct horse" not in answer.get_data(as_text=True)
        assert button_again(answer) is None


def values_of_sign_in(client) -> dict[str, str]:
    token = client.get("/sign-in").page.select_one("input[name=csrf_token]")["value"]
    return {"csrf_token": token, "email": "a@b.example", "password": "correct horse battery"}


class TestTheDisk:
    """Full, and emptied again."""

    def test_nothing_is_half_saved_and_the_form_waits(self, head, answer_url, database, place, app):
        if database.backend == "postgresql":
            pytest.skip("its disk is the server's: what it answers is met in the tests of the database away")
        values = values_of(head.get(answer_url)) | {"reason": "x" * 490}
        with app.app_context():
            engine = db.engine
        with full(engine):
            answer = head.post(answer_url, data=values)
            assert answer.status_code == 500
            assert button_again(answer) is not None
        assert invitation_of(place, "school").answer is None
        assert press(head, answer, button_again(answer)).status_code == 303
        assert invitation_of(place, "school").answer_note == "x" * 490
        assert verify(SYSTEM).faults == []


class TestTheScanner:
    """Stopped while somebody attaches a file, and started again."""

    def test_the_text_is_kept_and_the_file_waits_until_it_is_back(self, head, place, use_filing, tmp_path):
        url = f"/meetings/{place.id}/report"
        use_filing(scanner=Scanner(tmp_path / "nobody-listens-here"))
        chosen = [(BytesIO(PDF), "Body map.pdf")]
        answer = head.submit(url, action=url, button="attach", files=chosen, worries="Two burns.")
        assert answer.status_code == 303
        assert kept(place)["worries"] == "Two burns."
        waiting = head.get(answer.location)
        assert "Being checked" in waiting.text
        address = f"/files/{waiting.page.select_one('button[name=remove]')['value']}"
        assert head.get(address).page.h1.get_text() == "This file is still being checked"
        assert scan_quarantined(SYSTEM, lambda _: None).waiting
        assert head.get(address).status_code == 409
        use_filing(scanner=TellingScanner())
        assert not scan_quarantined(SYSTEM, lambda _: None).waiting
        assert head.get(address).get_data() == PDF


class TestTheMailServer:
    """Stopped while somebody is let in, and started again."""

    def test_the_page_goes_on_and_the_mail_goes_when_it_is_back(self, client, sign_in, world, use_mailing):
        forget_all()
        use_mailing(SmtpSender.at("smtp://127.0.0.1:1", "no-reply@portal.example"))
        sign_in(client, world.person("a.gp.lead"))
        answer = client.submit("/people/new", email="new@example.org", name="New Person", role="practitioner")
        assert "A mail with their joining link is on its way to them." in client.get(answer.location).text
        soon = NOW + timedelta(minutes=1)
        assert send_mails(soon) == 0
        with running_mail_server() as server:
            use_mailing(SmtpSender.at(server.url, "no-reply@portal.example"))
            # Not at once: a server that has just come back is not met by all that waits.
            assert send_mails(soon) == 0
            assert send_mails(soon + 2 * RETRY_GAPS[0]) == 1
            assert len(server.to("new@example.org")) == 1


class TestTheClock:
    """Put right by an hour, in either direction, while people are signed in."""

    @pytest.mark.parametrize("hours", [-1, -26])
    def test_set_back_people_work_on(self, head, answer_url, place, at_world_time, hours):
        values = values_of(head.get(answer_url))
        at_world_time.shift(timedelta(hours=hours))
        assert head.post(answer_url, data=values).status_code == 303
        assert invitation_of(place, "school").answer_note.splitlines() == REASON.splitlines()
        assert verify(SYSTEM).faults == []

    def test_set_forward_they_sign_in_again_and_find_what_they_typed(
        self, head, answer_url, at_world_time, sign_in, world
    ):
        values = values_of(head.get(answer_url))
        at_world_time.shift(timedelta(hours=1))
        answer = head.post(answer_url, data=values)
        assert answer.status_code in (302, 303)
        assert "/sign-in" in answer.location
        sign_in(head, world.person("a.school.lead"))
        assert "schließen" in head.get(answer_url).page.find(id="reason").get_text()
