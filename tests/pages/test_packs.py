"""The pages of packs: one click, how far it is, its files, who opened them; and what others are shown instead."""

from __future__ import annotations

import pytest

from portal.domain.packs import PackState
from portal.models.packs import Pack
from portal.services.packs.making import make_packs
from tests.page_client import form_values
from tests.pages.people_steps import links
from tests.pages.reading import rows, words
from tests.services.pack_steps import busy_quarter
from tests.services.rows import change, stored
from tests.world import NOW


def _press(browser, kind, page=None):
    """Press the button of a kind on the page of packs."""
    page = page or browser.get("/packs")
    return browser.send(page, action="/packs", button=f"kind={kind}")


def _values(page):
    """What the form of the page of packs carries hidden."""
    return form_values(next(form for form in page.page.find_all("form") if form.find("button", attrs={"name": "kind"})))


def _number(answer):
    return int(answer.location.rpartition("/")[2])


def test_the_business_manager_makes_a_board_pack_in_one_click(manager, as_person, world):
    busy_quarter(world)
    page = manager.get("/packs")
    assert "Quarterly board pack" in words(page)
    assert "Child-level lists" not in words(page)
    asked = _press(manager, "board", page)
    assert asked.status_code == 303
    pack_id = _number(asked)
    waiting = manager.get(asked.location)
    assert "It waits for its turn." in words(waiting)
    assert "See how far it is" in words(waiting)
    assert make_packs(NOW) == 1
    ready = manager.get(asked.location)
    for ending in ("pdf", "xlsx", "zip"):
        assert f"/packs/{pack_id}/pack.{ending}" in links(ready)
    assert "Not frozen: its figures may still change." in words(ready)
    taken = as_person("a.board").get(f"/packs/{pack_id}/pack.pdf")
    assert taken.status_code == 200
    assert taken.mimetype == "application/pdf"
    assert "Quarterly board pack 2026-01 to 2026-03 OFFICIAL-SENSITIVE.pdf" in taken.headers["Content-Disposition"]
    assert taken.headers["Cache-Control"] == "no-store"
    opened = manager.get(asked.location)
    assert any(row.startswith("ZQ-A-BOARD-QZ") for row in rows(opened))


def test_how_far_a_pack_is_stands_on_its_page(manager, world):
    number = world.packs["a.failed"]
    change(Pack, number, state=PackState.MAKING, why_failed=None, step=4, steps=11)
    page = manager.get(f"/packs/{number}")
    assert "4 of 11 steps done" in words(page)
    bar = page.page.find("progress")
    assert (bar["value"], bar["max"]) == ("4", "11")


def test_one_that_was_not_made_says_why_and_is_asked_for_again(manager, as_person, world):
    number = world.packs["a.failed"]
    page = manager.get(f"/packs/{number}")
    assert "It was not made. Files could not be kept." in words(page)
    assert "Try again" not in words(as_person("a.board").get(f"/packs/{number}"))
    assert manager.send(page, action=f"/packs/{number}/again").status_code == 303
    again = manager.send(page, action=f"/packs/{number}/again")
    assert again.status_code == 303
    assert "Somebody else has dealt with this pack meanwhile." in words(manager.get(again.location))
    assert make_packs(NOW) == 1
    assert stored(Pack, number).state is PackState.READY


def test_another_quarter_is_chosen_and_kept_in_the_address(manager):
    page = manager.get("/packs?quarter=2025-Q4")
    assert "1 Oct 2025 to 31 Dec 2025" in words(page)
    pack = stored(Pack, _number(_press(manager, "board", page)))
    assert (str(pack.first_on), str(pack.last_on)) == ("2025-10-01", "2025-12-31")
    for wrong in ("2025-11", "2026-Q2", "soon"):
        assert manager.get(f"/packs?quarter={wrong}").status_code == 404


