"""The agencies pages, for those who read the list and those who keep it."""

from __future__ import annotations

import pytest

from portal.access.viewer import Viewer
from portal.domain.vocabulary import AgencyType, Role
from portal.services import agencies, people
from tests.pages.reading import errors, rows, words
from tests.world import NOW

READERS = ("a.gp.lead", "a.manager", "a.coordinator", "a.sector_lead", "a.board", "a.scrutineer")
KEEPERS = ("a.business_manager", "a.administrator")


class TestReading:
    """The list and an agency's own page."""

    @pytest.mark.parametrize("key", READERS + KEEPERS)
    def test_everybody_sees_their_part_and_nothing_of_another_partnership(self, as_person, world, key):
        browser = as_person(key)
        page = browser.get("/agencies")
        seen = {"a.gp.lead": 1, "a.sector_lead": 2}.get(key, 5)
        assert len(rows(page)) == seen
        for path in ("/agencies", f"/agencies/{world.agencies['a.gp']}"):
            body = browser.get(path).get_data(as_text=True)
            for marker in world.hidden_from(key):
                assert not marker.is_in(body), (path, marker)

    def test_the_list_says_type_numbers_and_whether_another_partnership_shares_it(self, manager, world):
        listed = rows(manager.get("/agencies"))
        assert listed[0] == f"Borough Police Police {world.agency_codes['a.police']} – 1 other partnership 3"
        assert f"ZQ-A-AGENCY-SCHOOL-QZ School {world.agency_codes['a.school']} 100001 – 2" in listed

    def test_somebody_in_two_partnerships_is_told_which_share_an_agency(self, as_person, world):
        police = as_person("both")
        answer = police.submit("/working-as", membership=str(world.person("both").hats[1].membership_id))
        assert answer.status_code in (302, 303)
        page = police.get(f"/agencies/{world.agencies['b.police']}")
        assert "Also in ZQ-A-PARTNERSHIP-QZ" in words(page)

    def test_people_are_counted_only_for_those_who_look_after_them(self, as_person, world):
        assert "People" not in as_person("a.board").get("/agencies").page.thead.get_text()
        page = as_person("a.board").get(f"/agencies/{world.agencies['a.gp']}")
        assert "People" not in words(page)
        assert "Change details" not in words(page)
        administrator = as_person("a.administrator").get(f"/agencies/{world.agencies['a.gp']}")
        assert "People 2" in words(administrator)
        assert "People of this agency" in words(administrator)

    def test_it_is_narrowed_by_its_address(self, manager, world):
        assert len(rows(manager.get("/agencies?agency_type=gp"))) == 2
        page = manager.get("/agencies?search=100001")
        assert rows(page)[0].startswith("ZQ-A-AGENCY-SCHOOL-QZ")
        assert page.page.find("input", id="search")["value"] == "100001"
        assert "No agency fits these filters" in words(manager.get("/agencies?search=nowhere"))

    @pytest.mark.parametrize("query", ["agency_type=x", "page=-4", "page=x", "page=99999999999999999999", "search=%00"])
    def test_a_filter_that_means_nothing_is_ignored(self, manager, query):
        assert len(rows(manager.get(f"/agencies?{query}"))) == 5

    @pytest.mark.parametrize("key", ["a.gp.practitioner", "a.chair"])
    def test_other_roles_have_no_such_pages(self, as_person, world, key):
        browser = as_person(key)
        for path in ("/agencies", f"/agencies/{world.agencies['a.gp']}", "/agencies/new"):
            assert browser.get(path).status_code == 403

    @pytest.mark.parametrize("key", READERS)
    def test_readers_change_nothing(self, as_person, world, key):
        browser = as_person(key)
        for path in ("/agencies/new", "/agencies/share", f"/agencies/{world.agencies['a.gp']}/change"):
            assert browser.get(path).status_code == 403
        assert "Add an agency" not in words(browser.get("/agencies"))

    def test_agencies_of_others_are_not_there(self, as_person, manager, world):
        missing = words(manager.get("/agencies/999999")).split("quote")[0]
        for browser, agency in (
            (manager, "b.gp"),
            (as_person("a.gp.lead"), "a.school"),
            (as_person("a.sector_lead"), "a.school"),
        ):
            answer = browser.get(f"/agencies/{world.agencies[agency]}")
            assert answer.status_code == 404
            assert words(answer).split("quote")[0] == missing
        assert manager.get(f"/agencies/{world.agencies['b.gp']}/change").status_code == 404

    def test_it_takes_few_queries(self, manager, world, count_queries):
        for path, most in (("/agencies", 4), (f"/agencies/{world.agencies['a.gp']}", 4)):
            with count_queries() as statements:
                assert manager.get(path).status_code == 200
            assert len(statements) <= most, statements

    def test_a_long_list_has_pages(self, manager, world):
        system = Viewer.of_system("tests", NOW, world.partnerships["a"])
        for number in range(60):
            agencies.add_agency(system, f"X{number}", f"Surgery {number:02}", AgencyType.GP)
        page = manager.get("/agencies?search=surgery")
        assert "Showing 1 to 50 of 60" in words(page)
        assert len(rows(manager.get("/agencies?search=surgery&page=2"))) == 10


