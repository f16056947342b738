"""Records law as pages: rules, holds, what is due, certificates, requests of access, and what everybody may read."""

from __future__ import annotations

import zipfile
from io import BytesIO

from portal.domain.retention import HoldScope
from portal.models.records import Erasure, LegalHold, RecordsContact, RetentionRule, SubjectDecision
from portal.services.records import holds
from tests.page_client import form_values
from tests.services.rows import stored
from tests.world import viewer_of

MOST_QUERIES = 10


def text_of(page):
    """A page's words in one line."""
    return " ".join(page.get_text().split())


def test_the_page_says_how_long_why_what_is_held_and_what_went(as_person, count_queries):
    client = as_person("a.manager")
    with count_queries() as statements:
        page = client.get("/records").page
    assert len(statements) <= MOST_QUERIES
    said = text_of(page)
    assert "35 years from the closure of the case or the last contact" in said
    assert "North Somerset and Blackpool" in said
    assert "Family ZQ-A-OLD-FAMILY-QZ" in said
    assert "1 hold stands" in said
    assert "A manager of long ago" in said
    assert page.find("a", string="Look at what is due")


def test_the_business_manager_reads_no_family_and_no_reason(as_person):
    client = as_person("a.business_manager")
    said = text_of(client.get("/records").page) + text_of(client.get("/records/holds").page)
    assert "ZQ-A-OLD-FAMILY-QZ" not in said
    assert "ZQ-A-HOLD-agency-QZ" not in said
    assert "Conference records of a family" in said
    assert "Look at what is due" not in said


def test_a_hold_is_placed_and_lifted(as_person, world):
    client = as_person("a.manager")
    page = client.get("/records/holds/new").page
    values = {**form_values(page.select_one("main form")), "scope": "child", "child": "ZQ-A-CASE-1-QZ"}
    refused = client.post("/records/holds/new", data={**values, "child": "nobody", "reason": "A claim."})
    assert refused.status_code == 400
    assert "No family or child is known" in text_of(refused.page)
    assert "A claim." in refused.page.find("textarea").get_text()
    placed = client.post("/records/holds/new", data={**values, "reason": "A claim."})
    assert placed.status_code == 303
    said = text_of(client.get("/records/holds").page)
    assert "ZQ-A-CHILD-1-QZ" in said
    assert "A claim." in said
    (hold,) = [one for one in holds.list_holds(viewer_of(world.person("a.manager"))) if one.scope is HoldScope.CHILD]
    lift = f"/records/holds/{hold.id}/lift"
    page = client.get(lift).page
    values = form_values(page.select_one("main form"))
    assert client.post(lift, data={**values, "because": ""}).status_code == 400
    assert client.post(lift, data={**values, "because": "It is settled."}).status_code == 303
    assert stored(LegalHold, hold.id).lifted_because == "It is settled."
    late = client.post(lift, data={**values, "because": "Again."})
    assert late.status_code == 409
    assert "It is settled." in text_of(late.page)


def test_what_is_due_is_looked_at_and_erased(as_person, world):
    client = as_person("a.manager")
    page = client.get("/records/erase").page
    assert "cannot be brought back" in text_of(page)
    values = form_values(page.select_one("main form"))
    number = str(world.erasures["a.due"])
    unsure = client.post("/records/erase", data={**values, "erasures": number})
    assert unsure.status_code == 400
    assert client.post("/records/erase", data={**values, "erasures": number, "sure": "yes"}).status_code == 303
    assert stored(Erasure, world.erasures["a.due"]).erased_by == world.person("a.manager").name
    shown = client.get(f"/records/erasures/{number}").page
    assert "Holds" in text_of(shown)
    assert "ZQ-A-OLD-FAMILY-QZ" not in text_of(shown)
    pdf = client.get(f"/records/erasures/{number}/certificate.pdf")
    assert pdf.data.startswith(b"%PDF")
    again = client.post("/records/erase", data={**values, "erasures": number, "sure": "yes"})
    assert again.status_code == 409
    assert "was erased already" in text_of(again.page)


def test_nothing_is_due(as_person, world):
    holds.place_hold(viewer_of(world.person("a.manager")), HoldScope.EVERYTHING, "An inquiry.")
    client = as_person("a.manager")
    values = form_values(client.get("/records/erase").page.select_one("main form"))
    lost = client.post("/records/erase", data={**values, "erasures": str(world.erasures["a.due"]), "sure": "yes"})
    assert lost.status_code == 409
    assert "Nothing was erased" in text_of(lost.page)


