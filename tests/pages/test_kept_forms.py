"""What somebody was sending when their sign-in had ended: theirs again after signing in, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.database.session import db
from tests.pages.reading import words
from tests.pages.sign_in_steps import ACCOUNT, type_password
from tests.signing_in import CODE_PAGE
from tests.world import PASSWORD


@pytest.fixture
def report(world):
    return f"/meetings/{world.meeting('a.initial').id}/report"


def write_and_idle(client, at_world_time, report, **typed):
    """Open the report, leave it for half an hour, then send it."""
    page = client.get(report)
    assert page.status_code == 200
    at_world_time.shift(timedelta(minutes=30))
    return client.send(page, button="save", **typed)


def test_what_was_typed_is_there_after_signing_in_again(client, sign_in, at_world_time, gp, report):
    sign_in(client, gp)
    answer = write_and_idle(client, at_world_time, report, worries="Two missed appointments.")
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next={report}")
    said = words(client.get(answer.location))
    assert "You were signed out after 20 minutes without activity" in said
    assert "Nothing is lost" in said
    answer = type_password(client, gp, path=answer.location)
    answer = client.submit(answer.location, code=gp.code)
    assert answer.location == report
    for _ in range(2):  # loading the page again loses nothing either
        assert client.get(report).page.find(id="worries").get_text().strip() == "Two missed appointments."
    saved = client.submit(report, button="save")
    assert saved.status_code == 303
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_forms").scalar() == 0
    assert client.get(report).page.find(id="worries").get_text().strip() == "Two missed appointments."


def test_somebody_else_on_the_same_browser_does_not_get_it(client, sign_in, at_world_time, gp, report, world):
    sign_in(client, gp)
    answer = write_and_idle(client, at_world_time, report, worries="Two missed appointments.")
    colleague = world.person("a.gp.lead")
    answer = type_password(client, colleague, path=answer.location)
    assert answer.location == CODE_PAGE  # not the page that the first one wanted, either
    client.submit(CODE_PAGE, code=colleague.code)
    assert "Two missed appointments." not in client.get(report).get_data(as_text=True)


def test_before_the_code_it_is_not_shown(client, sign_in, at_world_time, gp, report):
    sign_in(client, gp)
    answer = write_and_idle(client, at_world_time, report, worries="Two missed appointments.")
    type_password(client, gp, path=answer.location)
    assert client.get(report).location.startswith(CODE_PAGE)


def test_it_is_not_kept_for_a_wrong_token(client, sign_in, at_world_time, gp, report):
    sign_in(client, gp)
    client.get(report)
    at_world_time.shift(timedelta(minutes=30))
    answer = client.post(report, data={"csrf_token": "wrong", "worries": "Two missed appointments."})
    assert answer.status_code == 400
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_forms").scalar() == 0


def test_what_a_script_was_saving_is_kept_for_its_page(client, sign_in, at_world_time, gp, report):
    sign_in(client, gp)
    page = client.get(report)
    at_world_time.shift(timedelta(minutes=30))
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post(
        f"{report}/autosave",
        data={"csrf_token": token, "seen-worries": "0", "worries": "Two missed appointments."},
        headers={"Accept": "application/json", "Referer": f"http://localhost{report}"},
    )
    assert answer.status_code == 401
    sign_in(client, gp)
    assert client.get(report).page.find(id="worries").get_text().strip() == "Two missed appointments."


def test_it_opens_under_the_hat_that_it_was_written_under(client, sign_in, at_world_time, world):
    both = world.person("both")
    written_as = both.hats[1]
    report = f"/meetings/{world.meeting('b.review').id}/report"
    sign_in(client, both)
    page = client.get(ACCOUNT)
    assert written_as.partnership_name not in page.page.header.get_text()
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    at_world_time.shift(timedelta(minutes=30))
    typed = {"csrf_token": token, "working_as": str(written_as.membership_id), "worries": "Two missed appointments."}
    answer = client.post(report, data=typed)
    answer = client.submit(answer.location, email=both.email, password=PASSWORD)
    answer = client.submit(answer.location, code=both.code)
    assert answer.location == report
    assert written_as.partnership_name in client.get(ACCOUNT).page.header.get_text()


def test_what_is_not_kept_is_shown_to_be_copied(client, sign_in, new_client, gp, report):
    """After a new password the old cookie may be in anybody's hands, so it puts nothing into that person's forms."""
    sign_in(client, gp)
    page = client.get(report)
    elsewhere = new_client()
    sign_in(elsewhere, gp)
    elsewhere.submit("/account/password", password=PASSWORD, new_password="copper violet hinge 9")
    answer = client.send(page, button="save", worries="Two missed appointments.")
    assert answer.status_code == 400
    assert "Two missed appointments." in answer.get_data(as_text=True)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM kept_forms").scalar() == 0


def test_whoever_never_signed_in_is_sent_to_sign_in(client):
    token = client.get("/sign-in").page.find("input", attrs={"name": "csrf_token"})["value"]
    answer = client.post("/working-as", data={"csrf_token": token, "reason": "Something long that took a while."})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/working-as")
