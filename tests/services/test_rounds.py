"""Audit rounds: proposed, opened, changed, closed and listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.audit_vocabulary import FrameworkStatus, RoundKind
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.rounds import RoundPlan, RoundState
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditRound
from portal.services.audits import asked, panels, proposals, rounds
from portal.services.audits.asked import Asking
from tests import audits
from tests.services.round_steps import due_days, round_verbs
from tests.services.rows import stored

pytestmark = pytest.mark.usefixtures("database")

READERS = ("a.board", "a.scrutineer", "a.sector_lead", "a.administrator", "a.gp.lead")
IN_AUGUST = date(2026, 8, 6)
EVERYBODY = Asking(types=frozenset(AgencyType))


@pytest.fixture
def plan(edition) -> RoundPlan:
    """A full round that opens on Wednesday the first of July and is due in the surgeries' summer closure."""
    return RoundPlan("Section 11 again", RoundKind.FULL, edition.id, None, date(2026, 7, 1), IN_AUGUST, (10, 3))


class TestOpening:
    """Setting up a round."""

    def test_every_agency_of_the_types_is_asked_and_due_behind_its_closure(self, manager, plan, world):
        number = rounds.open_round(manager, plan, EVERYBODY)
        agencies = {name: world.agencies[f"a.{name}"] for name in ("social_care", "police", "gp", "other_gp")}
        expected = dict.fromkeys(agencies.values(), IN_AUGUST)
        expected[agencies["gp"]] = date(2026, 8, 17)  # closed until Friday the 14th
        assert due_days(number) == expected
        assert rounds.find_round(manager, number).plan == plan
        assert round_verbs() == [("audit_round.opened", number)]
        assert stored(AuditRound, number).created_by_id == manager.user_id

    def test_agencies_are_chosen_by_hand_or_as_last_time(self, manager, plan, world):
        police, gp = world.agencies["a.police"], world.agencies["a.gp"]
        number = rounds.open_round(manager, plan, Asking(agency_ids=frozenset({police, gp})))
        assert set(due_days(number)) == {police, gp}
        again = replace(plan, title="Once more")
        assert set(due_days(rounds.open_round(manager, again, Asking(as_in=number)))) == {police, gp}

    def test_a_round_may_begin_with_nobody(self, manager, plan):
        assert due_days(rounds.open_round(manager, plan, Asking())) == {}

    @pytest.mark.parametrize("name", ["a.school", "b.gp"])
    def test_another_frameworks_and_another_partnerships_agencies_are_not_asked(self, manager, plan, world, name):
        with pytest.raises(Invalid) as refused:
            rounds.open_round(manager, plan, Asking(agency_ids=frozenset({world.agencies[name]})))
        assert set(refused.value.errors) == {"agencies"}
        assert round_verbs() == []

    def test_another_partnerships_round_lends_no_agencies(self, manager, plan, world):
        assert due_days(rounds.open_round(manager, plan, Asking(as_in=world.rounds["b.section_11"]))) == {}

    def test_a_draft_or_another_partnerships_edition_cannot_be_asked(self, manager, plan, world):
        draft = audits.published_edition(world.partnerships["a"], number=19, status=FrameworkStatus.DRAFT)
        foreign = audits.published_edition(world.partnerships["b"], number=19)
        for edition in (draft, foreign):
            with pytest.raises(NotVisible):
                rounds.open_round(manager, replace(plan, edition_id=edition.id), Asking())

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"opens_on": date(2026, 6, 9)}, "opens_on"),
            ({"title": "ZQ-A-ROUND-SECTION-11-QZ"}, "title"),
            ({"due_on": date(2026, 6, 30)}, "due_on"),
        ],
    )
    def test_what_will_not_do_is_said_by_field(self, manager, plan, fault, field):
        with pytest.raises(Invalid) as refused:
            rounds.open_round(manager, replace(plan, **fault), Asking())
        assert set(refused.value.errors) == {field}
        assert round_verbs() == []

    def test_a_title_of_the_other_partnership_is_free(self, manager, plan):
        rounds.open_round(manager, replace(plan, title="ZQ-B-ROUND-SECTION-11-QZ"), Asking())

    @pytest.mark.parametrize("key", READERS)
    def test_who_only_reads_opens_nothing(self, world, viewer_of, plan, key):
        with pytest.raises(NotPermitted):
            rounds.open_round(viewer_of(world.person(key)), plan, EVERYBODY)
        assert round_verbs() == []


