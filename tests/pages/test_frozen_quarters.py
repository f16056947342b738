"""The pages of quarters: frozen and corrected in one act by the business manager, read with revision and day."""

from __future__ import annotations

from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words

WINTER = "/figures/quarter?quarter=2026-Q1"
FREEZE = "/figures/quarter/freeze?quarter=2026-Q1"
CORRECT = "/figures/quarter/correct?quarter=2026-Q1"


def test_a_quarter_is_frozen_corrected_and_frozen_again(as_person, manager):
    assert "/figures/quarter" in links(manager.get("/figures/months"))
    page = manager.get("/figures/quarter")
    assert page.page.h1.get_text() == "January to March 2026: not frozen"
    assert FREEZE in links(page)
    done = manager.submit(FREEZE, note="As reported to the board.")
    assert (done.status_code, done.location) == (303, WINTER)
    board = as_person("a.board")
    shown = words(board.get(WINTER))
    assert "Revision 1, as at Wednesday 10 June 2026." in shown
    assert "Freeze" not in shown
    assert [row.split(" Revision")[0] for row in rows(board.get(WINTER))][:3] == [
        "January 2026 Frozen",
        "February 2026 Frozen",
        "March 2026 Frozen",
    ]
    assert CORRECT in links(manager.get(WINTER))
    assert manager.submit(CORRECT, reason="A register was wrong.").location == WINTER
    shown = words(board.get(WINTER))
    assert "being corrected" in shown
    assert "Revision 1, as at Wednesday 10 June 2026." in shown
    again = manager.get(FREEZE)
    assert again.page.textarea.get_text().strip() == "A register was wrong."
    assert manager.send(again).location == WINTER
    assert "Revision 2, as at" in words(board.get(WINTER))


def test_somebody_elses_freeze_meanwhile_is_shown_and_nothing_is_lost(manager):
    page = manager.get(FREEZE)
    manager.submit("/figures/months/freeze?month=2026-02")
    lost = manager.send(page, note="My note")
    assert lost.status_code == 409
    assert "Nothing was frozen" in words(lost)
    assert lost.page.textarea.get_text().strip() == "My note"
    assert manager.send(lost).location == WINTER
    assert "Revision 1" in words(manager.get(WINTER))


def test_what_cannot_be_frozen_or_corrected_says_so(manager):
    assert manager.get("/figures/quarter/freeze?quarter=2026-Q2").location == "/figures/quarter?quarter=2026-Q2"
    assert "is not over yet" in words(manager.get("/figures/quarter?quarter=2026-Q2"))
    assert manager.get(CORRECT).location == WINTER
    for address in ("/figures/quarter?quarter=2026", "/figures/quarter?quarter=2026-Q9", "/figures/quarter?quarter="):
        assert manager.get(address).status_code == 404, address
    manager.submit(FREEZE)
    assert errors(manager.submit(CORRECT, reason=" ")) == ["Say what is to be corrected"]
