"""Agencies: who keeps the list, which agency a code, URN or ODS code means, and what sharing leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType, Role
from portal.models.activity import Activity
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services import agencies
from portal.services.agency_entries import Details, Outcome
from portal.services.changes import changing
from tests.world import NOW

SCHOOL = {"code": "SCH-9", "name": "Oakfield School", "agency_type": AgencyType.SCHOOL, "urn": "654321"}
TRUST = {"code": "HOSP", "name": "Marsh Trust", "agency_type": AgencyType.HOSPITAL, "ods_code": "RXX"}


@pytest.fixture
def keeper(world, viewer_of) -> Viewer:
    """A's business manager."""
    return viewer_of(world.person("a.business_manager"))


@pytest.fixture
def foreign_keeper(world, viewer_of) -> Viewer:
    """B's business manager."""
    return viewer_of(world.person("b.business_manager"))


@pytest.fixture
def importer(world) -> Viewer:
    """What `flask import` is for partnership A."""
    return Viewer.of_system("import", NOW, world.partnerships["a"])


@pytest.fixture
def keeper_of_both(keeper, foreign_keeper) -> Viewer:
    """Somebody who keeps the list in both partnerships, now in A."""
    return replace(keeper, hats=(keeper.hat, foreign_keeper.hat))


def put(viewer: Viewer, **facts: object):
    """One line of an import that holds nothing else."""
    with changing(viewer) as change:
        done = agencies.put_agency(change, **facts)
        change.log("tests.imported", "file", None)
    return done


def verbs() -> list[tuple[str, int | None, int | None]]:
    rows = select(Activity.verb, Activity.partnership_id, Activity.subject_id).where(Activity.subject == "agency")
    return [tuple(row) for row in db.session.execute(rows.order_by(Activity.chain_id, Activity.sequence))]


def agency(agency_id: int) -> Agency:
    db.session.rollback()
    return db.session.get_one(Agency, agency_id)


class TestAdding:
    """A new line on the list."""

    def test_a_new_agency_is_on_this_partnerships_list_alone(self, keeper, foreign_keeper, world):
        done = agencies.add_agency(keeper, **SCHOOL, email="Office@Oakfield.example.org ")
        assert (done.outcome, done.notes) == (Outcome.CREATED, ())
        details = agencies.find_agency(keeper, done.agency_id).details
        assert details == Details(**SCHOOL, email="office@oakfield.example.org")
        assert verbs() == [("agency.added", world.partnerships["a"], done.agency_id)]
        with pytest.raises(NotVisible):
            agencies.find_agency(foreign_keeper, done.agency_id)

    def test_numbers_are_tidied(self, keeper):
        done = agencies.add_agency(keeper, " GP-7 ", "  Long   Lane ", AgencyType.GP, ods_code="a 12345")
        details = agencies.find_agency(keeper, done.agency_id).details
        assert (details.code, details.name, details.ods_code) == ("GP-7", "Long Lane", "A12345")

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"code": ""}, "code"),
            ({"code": "two words"}, "code"),
            ({"code": "x" * 41}, "code"),
            ({"name": " "}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"name": "Oak\x07field"}, "name"),
            ({"urn": "12345"}, "urn"),
            ({"ods_code": "!!"}, "ods_code"),
            ({"email": "nobody"}, "email"),
        ],
    )
    def test_what_will_not_do_is_said_by_field(self, keeper, fault, field):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(keeper, **(SCHOOL | fault))
        assert set(refused.value.errors) == {field}
        assert verbs() == []

    def test_all_faults_are_said_at_once(self, keeper):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(keeper, "", "", AgencyType.SCHOOL, urn="x", ods_code="?", email="?")
        assert set(refused.value.errors) == {"code", "name", "urn", "ods_code", "email"}

    def test_a_code_stands_once_in_a_partnership_and_may_stand_in_another(self, keeper, foreign_keeper):
        agencies.add_agency(keeper, **SCHOOL)
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(keeper, **(SCHOOL | {"urn": None}))
        assert set(refused.value.errors) == {"code"}
        assert agencies.add_agency(foreign_keeper, **(SCHOOL | {"urn": None})).outcome is Outcome.CREATED

    def test_an_agency_that_is_listed_already_is_not_listed_twice(self, keeper, world):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(keeper, "NEW", "Another name", AgencyType.SCHOOL, urn="100001")
        assert refused.value.errors == {
            "urn": [f"This agency is on the list already, with the code {world.agency_codes['a.school']}"]
        }

    @pytest.mark.parametrize("key", ["a.board", "a.coordinator", "a.scrutineer", "a.gp.lead", "a.chair", "a.manager"])
    def test_who_does_not_keep_the_list_changes_nothing(self, viewer_of, world, key):
        viewer = viewer_of(world.person(key))
        with pytest.raises(NotPermitted):
            agencies.add_agency(viewer, **SCHOOL)
        with pytest.raises(NotPermitted):
            agencies.adopt_agency(viewer, world.agencies["b.gp"], "X")
        with pytest.raises(NotPermitted):
            put(viewer, **SCHOOL)
        with pytest.raises((NotPermitted, NotVisible)):
            agencies.change_agency(viewer, world.agencies["a.gp"], Details(**SCHOOL), version=1, agency_version=1)
        assert verbs() == []


