"""A return filled in by Excel and one signed elsewhere, before a real browser, wide and narrow."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from portal.database.session import db
from portal.services.audits import portable, signing_keys
from portal.services.audits.answering import AnswerText, save_answer
from tests import audits
from tests.browser.looking import barriers, overhang
from tests.services.audit_steps import answered_then, asked_now, back, row, started
from tests.services.workbook_steps import downloaded, filled
from tests.world import viewer_of

pytestmark = pytest.mark.browser

WIDTHS = (1280, 375)
MINE = "Mine: new governors still wait for their training."
POLICY = "Policy | https://school.example.org/policy-2026 | 3 May 2026"


def looked_at(page: Page, name: str) -> None:
    """Nothing stands in anybody's way at either width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert barriers(page) == [], name
        assert overhang(page) == 0, name
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@pytest.fixture
def head(served):
    """The school's lead."""
    return viewer_of(served.world.person("a.school.lead"))


def test_a_school_answers_in_excel(page, served, sign_in_in_browser, head, tmp_path):
    answered_then(served.world)
    place = started(head, asked_now(served.world, altered=["1.2"]))
    sign_in_in_browser(page, served.world.person("a.school.lead"))
    page.goto(f"/audits/{place.id}/workbook/upload")
    looked_at(page, "upload")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the workbook").click()
    book = tmp_path / "return.xlsx"
    content = begun.value.path().read_bytes()

    book.write_bytes(filled(content, q1_1={"rating": "Purple"}, q2_1={"narrative": "a" * 10_001}))
    page.get_by_label("Your workbook").set_input_files(book)
    page.get_by_role("button", name="Show what would change").click()
    assert "Put these 2 cells right" in page.locator("main").inner_text()
    looked_at(page, "faults")

    book.write_bytes(
        filled(
            content,
            q1_1={
                "rating": "Amber: partly in place",
                "narrative": MINE,
            },
            q1_2={"confirmed": "yes"},
            q2_1={
                "new_links": POLICY,
                "new_comment": "Ask Jo.",
            },
        )
    )
    save_answer(head, place.id, place.questions["1.1"], 1, AnswerText("green", "Theirs: all were trained in May."))
    db.session.remove()
    page.get_by_label("Your workbook").set_input_files(book)
    page.get_by_role("button", name="Show what would change").click()
    looked_at(page, "preview")
    page.get_by_role("button", name="Take the workbook").click()
    assert "choose which of the two is to stand" in page.locator(".govuk-error-summary").inner_text()
    looked_at(page, "nothing chosen")
    page.get_by_label("What my workbook says").check()
    page.get_by_role("button", name="Take the workbook").click()
    assert page.url.endswith(f"/audits/{place.id}")
    assert row(place, "1.1").narrative == MINE
    assert downloaded(head, place) != content


def test_a_police_force_takes_its_return_along(page, new_page, served, sign_in_in_browser, tmp_path):
    world = served.world
    edition = audits.published_edition(world.partnerships["a"], "travelling")
    asked = audits.open_round(edition, world.agencies["a.police"], title="Signed in A")
    lead = world.person("a.police.lead")
    signed = audits.signed_return(asked, world.agencies["a.police"], narrative="As in A.", by=lead.hat.membership_id)
    back(audits.responses_of(signed)[0].id, lead.user_id)
    here = asked_now(world, "police", "b", code="travelling", number=2, altered=["1.2"])
    portable.export(viewer_of(lead), signed.id)
    key = signing_keys.keys_of(viewer_of(lead)).own
    assert key is not None
    public = key.public_key
    db.session.remove()

    sign_in_in_browser(page, lead)
    page.goto(f"/audits/{signed.id}/portable")
    looked_at(page, "taking along")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the signed return").click()
    file = tmp_path / "police.return"
    file.write_bytes(begun.value.path().read_bytes())

    manager = new_page()
    sign_in_in_browser(manager, world.person("b.business_manager"))
    manager.goto("/audits/keys")
    manager.get_by_role("button", name="Make the key").click()
    manager.get_by_label("Which partnership is it?").fill("Partnership A")
    manager.get_by_label("Its public key").fill(public)
    manager.get_by_role("button", name="Trust this key").click()
    looked_at(manager, "keys")

    there = new_page()
    sign_in_in_browser(there, world.person("both"))
    there.goto("/working-as")
    there.locator(f"input[value='{world.person('both').hats[1].membership_id}']").check()
    there.get_by_role("button", name="Continue").click()
    there.goto(f"/audits/{here.id}/portable")
    looked_at(there, "taking in")
    there.get_by_label("The signed return").set_input_files(file)
    there.get_by_role("button", name="Take the return in").click()
    looked_at(there, "taken in")
    there.get_by_role("button", name="Confirm 5 answers").click()
    assert row(here, "1.1").is_confirmed
    looked_at(there, "confirmed")
