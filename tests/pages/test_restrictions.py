"""The pages of closed records, of reports held back, and of openings in an emergency, as people use them."""

from __future__ import annotations

from tests.closed_records import break_glass, close, hold
from tests.world import NOW


def test_a_manager_closes_a_record_and_the_practitioner_finds_it_no_more(as_person, world):
    manager, practitioner = as_person("a.manager"), as_person("a.gp.practitioner")
    meeting = f"/meetings/{world.meeting('a.initial').id}"
    assert practitioner.get(meeting).status_code == 200
    here = f"/cases/{world.cases['a.1']}/restrictions"
    assert f"{here}/new" in manager.get(here).get_data(as_text=True)
    answer = manager.submit(
        f"{here}/new",
        reach="named",
        people=str(world.person("a.gp.practitioner").user_id),
        reason="Her sister’s family.",
    )
    assert answer.status_code == 303
    page = manager.get(answer.location).get_data(as_text=True)
    assert world.person("a.gp.practitioner").name in page
    assert "Her sister’s family." in page
    assert practitioner.get(meeting).status_code == 404


def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(as_person, world):
    here = f"/cases/{world.cases['a.1']}/restrictions/new"
    answer = as_person("a.manager").submit(here, reach="named", reason="Typed at length.")
    assert answer.status_code == 400
    said = answer.get_data(as_text=True)
    assert "Choose at least one person, or enter an address" in said
    assert "Typed at length." in said


def test_somebody_is_put_on_the_list_taken_off_and_the_restriction_ended(as_person, world):
    restriction_id = close(world, "a.1", ["a.gp.practitioner"])
    manager, here = as_person("a.manager"), f"/restrictions/{restriction_id}"
    lead = world.person("a.police.lead")
    assert manager.submit(here, action=f"{here}/people", person=str(lead.user_id)).status_code == 303
    assert lead.name in manager.get(here).get_data(as_text=True)
    token = manager.get(here).page.find("input", attrs={"name": "csrf_token"})["value"]
    off = manager.post(f"{here}/people/remove", data={"csrf_token": token, "person": str(lead.user_id)})
    assert off.status_code == 303
    assert manager.submit(here, action=f"{here}/people", address="nobody@example.org").status_code == 400
    assert manager.submit(here, action=f"{here}/end").location == f"/cases/{world.cases['a.1']}/restrictions"
    page = as_person("a.gp.practitioner").get(f"/meetings/{world.meeting('a.initial').id}")
    assert page.status_code == 200


def test_a_chair_holds_a_report_back_and_lets_it_through(as_person, world):
    chair, place = as_person("a.chair"), world.meeting("a.initial")
    here = f"/meetings/{place.id}/held-back"
    answer = chair.submit(
        here,
        of=str(place.invitations["police"].id),
        agency=str(world.agencies["a.school"]),
        because="relative",
        reason="The head is the father’s brother.",
    )
    assert answer.status_code == 303
    assert "The head is the father’s brother." in chair.get(here).get_data(as_text=True)
    assert chair.submit(here, action=f"{here}/let-through").status_code == 303
    same = chair.submit(
        here,
        of=str(place.invitations["school"].id),
        agency=str(world.agencies["a.school"]),
        because="enquiry",
        reason="x",
    )
    assert same.status_code == 400


def test_a_chair_who_is_shut_out_opens_the_record_and_a_manager_reviews_it(as_person, world):
    close(world, "a.1", ["a.chair"])
    chair, manager = as_person("a.chair"), as_person("a.manager")
    meeting = f"/meetings/{world.meeting('a.initial').id}"
    assert chair.get(meeting).status_code == 404
    assert chair.submit("/emergency", reference="NOT-THERE", reason="The child is not safe.").status_code == 400
    answer = chair.submit("/emergency", reference="ZQ-A-CASE-1-QZ", reason="The child is not safe.")
    assert answer.status_code == 303
    here = answer.location
    assert chair.get(meeting).status_code == 200
    assert "Review 1 emergency opening of closed records" in manager.get("/").get_data(as_text=True)
    page = manager.get(here).get_data(as_text=True)
    assert "The child is not safe." in page
    assert "Meetings page, show" in page
    assert manager.submit(here, words="Only words.").status_code == 400
    done = manager.submit(here, verdict="not_justified", words="Somebody could have been rung.")
    assert done.status_code == 303
    assert "emergency opening" not in manager.get("/").get_data(as_text=True)
    own = chair.get(here).get_data(as_text=True)
    assert "Somebody could have been rung." in own
    assert chair.submit(here, action=f"{here}/close").status_code == 303
    assert chair.get(meeting).status_code == 404


def test_a_review_that_was_begun_before_it_was_closed_again_keeps_what_was_typed(as_person, world):
    close(world, "a.1", ["a.chair"])
    here = f"/emergencies/{break_glass(world, 'a.1', 'a.chair', NOW)}"
    chair, manager = as_person("a.chair"), as_person("a.manager")
    begun = manager.get(here)
    assert chair.submit(here, action=f"{here}/close").status_code == 303
    answer = manager.send(begun, verdict="justified", words="Typed at length.")
    assert answer.status_code == 409
    assert "Typed at length." in answer.get_data(as_text=True)
    assert manager.send(answer).status_code == 303


def test_whoever_has_opened_it_is_offered_nothing_of_who_sees_it(as_person, world):
    chair, meeting = as_person("a.chair"), f"/meetings/{world.meeting('a.initial').id}"
    ways = (f"/cases/{world.cases['a.1']}/restrictions", f"{meeting}/held-back")
    assert all(f'href="{way}"' in chair.get(meeting).get_data(as_text=True) for way in ways)
    close(world, "a.1", ["a.chair"])
    break_glass(world, "a.1", "a.chair", NOW)
    page = chair.get(meeting)
    assert page.status_code == 200
    assert not any(f'href="{way}"' in page.get_data(as_text=True) for way in ways)
    assert [chair.get(way).status_code for way in ways] == [404, 403]


def test_what_is_not_closed_is_not_opened(as_person, world):
    answer = as_person("a.chair").submit("/emergency", reference="ZQ-A-CASE-1-QZ", reason="The child is not safe.")
    assert answer.location == f"/cases/{world.cases['a.1']}/timeline"


def test_pages_take_few_queries(as_person, world, count_queries):
    restriction_id = close(world, "a.1", ["a.gp.practitioner", "a.chair"])
    opening_id = break_glass(world, "a.1", "a.chair", NOW)
    hold(world, "a.initial", "police", "school")
    manager = as_person("a.manager")
    case_page = f"/cases/{world.cases['a.1']}/restrictions"
    for address in (
        case_page,
        f"{case_page}/new",
        f"/restrictions/{restriction_id}",
        f"/meetings/{world.meeting('a.initial').id}/held-back",
        "/emergency",
        "/emergencies",
        f"/emergencies/{opening_id}",
    ):
        with count_queries() as statements:
            assert manager.get(address).status_code == 200
        assert len(statements) <= 7, (address, statements)


def test_home_of_a_manager_stays_within_its_limit(as_person, world, count_queries):
    close(world, "a.1", ["a.chair"])
    break_glass(world, "a.1", "a.chair", NOW)
    manager = as_person("a.manager")
    with count_queries() as statements:
        assert manager.get("/").status_code == 200
    assert len(statements) <= 16