def test_a_quarter_that_is_not_frozen_is_said_before_the_click(manager, as_person):
    page = manager.get("/packs")
    warning = " ".join(page.page.main.find(class_="govuk-warning-text").get_text(" ", strip=True).split())
    assert "January to March not frozen. A pack made now says so on every page" in warning
    assert warning.lower().count("not frozen") == 1
    assert any(link.startswith("/figures/quarter") for link in links(page))
    assert "Freeze the quarter first" not in words(as_person("a.manager").get("/packs"))


def test_the_same_click_twice_makes_one_pack_and_later_another(manager):
    page = manager.get("/packs")
    first = _press(manager, "inspection", page)
    twice = _press(manager, "inspection", page)
    assert twice.status_code == 303
    assert make_packs(NOW) == 1
    other = _press(manager, "inspection")
    assert _number(other) == _number(first) + 1


def test_a_pack_of_nothing_or_of_a_quarter_that_goes_on_is_not_made(manager):
    page = manager.get("/packs")
    for wrong in ({"kind": "everything"}, {"quarter": "20262"}, {"quarter": "x"}, {"kind": ""}):
        answer = manager.post("/packs", data=_values(page) | {"kind": "board"} | wrong)
        assert answer.location == "/packs"
    assert make_packs(NOW) == 0


def test_child_lists_are_the_safeguarding_managers(manager, as_person, world):
    overseer = as_person("a.manager")
    assert "Child-level lists for an inspector" in words(overseer.get("/packs"))
    asked = _press(overseer, "child_lists")
    assert make_packs(NOW) == 1
    ready = overseer.get(asked.location)
    assert "Delete the lists as soon as the inspection no longer needs them." in words(ready)
    assert overseer.get(f"{asked.location}/pack.xlsx").status_code == 200
    assert overseer.get(f"{asked.location}/pack.pdf").status_code == 404
    page = manager.get("/packs")
    assert manager.post("/packs", data=_values(page) | {"kind": "child_lists"}).status_code == 403
    assert manager.get(asked.location).status_code == 404
    assert manager.get(f"{asked.location}/pack.xlsx").status_code == 404


def test_a_pack_is_deleted_and_its_page_stays(manager, as_person, world):
    number = world.packs["a.board"]
    page = manager.get(f"/packs/{number}")
    done = manager.send(page, action=f"/packs/{number}/delete")
    assert "The files are deleted." in words(manager.get(done.location))
    board = as_person("a.board")
    assert "Its files were deleted" in words(board.get(f"/packs/{number}"))
    assert board.get(f"/packs/{number}/pack.pdf").status_code == 404


def test_the_board_reads_packs_and_makes_none(as_person):
    page = as_person("a.board").get("/packs")
    assert any(row.startswith("Quarterly board pack") for row in rows(page))
    assert page.page.main.find("button") is None
    assert "Dataset for analysts" not in words(page)


def test_a_sector_lead_has_no_packs_and_compares_the_sector(as_person):
    """A pack has the figures of every sector."""
    browser = as_person("a.sector_lead")
    assert browser.get("/packs").status_code == 403
    page = browser.get("/figures/compare")
    assert page.status_code == 200
    assert page.page.find("a", href="/packs") is None
    assert page.page.find("a", href="/figures/compare") is not None


def test_who_is_in_another_partnership_finds_none_of_these(as_person, world):
    for key in ("b.business_manager", "b.manager", "b.board"):
        browser = as_person(key)
        for number in (world.packs["a.board"], world.packs["a.dataset"], world.packs["a.child_lists"]):
            assert browser.get(f"/packs/{number}").status_code == 404
            assert browser.get(f"/packs/{number}/pack.zip").status_code == 404


@pytest.mark.parametrize("address", ["/packs", "/packs/{board}", "/packs/{failed}"])
def test_the_number_of_queries_is_fixed(manager, world, count_queries, address):
    names = {key.removeprefix("a."): number for key, number in world.packs.items() if key.startswith("a.")}
    with count_queries() as statements:
        assert manager.get(address.format(**names)).status_code == 200
    assert len(statements) <= 10, statements