class TestSharing:
    """One agency in two partnerships."""

    def test_the_same_urn_and_type_elsewhere_is_shared_under_its_own_name(self, keeper, world):
        done = agencies.add_agency(keeper, "B-SCHOOL", "Another name", AgencyType.SCHOOL, urn="100002")
        assert done.agency_id == world.agencies["b.school"]
        assert done.notes == (
            f"The name stays {world.agency_names['b.school']}: another partnership shares this agency",
        )
        assert agencies.find_agency(keeper, done.agency_id).details.name == world.agency_names["b.school"]
        assert verbs() == [("agency.shared", world.partnerships["a"], done.agency_id)]

    def test_the_same_ods_code_of_another_type_is_another_agency(self, keeper, foreign_keeper):
        hospital = agencies.add_agency(keeper, **TRUST)
        nurses = agencies.add_agency(
            keeper, **(TRUST | {"code": "SN", "agency_type": AgencyType.SCHOOL_NURSING, "name": "School nurses"})
        )
        assert nurses.agency_id != hospital.agency_id
        shared = agencies.add_agency(foreign_keeper, **TRUST)
        assert (shared.agency_id, shared.notes) == (hospital.agency_id, ())

    def test_numbers_of_two_agencies_are_refused(self, keeper, foreign_keeper):
        agencies.add_agency(foreign_keeper, "ONE", "One", AgencyType.OTHER, urn="111111")
        agencies.add_agency(foreign_keeper, "TWO", "Two", AgencyType.OTHER, ods_code="TW0TWO")
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(keeper, "NEW", "New", AgencyType.OTHER, urn="111111", ods_code="TW0TWO")
        assert set(refused.value.errors) == {"ods_code"}

    def test_somebody_in_two_partnerships_brings_an_agency_from_one_into_the_other(self, keeper_of_both, world):
        gp = world.agencies["b.gp"]
        assert (gp, world.agency_names["b.gp"]) in agencies.adoptable(keeper_of_both)
        assert world.agencies["a.police"] not in dict(agencies.adoptable(keeper_of_both))
        done = agencies.adopt_agency(keeper_of_both, gp, "B-GP", "desk@example.org")
        entry = agencies.find_agency(keeper_of_both, gp)
        assert (done.outcome, entry.details.name, entry.details.email) == (
            Outcome.CREATED,
            world.agency_names["b.gp"],
            "desk@example.org",
        )
        assert gp not in dict(agencies.adoptable(keeper_of_both))

    def test_an_agency_that_the_viewer_does_not_know_is_not_there(self, keeper, world):
        assert agencies.adoptable(keeper) == []
        for agency_id in (world.agencies["b.gp"], 10**9):
            with pytest.raises(NotVisible):
                agencies.adopt_agency(keeper, agency_id, "X")

    def test_seeing_one_sector_elsewhere_is_not_seeing_all(self, keeper, world):
        sector = Hat(9999, world.partnerships["b"], "", Role.SECTOR_LEAD, sector=AgencyType.GP)
        viewer = replace(keeper, hats=(keeper.hat, sector))
        assert {agency_id for agency_id, _name in agencies.adoptable(viewer)} == {
            world.agencies["b.gp"],
            world.agencies["b.other_gp"],
        }
        with pytest.raises(NotVisible):
            agencies.adopt_agency(viewer, world.agencies["b.school"], "X")

    def test_a_command_brings_any_agency_in_once(self, importer, world):
        assert agencies.adopt_agency(importer, world.agencies["b.gp"], "B-GP").outcome is Outcome.CREATED
        with pytest.raises(Invalid):
            agencies.adopt_agency(importer, world.agencies["b.gp"], "AGAIN")
        with pytest.raises(Invalid) as refused:
            agencies.adopt_agency(importer, world.agencies["b.school"], world.agency_codes["a.gp"])
        assert set(refused.value.errors) == {"code"}