class TestUpdates:
    """The round between two full ones."""

    def test_an_update_follows_a_full_round_and_asks_the_same_edition_or_a_newer(self, manager, plan, world):
        followed = world.rounds["a.section_11"]
        update = replace(plan, kind=RoundKind.UPDATE, follows_id=followed)
        number = rounds.open_round(manager, update, EVERYBODY)
        assert rounds.find_round(manager, number).follows == "ZQ-A-ROUND-SECTION-11-QZ"

    def test_an_update_never_asks_an_older_edition(self, manager, plan, edition, world):
        newer = audits.open_round(edition, title="Newer", opens_on=date(2026, 6, 1))
        first = db.session.scalar(select(AuditRound.edition_id).where(AuditRound.id == world.rounds["a.section_11"]))
        with pytest.raises(Invalid) as refused:
            rounds.open_round(
                manager, replace(plan, kind=RoundKind.UPDATE, follows_id=newer.id, edition_id=first), Asking()
            )
        assert set(refused.value.errors) == {"edition_id"}

    @pytest.mark.parametrize("name", ["a.schools", "b.section_11", "a.next"])
    def test_another_frameworks_another_partnerships_and_a_later_round_are_not_followed(
        self, manager, plan, world, name
    ):
        with pytest.raises(Invalid) as refused:
            rounds.open_round(manager, replace(plan, kind=RoundKind.UPDATE, follows_id=world.rounds[name]), Asking())
        assert set(refused.value.errors) == {"follows_id"}

    def test_the_page_proposes_the_next_round_from_the_last_one(self, manager, edition, world):
        found = proposals.propose(manager, edition.id)
        # Of section 11 there are the round under way and the full one that opens in September: audits are yearly.
        assert (found.plan.kind, found.plan.opens_on) == (RoundKind.FULL, date(2027, 1, 1 + 3))
        assert found.last_id == world.rounds["a.next"]
        assert found.full_rounds == (
            (world.rounds["a.next"], "ZQ-A-ROUND-NEXT-QZ"),
            (world.rounds["a.section_11"], "ZQ-A-ROUND-SECTION-11-QZ"),
        )
        assert [str(one) for one in found.types] == edition.agency_types

    def test_an_update_is_proposed_a_year_after_the_only_full_round_and_opens_as_it_stands(self, manager, world):
        schools = audits.published_edition(world.partnerships["a"], audits.SCHOOLS, number=12)
        found = proposals.propose(manager, schools.id)
        assert (found.plan.kind, found.plan.follows_id) == (RoundKind.UPDATE, world.rounds["a.schools"])
        assert (found.plan.opens_on, found.plan.due_on) == (date(2027, 5, 11), date(2027, 7, 12))
        assert found.plan.title == "Section 175 and 157 audit, update 2027"
        number = rounds.open_round(manager, found.plan, Asking(as_in=found.last_id))
        assert set(due_days(number)) == {world.agencies["a.school"]}
        sooner = proposals.propose(manager, schools.id, months=6, kind=RoundKind.FULL).plan
        assert (sooner.kind, sooner.opens_on) == (RoundKind.FULL, date(2027, 11, 11))

    def test_only_published_editions_of_ones_own_are_offered_the_newest_of_each(self, manager, edition, world):
        audits.published_edition(world.partnerships["a"], number=13, status=FrameworkStatus.DRAFT)
        offered = {number for number, _framework, _edition in proposals.editions_to_ask(manager)}
        schools = stored(AuditRound, world.rounds["a.schools"]).edition_id
        assert offered == {edition.id, schools}
        with pytest.raises(NotVisible):
            proposals.propose(manager, stored(AuditRound, world.rounds["b.schools"]).edition_id)


