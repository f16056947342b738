"""The pages of keys: made and shown once, listed without themselves, ended at once."""

from __future__ import annotations

from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words

ENDS = {"ends_on__day": "30", "ends_on__month": "9", "ends_on__year": "2026"}


def test_a_key_is_shown_once_and_opens_figures_until_it_is_ended(lead, new_client, world):
    made = lead.submit("/api-keys/new", name="Practice system", **ENDS)
    assert made.status_code == 200
    key = made.page.find("textarea", id="key").get_text().strip()
    assert key not in lead.get("/api-keys").get_data(as_text=True)
    assert key not in str(made.headers)
    machine = new_client()
    answer = machine.get("/api/v1/measures", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json["agency"]) == (200, world.agency_names["a.gp"])
    listed = lead.get("/api-keys")
    row = next(row for row in rows(listed) if row.startswith("Practice system"))
    assert "10 Jun 2026" in row
    assert f"…{key[-4:]}" in row
    end = next(
        link["href"] for link in listed.page.select("tbody a") if "Practice system" in link.get_text(" ", strip=True)
    )
    assert lead.submit(end).location == "/api-keys"
    assert "Ended" in next(row for row in rows(lead.get("/api-keys")) if row.startswith("Practice system"))
    assert machine.get("/api/v1/measures", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_errors_say_how_to_mend_it(lead):
    answer = lead.submit("/api-keys/new", name="", ends_on__day="1", ends_on__month="1", ends_on__year="2020")
    assert errors(answer) == ["Enter what the key is for"]
    answer = lead.submit("/api-keys/new", name="Mine", ends_on__day="1", ends_on__month="1", ends_on__year="2020")
    assert errors(answer) == ["Choose a day between today and a year from now"]


def test_the_same_form_sent_twice_makes_one_key(lead):
    page = lead.get("/api-keys/new")
    fields = {"name": "Practice system", **ENDS}
    assert lead.send(page, **fields).status_code == 200
    again = lead.send(page, **fields)
    assert again.status_code == 409
    assert again.page.h1.get_text() == "You sent this already"
    assert sum(row.startswith("Practice system") for row in rows(lead.get("/api-keys"))) == 1


def test_the_administrator_comes_to_them_from_the_agencies(administrator):
    assert "/api-keys" in links(administrator.get("/agencies"))
    assert "the figures of" in words(administrator.get("/api-keys"))