class TestChanging:
    """Correcting an entry."""

    def change(self, viewer: Viewer, agency_id: int, **facts: object) -> Outcome:
        now = agencies.find_agency(viewer, agency_id)
        return agencies.change_agency(
            viewer,
            agency_id,
            replace(now.details, **facts),
            version=now.version,
            agency_version=now.agency_version,
        )

    def test_everything_of_an_agency_of_ones_own(self, keeper, world):
        gp = world.agencies["a.gp"]
        wanted = Details("GP-1", "New Lane Surgery", AgencyType.GP, None, "G81234", "desk@lane.example.org")
        assert self.change(keeper, gp, **{name: getattr(wanted, name) for name in wanted.__slots__}) is Outcome.CHANGED
        assert agencies.find_agency(keeper, gp).details == wanted
        assert verbs() == [("agency.changed", world.partnerships["a"], gp)]

    def test_saving_what_is_there_changes_nothing(self, keeper, world):
        assert self.change(keeper, world.agencies["a.gp"]) is Outcome.UNCHANGED
        assert verbs() == []

    def test_of_a_shared_agency_only_code_and_address_are_ones_own(self, keeper, foreign_keeper, world):
        police = world.agencies["a.police"]
        assert self.change(keeper, police, code="POL", email="desk@police.example.org") is Outcome.CHANGED
        theirs = agencies.find_agency(foreign_keeper, police).details
        assert (theirs.code, theirs.email) == (world.agency_codes["b.police"], "zq-b-desk-police-qz@example.org")
        for facts in ({"name": "Mine"}, {"agency_type": AgencyType.OTHER}, {"urn": "222222"}, {"ods_code": "XYZ"}):
            with pytest.raises(NotPermitted):
                self.change(keeper, police, **facts)
        assert agency(police).name == "Borough Police"

    def test_whoever_keeps_both_lists_may_rename_what_both_share(self, keeper_of_both, world):
        police = world.agencies["a.police"]
        assert agencies.find_agency(keeper_of_both, police).may_describe
        assert self.change(keeper_of_both, police, name="City Police") is Outcome.CHANGED
        assert agency(police).name == "City Police"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [({"code": "ZQ-A-CODE-SCHOOL-QZ"}, "code"), ({"ods_code": "A80008"}, "ods_code")],
    )
    def test_what_another_agency_has_is_refused(self, keeper, world, facts, field):
        with pytest.raises(Invalid) as refused:
            self.change(keeper, world.agencies["a.gp"], **facts)
        assert set(refused.value.errors) == {field}
        assert verbs() == []

    def test_the_later_of_two_is_told_what_the_earlier_saved(self, keeper, viewer_of, world):
        gp, other = world.agencies["a.gp"], viewer_of(world.person("a.administrator"))
        seen = agencies.find_agency(keeper, gp)
        versions = {"version": seen.version, "agency_version": seen.agency_version}
        agencies.change_agency(other, gp, replace(seen.details, name="Theirs"), **versions)
        with pytest.raises(Conflict) as lost:
            agencies.change_agency(keeper, gp, replace(seen.details, name="Mine"), **versions)
        assert (lost.value.mine["Name"], lost.value.theirs["Name"]) == ("Mine", "Theirs")
        agencies.change_agency(
            other,
            gp,
            replace(seen.details, name="Theirs", email="a@b.example.org"),
            version=agencies.find_agency(keeper, gp).version,
            agency_version=agencies.find_agency(keeper, gp).agency_version,
        )
        with pytest.raises(Conflict):
            agencies.change_agency(
                keeper,
                gp,
                replace(seen.details, name="Theirs"),
                version=versions["version"],
                agency_version=agencies.find_agency(keeper, gp).agency_version,
            )

    def test_another_type_counts_quorums_anew(self, keeper, world):
        # Social care, a school and this surgery were there, and the quorum is social care and two more types.
        place, surgery = world.meeting("a.past_initial"), world.agencies["a.other_gp"]

        def is_quorate() -> bool | None:
            db.session.rollback()
            return db.session.get_one(Meeting, place.id).quorate

        assert is_quorate()
        self.change(keeper, surgery, agency_type=AgencyType.SCHOOL, ods_code=None)
        assert is_quorate() is False
        self.change(keeper, surgery, agency_type=AgencyType.HOUSING)
        assert is_quorate()

    def test_the_ages_of_a_school_are_kept_for_schools_alone(self, keeper, world):
        school = world.agencies["a.school"]
        assert self.change(keeper, school, phase=SchoolPhase.PRIMARY) is Outcome.CHANGED
        assert agencies.find_agency(keeper, school).details.phase is SchoolPhase.PRIMARY
        assert self.change(keeper, world.agencies["a.gp"], phase=SchoolPhase.PRIMARY) is Outcome.UNCHANGED
        assert self.change(keeper, school, agency_type=AgencyType.EARLY_HELP) is Outcome.CHANGED
        assert agency(school).phase is None