def test_a_rule_is_changed_from_a_day_on(as_person, world):
    client = as_person("a.business_manager")
    values = form_values(client.get("/records/rules/new").page.select_one("main form"))
    day = {"effective_from-day": "1", "effective_from-month": "9", "effective_from-year": "2026"}
    typed = {**values, "record_class": "audit", "years": "9", "reason": "Four rounds.", "source": "The board.", **day}
    assert client.post("/records/rules/new", data={**typed, "years": "0"}).status_code == 400
    past = client.post("/records/rules/new", data={**typed, "effective_from-year": "2020"})
    assert "today or a later day" in text_of(past.page)
    assert client.post("/records/rules/new", data=typed).status_code == 303
    assert "From 1 Sep" in text_of(client.get("/records").page)
    assert stored(RetentionRule, 13).years == 9
    twice = client.post("/records/rules/new", data={**typed, "reason": "Another."})
    assert "There is a rule from this day already" in text_of(twice.page)


def test_everybody_reads_what_is_held_for_how_long_and_whom_to_write_to(client, world):
    said = text_of(client.get("/privacy").page)
    assert "Information Commissioner" in said
    assert "ZQ-A-PARTNERSHIP-QZ" in said
    area = text_of(client.get(f"/privacy/{world.partnerships['a']}").page)
    assert "rights.a@example.org" in area
    assert "75 years from the birth" in area
    assert client.get("/privacy/999999").status_code == 404


def test_the_contact_is_changed_by_one_of_two(as_person, world):
    client = as_person("a.business_manager")
    values = form_values(client.get("/records/contact").page.select_one("main form"))
    assert client.post("/records/contact", data={**values, "name": "The data officer"}).status_code == 303
    assert stored(RecordsContact, world.partnerships["a"]).name == "The data officer"
    late = client.post("/records/contact", data={**values, "name": "Somebody else"})
    assert late.status_code == 409
    assert "The data officer" in text_of(late.page)


def test_a_request_is_written_down_reviewed_and_answered(as_person, world, count_queries):
    client = as_person("a.manager")
    values = form_values(client.get("/records/requests/new").page.select_one("main form"))
    begun = client.post(
        "/records/requests/new", data={**values, "reference": "ZQ-A-CASE-1-QZ", "asked_by": "The child."}
    )
    assert begun.status_code == 303
    page = client.get(begun.location).page
    assert "What is held on ZQ-A-CHILD-1-QZ" in text_of(page)
    go_on = page.select_one("main .govuk-button")
    assert go_on.get_text(strip=True).startswith("Go on: ")
    address = go_on["href"]
    page = client.get(address).page
    radio = page.select_one(".app-passage").find("input", attrs={"value": "give"})
    values = form_values(page.select_one("main form"))
    kept = client.post(address, data={**values, radio["name"]: "give"})
    assert kept.status_code == 303
    assert stored(SubjectDecision, 1).decision.value == "give"
    assert "1 of " in text_of(client.get(begun.location).page)
    late = client.post(address, data={**values, radio["name"]: "withhold"})
    assert late.status_code == 409
    assert late.page.find("input", attrs={"name": radio["name"], "value": "withhold"}).has_attr("checked")
    everything = client.get(f"{begun.location}/kinds/meetings?all=yes").page
    assert everything.select(".app-passage")
    assert client.get(f"{begun.location}/kinds/users").status_code == 404
    answer = client.get(f"{begun.location}/file")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert "everything.pdf" in archive.namelist()
    assert client.get("/records/requests").page.find("a", string="ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ")


def test_each_page_of_the_review_asks_little_of_the_database(as_person, world, count_queries):
    """One kind at a time: however many kinds of record there are, and whichever it is."""
    client = as_person("a.manager")
    address = f"/records/requests/{world.subject_exports['a.child_1']}"
    with count_queries() as statements:
        page = client.get(address).page
    assert len(statements) <= 4
    kinds = [link["href"] for link in page.select("table a")]
    assert len(kinds) > 20
    for kind in kinds:
        with count_queries() as statements:
            assert client.get(kind).status_code == 200
        assert len(statements) <= MOST_QUERIES, (kind, statements)
