"""Agencies: who keeps the list, which agency a code, URN or ODS code means, and what sharing leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType, Role
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.services import agencies
from portal.services.agency_entries import Details, Outcome
from tests.services.agency_steps import SCHOOL, TRUST, put, verbs
from tests.services.rows import stored


class TestAdding:
    """A new line on the list."""

    def test_a_new_agency_is_on_this_partnerships_list_alone(self, manager, foreign_manager, world):
        done = agencies.add_agency(manager, **SCHOOL, email="Office@Oakfield.example.org ")
        assert (done.outcome, done.notes) == (Outcome.CREATED, ())
        details = agencies.find_agency(manager, done.agency_id).details
        assert details == Details(**SCHOOL, email="office@oakfield.example.org")
        assert verbs() == [("agency.added", world.partnerships["a"], done.agency_id)]
        with pytest.raises(NotVisible):
            agencies.find_agency(foreign_manager, done.agency_id)

    def test_numbers_are_tidied(self, manager):
        done = agencies.add_agency(manager, " GP-7 ", "  Long   Lane ", AgencyType.GP, ods_code="a 12345")
        details = agencies.find_agency(manager, done.agency_id).details
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
    def test_what_will_not_do_is_said_by_field(self, manager, fault, field):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(manager, **(SCHOOL | fault))
        assert set(refused.value.errors) == {field}
        assert verbs() == []

    def test_all_faults_are_said_at_once(self, manager):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(manager, "", "", AgencyType.SCHOOL, urn="x", ods_code="?", email="?")
        assert set(refused.value.errors) == {"code", "name", "urn", "ods_code", "email"}

    def test_a_code_stands_once_in_a_partnership_and_may_stand_in_another(self, manager, foreign_manager):
        agencies.add_agency(manager, **SCHOOL)
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(manager, **(SCHOOL | {"urn": None}))
        assert set(refused.value.errors) == {"code"}
        assert agencies.add_agency(foreign_manager, **(SCHOOL | {"urn": None})).outcome is Outcome.CREATED

    def test_an_agency_that_is_listed_already_is_not_listed_twice(self, manager, world):
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(manager, "NEW", "Another name", AgencyType.SCHOOL, urn="100001")
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

    def test_the_same_urn_and_type_elsewhere_is_shared_under_its_own_name(self, manager, world):
        done = agencies.add_agency(manager, "B-SCHOOL", "Another name", AgencyType.SCHOOL, urn="100002")
        assert done.agency_id == world.agencies["b.school"]
        assert done.notes == (
            f"The name stays {world.agency_names['b.school']}: another partnership shares this agency",
        )
        assert agencies.find_agency(manager, done.agency_id).details.name == world.agency_names["b.school"]
        assert verbs() == [("agency.shared", world.partnerships["a"], done.agency_id)]

    def test_the_same_ods_code_of_another_type_is_another_agency(self, manager, foreign_manager):
        hospital = agencies.add_agency(manager, **TRUST)
        nurses = agencies.add_agency(
            manager, **(TRUST | {"code": "SN", "agency_type": AgencyType.SCHOOL_NURSING, "name": "School nurses"})
        )
        assert nurses.agency_id != hospital.agency_id
        shared = agencies.add_agency(foreign_manager, **TRUST)
        assert (shared.agency_id, shared.notes) == (hospital.agency_id, ())

    def test_numbers_of_two_agencies_are_refused(self, manager, foreign_manager):
        agencies.add_agency(foreign_manager, "ONE", "One", AgencyType.OTHER, urn="111111")
        agencies.add_agency(foreign_manager, "TWO", "Two", AgencyType.OTHER, ods_code="TW0TWO")
        with pytest.raises(Invalid) as refused:
            agencies.add_agency(manager, "NEW", "New", AgencyType.OTHER, urn="111111", ods_code="TW0TWO")
        assert set(refused.value.errors) == {"ods_code"}

    def test_somebody_in_two_partnerships_brings_an_agency_from_one_into_the_other(self, manager_of_both, world):
        gp = world.agencies["b.gp"]
        assert (gp, world.agency_names["b.gp"]) in agencies.adoptable(manager_of_both)
        assert world.agencies["a.police"] not in dict(agencies.adoptable(manager_of_both))
        done = agencies.adopt_agency(manager_of_both, gp, "B-GP", "desk@example.org")
        entry = agencies.find_agency(manager_of_both, gp)
        assert (done.outcome, entry.details.name, entry.details.email) == (
            Outcome.CREATED,
            world.agency_names["b.gp"],
            "desk@example.org",
        )
        assert gp not in dict(agencies.adoptable(manager_of_both))

    def test_an_agency_that_the_viewer_does_not_know_is_not_there(self, manager, world):
        assert agencies.adoptable(manager) == []
        for agency_id in (world.agencies["b.gp"], 10**9):
            with pytest.raises(NotVisible):
                agencies.adopt_agency(manager, agency_id, "X")

    def test_seeing_one_sector_elsewhere_is_not_seeing_all(self, manager, world):
        sector = Hat(9999, world.partnerships["b"], "", Role.SECTOR_LEAD, sector=AgencyType.GP)
        viewer = replace(manager, hats=(manager.hat, sector))
        assert {agency_id for agency_id, _name in agencies.adoptable(viewer)} == {
            world.agencies["b.gp"],
            world.agencies["b.other_gp"],
        }
        with pytest.raises(NotVisible):
            agencies.adopt_agency(viewer, world.agencies["b.school"], "X")

    def test_a_command_brings_any_agency_in_once(self, system, world):
        assert agencies.adopt_agency(system, world.agencies["b.gp"], "B-GP").outcome is Outcome.CREATED
        with pytest.raises(Invalid):
            agencies.adopt_agency(system, world.agencies["b.gp"], "AGAIN")
        with pytest.raises(Invalid) as refused:
            agencies.adopt_agency(system, world.agencies["b.school"], world.agency_codes["a.gp"])
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

    def test_everything_of_an_agency_of_ones_own(self, manager, world):
        gp = world.agencies["a.gp"]
        wanted = Details("GP-1", "New Lane Surgery", AgencyType.GP, None, "G81234", "desk@lane.example.org")
        assert self.change(manager, gp, **{name: getattr(wanted, name) for name in wanted.__slots__}) is Outcome.CHANGED
        assert agencies.find_agency(manager, gp).details == wanted
        assert verbs() == [("agency.changed", world.partnerships["a"], gp)]

    def test_saving_what_is_there_changes_nothing(self, manager, world):
        assert self.change(manager, world.agencies["a.gp"]) is Outcome.UNCHANGED
        assert verbs() == []

    def test_of_a_shared_agency_only_code_and_address_are_ones_own(self, manager, foreign_manager, world):
        police = world.agencies["a.police"]
        assert self.change(manager, police, code="POL", email="desk@police.example.org") is Outcome.CHANGED
        theirs = agencies.find_agency(foreign_manager, police).details
        assert (theirs.code, theirs.email) == (world.agency_codes["b.police"], "zq-b-desk-police-qz@example.org")
        for facts in ({"name": "Mine"}, {"agency_type": AgencyType.OTHER}, {"urn": "222222"}, {"ods_code": "XYZ"}):
            with pytest.raises(NotPermitted):
                self.change(manager, police, **facts)
        assert stored(Agency, police).name == "Borough Police"

    def test_whoever_keeps_both_lists_may_rename_what_both_share(self, manager_of_both, world):
        police = world.agencies["a.police"]
        assert agencies.find_agency(manager_of_both, police).may_describe
        assert self.change(manager_of_both, police, name="City Police") is Outcome.CHANGED
        assert stored(Agency, police).name == "City Police"

    @pytest.mark.parametrize(
        ("facts", "field"),
        [({"code": "ZQ-A-CODE-SCHOOL-QZ"}, "code"), ({"ods_code": "A80008"}, "ods_code")],
    )
    def test_what_another_agency_has_is_refused(self, manager, world, facts, field):
        with pytest.raises(Invalid) as refused:
            self.change(manager, world.agencies["a.gp"], **facts)
        assert set(refused.value.errors) == {field}
        assert verbs() == []

    def test_the_later_of_two_is_told_what_the_earlier_saved(self, manager, viewer_of, world):
        gp, other = world.agencies["a.gp"], viewer_of(world.person("a.administrator"))
        seen = agencies.find_agency(manager, gp)
        versions = {"version": seen.version, "agency_version": seen.agency_version}
        agencies.change_agency(other, gp, replace(seen.details, name="Theirs"), **versions)
        with pytest.raises(Conflict) as lost:
            agencies.change_agency(manager, gp, replace(seen.details, name="Mine"), **versions)
        assert (lost.value.mine["Name"], lost.value.theirs["Name"]) == ("Mine", "Theirs")
        agencies.change_agency(
            other,
            gp,
            replace(seen.details, name="Theirs", email="a@b.example.org"),
            version=agencies.find_agency(manager, gp).version,
            agency_version=agencies.find_agency(manager, gp).agency_version,
        )
        with pytest.raises(Conflict):
            agencies.change_agency(
                manager,
                gp,
                replace(seen.details, name="Theirs"),
                version=versions["version"],
                agency_version=agencies.find_agency(manager, gp).agency_version,
            )

    def test_another_type_counts_quorums_anew(self, manager, world):
        # Social care, a school and this surgery were there, and the quorum is social care and two more types.
        place, surgery = world.meeting("a.past_initial"), world.agencies["a.other_gp"]

        def is_quorate() -> bool | None:
            db.session.rollback()
            return db.session.get_one(Meeting, place.id).quorate

        assert is_quorate()
        self.change(manager, surgery, agency_type=AgencyType.SCHOOL, ods_code=None)
        assert is_quorate() is False
        self.change(manager, surgery, agency_type=AgencyType.HOUSING)
        assert is_quorate()

    def test_the_ages_of_a_school_are_kept_for_schools_alone(self, manager, world):
        school = world.agencies["a.school"]
        assert self.change(manager, school, phase=SchoolPhase.PRIMARY) is Outcome.CHANGED
        assert agencies.find_agency(manager, school).details.phase is SchoolPhase.PRIMARY
        assert self.change(manager, world.agencies["a.gp"], phase=SchoolPhase.PRIMARY) is Outcome.UNCHANGED
        assert self.change(manager, school, agency_type=AgencyType.EARLY_HELP) is Outcome.CHANGED
        assert stored(Agency, school).phase is None
