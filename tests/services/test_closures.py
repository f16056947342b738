"""Closures: an agency's lead keeps them, and what is due in one moves behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.models.activity import Activity
from portal.models.audits import AuditReturn
from portal.services.audits import closures
from portal.services.audits.closures import ClosureDetails
from tests import audits

pytestmark = pytest.mark.usefixtures("database")

# The world's rounds are due on Friday the 10th of July.
JULY = ClosureDetails("Summer closure", date(2026, 7, 6), date(2026, 7, 17), "Asha Grant", "020 7946 0018")
MONDAY_AFTER = date(2026, 7, 20)
DUE = date(2026, 7, 10)


def due_day(world, key: str) -> date:
    """When the return of an agency of the world is due now."""
    db.session.rollback()
    place = world.returns[key]
    return db.session.get_one(AuditReturn, place.id).due_on


def verbs() -> list[str]:
    rows = select(Activity.verb).where(Activity.subject.in_(("closure", "audit_return")))
    return list(db.session.scalars(rows.order_by(Activity.chain_id, Activity.sequence)))


class TestKeeping:
    """Adding, changing and taking away."""

    def test_what_is_due_in_a_closure_moves_behind_it(self, lead, world):
        number = closures.add_closure(lead, replace(JULY, name="  Summer   closure "))
        assert closures.find_closure(lead, number).details == JULY
        assert due_day(world, "a.gp") == MONDAY_AFTER
        assert due_day(world, "a.other_gp") == due_day(world, "b.gp") == DUE
        assert verbs() == ["closure.added", "audit_return.due_day_moved"]

    def test_a_changed_closure_takes_the_due_day_with_it(self, lead, world):
        number = closures.add_closure(lead, JULY)
        longer = replace(JULY, ends_on=date(2026, 7, 24))
        assert closures.change_closure(lead, number, longer, version=1)
        assert due_day(world, "a.gp") == date(2026, 7, 27)
        assert not closures.change_closure(lead, number, longer, version=2)
        assert verbs()[2:] == ["closure.changed", "audit_return.due_day_moved"]

    def test_without_the_closure_the_rounds_due_day_holds_again(self, lead, world):
        number = closures.add_closure(lead, JULY)
        closures.remove_closure(lead, number)
        assert due_day(world, "a.gp") == DUE
        with pytest.raises(NotVisible):
            closures.find_closure(lead, number)
        assert verbs()[2:] == ["closure.removed", "audit_return.due_day_moved"]

    def test_a_signed_return_and_one_that_is_late_stay_as_they_are(self, world, viewer_of):
        social_care = viewer_of(world.person("a.social_care.lead"))
        closures.add_closure(social_care, JULY)
        assert due_day(world, "a.social_care") == DUE
        late = viewer_of(world.person("a.gp.lead"), now=datetime(2026, 7, 13, 9, tzinfo=UTC))
        closures.add_closure(late, JULY)
        assert due_day(world, "a.gp") == DUE

    def test_a_closed_round_moves_no_more(self, lead, world):
        edition = audits.published_edition(world.partnerships["a"], number=12)
        closed = audits.open_round(edition, world.agencies["a.gp"], title="Closed", closed_at=world.now)
        closures.add_closure(lead, JULY)
        assert audits.return_of(closed, world.agencies["a.gp"]).due_on == DUE

    def test_the_later_of_two_is_told_what_the_earlier_saved(self, lead, world):
        number = closures.add_closure(lead, JULY)
        closures.change_closure(lead, number, replace(JULY, cover_name="Theirs"), version=1)
        with pytest.raises(Conflict) as lost:
            closures.change_closure(lead, number, replace(JULY, cover_name="Mine"), version=1)
        assert (lost.value.mine["Cover"], lost.value.theirs["Cover"]) == ("Mine", "Theirs")
        assert lost.value.theirs["First day"] == "6 July 2026"

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"name": " "}, "name"),
            ({"cover_name": ""}, "cover_name"),
            ({"cover_contact": "x" * 255}, "cover_contact"),
            ({"ends_on": date(2026, 7, 5)}, "ends_on"),
            ({"begins_on": date(2026, 5, 1), "ends_on": date(2026, 6, 9)}, "ends_on"),
            ({"ends_on": date(2027, 7, 7)}, "ends_on"),
        ],
    )
    def test_what_will_not_do_is_said_by_field(self, lead, fault, field):
        with pytest.raises(Invalid) as refused:
            closures.add_closure(lead, replace(JULY, **fault))
        assert set(refused.value.errors) == {field}
        assert verbs() == []

    def test_a_closure_that_is_over_stays(self, lead, world, viewer_of):
        later = viewer_of(world.person("a.gp.lead"), now=datetime(2026, 8, 15, 9, tzinfo=UTC))
        number = world.closures["a.gp"]  # until the 14th of August
        with pytest.raises(NotPermitted):
            closures.remove_closure(later, number)
        assert closures.list_closures(later) == []
        assert not closures.find_closure(later, number).may_change


class TestSeeing:
    """Who sees whose closures, and who keeps them."""

    def test_everybody_sees_their_part(self, world, viewer_of):
        expected = {
            "a.gp.lead": {"a.gp"},
            "a.other_gp.lead": set(),
            "a.business_manager": {"a.gp", "a.school"},
            "a.sector_lead": {"a.gp"},
            "a.board": set(),
            "a.gp.practitioner": set(),
            "b.business_manager": {"b.gp", "b.school"},
        }
        for key, seen in expected.items():
            listed = closures.list_closures(viewer_of(world.person(key)))
            assert {row.id for row in listed} == {world.closures[one] for one in seen}, key

    @pytest.mark.parametrize("key", ["a.other_gp.lead", "b.gp.lead", "a.gp.practitioner", "a.board"])
    def test_others_do_not_find_it(self, world, viewer_of, key):
        viewer = viewer_of(world.person(key))
        with pytest.raises(NotVisible):
            closures.remove_closure(viewer, world.closures["a.gp"])
        assert verbs() == []

    @pytest.mark.parametrize("key", ["a.business_manager", "a.sector_lead"])
    def test_whoever_chases_sees_but_does_not_keep(self, world, viewer_of, key):
        viewer, number = viewer_of(world.person(key)), world.closures["a.gp"]
        assert not closures.find_closure(viewer, number).may_change
        with pytest.raises(NotPermitted):
            closures.change_closure(viewer, number, JULY, version=1)
        with pytest.raises(NotPermitted):
            closures.add_closure(viewer, JULY)
        assert verbs() == []

    def test_the_list_takes_one_query(self, world, viewer_of, count_queries):
        viewer = viewer_of(world.person("a.business_manager"))
        with count_queries() as statements:
            closures.list_closures(viewer)
        assert len(statements) == 1
