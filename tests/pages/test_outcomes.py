"""The pages of outcomes and views: written, signed, amended, contested by agencies, and read once signed."""

from __future__ import annotations

from datetime import date

import pytest

from portal.domain.outcome_vocabulary import PlanDecision
from portal.services.outcomes.drafting import save_outcome
from tests.page_client import form_values
from tests.pages.people_steps import links
from tests.pages.reading import errors, rows, words
from tests.services.outcome_steps import child, held, no_plan, page, sibling, without_plans
from tests.world import viewer_of

CHILD = "ZQ-A-CHILD-1-QZ ZQ-A-SURNAME-1-QZ"
FILLED = {
    "decision": "start",
    "categories": ["neglect"],
    "next_on-day": "9",
    "next_on-month": "9",
    "next_on-year": "2026",
    "core_group_on-day": "24",
    "core_group_on-month": "6",
    "core_group_on-year": "2026",
    "core_group_people": "The mother",
    "lead_social_worker": "Sam Patel",
    "why": "Nobody got him up for school.",
}


@pytest.fixture(autouse=True)
def no_plan_before(world):
    """The child of the initial conference has none yet."""
    without_plans(world)


@pytest.fixture
def url(place):
    """The outcomes of A's initial conference."""
    return f"/meetings/{place.id}/outcomes"


@pytest.fixture
def own(url, world):
    """Its child's."""
    return f"{url}/{world.children['a.1']}"


@pytest.fixture
def mine(world):
    """The chair, as services call them."""
    return viewer_of(world.person("a.chair"))


def write(browser, own, **changed):
    """Fill in the page of a child and send it."""
    return browser.submit(own, **{**FILLED, **changed})


class TestDeciding:
    """From an empty page to the signature."""

    def test_the_chair_writes_signs_and_the_school_reads(self, chair, head, place, url, own):
        held(place)
        assert "has not signed off what was decided yet" in words(head.get(url))
        page = chair.get(own)
        assert page.page.h1.get_text(strip=True) == f"What is decided for {CHILD}"
        assert "Thursday 10 September" in words(page), "the rule says by when"
        sent = write(chair, own)
        assert (sent.status_code, sent.location) == (303, url)
        listed = chair.get(url)
        assert "Before the chair can sign" not in words(listed)
        done = chair.send(listed, action=f"{url}/sign", button="sign")
        assert (done.status_code, done.location) == (303, url)
        assert "What was decided is signed." in words(chair.get(url))
        told = words(head.get(url))
        for part in ("Signed off", "Nobody got him up for school.", "Sam Patel", "9 September 2026", "The mother"):
            assert part in told
        assert own in links(head.get(url))

    def test_what_is_missing_leads_to_its_field(self, chair, place, url, own):
        held(place)
        write(chair, own, categories=[], lead_social_worker="")
        listed = chair.get(url)
        leads = [a["href"] for a in listed.page.select("main li a")]
        assert leads == [f"{own}?missing=1#categories", f"{own}?missing=1#lead_social_worker"]
        assert errors(chair.get(f"{own}?missing=1")) == [
            "Choose at least one category for the plan",
            "Enter the name of the lead social worker",
        ]

    def test_an_open_register_is_named_as_what_is_missing(self, chair, url, own):
        write(chair, own)
        listed = chair.get(url)
        assert "The register is not closed yet" in words(listed)
        assert listed.page.find(attrs={"name": "sign"}) is None

    def test_a_day_beyond_the_rule_is_said_and_nothing_typed_is_lost(self, chair, own):
        page = write(chair, own, **{"next_on-month": "10"})
        assert page.status_code == 400
        assert errors(page)[0].startswith("The next conference must be by Thursday 10 September")
        assert page.page.find(id="why").get_text(strip=True) == FILLED["why"]
        assert page.page.find(id="next_on-month")["value"] == "10"

    def test_the_coordinator_prepares_and_has_no_button_to_sign(self, coordinator, place, url, own):
        held(place)
        write(coordinator, own)
        listed = coordinator.get(url)
        assert "The chair of the meeting signs." in words(listed)
        assert listed.page.find(attrs={"name": "sign"}) is None

    def test_pressing_twice_signs_once(self, chair, place, url, own):
        held(place)
        write(chair, own)
        listed = chair.get(url)
        for _ in range(2):
            assert chair.send(listed, action=f"{url}/sign", button="sign").status_code == 303
        assert "It was signed once." in words(chair.get(url))

    def test_what_was_changed_since_is_not_signed(self, chair, coordinator, place, url, own):
        held(place)
        write(chair, own)
        listed = chair.get(url)
        write(coordinator, own, why="Something else.")
        answer = chair.send(listed, action=f"{url}/sign", button="sign")
        assert answer.status_code == 409
        assert "Something else." in words(answer), "they read what stands there now"

    def test_a_kind_without_this_part_has_no_such_page(self, as_person, world):
        browser = as_person("a.chair")
        assert browser.get(f"/meetings/{world.meeting('a.strategy').id}/outcomes").status_code == 404
        assert browser.get(f"/meetings/{world.meeting('a.strategy').id}/views").status_code == 404


