"""The coordinator's pages of a case: naming its children, and putting right what is written about them."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict
from portal.models.activity import Activity
from portal.models.cases import Child
from portal.services import cases
from tests.harness import apart

NHS, UPN = "943 476 5919", "R201100018042"


@pytest.fixture
def case_id(world) -> int:
    """The family of A's coming initial conference."""
    return world.meetings["a.initial"].case_id


@pytest.fixture
def coordinator(client, sign_in, world):
    """A's coordinator, signed in."""
    sign_in(client, world.person("a.coordinator"))
    return client


def details(**changes: str) -> dict[str, str]:
    typed = {
        "given_name": "Wren",
        "surname": "Newcombe",
        "date_of_birth-day": "3",
        "date_of_birth-month": "11",
        "date_of_birth-year": "2019",
        "nhs_number": NHS,
        "upn": UPN,
    }
    return typed | changes


def children(case_id: int) -> list[Child]:
    db.session.rollback()
    return list(db.session.scalars(select(Child).where(Child.case_id == case_id).order_by(Child.id)))


def errors(response) -> dict[str, str]:
    return {link["href"]: link.get_text(strip=True) for link in response.page.select(".govuk-error-summary__list a")}


def test_a_child_is_added_and_shown(coordinator, case_id):
    before = len(children(case_id))
    answer = coordinator.submit(f"/cases/{case_id}/children/new", **details())
    answer = coordinator.get(answer.location)
    text = answer.page.main.get_text(" ", strip=True)
    assert "Wren Newcombe" in text
    assert "3 November 2019" in text
    added = children(case_id)[before:]
    assert [(child.nhs_number, child.upn) for child in added] == [("9434765919", UPN)]


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(coordinator, case_id):
    before = len(children(case_id))
    typed = details(surname="", nhs_number="943 476 5918", upn="A201100018042", **{"date_of_birth-month": "13"})
    answer = coordinator.submit(f"/cases/{case_id}/children/new", **typed)
    assert answer.status_code == 400
    assert set(errors(answer)) == {"#surname", "#date_of_birth-day"}
    assert answer.page.find("input", {"name": "given_name"})["value"] == "Wren"
    typed = details(nhs_number="943 476 5918", upn="A201100018042")
    answer = coordinator.submit(f"/cases/{case_id}/children/new", **typed)
    assert set(errors(answer)) == {"#nhs_number", "#upn"}
    assert answer.page.find("input", {"name": "upn"})["value"] == "A201100018042"
    assert len(children(case_id)) == before


def test_a_birth_long_ago_is_a_slip_of_the_hand(coordinator, case_id):
    answer = coordinator.submit(f"/cases/{case_id}/children/new", **details(**{"date_of_birth-year": "1919"}))
    assert list(errors(answer)) == ["#date_of_birth-day"]


def test_a_correction_is_kept_and_searchable_by_the_new_name(coordinator, case_id, world, viewer_of):
    child = children(case_id)[0]
    address = f"/cases/{case_id}/children/{child.id}"
    page = coordinator.get(address).page
    assert page.find("input", {"name": "surname"})["value"] == child.surname
    old_index = child.surname_index
    answer = coordinator.submit(address, **details(upn="", nhs_number=""))
    assert answer.status_code == 303
    changed = children(case_id)[0]
    assert changed.surname == "Newcombe"
    assert changed.surname_index != old_index
    assert (changed.nhs_number, changed.upn_index) == (None, None)


def test_the_later_of_two_corrections_is_told_and_keeps_what_was_typed(coordinator, case_id, world, viewer_of):
    child = children(case_id)[0]
    page = coordinator.get(f"/cases/{case_id}/children/{child.id}")
    viewer = viewer_of(world.person("a.coordinator"))
    cases.change_child(viewer, case_id, child.id, child.version, cases.ChildFacts("Isla", "Theirs"))
    db.session.remove()
    answer = coordinator.send(page, **details(surname="Mine"))
    assert answer.status_code == 409
    text = answer.page.main.get_text(" ", strip=True)
    assert "Theirs" in text
    assert answer.page.find("input", {"name": "surname"})["value"] == "Mine"
    assert children(case_id)[0].surname == "Theirs"
    assert coordinator.send(answer, surname="Mine").status_code == 303
    assert children(case_id)[0].surname == "Mine"


def test_of_two_corrections_at_once_one_is_told(app, case_id, world, viewer_of):
    child = children(case_id)[0]
    version, child_id = child.version, child.id
    viewer = viewer_of(world.person("a.coordinator"))
    outcomes: list[str] = []

    def correct(name: str) -> None:
        with app.app_context():
            try:
                cases.change_child(viewer, case_id, child_id, version, cases.ChildFacts("Isla", name))
                outcomes.append("kept")
            except Conflict:
                outcomes.append("told")

    threads = [threading.Thread(target=apart, args=(correct, name)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "told"]


def test_reading_a_case_is_logged_with_no_name_in_it(coordinator, case_id, world):
    coordinator.get(f"/cases/{case_id}")
    row = db.session.scalars(select(Activity).order_by(Activity.at.desc(), Activity.sequence.desc()).limit(1)).one()
    assert (row.verb, row.subject, row.subject_id) == ("case.read", "case", case_id)
    assert row.user_id == world.person("a.coordinator").user_id


def test_another_partnerships_case_is_as_absent_as_one_that_is_not_there(coordinator, world):
    foreign = world.meetings["b.initial"].case_id
    answers = [coordinator.get(f"/cases/{foreign}"), coordinator.get("/cases/987654")]
    assert [answer.status_code for answer in answers] == [404, 404]
    child = children(foreign)[0]
    own = world.meetings["a.initial"].case_id
    assert coordinator.get(f"/cases/{own}/children/{child.id}").status_code == 404
    own_form = coordinator.get(f"/cases/{own}/children/new")
    token = own_form.page.find("input", {"name": "csrf_token"})["value"]
    posted = coordinator.post(f"/cases/{foreign}/children/new", data=details(csrf_token=token))
    assert posted.status_code == 404


def test_an_agency_does_not_change_children(client, sign_in, case_id, world):
    sign_in(client, world.person("a.gp.lead"))
    assert client.get(f"/cases/{case_id}").status_code == 403
    token = client.get("/account/password").page.find("input", {"name": "csrf_token"})["value"]
    posted = client.post(f"/cases/{case_id}/children/new", data=details(csrf_token=token))
    assert posted.status_code == 403
    assert "Newcombe" not in [child.surname for child in children(case_id)]
