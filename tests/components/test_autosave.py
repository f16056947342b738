"""What is typed is kept as it is typed, in a real browser under the real security policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.components.bare_app import signed_in
from tests.components.script_server import Server

pytestmark = pytest.mark.browser


def status(page: Page) -> Any:
    """The line that says what was saved."""
    return page.locator("[data-autosave-status]")


def test_typing_is_saved_after_a_pause_and_the_version_follows(
    page: Page, server: Server, complaints: list[str]
) -> None:
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").press_sequentially("Mother comes", delay=20)
    expect(status(page)).to_have_text("Saved 10:42", timeout=4000)
    expect(page.locator("[name=version]")).to_have_value("2")
    assert [save["strengths"] for save in server.saves] == ["Mother comes"]
    assert server.saves[0]["version"] == "1"
    assert server.saves[0]["working_as"] == "7"
    assert complaints == []


def test_leaving_a_field_saves_at_once_and_nothing_is_sent_twice(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").fill("one")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_have_text("Saved 10:42", timeout=1000)
    page.get_by_label("Strengths").focus()
    page.wait_for_timeout(1800)
    assert len(server.saves) == 1


def test_never_two_saves_at_once_and_the_last_text_wins(page: Page, server: Server) -> None:
    server.answer = server.slow
    page.goto(f"{server.address}/report")
    for text in ("one", "two", "three"):
        page.get_by_label("Strengths").fill(text)
        page.get_by_label("Worries").focus()
        page.wait_for_timeout(100)
    page.wait_for_timeout(3500)
    assert server.most_under_way == 1
    assert server.saves[-1]["strengths"] == "three"
    assert [save["version"] for save in server.saves] == ["1", "2"]


def test_sending_waits_for_the_save_under_way_and_takes_its_version(page: Page, server: Server) -> None:
    server.answer = server.slow
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").fill("all of it")
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/sent")
    assert [(post["strengths"], post["version"], post["send"]) for post in server.sent] == [("all of it", "2", "yes")]


def test_what_is_sent_to_nobody_stays_and_is_saved_once_somebody_answers(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/report")
    for address in ("**/health/live", "**/draft", "**/sent"):
        page.route(address, lambda route: route.abort())
    page.get_by_label("Strengths").fill("typed while the server was down")
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("alert")).to_contain_text("Not sent: no connection.")
    expect(status(page)).to_contain_text("Not saved: no connection.")
    expect(page.get_by_label("Strengths")).to_have_value("typed while the server was down")
    for address in ("**/health/live", "**/draft", "**/sent"):
        page.unroute(address)
    expect(status(page)).to_have_text("Saved 10:42", timeout=10_000)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert server.saves[-1]["strengths"] == "typed while the server was down"
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/sent")
    assert [sent["strengths"] for sent in server.sent] == ["typed while the server was down"]


def test_a_save_that_is_lost_on_the_way_out_keeps_the_page(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/report")

    def fail_late(route: Route) -> None:
        page.wait_for_timeout(600)
        route.abort()

    page.route("**/draft", fail_late)
    page.get_by_label("Strengths").fill("all of it")
    page.get_by_role("button", name="Send the report").click()
    expect(status(page)).to_contain_text("Not saved: no connection.", timeout=4000)
    assert server.sent == []
    page.unroute("**/draft")
    expect(status(page)).to_have_text("Saved 10:42", timeout=10_000)


def test_signed_out_keeps_the_text_and_carries_on_after_signing_in(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/report")
    server.viewer, server.answer = None, lambda: ("", 401)
    page.get_by_label("Strengths").fill("typed while signed out")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_contain_text("You have been signed out", timeout=2000)
    expect(page.get_by_label("Strengths")).to_have_value("typed while signed out")
    server.viewer, server.answer = signed_in(), server.saved
    expect(status(page)).to_have_text("Saved 10:42", timeout=8000)
    assert server.saves[-1]["strengths"] == "typed while signed out"


def test_a_new_session_needs_a_new_token_and_gets_it(page: Page, context: BrowserContext, server: Server) -> None:
    page.goto(f"{server.address}/report")
    context.clear_cookies()
    page.get_by_label("Strengths").fill("under the old session")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_have_text("Saved 10:42", timeout=4000)
    assert len(server.saves) == 1


def test_nothing_is_saved_under_somebody_elses_membership(page: Page, context: BrowserContext, server: Server) -> None:
    page.goto(f"{server.address}/report")
    context.clear_cookies()
    server.viewer = signed_in(membership_id=8)
    page.get_by_label("Strengths").fill("mine")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_contain_text("somebody else’s sign-in", timeout=4000)
    assert server.saves == []


def test_a_conflict_stops_saving_and_says_what_to_do(page: Page, server: Server) -> None:
    server.answer = lambda: ({}, 409)
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").fill("mine")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_contain_text("Somebody else has changed this", timeout=2000)
    page.get_by_label("Worries").fill("more")
    page.wait_for_timeout(2000)
    assert len(server.saves) == 1
    page.get_by_role("button", name="Send the report").click()
    page.wait_for_url("**/sent")
    assert server.sent[0]["version"] == "1"


def test_a_refusal_is_said_in_its_own_words(page: Page, server: Server) -> None:
    server.answer = lambda: ({"message": "Strengths must be 10 characters or fewer."}, 422)
    page.goto(f"{server.address}/report")
    page.get_by_label("Strengths").fill("far too long")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_have_text("Not saved. Strengths must be 10 characters or fewer.", timeout=2000)


def test_offline_is_said_and_tried_again(page: Page, context: BrowserContext, server: Server) -> None:
    page.goto(f"{server.address}/report")
    context.set_offline(True)
    page.get_by_label("Strengths").fill("on a train")
    page.get_by_label("Worries").focus()
    expect(status(page)).to_contain_text("Not saved: no connection", timeout=2000)
    context.set_offline(False)
    expect(status(page)).to_have_text("Saved 10:42", timeout=5000)
    assert server.saves[-1]["strengths"] == "on a train"
