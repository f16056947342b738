"""The pages of the family at a meeting: read, asked about one question at a time, brought along, taken out."""

from __future__ import annotations

import pytest

from tests.pages.people_steps import links
from tests.pages.pressing import press
from tests.pages.reading import errors, words
from tests.services.family_steps import added, person

MOST_QUERIES = 10


@pytest.fixture
def family(world) -> str:
    """The address of the family at A's conference of today."""
    return f"/meetings/{world.meeting('a.initial').id}/family"


def button(page, text: str):
    """A button by what stands on it."""
    return next(one for one in page.page.find_all("button") if text in one.get_text())


def test_somebody_is_added_and_asked_about_until_all_is_said(chair, family):
    answer = chair.submit(f"{family}/new", relation="father", name="Bob Hill")
    assert (answer.status_code, "/questions/invited" in answer.location) == (303, True)
    for typed, following in (
        ({"invited": "yes", "told_by": "letter"}, "needs"),
        ({"needs_interpreter": "no", "needs_advocate": "no"}, "met"),
        ({"met_before": "no", "not_met_because": "He was abroad."}, "exclusion"),
        ({"exclusion": "none"}, "came"),
    ):
        answer = chair.submit(answer.location, **typed)
        assert answer.location.endswith(f"/questions/{following}"), typed
    answer = chair.submit(answer.location, presence="video")
    assert answer.location.startswith(f"{family}#person-")
    page = words(chair.get(family))
    assert "What is recorded of Bob Hill is saved." in page
    for said in ("Bob Hill, father", "Invited. By a letter", "The chair did not meet them: He was abroad."):
        assert said in page


def test_whoever_stops_is_led_back_and_goes_on_later(chair, family, world):
    mother = f"{family}/{world.attendees['a.initial.mother']}/questions/invited"
    assert mother in links(chair.get(family))
    answer = chair.submit(mother, button="stop", invited="no")
    assert answer.location.startswith(f"{family}#")
    assert "Not invited" in words(chair.get(family))


def test_what_lacks_is_said_and_what_was_typed_stays(chair, family, world):
    page = chair.submit(f"{family}/new", relation="advocate", name="")
    assert (page.status_code, errors(page)) == (400, ["Enter the person’s name"])
    address = f"{family}/{world.attendees['a.initial.mother']}/questions"
    page = chair.submit(f"{address}/exclusion", exclusion="whole", exclusion_reason="other", exclusion_note="")
    assert (page.status_code, errors(page)) == (400, ["Say what the other reason is"])
    assert page.page.find("input", attrs={"name": "excluded_by"})["value"] == "The chair"
    page = chair.submit(f"{address}/met", met_before="yes", met_on__day="31", met_on__month="2", met_on__year="2026")
    assert errors(page) == ["Enter the day on which they met as day, month and year, like 9 6 2027"]
    assert chair.get(f"{address}/nothing").status_code == 404


def test_of_two_the_second_sees_both_answers_and_keeps_theirs(chair, coordinator, family, world):
    address = f"{family}/{world.attendees['a.initial.mother']}/questions/met"
    drawn = coordinator.get(address)
    chair.submit(address, met_before="declined")
    late = coordinator.send(drawn, met_before="no", not_met_because="There was no time.")
    assert late.status_code == 409
    assert "It was offered, and they declined" in words(late)
    assert "There was no time." in late.page.find("textarea").get_text()
    assert coordinator.send(late).status_code == 303
    assert person(world.attendees["a.initial.mother"]).not_met_because == "There was no time."


def test_the_family_of_the_last_meeting_is_brought_along_with_one_button(coordinator, world, viewer_of):
    last, now = world.meeting("a.past_initial").id, f"/meetings/{world.meeting('a.review').id}/family"
    added(viewer_of(world.person("a.coordinator")), last)
    page = coordinator.get(now)
    answer = press(coordinator, page, button(page, "Bring along 1 person from the last meeting"))
    assert answer.status_code == 303
    page = coordinator.get(now)
    assert "One person is brought along. Confirm each of them." in words(page)
    assert not [one for one in page.page.find_all("button") if "Bring along" in one.get_text()]
    press(coordinator, page, button(page, "Confirm Ann"))
    page = coordinator.get(now)
    assert "The person is confirmed." in words(page)
    assert "not shown to the agencies until" not in words(page)


def test_who_is_taken_out_stays_below_with_the_reason(chair, as_person, family, world):
    address = f"{family}/{world.attendees['a.initial.mother']}/remove"
    assert address in links(chair.get(family))
    page = chair.submit(address, because=" ")
    assert errors(page) == ["Say why they are taken out"]
    assert chair.send(page, because="Written down twice.").location == family
    assert "Written down twice." in words(chair.get(family))
    assert "Written down twice." not in words(as_person("a.police.lead").get(family))


def test_what_a_child_thinks_is_written_and_lost_races_lose_no_text(chair, coordinator, family, world):
    address = f"{family}/children/{world.children['a.1']}"
    drawn = coordinator.get(address)
    assert chair.submit(address, given="advocate", words="I want to see my dad.").location == f"{family}#children"
    late = coordinator.send(drawn, given="in_person", words="She spoke herself.")
    assert late.status_code == 409
    assert "I want to see my dad." in words(late)
    assert "She spoke herself." in late.page.find("textarea").get_text()
    assert coordinator.send(late).status_code == 303
    assert "She spoke herself." in words(chair.get(family))


def test_agencies_read_it_without_a_way_to_change_it(as_person, family):
    page = as_person("a.gp.practitioner").get(family)
    assert "ZQ-A-FAMILY-MOTHER-QZ" in words(page)
    assert "ZQ-A-VIEWS-1-QZ" in words(page)
    for hidden in ("ZQ-A-FAMILY-FATHER-QZ", "ZQ-A-EXCLUSION-QZ", "Not said yet", "Taken out"):
        assert hidden not in words(page)
    assert not page.page.main.find("form")
    assert not [link for link in links(page) if f"{family}/" in link]


def test_a_kind_without_that_part_and_strangers(as_person, coordinator, family, world):
    assert coordinator.get(f"/meetings/{world.meeting('a.strategy').id}/family").status_code == 404
    assert coordinator.get(f"/meetings/{world.meeting('a.cancelled').id}/family").status_code == 200
    assert coordinator.get(f"/meetings/{world.meeting('a.cancelled').id}/family/new").status_code == 403
    for name, status in (("a.second_chair", 404), ("b.chair", 404), ("a.manager", 403), ("a.police.lead", 403)):
        assert as_person(name).get(f"{family}/new").status_code == status, name


def test_pages_take_few_queries(chair, family, world, count_queries):
    mother = world.attendees["a.initial.mother"]
    for address in (family, f"{family}/new", f"{family}/{mother}/questions/who", f"{family}/{mother}/remove"):
        with count_queries() as statements:
            assert chair.get(address).status_code == 200
        assert len(statements) <= MOST_QUERIES, (address, len(statements))
