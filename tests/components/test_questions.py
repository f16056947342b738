"""Each question of a form is saved by itself as it is typed, in a real browser under the real security policy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.components.bare_app import signed_in
from tests.components.script_server import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(page: Page, server: Server) -> Page:
    """The page, before anything is typed."""
    server.answer = server.kept
    page.goto(f"{server.address}/questions")
    return page


def status(page: Page) -> Any:
    """The line that says what was saved."""
    return page.locator("[data-autosave-status]")


def note(page: Page, code: str) -> Any:
    """What is said at one question."""
    return page.locator(f"[data-question={code}] [data-question-note]")


def answers(server: Server) -> list[dict[str, str]]:
    """What each save said, without token and membership."""
    return [{k: v for k, v in save.items() if k not in ("csrf_token", "working_as")} for save in server.saves]


def leave(page: Page, label: str, text: str) -> None:
    """Type into a question and go on to the next."""
    page.get_by_label(label).fill(text)
    page.get_by_label(label).blur()


def test_only_what_changed_is_sent_and_the_next_change_is_based_on_it(
    asked: Page, server: Server, complaints: list[str]
) -> None:
    leave(asked, "Worries", "A bruise")
    expect(status(asked)).to_have_text("Saved 10:42", timeout=2000)
    expect(asked.locator("[name=seen-worries]")).to_have_value("1")
    leave(asked, "Worries", "Two bruises")
    expect(asked.locator("[name=seen-worries]")).to_have_value("2")
    asked.wait_for_timeout(1800)
    assert answers(server) == [
        {"seen-worries": "0", "worries": "A bruise"},
        {"seen-worries": "1", "worries": "Two bruises"},
    ]
    assert server.saves[0]["working_as"] == "7"
    assert complaints == []


def test_a_choice_is_sent_with_its_question(asked: Page, server: Server) -> None:
    asked.get_by_label("No", exact=True).check()
    expect(status(asked)).to_have_text("Saved 10:42", timeout=4000)
    assert answers(server) == [{"seen-view": "0", "view": "no"}]


def test_what_got_no_answer_is_sent_again_unchanged_before_what_was_typed_since(asked: Page, server: Server) -> None:
    """The server may have kept it before it stopped: sent again as it was, that is no change by somebody else."""
    server.answer = lambda: ({}, 503)
    leave(asked, "Worries", "A bruise")
    expect(status(asked)).to_contain_text("Not saved", timeout=2000)
    asked.get_by_label("Worries").fill("Two bruises")
    asked.get_by_label("Strengths").fill("Gran")
    server.answer = server.kept
    expect(status(asked)).to_have_text("Saved 10:42", timeout=8000)
    expect(asked.locator("[name=seen-strengths]")).to_have_value("1", timeout=4000)
    sent = answers(server)
    assert sent[0] == {"seen-worries": "0", "worries": "A bruise"}
    last = sent[-1]
    assert last == {"seen-worries": "1", "worries": "Two bruises", "seen-strengths": "0", "strengths": "Gran"}
    assert all(one == sent[0] for one in sent[:-1])


def test_a_conflict_at_one_question_stops_no_other(asked: Page, server: Server) -> None:
    words = "A. Shah changed this answer at 10:41"
    server.answer = lambda: {"saved_at": "10:42", "seen": {}, "conflicts": {"worries": words}, "faults": {}}
    leave(asked, "Worries", "Mine")
    expect(note(asked, "worries")).to_contain_text(f"{words}. Nothing of yours is lost.", timeout=2000)
    expect(status(asked)).to_contain_text("1 answer is not")
    server.answer = server.kept
    leave(asked, "Strengths", "Gran")
    expect(asked.locator("[name=seen-strengths]")).to_have_value("1", timeout=2000)
    assert [set(one) for one in answers(server)] == [{"seen-worries", "worries"}, {"seen-strengths", "strengths"}]
    asked.get_by_role("button", name="See both texts").click()
    asked.wait_for_url("**/sent")
    assert (server.sent[0]["worries"], server.sent[0]["seen-worries"]) == ("Mine", "0")


def test_what_cannot_be_kept_is_said_at_its_question_until_it_is_changed(asked: Page, server: Server) -> None:
    server.answer = lambda: {"saved_at": "10:42", "seen": {}, "conflicts": {}, "faults": {"worries": "Shorten this"}}
    leave(asked, "Worries", "Long")
    expect(note(asked, "worries")).to_have_text("Not saved. Shorten this.", timeout=2000)
    asked.wait_for_timeout(1800)
    assert len(server.saves) == 1
    server.answer = server.kept
    leave(asked, "Worries", "Short")
    expect(note(asked, "worries")).to_be_hidden(timeout=2000)
    expect(status(asked)).to_have_text("Saved 10:42")


def test_signed_out_keeps_every_question_and_carries_on(asked: Page, server: Server) -> None:
    server.viewer, server.answer = None, lambda: ("", 401)
    leave(asked, "Worries", "A bruise")
    expect(status(asked)).to_contain_text("You have been signed out", timeout=2000)
    leave(asked, "Strengths", "Gran")
    server.viewer, server.answer = signed_in(), server.kept
    expect(status(asked)).to_have_text("Saved 10:42", timeout=8000)
    assert answers(server)[-1] == {
        "seen-strengths": "0",
        "strengths": "Gran",
        "seen-worries": "0",
        "worries": "A bruise",
    }


def test_once_it_was_sent_the_page_says_so_and_keeps_the_text(asked: Page, server: Server) -> None:
    server.answer = lambda: ({"message": "This report has been sent."}, 409)
    leave(asked, "Worries", "Late")
    expect(status(asked)).to_have_text(
        "This report has been sent. What you typed is still here to be copied.", timeout=2000
    )
    expect(asked.get_by_label("Worries")).to_have_value("Late")


def test_a_carried_answer_is_confirmed_by_the_keyboard_and_the_next_one_waits(page: Page, server: Server) -> None:
    server.answer = server.kept
    page.goto(f"{server.address}/questions?carried=strengths&carried=worries")
    page.get_by_role("button", name="Confirm strengths").press("Enter")
    expect(page.get_by_role("button", name="Confirm strengths")).to_have_count(0)
    expect(page.get_by_role("button", name="Confirm worries")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-carried]")).to_have_count(0)
    assert answers(server) == [{"confirm": "strengths"}, {"confirm": "worries"}]
    assert page.url.endswith("carried=strengths&carried=worries")


def test_a_carried_answer_that_is_changed_loses_its_mark(page: Page, server: Server) -> None:
    server.answer = server.kept
    page.goto(f"{server.address}/questions?carried=worries")
    leave(page, "Worries", "Now a third")
    expect(page.locator("[data-carried]")).to_have_count(0)


def test_a_question_with_a_condition_is_shown_once_it_is_met(asked: Page) -> None:
    expect(asked.get_by_label("Which harm")).to_be_hidden()
    asked.get_by_label("Yes", exact=True).check()
    expect(asked.get_by_label("Which harm")).to_be_visible()
    expect(asked.get_by_text("Only if yes")).to_be_hidden()
    asked.get_by_label("No", exact=True).check()
    expect(asked.get_by_label("Which harm")).to_be_hidden()
    expect(asked.get_by_label("And more")).to_be_hidden()


def test_sending_takes_everything_along(asked: Page, server: Server) -> None:
    asked.get_by_label("Worries").fill("A bruise")
    asked.get_by_role("button", name="Send the report").click()
    asked.wait_for_url("**/sent")
    assert (server.sent[0]["worries"], server.sent[0]["send"]) == ("A bruise", "yes")
