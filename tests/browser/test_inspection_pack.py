"""The business manager freezes a quarter and makes the inspection pack, in as many clicks as that is words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from portal.services.packs.making import make_packs
from tests.browser.meeting_steps import fits, opened_by, press
from tests.services.pack_steps import busy_quarter

pytestmark = pytest.mark.browser


def test_a_manager_freezes_a_quarter_and_makes_the_inspection_pack(served, new_page, sign_in_in_browser):
    with served.app.app_context():
        busy_quarter(served.world)
    manager = opened_by(new_page, sign_in_in_browser, served.world, "a.business_manager")
    manager.goto("/packs")
    expect(manager.get_by_text("January to March not frozen.")).to_be_visible()
    fits(manager)
    manager.get_by_role("link", name="Freeze the quarter first").click()
    manager.get_by_role("button", name="Freeze the quarter", exact=True).click()
    manager.locator("main form button[type=submit]").last.click()
    expect(manager.get_by_text("January to March 2026 is frozen: revision 1.")).to_be_visible()
    manager.goto("/packs")
    expect(manager.get_by_text("As at 10 June 2026. January to March 2026 frozen, revision 1.")).to_be_visible()
    press(manager, "Make the inspection pack")
    expect(manager.get_by_text("It waits for its turn.")).to_be_visible()
    fits(manager)
    with served.app.app_context():
        assert make_packs(served.world.now) == 1
    manager.get_by_role("button", name="See how far it is").click()
    with manager.expect_download() as waiting:
        manager.get_by_role("button", name="Open the PDF").click()
    taken = Path(waiting.value.path()).read_bytes()
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(taken)).pages).split())
    assert "Inspection pack" in said
    assert "As at 10 June 2026. January to March 2026 frozen, revision 1." in said
    assert "NOT FROZEN" not in said
    manager.reload()
    expect(manager.get_by_role("row", name="ZQ-A-BUSINESS-MANAGER-QZ")).to_be_visible()
    fits(manager)
