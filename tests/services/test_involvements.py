"""Which agency knows which child: written down, ended, proposed when a meeting is opened."""

from __future__ import annotations

from datetime import date

import pytest

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.vocabulary import AgencyType, Expectation, ExpectationReason
from portal.models.involvements import Involvement
from portal.services.involvements import Knowing, add_involvements, end_involvement, find_involvement, known_in_case
from portal.services.rule_sets import rule_book
from portal.services.scheduling.proposing import propose_agencies
from tests.services.racing import at_once
from tests.services.rows import stored, trail
from tests.world import TODAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def knowing(world):
    """The school knows the child of A's third family, whose agencies nobody has written down."""
    return Knowing(
        (world.children["a.3"],), world.agencies["a.school"], ExpectationReason.ON_ROLL, since=date(2025, 9, 1)
    )


@pytest.fixture
def proposal(world, coordinator):
    """Whom an initial conference of A's third family asks."""

    def read(follows: str | None = None, family: str = "a.3"):
        db.session.rollback()
        rule = rule_book(db.session(), world.partnerships["a"]).on(TODAY).rule_for("initial_conference")
        return propose_agencies(
            db.session(),
            coordinator,
            rule,
            case_id=world.cases[family],
            follows_id=world.meeting(follows).id if follows else None,
            today=TODAY,
        )

    return read


