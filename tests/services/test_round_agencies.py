"""Whom a round asks while it runs, and who moderates it."""

from __future__ import annotations

import pytest

from portal.database.session import db
from portal.domain.audit_vocabulary import ReturnStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, AuditRound, SectionGiven
from portal.models.partnerships import PartnershipAgency
from portal.services.audits import asked, panels
from portal.services.audits.asked import Asking
from tests import audits
from tests.services.racing import at_once
from tests.services.round_steps import due_days, round_verbs
from tests.services.rows import stored

pytestmark = pytest.mark.usefixtures("database")

EVERYBODY = Asking(types=frozenset(AgencyType))


class TestAsking:
    """More agencies, and fewer."""

    def test_more_agencies_are_asked_also_once_it_has_opened(self, manager, world, edition):
        number = audits.open_round(edition, world.agencies["a.gp"], title="Few").id
        chosen = Asking(agency_ids=frozenset({world.agencies["a.police"], world.agencies["a.gp"]}))
        assert asked.add_agencies(manager, number, chosen) == 1
        assert asked.add_agencies(manager, number, chosen) == 0
        assert set(due_days(number)) == {world.agencies["a.gp"], world.agencies["a.police"]}

    def test_two_who_add_the_same_agency_at_once_ask_it_once(self, app, manager, world, edition):
        number = audits.open_round(edition, title="Raced").id
        db.session.rollback()
        chosen = Asking(agency_ids=frozenset({world.agencies["a.police"]}))
        done = at_once(app, *[lambda: asked.add_agencies(manager, number, chosen)] * 4)
        assert sorted(done) == [0, 0, 0, 1]

    def test_an_agency_that_has_left_the_partnership_is_not_asked(self, manager, world, edition):
        entry = db.session.get_one(PartnershipAgency, (world.partnerships["a"], world.agencies["a.police"]))
        entry.left_at = world.now
        db.session.commit()
        number = audits.open_round(edition, title="Without").id
        asked.add_agencies(manager, number, EVERYBODY)
        assert world.agencies["a.police"] not in due_days(number)

    def test_one_that_has_not_started_is_taken_out_with_what_was_given_of_it(self, manager, world):
        number, place = world.rounds["a.section_11"], world.returns["a.other_gp"]
        db.session.add(
            SectionGiven(
                partnership_id=world.partnerships["a"],
                return_id=place.id,
                standard_id=place.standards["1"],
                membership_id=world.person("a.other_gp.practitioner").hat.membership_id,
            )
        )
        db.session.commit()
        asked.remove_agency(manager, number, world.agencies["a.other_gp"])
        assert world.agencies["a.other_gp"] not in due_days(number)
        assert round_verbs() == [("audit_round.agency_removed", number)]
        with pytest.raises(NotVisible):
            asked.remove_agency(manager, number, world.agencies["a.other_gp"])

    @pytest.mark.parametrize("agency", ["gp", "police", "social_care"])
    def test_one_that_has_started_stays(self, manager, world, agency):
        with pytest.raises(NotPermitted):
            asked.remove_agency(manager, world.rounds["a.section_11"], world.agencies[f"a.{agency}"])
        assert stored(AuditReturn, world.returns[f"a.{agency}"].id).status is not ReturnStatus.NOT_STARTED

    def test_whom_one_can_add_is_offered(self, manager, world, edition):
        number = audits.open_round(edition, world.agencies["a.gp"], title="Few").id
        found = stored(AuditRound, number)

        def names(**more: object) -> set[int]:
            return {one.id for one in asked.agencies_to_add(manager, found, **more).rows}

        other, police, care = (world.agencies[f"a.{name}"] for name in ("other_gp", "police", "social_care"))
        assert names() == {other, police, care}
        assert names(agency_type=AgencyType.GP) == {other}
        assert names(search="boROUGH") == {police}
        assert names(search="%") == set()


class TestPanels:
    """Who moderates."""

    def test_the_panel_is_set_anew(self, manager, world):
        number = world.rounds["a.section_11"]
        board, scrutineer = (world.person(f"a.{name}").hat.membership_id for name in ("board", "scrutineer"))
        assert panels.set_panel(manager, number, [board, scrutineer])
        assert not panels.set_panel(manager, number, [scrutineer, board])
        assert {one.membership_id for one in panels.panel_of(manager, number)} == {board, scrutineer}
        assert panels.set_panel(manager, number, [scrutineer])
        assert {one.membership_id for one in panels.panel_of(manager, number)} == {scrutineer}
        assert round_verbs() == [("audit_round.panel_changed", number)] * 2

    @pytest.mark.parametrize("key", ["a.gp.lead", "a.administrator", "b.board"])
    def test_nobody_else_is_put_on_it(self, manager, world, key):
        with pytest.raises(Invalid):
            panels.set_panel(manager, world.rounds["a.section_11"], [world.person(key).hat.membership_id])
        assert round_verbs() == []

    def test_candidates_are_those_whose_role_moderates(self, manager, world):
        names = ("board", "business_manager", "scrutineer", "sector_lead")
        expected = {world.person(f"a.{name}").hat.membership_id for name in names}
        assert {one.membership_id for one in panels.panel_candidates(manager)} == expected

    def test_another_partnerships_panel_is_not_seen(self, foreign_manager, world):
        assert panels.panel_of(foreign_manager, world.rounds["a.schools"]) == []