class TestPutting:
    """One line of a file, as imports bring it."""

    def test_a_file_that_does_not_name_the_ages_of_a_school_leaves_them(self, keeper, importer):
        school = agencies.add_agency(keeper, **SCHOOL, phase=SchoolPhase.SPECIAL).agency_id
        assert put(importer, **SCHOOL).outcome is Outcome.UNCHANGED
        assert put(importer, **(SCHOOL | {"name": "Oakfield Academy"})).outcome is Outcome.CHANGED
        assert agency(school).phase is SchoolPhase.SPECIAL
        assert put(importer, **SCHOOL, phase=SchoolPhase.PRIMARY).outcome is Outcome.CHANGED
        assert agency(school).phase is SchoolPhase.PRIMARY

    def test_a_new_code_is_created_and_the_same_line_again_changes_nothing(self, importer):
        assert put(importer, **SCHOOL).outcome is Outcome.CREATED
        assert put(importer, **SCHOOL).outcome is Outcome.UNCHANGED
        assert [verb for verb, _partnership, _subject in verbs()] == ["agency.added"]

    def test_another_line_changes_what_is_ones_own(self, importer, keeper):
        first = put(importer, **SCHOOL, email="a@example.org")
        again = put(importer, **(SCHOOL | {"name": "Oakfield Academy", "urn": "654322"}))
        assert (again.agency_id, again.outcome, again.notes) == (first.agency_id, Outcome.CHANGED, ())
        details = agencies.find_agency(keeper, first.agency_id).details
        assert (details.name, details.urn, details.email) == ("Oakfield Academy", "654322", None)

    def test_an_agency_that_another_partnership_shares_is_never_renamed(self, importer, world):
        code = world.agency_codes["a.police"]
        done = put(importer, code=code, name="Renamed", agency_type=AgencyType.POLICE, email="new@example.org")
        assert done.outcome is Outcome.CHANGED
        assert done.notes == ("The name stays Borough Police: another partnership shares this agency",)
        assert agency(world.agencies["a.police"]).name == "Borough Police"
        again = put(importer, code=code, name="Renamed", agency_type=AgencyType.POLICE, email="new@example.org")
        assert (again.outcome, again.notes) == (Outcome.UNCHANGED, done.notes)

    def test_an_agency_that_another_partnership_shares_keeps_its_type(self, importer, world):
        with pytest.raises(Invalid) as refused:
            put(importer, code=world.agency_codes["a.police"], name="Borough Police", agency_type=AgencyType.OTHER)
        assert set(refused.value.errors) == {"agency_type"}

    def test_a_new_code_with_a_known_urn_shares_that_agency_and_the_line_again_is_unchanged(self, importer, world):
        line = {"code": "OTHER", "name": "Another name", "agency_type": AgencyType.SCHOOL, "urn": "100002"}
        assert put(importer, **line).agency_id == world.agencies["b.school"]
        assert put(importer, **line).outcome is Outcome.UNCHANGED
        assert agency(world.agencies["b.school"]).name == world.agency_names["b.school"]

    def test_a_number_that_another_agency_has_is_refused(self, importer, world):
        with pytest.raises(Invalid) as refused:
            put(importer, code=world.agency_codes["a.gp"], name="x", agency_type=AgencyType.GP, ods_code="B80002")
        assert set(refused.value.errors) == {"ods_code"}
        with pytest.raises(Invalid) as refused:
            put(importer, code="NEW", name="x", agency_type=AgencyType.GP, ods_code="A80002")
        assert set(refused.value.errors) == {"ods_code"}

    def test_two_lines_of_one_file_may_not_mean_one_agency(self, importer):
        def two_lines() -> None:
            with changing(importer) as change:
                agencies.put_agency(change, **SCHOOL)
                agencies.put_agency(change, **(SCHOOL | {"code": "SECOND"}))

        with pytest.raises(Invalid):
            two_lines()
        db.session.rollback()
        assert db.session.scalar(select(func.count()).where(PartnershipAgency.code == "SCH-9")) == 0