class TestTwoAtOnce:
    """Chair and coordinator on one outcome: nothing is lost."""

    @pytest.fixture
    def lost(self, chair, coordinator, own):
        """The page of the one who was slower."""
        before = chair.get(own)
        write(coordinator, own, why="Theirs.")
        answer = chair.send(before, **{**FILLED, "why": "Mine."})
        assert answer.status_code == 409
        return answer

    def test_both_texts_stand_side_by_side(self, lost):
        sides = [side.get_text(strip=True) for side in lost.page.select(".app-compare__text")]
        assert sides == ["Mine.", "Theirs."]

    def test_mine_can_be_kept(self, chair, lost, own, mine, place, world):
        (form,) = [form for form in lost.page.find_all("form", method="post") if "Keep mine" in form.get_text()]
        values: dict[str, list[str]] = {}
        for field in form.find_all("input"):
            values.setdefault(field["name"], []).append(field["value"])
        assert chair.post(own, data=values).status_code == 303
        kept = child(mine, place, world).text
        assert (kept.why, kept.decision, kept.next_on) == ("Mine.", PlanDecision.START, date(2026, 9, 9))

    def test_theirs_is_there_already(self, lost, own):
        assert own in links(lost)

    def test_both_can_be_put_together(self, chair, lost, own, mine, place, world):
        (form,) = [form for form in lost.page.find_all("form", method="post") if "put together" in form.get_text()]
        assert form.find(id="why").get_text(strip=True) == "Theirs.\nMine."
        answer = chair.post(own, data=form_values(form))
        assert answer.status_code == 303
        assert child(mine, place, world).text.why == "Theirs.\nMine."

    def test_what_was_signed_meanwhile_shows_what_was_typed(self, chair, coordinator, place, url, own):
        held(place)
        write(chair, own)
        before = coordinator.get(own)
        chair.send(chair.get(url), action=f"{url}/sign", button="sign")
        answer = coordinator.send(before, **{**FILLED, "why": "Too late."})
        assert answer.status_code == 409
        assert answer.page.find("textarea").get_text(strip=True) == "Too late."


