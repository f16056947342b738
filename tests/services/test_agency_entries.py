"""Agencies from a file: which one a line means, and what of it is kept where others share it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.audit_vocabulary import SchoolPhase
from portal.domain.errors import Invalid
from portal.domain.vocabulary import AgencyType
from portal.models.partnerships import Agency, PartnershipAgency
from portal.services import agencies
from portal.services.agency_entries import Details, Outcome, put_agency
from portal.services.changes import changing
from tests.services.agency_steps import SCHOOL, put, verbs
from tests.services.rows import stored


class TestPutting:
    """One line of a file, as imports bring it."""

    def test_a_file_that_does_not_name_the_ages_of_a_school_leaves_them(self, manager, system):
        school = agencies.add_agency(manager, **SCHOOL, phase=SchoolPhase.SPECIAL).agency_id
        assert put(system, **SCHOOL).outcome is Outcome.UNCHANGED
        assert put(system, **(SCHOOL | {"name": "Oakfield Academy"})).outcome is Outcome.CHANGED
        assert stored(Agency, school).phase is SchoolPhase.SPECIAL
        assert put(system, **SCHOOL, phase=SchoolPhase.PRIMARY).outcome is Outcome.CHANGED
        assert stored(Agency, school).phase is SchoolPhase.PRIMARY

    def test_a_new_code_is_created_and_the_same_line_again_changes_nothing(self, system):
        assert put(system, **SCHOOL).outcome is Outcome.CREATED
        assert put(system, **SCHOOL).outcome is Outcome.UNCHANGED
        assert [verb for verb, _partnership, _subject in verbs()] == ["agency.added"]

    def test_another_line_changes_what_is_ones_own(self, system, manager):
        first = put(system, **SCHOOL, email="a@example.org")
        again = put(system, **(SCHOOL | {"name": "Oakfield Academy", "urn": "654322"}))
        assert (again.agency_id, again.outcome, again.notes) == (first.agency_id, Outcome.CHANGED, ())
        details = agencies.find_agency(manager, first.agency_id).details
        assert (details.name, details.urn, details.email) == ("Oakfield Academy", "654322", None)

    def test_an_agency_that_another_partnership_shares_is_never_renamed(self, system, world):
        code = world.agency_codes["a.police"]
        done = put(system, code=code, name="Renamed", agency_type=AgencyType.POLICE, email="new@example.org")
        assert done.outcome is Outcome.CHANGED
        assert done.notes == ("The name stays Borough Police: another partnership shares this agency",)
        assert stored(Agency, world.agencies["a.police"]).name == "Borough Police"
        again = put(system, code=code, name="Renamed", agency_type=AgencyType.POLICE, email="new@example.org")
        assert (again.outcome, again.notes) == (Outcome.UNCHANGED, done.notes)

    def test_an_agency_that_another_partnership_shares_keeps_its_type(self, system, world):
        with pytest.raises(Invalid) as refused:
            put(system, code=world.agency_codes["a.police"], name="Borough Police", agency_type=AgencyType.OTHER)
        assert set(refused.value.errors) == {"agency_type"}

    def test_a_new_code_with_a_known_urn_shares_that_agency_and_the_line_again_is_unchanged(self, system, world):
        line = {"code": "OTHER", "name": "Another name", "agency_type": AgencyType.SCHOOL, "urn": "100002"}
        assert put(system, **line).agency_id == world.agencies["b.school"]
        assert put(system, **line).outcome is Outcome.UNCHANGED
        assert stored(Agency, world.agencies["b.school"]).name == world.agency_names["b.school"]

    def test_a_number_that_another_agency_has_is_refused(self, system, world):
        with pytest.raises(Invalid) as refused:
            put(system, code=world.agency_codes["a.gp"], name="x", agency_type=AgencyType.GP, ods_code="B80002")
        assert set(refused.value.errors) == {"ods_code"}
        with pytest.raises(Invalid) as refused:
            put(system, code="NEW", name="x", agency_type=AgencyType.GP, ods_code="A80002")
        assert set(refused.value.errors) == {"ods_code"}

    def test_two_lines_of_one_file_may_not_mean_one_agency(self, system):
        def two_lines() -> None:
            with changing(system) as change:
                put_agency(change, Details(**SCHOOL))
                put_agency(change, Details(**(SCHOOL | {"code": "SECOND"})))

        with pytest.raises(Invalid):
            two_lines()
        db.session.rollback()
        assert db.session.scalar(select(func.count()).where(PartnershipAgency.code == "SCH-9")) == 0
