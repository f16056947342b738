"""Who is to be chased in a round, with whom to speak to, as text and as a file, by few queries."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.models.audits import AuditReturn
from portal.models.partnerships import Agency
from portal.models.people import Membership
from portal.services.audits import chasing
from tests import audits
from tests.services.round_steps import MONDAY_AFTER, closure, keep, many_agencies

pytestmark = pytest.mark.usefixtures("database")

REMINDED = datetime(2026, 6, 26, 9, tzinfo=UTC)
"""Ten working days before they are due."""


class TestChasing:
    """Who is to be chased, and with whom to speak to."""

    def test_on_a_day_without_a_reminder_nobody_is(self, manager, world):
        assert chasing.chase_list(manager, world.rounds["a.section_11"]).chased == ()

    def test_on_a_reminders_day_those_who_have_not_signed_are(self, viewer, world):
        listed = chasing.chase_list(viewer("a.business_manager", now=REMINDED), world.rounds["a.section_11"])
        assert {one.return_id for one in listed.chased} == {
            world.returns[f"a.{name}"].id for name in ("gp", "other_gp", "police")
        }
        lead = world.person("a.other_gp.lead")
        (line,) = (one for one in listed.chased if one.return_id == world.returns["a.other_gp"].id)
        assert (line.is_late, line.why) == (False, "in 10 working days")
        assert line.contacts == (chasing.Contact(lead.name, lead.email),)

    def test_whoever_is_late_comes_first_every_day(self, viewer, world):
        # The second surgery has a later due day of its own, with a reminder on this one.
        place = world.returns["a.other_gp"]
        db.session.get_one(AuditReturn, place.id).due_on = date(2026, 7, 16)
        db.session.commit()
        listed = chasing.chase_list(viewer("a.business_manager", now=MONDAY_AFTER), world.rounds["a.section_11"])
        assert [(one.is_late, one.why) for one in listed.chased] == [
            (True, "3 days late"),
            (True, "3 days late"),
            (False, "in 3 working days"),
        ]

    def test_during_a_closure_the_cover_is_asked(self, viewer, world):
        keep(closure(world, world.agencies["a.gp"], date(2026, 7, 13), date(2026, 7, 17)))
        listed = chasing.chase_list(viewer("a.business_manager", now=MONDAY_AFTER), world.rounds["a.section_11"])
        (line,) = (one for one in listed.chased if one.return_id == world.returns["a.gp"].id)
        assert line.contacts == (chasing.Contact("=Cover", "+44 20 7946 0018"),)
        assert line.closed_until == date(2026, 7, 17)
        assert "Closed until 17 July 2026. Ask =Cover +44 20 7946 0018." in chasing.as_text(listed)

    def test_nobody_is_reminded_in_a_closure_but_before_it(self, viewer, world):
        keep(closure(world, world.agencies["a.gp"], date(2026, 6, 22), date(2026, 6, 26)))
        number, gp = world.rounds["a.section_11"], world.returns["a.gp"].id

        def is_chased(now: datetime) -> bool:
            listed = chasing.chase_list(viewer("a.business_manager", now=now), number)
            return gp in {one.return_id for one in listed.chased}

        assert not is_chased(REMINDED)
        assert is_chased(datetime(2026, 6, 19, 9, tzinfo=UTC))

    def test_an_agency_without_a_lead_is_reached_at_its_own_address(self, viewer, world):
        lead = db.session.get_one(Membership, world.person("a.police.lead").hat.membership_id)
        lead.ended_at = world.now
        db.session.commit()
        listed = chasing.chase_list(viewer("a.business_manager", now=MONDAY_AFTER), world.rounds["a.section_11"])
        (line,) = (one for one in listed.chased if one.return_id == world.returns["a.police"].id)
        assert line.contacts == (chasing.Contact("", "zq-a-desk-police-qz@example.org"),)

    def test_a_round_that_is_not_open_has_nobody_to_chase(self, viewer, world):
        late = viewer("a.business_manager", now=MONDAY_AFTER)
        edition = audits.published_edition(world.partnerships["a"], number=12)
        closed = audits.open_round(edition, world.agencies["a.gp"], title="Closed", closed_at=world.now)
        for number in (closed.id, world.rounds["a.next"]):
            assert chasing.chase_list(late, number).chased == ()

    def test_a_sector_lead_chases_their_sector(self, viewer, world):
        listed = chasing.chase_list(viewer("a.sector_lead", now=MONDAY_AFTER), world.rounds["a.section_11"])
        assert {one.return_id for one in listed.chased} == {
            world.returns[f"a.{name}"].id for name in ("gp", "other_gp")
        }

    @pytest.mark.parametrize("key", ["a.board", "a.scrutineer", "a.gp.lead"])
    def test_others_are_given_no_addresses(self, viewer, world, key):
        with pytest.raises(NotPermitted):
            chasing.chase_list(viewer(key, now=MONDAY_AFTER), world.rounds["a.section_11"])

    def test_the_other_partnerships_leads_of_a_shared_agency_are_not_told(self, viewer, world):
        """The police are one agency in both partnerships, with a lead in each."""
        for letter, other in (("a", "b"), ("b", "a")):
            listed = chasing.chase_list(
                viewer(f"{letter}.business_manager", now=MONDAY_AFTER), world.rounds[f"{letter}.section_11"]
            )
            text = chasing.as_text(listed)
            assert world.person(f"{letter}.police.lead").email in text
            assert world.person(f"{other}.police.lead").email not in text

    def test_the_file_holds_what_the_page_says_and_no_formula(self, viewer, world):
        keep(closure(world, world.agencies["a.gp"], date(2026, 7, 13), date(2026, 7, 17)))
        db.session.get_one(Agency, world.agencies["a.other_gp"]).name = "@SUM(A1)"
        db.session.commit()
        listed = chasing.chase_list(viewer("a.business_manager", now=MONDAY_AFTER), world.rounds["a.section_11"])
        head, *lines = csv.reader(StringIO(chasing.as_csv(listed)))
        assert head[:4] == ["Agency", "Type", "Return", "Due"]
        assert len(lines) == 3
        cells = [cell for line in lines for cell in line]
        assert {"'@SUM(A1)", "'=Cover", "'+44 20 7946 0018", "2026-07-10", "3 days late"} <= set(cells)
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]

    def test_the_list_takes_four_queries_however_many_agencies(self, viewer, world, count_queries):
        edition = audits.published_edition(world.partnerships["a"], number=12)
        asked = audits.open_round(edition, *many_agencies(world, 40), title="Many")
        late = viewer("a.business_manager", now=MONDAY_AFTER)
        with count_queries() as statements:
            listed = chasing.chase_list(late, asked.id)
        assert len(statements) == 4
        assert len(listed.chased) == 40