class TestKeeping:
    """Adding, changing, sharing."""

    def test_an_agency_is_added(self, manager):
        answer = manager.submit(
            "/agencies/new", name="Oakfield School", agency_type="school", code="SCH-9", urn="654321", email="o@k.uk"
        )
        assert answer.status_code == 303
        page = manager.get(answer.location)
        assert "The agency is on the list." in words(page)
        assert "Nobody answers for this agency yet." in words(page)
        for fact in ("Oakfield School", "SCH-9", "654321", "o@k.uk", "No other partnership"):
            assert fact in words(page)

    def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(self, manager):
        answer = manager.submit("/agencies/new", name="Kept Name")
        assert answer.status_code == 400
        assert errors(answer) == ["Choose what kind of agency it is", "Enter a code for the agency"]
        assert answer.page.find("input", id="name")["value"] == "Kept Name"
        answer = manager.submit(
            "/agencies/new", name="x", agency_type="school", code="ZQ-A-CODE-GP-QZ", urn="12", ods_code="?"
        )
        assert errors(answer) == [
            "Enter the school’s URN as 6 digits, like 123456",
            "Enter the ODS code as 3 to 10 letters and digits, like A12345",
        ]
        answer = manager.submit("/agencies/new", name="x", agency_type="school", code="ZQ-A-CODE-GP-QZ")
        assert errors(answer) == ["Another agency has this code: choose another"]

    def test_sending_it_twice_makes_one(self, manager):
        page = manager.get("/agencies/new")
        fields = {"name": "Oakfield", "agency_type": "school", "code": "SCH-9"}
        assert manager.send(page, **fields).status_code == 303
        assert errors(manager.send(page, **fields)) == ["Another agency has this code: choose another"]

    def test_one_that_another_partnership_knows_is_shared_under_its_name(self, manager, world):
        answer = manager.submit("/agencies/new", name="Mine", agency_type="school", code="SCH-9", urn="100002")
        page = manager.get(answer.location)
        assert answer.location.endswith(f"/agencies/{world.agencies['b.school']}")
        assert "The name stays ZQ-B-AGENCY-SCHOOL-QZ: another partnership shares this agency." in words(page)

    def test_an_agency_of_ones_own_is_changed(self, manager, world):
        path = f"/agencies/{world.agencies['a.gp']}"
        answer = manager.submit(f"{path}/change", name="New Lane Surgery", email="")
        assert answer.status_code == 303
        page = words(manager.get(path))
        assert "New Lane Surgery" in page
        assert "zq-a-desk-gp-qz@example.org" not in page

    def test_of_a_shared_agency_only_code_and_address_are_asked_for(self, manager, world):
        path = f"/agencies/{world.agencies['a.police']}/change"
        page = manager.get(path)
        assert "its name, type and numbers stay" in words(page)
        assert page.page.find("input", id="name") is None
        answer = manager.submit(path, code="POL")
        assert answer.status_code == 303
        assert "POL" in words(manager.get(answer.location))
        forged = manager.get(path)
        hidden = {field["name"]: field["value"] for field in forged.page.main.select("input[type=hidden]")}
        manager.post(path, data=hidden | {"code": "POL", "name": "Renamed", "agency_type": "other"})
        assert "Borough Police" in words(manager.get(f"/agencies/{world.agencies['a.police']}"))

    def test_the_later_of_two_gets_a_409_with_what_the_earlier_saved(self, manager, as_person, world):
        path = f"/agencies/{world.agencies['a.gp']}/change"
        drawn = manager.get(path)
        as_person("a.administrator").submit(path, name="Theirs")
        late = manager.send(drawn, name="Mine")
        assert late.status_code == 409
        assert "Theirs" in words(late)
        assert late.page.find("input", id="name")["value"] == "Mine"
        assert manager.send(late).status_code == 303
        assert "Mine" in words(manager.get(f"/agencies/{world.agencies['a.gp']}"))

    def test_somebody_who_keeps_two_lists_shares_an_agency(self, manager, world):
        assert "/agencies/share" not in manager.get("/agencies").get_data(as_text=True)
        assert "There is no agency to share" in words(manager.get("/agencies/share"))
        system = Viewer.of_system("tests", NOW, world.partnerships["b"])
        people.add_person(system, email=world.person("a.business_manager").email, name="x", role=Role.BOARD_MEMBER)
        assert "/agencies/share" in manager.get("/agencies").get_data(as_text=True)
        answer = manager.submit("/agencies/share", agency_id=str(world.agencies["b.gp"]), code="B-GP")
        assert answer.status_code == 303
        page = words(manager.get(answer.location))
        assert "ZQ-B-AGENCY-GP-QZ" in page
        assert "Also in ZQ-B-PARTNERSHIP-QZ" in page
        answer = manager.submit("/agencies/share", agency_id=str(world.agencies["b.school"]), code="B-GP")
        assert errors(answer) == ["Another agency has this code: choose another"]

    def test_an_agency_that_is_not_on_offer_is_not_shared(self, as_person, world):
        system = Viewer.of_system("tests", NOW, world.partnerships["b"])
        person, manager = world.person("a.administrator"), as_person("a.administrator")
        people.add_person(
            system, email=person.email, name="x", role=Role.PRACTITIONER, agency_id=world.agencies["b.gp"]
        )
        page = manager.get("/agencies/new")
        hidden = {field["name"]: field["value"] for field in page.page.main.select("input[type=hidden]")}
        answer = manager.post("/agencies/share", data=hidden | {"agency_id": str(world.agencies["b.gp"]), "code": "X"})
        assert "There is no agency to share" in words(answer)
        assert manager.get(f"/agencies/{world.agencies['b.gp']}").status_code == 404

    def test_without_a_token_nothing_is_done(self, manager, world):
        for path in ("/agencies/new", "/agencies/share", f"/agencies/{world.agencies['a.gp']}/change"):
            assert manager.post(path, data={"name": "x", "code": "x", "agency_type": "gp"}).status_code == 400
