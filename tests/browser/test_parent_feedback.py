"""A parent gives feedback by a card in their own language, on a telephone, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.domain.feedback_vocabulary import Language, Reply
from tests.browser.complaints import listen
from tests.browser.conftest import WINDOW
from tests.browser.looking import barriers, overhang
from tests.services.feedback_steps import newest, replies_of
from tests.world_feedback import CODES

pytestmark = pytest.mark.browser

CODE = CODES["a.initial/family"]
TELEPHONE = {"width": 375, "height": 700}


@pytest.fixture
def telephone(browser: Browser, served):
    """A telephone without scripts, as some are; its complaints fail the test."""
    complaints: list[str] = []
    more: dict[str, Any] = {**WINDOW, "viewport": TELEPHONE, "java_script_enabled": False, "has_touch": True}
    context = browser.new_context(base_url=served.address, **more)
    listen(context, complaints)
    yield context.new_page()
    context.close()
    assert complaints == []


def test_a_parent_answers_in_urdu_without_scripts(telephone: Page):
    telephone.goto(f"/f/{CODE.lower()}")
    telephone.get_by_role("link", name="اردو").click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("آپ کے بچے کے بارے میں میٹنگ کیسی رہی؟")
    # Nothing is answered yet: the page says so in Urdu, and leads to the first question.
    telephone.get_by_role("button", name="بھیجیں").click()
    telephone.get_by_role("link", name="کم از کم ایک سوال کا جواب دیں").click()
    groups = telephone.get_by_role("group").all()
    assert len(groups) == 5
    for group, answer in zip(groups, ("ہاں", "نہیں", "ہاں", "ہاں", "نہیں"), strict=True):
        group.get_by_label(answer, exact=True).check()
    telephone.get_by_role("textbox").fill("رپورٹ پہلے نہیں ملی۔")
    telephone.get_by_role("button", name="بھیجیں").click()
    expect(telephone.get_by_role("heading", level=1)).to_have_text("شکریہ")
    [kept] = newest()
    assert (kept.language, kept.words) == (Language.URDU, "رپورٹ پہلے نہیں ملی۔")
    assert list(replies_of(kept).values()).count(Reply.NO) == 2


@pytest.mark.parametrize("language", list(Language))
def test_the_form_fits_a_telephone_and_bars_nobody(page: Page, language: Language):
    page.set_viewport_size(TELEPHONE)
    for address in (f"/f/{CODE}", f"/f/{CODE}/{language.value}", f"/f/{CODE}/{language.value}/thanks"):
        page.goto(address)
        assert barriers(page) == []
        assert overhang(page) == 0
    page.goto(f"/f/{CODE}/{language.value}")
    page.locator("form button").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    assert barriers(page) == []
    assert overhang(page) == 0


@pytest.mark.parametrize("language", [one for one in Language if one.direction == "rtl"])
def test_what_is_read_from_the_right_stands_on_the_right(page: Page, language: Language):
    page.set_viewport_size(TELEPHONE)
    page.goto(f"/f/{CODE}/{language.value}")
    choice = page.locator(".govuk-radios__item").first
    assert choice.evaluate(
        """(item) => {
            const box = item.querySelector("input").getBoundingClientRect();
            const words = item.querySelector("label").getBoundingClientRect();
            const mark = getComputedStyle(item.querySelector("label"), "::before");
            return box.left >= words.right - 1 && mark.right === "2px";
        }"""
    )


def test_by_keyboard_alone(page: Page):
    page.set_viewport_size(TELEPHONE)
    page.goto(f"/f/{CODE}/pl")
    page.locator("input[type=radio]").first.focus()
    for _ in range(5):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.type("Dziękuję.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dziękujemy")
    assert [one.words for one in newest()] == ["Dziękuję."]


def test_the_card_on_paper_is_a_card_and_nothing_else(page: Page, served, sign_in_in_browser):
    sign_in_in_browser(page, served.world.person("a.chair"))
    place, card = served.world.meeting("a.initial").id, served.world.feedback_cards["a.initial/family"]
    page.goto(f"/meetings/{place}/feedback/{card}?" + "&".join(f"language={one.value}" for one in Language))
    assert barriers(page) == []
    page.emulate_media(media="print")
    expect(page.locator(".app-feedback-card__address")).to_be_visible()
    for hidden in (".app-header", ".app-footer", "h1", "form.app-text", ".app-before"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert served.world.person("a.chair").name not in page.locator("body").inner_text()
