"""The pages about mails for those who look after it, and the numbers for whoever measures them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from portal.config import SettingsError, load_settings
from portal.domain.message_vocabulary import MailState
from portal.gateways.mail_templates import previews
from portal.models.messages import Mail
from portal.services.worker import WORKS
from tests.pages.pressing import press
from tests.pages.reading import rows, words
from tests.services.notice_steps import beat, mail_to, tell_nobody_anything
from tests.services.rows import stored
from tests.world import NOW

MESSAGES = "/messages"
METRICS = "/metrics"
TOKEN = "a token that nobody guesses, 0123456789"
MOST_QUERIES = 6

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
def quiet(database):
    """No mail was made yet, and no work done."""
    tell_nobody_anything()


@pytest.fixture
def measured(app):
    """The app with a token for its numbers."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, metrics_token=TOKEN)
    yield
    app.extensions["settings"] = before


def test_where_nothing_is_wrong_it_says_so(administrator):
    beat("sending", last_done=3, last_run_at=NOW - timedelta(minutes=2))
    answer = administrator.get(MESSAGES)
    said = words(answer)
    assert "No email has failed." in said
    assert "No worker" not in said
    assert rows(answer) == ["Sending emails Last done 10:58, 3 things Running"]


def test_no_worker_is_said_first(administrator):
    assert "No worker has run for 10 minutes or more" in words(administrator.get(MESSAGES))
    beat("sending", last_run_at=NOW - timedelta(minutes=11), last_done=1)
    answer = administrator.get(MESSAGES)
    assert "No worker has run for 10 minutes or more" in words(answer)
    assert "Last done 10:49, 1 thing" in words(answer)


def test_a_work_that_failed_says_what_stopped_it(administrator):
    beat("sending", last_fault_at=NOW, fault="OperationalError")
    beat("digests", last_fault_at=NOW - timedelta(days=1), fault="TimeoutError")
    beat("at_once", last_run_at=NOW - timedelta(days=1))
    assert rows(administrator.get(MESSAGES)) == [
        "The day’s emails Last done 11:00, 0 things Running Last fault Tuesday 9 June, 11:00: TimeoutError",
        "Emails at once Last done Tuesday 9 June, 11:00, 0 things Late",
        "Sending emails Last done 11:00, 0 things Failing OperationalError",
    ]


def test_a_failed_mail_is_shown_by_name_alone_and_tried_again(manager, gp):
    failed = mail_to(gp.user_id, state=MailState.FAILED, attempts=7, fault="550 mailbox full")
    answer = manager.get(MESSAGES)
    (row, *_works) = rows(answer)
    assert row.startswith(f"{gp.name} The day’s email")
    assert "550 mailbox full" in row
    assert gp.email not in answer.get_data(as_text=True)
    pressed = press(manager, answer, answer.page.find("form", action=f"{MESSAGES}/{failed}/retry").button)
    assert (pressed.status_code, pressed.location) == (303, MESSAGES)
    assert stored(Mail, failed).state is MailState.QUEUED
    assert "The mail is in the queue again" in words(manager.get(MESSAGES))
    # Pressed on a page that is out of date.
    again = press(manager, answer, answer.page.find("form", action=f"{MESSAGES}/{failed}/retry").button)
    assert again.status_code == 403


def test_another_partnership_s_mails_are_not_there(administrator, world, gp):
    mail_to(gp.user_id, state=MailState.FAILED)
    theirs = world.person("b.gp.lead")
    mail = mail_to(theirs.user_id, state=MailState.FAILED)
    answer = administrator.get(MESSAGES)
    assert theirs.name not in words(answer)
    button = answer.page.select_one("tbody form button")
    button.find_parent("form")["action"] = f"{MESSAGES}/{mail}/retry"
    assert press(administrator, answer, button).status_code == 404
    assert stored(Mail, mail).state is MailState.FAILED


@pytest.mark.parametrize("key", ["a.gp.lead", "a.chair", "a.board", "a.manager"])
def test_it_is_for_those_who_look_after_it(as_person, key):
    browser = as_person(key)
    assert browser.get(MESSAGES).status_code == 403
    assert browser.get(f"{MESSAGES}/templates").status_code == 403


def test_a_page_of_many_asks_no_more(administrator, gp, count_queries):
    for _ in range(60):
        mail_to(gp.user_id, state=MailState.FAILED)
    for work in WORKS:
        beat(work.name)
    with count_queries() as statements:
        assert "Showing 51 to 60 of 60" in words(administrator.get(f"{MESSAGES}?page=2"))
    assert len(statements) <= MOST_QUERIES


def test_every_work_has_words(administrator):
    for work in WORKS:
        beat(work.name)
    shown = [cell.get_text(strip=True) for cell in administrator.get(MESSAGES).page.select("tbody th")]
    assert len(set(shown)) == len(WORKS)
    assert not set(shown) & {work.name for work in WORKS}


def test_every_template_can_be_read(administrator):
    said = words(administrator.get(f"{MESSAGES}/templates"))
    shown = previews()
    assert shown
    for preview in shown:
        assert preview.subject in said


def test_numbers_are_for_whoever_has_the_token(client, measured, gp):
    mail_to(gp.user_id, state=MailState.FAILED)
    beat("sending", last_run_at=NOW)
    answer = client.get(METRICS, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.get_data(as_text=True))}
    assert families["portal_mails_failed"].samples[0].value == 1
    assert families["portal_work_age_seconds"].samples[0].labels == {"work": "sending"}
    # Nothing of the process, the machine or anybody's name.
    assert all(name.startswith("portal_") for name in families)
    assert gp.name not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "shown",
    [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"],
)
def test_without_it_there_is_no_such_page(client, measured, shown):
    answer = client.get(METRICS, headers={} if shown is None else {"Authorization": shown})
    assert answer.status_code == 404
    assert b"portal_mails" not in answer.data


@pytest.mark.parametrize("shown", ["Bearer ", f"Bearer {TOKEN}"])
def test_without_one_set_nobody_has_it(client, shown):
    assert client.get(METRICS, headers={"Authorization": shown}).status_code == 404


def test_a_token_that_is_easily_guessed_keeps_the_portal_from_starting(tmp_path):
    refused = _faults(tmp_path, "changeme")
    assert len(refused) == 1
    assert refused[0].startswith("METRICS_TOKEN")
    assert "changeme" not in refused[0]
    assert _faults(tmp_path, "") == []
    assert _faults(tmp_path, TOKEN) == []


def _faults(folder, token):
    try:
        load_settings({"PORTAL_MODE": "demo", "METRICS_TOKEN": token}, instance=folder)
    except SettingsError as fault:
        return fault.reasons
    return []