class TestChanging:
    """What can still change, and when."""

    def test_until_it_opens_everything_but_the_framework_changes(self, manager, edition, world):
        number = world.rounds["a.next"]
        now = rounds.find_round(manager, number).plan
        other = replace(
            now, title="Moved", edition_id=edition.id, opens_on=date(2026, 7, 1), due_on=IN_AUGUST, reminders=(5,)
        )
        assert rounds.change_round(manager, number, other, version=1)
        assert rounds.find_round(manager, number).plan == other
        assert due_days(number)[world.agencies["a.gp"]] == date(2026, 8, 17)
        assert not rounds.change_round(manager, number, other, version=1)
        assert round_verbs() == [("audit_round.changed", number)]
        schools = stored(AuditRound, world.rounds["a.schools"]).edition_id
        with pytest.raises(Invalid) as refused:
            rounds.change_round(manager, number, replace(other, edition_id=schools), version=2)
        assert set(refused.value.errors) == {"edition_id"}

    def test_once_open_only_the_due_day_moves_and_only_later(self, manager, world):
        number = world.rounds["a.section_11"]
        now = rounds.find_round(manager, number).plan
        for other in (
            replace(now, title="Renamed"),
            replace(now, opens_on=date(2026, 6, 30)),
            replace(now, reminders=(1,)),
            replace(now, kind=RoundKind.UPDATE, follows_id=world.rounds["a.next"]),
        ):
            with pytest.raises(NotPermitted):
                rounds.change_round(manager, number, other, version=1)
        with pytest.raises(Invalid) as refused:
            rounds.change_round(manager, number, replace(now, due_on=date(2026, 7, 9)), version=1)
        assert set(refused.value.errors) == {"due_on"}
        later = replace(now, due_on=IN_AUGUST, challenge_from=date(2026, 9, 1), challenge_to=date(2026, 9, 4))
        assert rounds.change_round(manager, number, later, version=1)
        due = due_days(number)
        assert due[world.agencies["a.gp"]] == date(2026, 8, 17)
        assert due[world.agencies["a.police"]] == IN_AUGUST
        # What is signed was in time, or was not.
        assert due[world.agencies["a.social_care"]] == audits.DUE_ON

    def test_a_round_is_not_moved_into_the_past(self, manager, world):
        number = world.rounds["a.next"]
        now = rounds.find_round(manager, number).plan
        with pytest.raises(Invalid) as refused:
            rounds.change_round(manager, number, replace(now, opens_on=date(2026, 6, 9)), version=1)
        assert set(refused.value.errors) == {"opens_on"}

    def test_a_round_does_not_update_itself(self, manager, world):
        number = world.rounds["a.next"]
        now = rounds.find_round(manager, number).plan
        with pytest.raises(Invalid) as refused:
            rounds.change_round(manager, number, replace(now, kind=RoundKind.UPDATE, follows_id=number), version=1)
        assert set(refused.value.errors) == {"follows_id"}

    def test_the_later_of_two_is_told_what_the_earlier_saved(self, manager, world):
        number = world.rounds["a.next"]
        now = rounds.find_round(manager, number).plan
        rounds.change_round(manager, number, replace(now, title="Theirs"), version=1)
        with pytest.raises(Conflict) as lost:
            rounds.change_round(manager, number, replace(now, title="Mine"), version=1)
        assert (lost.value.mine["Title"], lost.value.theirs["Title"]) == ("Mine", "Theirs")
        assert lost.value.theirs["Opens"] == "1 September 2026"

    def test_closing_ends_it(self, manager, world):
        number = world.rounds["a.section_11"]
        rounds.close_round(manager, number)
        rounds.close_round(manager, number)
        entry = rounds.find_round(manager, number)
        assert (entry.state, entry.row.closed_at) == (RoundState.CLOSED, manager.now)
        assert round_verbs() == [("audit_round.closed", number)]
        for act in (
            lambda: rounds.change_round(manager, number, replace(entry.plan, due_on=IN_AUGUST), version=2),
            lambda: asked.add_agencies(manager, number, EVERYBODY),
            lambda: asked.remove_agency(manager, number, world.agencies["a.other_gp"]),
            lambda: panels.set_panel(manager, number, [manager.membership_id]),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert len(round_verbs()) == 1

    def test_a_round_that_has_not_opened_is_not_closed(self, manager, world):
        with pytest.raises(Invalid):
            rounds.close_round(manager, world.rounds["a.next"])

    @pytest.mark.parametrize("key", ["b.business_manager", "a.administrator", "a.other_gp.practitioner"])
    def test_who_does_not_see_a_round_finds_none(self, world, viewer_of, key):
        viewer, number = viewer_of(world.person(key)), world.rounds["a.section_11"]
        for act in (
            lambda: rounds.find_round(viewer, number),
            lambda: rounds.close_round(viewer, number),
            lambda: asked.add_agencies(viewer, number, EVERYBODY),
            lambda: asked.remove_agency(viewer, number, world.agencies["a.other_gp"]),
            lambda: panels.set_panel(viewer, number, []),
        ):
            with pytest.raises(NotVisible):
                act()
        assert round_verbs() == []

    @pytest.mark.parametrize("key", ["a.board", "a.scrutineer", "a.sector_lead", "a.gp.lead"])
    def test_who_only_reads_changes_nothing(self, world, viewer_of, key):
        viewer, number = viewer_of(world.person(key)), world.rounds["a.section_11"]
        plan = rounds.find_round(viewer, number).plan
        for act in (
            lambda: rounds.change_round(viewer, number, replace(plan, due_on=IN_AUGUST), version=1),
            lambda: rounds.close_round(viewer, number),
            lambda: asked.add_agencies(viewer, number, EVERYBODY),
            lambda: asked.remove_agency(viewer, number, world.agencies["a.gp"]),
            lambda: panels.set_panel(viewer, number, []),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert round_verbs() == []


class TestListing:
    """The list of rounds."""

    def test_the_board_sees_all_rounds_and_how_many_have_sent_theirs(self, manager, world):
        listed = {one.id: one for one in rounds.list_rounds(manager)}
        assert list(listed) == [world.rounds[f"a.{name}"] for name in ("next", "schools", "section_11")]
        section_11 = listed[world.rounds["a.section_11"]]
        assert (section_11.asked, section_11.returned, section_11.state) == (4, 1, RoundState.OPEN)
        assert listed[world.rounds["a.next"]].state is RoundState.PLANNED

    def test_a_sector_lead_sees_their_sectors_numbers(self, world, viewer_of):
        listed = {one.id: one for one in rounds.list_rounds(viewer_of(world.person("a.sector_lead")))}
        assert (listed[world.rounds["a.section_11"]].asked, listed[world.rounds["a.schools"]].asked) == (2, 0)

    def test_the_list_takes_two_queries(self, manager, count_queries, edition):
        for number in range(5):
            audits.open_round(edition, title=f"Round {number}")
        with count_queries() as statements:
            rounds.list_rounds(manager)
        assert len(statements) == 2

    def test_what_is_open_in_the_morning_of_its_opening_day(self, world, viewer_of):
        first_minute = datetime(2026, 8, 31, 23, 1, tzinfo=UTC)  # one past midnight in London
        viewer = viewer_of(world.person("a.business_manager"), now=first_minute)
        assert rounds.find_round(viewer, world.rounds["a.next"]).state is RoundState.OPEN