class TestTheList:
    """What the pages show."""

    def test_it_says_which_agencies_are_shared_without_naming_partnerships_that_are_not_the_viewers(
        self, keeper, keeper_of_both, world
    ):
        def also_in(viewer: Viewer) -> dict[int, tuple[str, ...]]:
            return {row.id: row.also_in for row in agencies.list_agencies(viewer).rows}

        assert also_in(keeper)[world.agencies["a.police"]] == ("1 other partnership",)
        assert also_in(keeper_of_both)[world.agencies["a.police"]] == ("ZQ-B-PARTNERSHIP-QZ",)
        assert also_in(keeper)[world.agencies["a.gp"]] == ()

    def test_it_is_narrowed_by_words_numbers_and_type(self, keeper, world):
        def ids(**wanted: object) -> set[int]:
            return {row.id for row in agencies.list_agencies(keeper, **wanted).rows}

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

    def test_it_takes_the_same_queries_for_one_agency_as_for_many(self, keeper, count_queries):
        with count_queries() as few:
            agencies.list_agencies(keeper, search="borough")
        with count_queries() as many:
            agencies.list_agencies(keeper)
        assert len(few) == len(many) == 4

    def test_choices_are_those_that_the_viewer_sees(self, keeper, viewer_of, world):
        assert len(agencies.agency_choices(keeper)) == 5
        lead = viewer_of(world.person("a.gp.lead"))
        assert agencies.agency_choices(lead) == [(world.agencies["a.gp"], world.agency_names["a.gp"])]

    def test_a_code_of_another_partnership_means_nothing_here(self, importer, world):
        assert agencies.id_of_code(importer, world.agency_codes["a.gp"]) == world.agencies["a.gp"]
        with pytest.raises(NotVisible):
            agencies.id_of_code(importer, world.agency_codes["b.gp"])
