"""The pages of a sector lead: who is behind, a reminder once a working day, and remarks that the agency reads."""

from __future__ import annotations

import pytest

from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words


@pytest.fixture
def sector_lead(as_person):
    """Whoever leads A's practices."""
    return as_person("a.sector_lead")


def test_the_sector_is_listed_without_small_counts_and_without_cases(sector_lead, world):
    page = sector_lead.get("/sector")
    listed = rows(page)
    assert len(listed) == 2
    assert any("too few" in row for row in listed)
    assert f"/sector/agencies/{world.agencies['a.gp']}" in links(page)


def test_an_agency_is_reminded_and_reads_what_is_behind(sector_lead, as_person, world):
    address = f"/sector/agencies/{world.agencies['a.gp']}"
    page = sector_lead.get(address)
    done = sector_lead.send(page, action=f"{address}/remind")
    assert done.location == address
    shown = words(sector_lead.get(address))
    assert "Its lead is reminded." in shown
    assert "once a working day is enough" in shown
    again = sector_lead.post(
        f"{address}/remind", data={"csrf_token": page.page.find("input", attrs={"name": "csrf_token"})["value"]}
    )
    assert again.location == address
    assert "reminded for today already" in words(sector_lead.get(address))
    lead = as_person("a.gp.lead")
    inbox = lead.get("/inbox")
    assert "See what is behind in your agency" in words(inbox)
    read = words(lead.get(address))
    assert "Audit returns" in read
    assert "Remind its leads" not in read


def test_a_remark_is_written_worded_anew_and_both_are_read(sector_lead, as_person, world):
    address = f"/sector/agencies/{world.agencies['a.other_gp']}"
    assert sector_lead.submit(f"{address}/remarks/new", text="Ring me.").location == address
    change = next(link for link in links(sector_lead.get(address)) if link.startswith("/sector/remarks/"))
    assert sector_lead.submit(change, text="Ring me on Tuesdays.").location == address
    lead = words(as_person("a.other_gp.lead").get(address))
    assert "Ring me on Tuesdays." in lead
    assert "Earlier wordings: 1" in lead
    assert "Change this remark" not in lead
    assert errors(sector_lead.submit(change, text=" ")) == ["Enter your remark"]


def test_a_remark_changed_in_two_windows_is_not_overwritten(sector_lead, world):
    change = f"/sector/remarks/{world.remarks['a.gp']}"
    first, second = sector_lead.get(change), sector_lead.get(change)
    sector_lead.send(first, text="From one window")
    lost = sector_lead.send(second, text="From the other")
    assert lost.status_code == 409
    assert "From one window" in words(lost)
    assert "From the other" in lost.page.textarea.get_text()


def test_the_lead_and_the_business_manager_come_to_it_from_the_agency(as_person, world):
    address = f"/agencies/{world.agencies['a.gp']}"
    for key in ("a.gp.lead", "a.business_manager"):
        assert f"/sector{address}" in links(as_person(key).get(address)), key
    assert f"/sector{address}" not in links(as_person("a.board").get(address))