class TestWritingDown:
    """Adding and ending."""

    def test_it_stands_with_its_reason_and_day(self, world, coordinator, knowing):
        case_id = world.cases["a.3"]
        before = {one.id for one in known_in_case(coordinator, case_id)}
        assert add_involvements(coordinator, case_id, knowing) == 1
        (one,) = [known for known in known_in_case(coordinator, case_id) if known.id not in before]
        assert (one.agency_id, one.reason, one.since, one.until) == (
            world.agencies["a.school"],
            ExpectationReason.ON_ROLL,
            date(2025, 9, 1),
            None,
        )
        assert trail("involvement.added", one.id) == 1

    def test_it_is_written_down_once_at_a_time(self, world, coordinator, knowing):
        case_id = world.cases["a.3"]
        add_involvements(coordinator, case_id, knowing)
        with pytest.raises(Invalid) as refused:
            add_involvements(coordinator, case_id, knowing)
        assert list(refused.value.errors) == ["agency_id"]
        one = next(known for known in known_in_case(coordinator, case_id) if known.agency_id == knowing.agency_id)
        end_involvement(coordinator, case_id, one.id, TODAY, version=one.version)
        # The child may come back.
        assert add_involvements(coordinator, case_id, knowing) == 1

    def test_two_who_write_it_down_at_once_write_it_once(self, app, world, coordinator, knowing):
        db.session.rollback()
        results = at_once(app, *[lambda: add_involvements(coordinator, world.cases["a.3"], knowing)] * 2)
        assert sorted(type(result).__name__ for result in results) == ["Invalid", "int"]

    @pytest.mark.parametrize(
        ("what", "field"),
        [
            ("child", "child_ids"),
            ("nobody", "child_ids"),
            ("agency", "agency_id"),
            ("reason", "reason"),
            ("since", "since"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, world, coordinator, what, field):
        child, school = (world.children["a.3"],), world.agencies["a.school"]
        odd = {
            "child": Knowing((world.children["a.1"],), school, ExpectationReason.ON_ROLL),
            "nobody": Knowing((), school, ExpectationReason.ON_ROLL),
            "agency": Knowing(child, world.agencies["b.school"], ExpectationReason.ON_ROLL),
            "reason": Knowing(child, school, ExpectationReason.NOT_INVOLVED),
            "since": Knowing(child, school, ExpectationReason.ON_ROLL, since=date(2026, 6, 11)),
        }[what]
        with pytest.raises(Invalid) as refused:
            add_involvements(coordinator, world.cases["a.3"], odd)
        assert list(refused.value.errors) == [field]

    def test_its_end_is_a_day_and_it_stays(self, world, coordinator, knowing):
        case_id = world.cases["a.3"]
        add_involvements(coordinator, case_id, knowing)
        one = next(known for known in known_in_case(coordinator, case_id) if known.agency_id == knowing.agency_id)
        for until in (date(2026, 6, 11), date(2025, 8, 31)):
            with pytest.raises(Invalid):
                end_involvement(coordinator, case_id, one.id, until, version=one.version)
        with pytest.raises(Conflict):
            end_involvement(coordinator, case_id, one.id, TODAY, version=one.version + 1)
        end_involvement(coordinator, case_id, one.id, date(2026, 6, 1), version=one.version)
        ended = find_involvement(coordinator, case_id, one.id)
        assert (ended.until, ended.goes_on(TODAY)) == (date(2026, 6, 1), False)
        assert stored(Involvement, one.id).ended_by_id == coordinator.user_id
        with pytest.raises(NotPermitted):
            end_involvement(coordinator, case_id, one.id, TODAY, version=ended.version)

    def test_nobody_else_writes_it_down(self, world, viewer, knowing):
        for key in ("a.chair", "a.manager", "a.gp.lead"):
            with pytest.raises((NotPermitted, NotVisible)):
                add_involvements(viewer(key), world.cases["a.3"], knowing)
        with pytest.raises(NotVisible):
            add_involvements(viewer("b.coordinator"), world.cases["a.3"], knowing)

    def test_another_family_s_is_not_found_under_this_one(self, world, coordinator, knowing):
        add_involvements(coordinator, world.cases["a.3"], knowing)
        one = known_in_case(coordinator, world.cases["a.3"])[0]
        for call in (
            lambda: find_involvement(coordinator, world.cases["a.1"], one.id),
            lambda: end_involvement(coordinator, world.cases["a.1"], one.id, TODAY, version=1),
        ):
            with pytest.raises(NotVisible):
                call()


class TestProposing:
    """Whom a meeting asks."""

    def asked(self, proposal, world) -> dict[str, tuple[Expectation, ExpectationReason]]:
        names = {number: key.removeprefix("a.") for key, number in world.agencies.items() if key.startswith("a.")}
        return {names[choice.agency_id]: (one.expectation, one.reason) for choice, one in proposal.agencies}

    def test_who_knows_a_child_is_asked_with_the_reason(self, world, coordinator, knowing, proposal):
        add_involvements(coordinator, world.cases["a.3"], knowing)
        found = proposal()
        assert self.asked(found, world)["school"] == (Expectation.EXPECTED, ExpectationReason.ON_ROLL)
        assert self.asked(found, world)["police"] == (Expectation.EXPECTED, ExpectationReason.STATUTORY)
        # There are two surgeries, and nobody knows which is the family's.
        assert AgencyType.GP in found.missing
        assert {choice.name for choice in found.others} >= {
            world.agency_names["a.gp"],
            world.agency_names["a.other_gp"],
        }

    def test_who_knew_a_child_is_not(self, world, coordinator, knowing, proposal):
        surgery = Knowing(knowing.child_ids, world.agencies["a.gp"], ExpectationReason.REGISTERED)
        add_involvements(coordinator, world.cases["a.3"], surgery)
        assert AgencyType.GP not in proposal().missing
        one = next(
            known for known in known_in_case(coordinator, world.cases["a.3"]) if known.agency_id == surgery.agency_id
        )
        end_involvement(coordinator, world.cases["a.3"], one.id, date(2026, 6, 9), version=one.version)
        assert AgencyType.GP in proposal().missing

    def test_the_meeting_before_says_who_had_a_part(self, world, proposal):
        found = self.asked(proposal("a.review", "a.2"), world)
        assert found["police"][0] is Expectation.REPORT_ONLY
        assert found["school"][0] is Expectation.OPTIONAL
        # It said that the child is not theirs.
        assert "gp" not in found

    def test_nothing_of_another_partnership_is_proposed(self, world, proposal):
        found = proposal("b.review", "b.2")
        assert set(found.choices) <= {
            number for key, number in world.agencies.items() if key.startswith(("a.", "police"))
        }
        assert self.asked(found, world).get("other_gp") is None

    def test_it_takes_three_queries(self, world, coordinator, count_queries):
        rule = rule_book(db.session(), world.partnerships["a"]).on(TODAY).rule_for("initial_conference")
        with count_queries() as statements:
            propose_agencies(
                db.session(),
                coordinator,
                rule,
                case_id=world.cases["a.2"],
                follows_id=world.meeting("a.review").id,
                today=TODAY,
            )
        assert len(statements) == 3
