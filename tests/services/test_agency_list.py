"""The list of agencies: what it says to whom, and how it is narrowed."""

from __future__ import annotations

import pytest

from portal.access.viewer import Viewer
from portal.domain.errors import NotVisible
from portal.domain.vocabulary import AgencyType
from portal.services import agencies


class TestTheList:
    """What the pages show."""

    def test_it_says_which_agencies_are_shared_without_naming_partnerships_that_are_not_the_viewers(
        self, manager, manager_of_both, world
    ):
        def also_in(viewer: Viewer) -> dict[int, tuple[str, ...]]:
            return {row.id: row.also_in for row in agencies.list_agencies(viewer).rows}

        assert also_in(manager)[world.agencies["a.police"]] == ("1 other partnership",)
        assert also_in(manager_of_both)[world.agencies["a.police"]] == ("ZQ-B-PARTNERSHIP-QZ",)
        assert also_in(manager)[world.agencies["a.gp"]] == ()

    def test_it_is_narrowed_by_words_numbers_and_type(self, manager, world):
        def ids(**wanted: object) -> set[int]:
            return {row.id for row in agencies.list_agencies(manager, **wanted).rows}

        assert ids(search="borough") == {world.agencies["a.police"]}
        assert ids(search="100001") == {world.agencies["a.school"]}
        assert ids(search="100002") == set()
        assert ids(search="a80002") == {world.agencies["a.gp"]}
        assert ids(search=world.agency_codes["a.gp"].lower()) == {world.agencies["a.gp"]}
        assert ids(search="%") == set()
        assert ids(agency_type=AgencyType.GP) == {world.agencies["a.gp"], world.agencies["a.other_gp"]}
        assert len(ids()) == 5

    def test_people_are_counted_for_those_who_look_after_them(self, viewer_of, world):
        def people_of(key: str) -> dict[int, int | None]:
            return {row.id: row.people for row in agencies.list_agencies(viewer_of(world.person(key))).rows}

        assert people_of("a.administrator")[world.agencies["a.social_care"]] == 4
        assert people_of("a.business_manager")[world.agencies["a.police"]] == 3
        assert people_of("b.business_manager")[world.agencies["a.police"]] == 3
        assert people_of("a.school.lead") == {world.agencies["a.school"]: 2}
        assert set(people_of("a.board").values()) == {None}

    def test_it_takes_the_same_queries_for_one_agency_as_for_many(self, manager, count_queries):
        with count_queries() as few:
            agencies.list_agencies(manager, search="borough")
        with count_queries() as many:
            agencies.list_agencies(manager)
        assert len(few) == len(many) == 4

    def test_choices_are_those_that_the_viewer_sees(self, manager, viewer_of, world):
        assert len(agencies.agency_choices(manager)) == 5
        lead = viewer_of(world.person("a.gp.lead"))
        assert agencies.agency_choices(lead) == [(world.agencies["a.gp"], world.agency_names["a.gp"])]

    def test_a_code_of_another_partnership_means_nothing_here(self, system, world):
        assert agencies.id_of_code(system, world.agency_codes["a.gp"]) == world.agencies["a.gp"]
        with pytest.raises(NotVisible):
            agencies.id_of_code(system, world.agency_codes["b.gp"])