class TestAmending:
    """What was signed is put right beside what it said."""

    @pytest.fixture
    def signed(self, chair, place, url, own):
        """The conference, signed."""
        held(place)
        write(chair, own)
        chair.send(chair.get(url), action=f"{url}/sign", button="sign")
        return own

    def test_both_versions_stand_on_the_page(self, chair, head, signed):
        sent = chair.submit(f"{signed}/amend", why="He was ill.", because="The letter came later.")
        assert (sent.status_code, sent.location) == (303, signed)
        page = head.get(signed)
        assert "because: The letter came later." in words(page)
        sides = [side.get_text(strip=True) for side in page.page.select(".app-compare .app-compare__text")]
        assert sides == ["Nobody got him up for school.", "He was ill."]

    def test_it_needs_a_reason_and_a_difference(self, chair, signed):
        assert errors(chair.submit(f"{signed}/amend", why="He was ill.")) == ["Say why it is amended"]
        page = chair.submit(f"{signed}/amend", because="Nothing.")
        assert page.status_code == 400
        assert errors(page)[0].startswith("Nothing differs")

    def test_of_two_amendments_the_second_gets_both_texts(self, chair, signed):
        before = chair.get(f"{signed}/amend")
        chair.send(before, why="First.", because="First.")
        lost = chair.send(before, why="Second.", because="Second.")
        assert lost.status_code == 409
        sides = [side.get_text(strip=True) for side in lost.page.select(".app-compare__text")]
        assert sides == ["Second.", "First."]
        (form,) = [form for form in lost.page.find_all("form", method="post") if "put together" in form.get_text()]
        assert form.find(id="because").get_text(strip=True) == "Second."

    def test_only_its_chair_amends_and_only_what_was_signed(self, coordinator, as_person, signed):
        assert coordinator.get(f"{signed}/amend").status_code == 403
        assert as_person("a.second_chair").get(f"{signed}/amend").status_code == 404


class TestViews:
    """Each agency's view."""

    @pytest.fixture
    def views(self, place):
        """The views on the initial conference."""
        return f"/meetings/{place.id}/views"

    def test_an_agency_gives_it_and_the_chair_sees_who_agrees(self, head, chair, place, views, world):
        mine = f"{views}/{place.invitations['school'].id}/{world.children['a.1']}"
        assert mine in links(head.get(views))
        page = head.submit(mine, threshold="plan_not_needed", stance="dissents")
        assert errors(page) == ["Say why you do not agree, because it goes into the record"]
        sent = head.submit(mine, threshold="plan_not_needed", stance="dissents", reason="The risk is over.")
        assert (sent.status_code, sent.location) == (303, views)
        told = words(chair.get(views))
        assert "0 agree, 1 does not, 3 have not said. There is no consensus: the chair decides." in told
        (school,) = [row for row in rows(chair.get(views)) if "AGENCY-SCHOOL" in row]
        assert "Dissents" in school
        assert "The risk is over." in school

    def test_before_the_meeting_an_agency_sees_its_own_row_alone(self, head, views):
        page = head.get(views)
        assert len(rows(page)) == 1
        assert "What the others think is shown here after the meeting." in words(page)

    def test_the_chair_writes_one_down_for_an_agency(self, chair, as_person, place, views, world):
        police = f"{views}/{place.invitations['police'].id}/{world.children['a.1']}"
        assert "You write this down for" in words(chair.get(police))
        assert chair.submit(police, threshold="unsure", stance="agrees").status_code == 303
        held(place)
        assert "written down by the chair" in words(as_person("a.school.lead").get(police))

    def test_of_two_colleagues_the_second_chooses(self, head, teacher, place, views, world):
        mine = f"{views}/{place.invitations['school'].id}/{world.children['a.1']}"
        before = teacher.get(mine)
        head.submit(mine, threshold="unsure", reason="Theirs.")
        lost = teacher.send(before, threshold="plan_not_needed", reason="Mine.")
        assert lost.status_code == 409
        assert "Theirs." in words(lost)
        assert teacher.send(lost).status_code == 303
        assert "Mine." in words(teacher.get(views))


def test_a_new_child_can_still_be_decided_on_after_the_others_were_signed(chair, mine, place, url, own, world):
    held(place)
    write(chair, own)
    chair.send(chair.get(url), action=f"{url}/sign", button="sign")
    second = sibling(world)
    save_outcome(mine, place.id, second, 0, no_plan())
    assert not page(mine, place).is_signed
    chair.send(chair.get(url), action=f"{url}/sign", button="sign")
    assert page(mine, place).is_signed
