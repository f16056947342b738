"""The improvement plan: written by its manager, spoken of by those who lead it, every change kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.improvement_actions import Lead
from portal.domain.improvement_timing import Timing
from portal.domain.improvement_vocabulary import ByWhen, ImprovementSource, ImprovementStatus, ImprovementStep
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import AgencyType, Role
from portal.models.audits import AuditRound
from portal.models.improvement import ImprovementArea
from portal.models.messages import Notice
from portal.models.people import Membership
from portal.services.improvement import actions, adding, areas, leads, listing, measures, origins, page, updates
from portal.services.improvement.areas import AreaDetails
from portal.services.improvement.listing import Wanted
from portal.services.improvement.measures import MeasureLink
from portal.services.improvement.updates import Said
from tests.services.improvement_steps import HEAD, added, details, led_by, said, steps_of, stored_action
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.world import NOW, TODAY

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def viewer(viewer_of, world):
    """Somebody by name."""
    return lambda key, **more: viewer_of(world.person(key), **more)


@pytest.fixture
def manager(viewer):
    """Who keeps A's plan."""
    return viewer("a.business_manager")


def told(kind: NoticeKind, action_id: int) -> set[int]:
    """Which memberships were told something of an action."""
    db.session.rollback()
    rows = select(Notice.membership_id).where(Notice.kind == kind, Notice.subject_id == action_id)
    return set(db.session.scalars(rows))


class TestWriting:
    """Areas and actions, their leads and by when."""

    def test_an_area_is_added_and_changed_with_its_history(self, manager, viewer):
        area_id = areas.add_area(manager, AreaDetails(2, "Neglect", "Seen earlier"))
        assert not areas.change_area(manager, area_id, AreaDetails(2, "Neglect", "Seen earlier"), version=1)
        assert areas.change_area(manager, area_id, AreaDetails(3, "Neglect", "Named earlier"), version=1)
        with pytest.raises(Conflict) as lost:
            areas.change_area(manager, area_id, AreaDetails(4, "Neglect"), version=1)
        assert lost.value.theirs["Number"] == "3"
        found = areas.find_area(manager, area_id)
        assert [entry.step for entry in found.history] == [ImprovementStep.CHANGED, ImprovementStep.ADDED]
        assert found.history[0].changed == (
            ("Number", "2", "3"),
            ("What it is to come to", "Seen earlier", "Named earlier"),
        )
        assert found.history[0].who == manager.name
        assert trail("improvement_area.changed", area_id) == 1
        with pytest.raises(NotPermitted):
            areas.find_area(viewer("a.board"), area_id)
        with pytest.raises(NotVisible):
            areas.find_area(viewer("b.business_manager"), area_id)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [(AreaDetails(1, "Twice"), "number"), (AreaDetails(0, "X"), "number"), (AreaDetails(5, " "), "title")],
    )
    def test_an_area_that_cannot_be(self, manager, wrong, field):
        with pytest.raises(Invalid) as refused:
            areas.add_area(manager, wrong)
        assert refused.value.errors.keys() == {field}

    def test_an_action_has_several_leads_and_they_are_told(self, manager, world):
        named = (led_by(world, "a.gp.lead"), Lead(role=Role.CHAIR), HEAD)
        action_id = added(manager, world, leads=named)
        chairs = {world.person(f"a.{key}").hat.membership_id for key in ("chair", "second_chair")}
        lead = world.person("a.gp.lead").hat.membership_id
        assert told(NoticeKind.IMPROVEMENT_GIVEN, action_id) == chairs | {lead}
        found = page.find_action(manager, action_id)
        name = world.person("a.gp.lead").name
        agency = world.agency_names["a.gp"]
        assert [one.words for one in found.leads] == [f"{name}, {agency}", "Conference chair", "Head of Early Help"]
        assert found.due_on == date(2026, 9, 30)
        assert (found.rag, found.status) == (ActionRag.AMBER, ImprovementStatus.OPEN)
        assert steps_of(action_id) == [(ImprovementStep.ADDED, date(2026, 6, 1))]

    def test_what_is_changed_stands_in_the_history_before_and_after(self, manager, world):
        action_id = added(manager, world)
        now = replace(
            details(world), what="Train all.", timing=Timing(ByWhen.MONTH, date(2026, 12, 31)),
            leads=(HEAD, led_by(world, "a.gp.lead")),
        )  # fmt: skip
        assert actions.change_action(manager, action_id, now, version=1)
        assert not actions.change_action(manager, action_id, now, version=2)
        entry = page.find_action(manager, action_id).history[0]
        assert (entry.step, entry.who, entry.at) == (ImprovementStep.CHANGED, manager.name, NOW)
        assert {name: (before, after) for name, before, after in entry.changed} == {
            "Action": ("Train everybody who takes referrals.", "Train all."),
            "By when": ("30 September 2026", "December 2026"),
            "Leads": (
                "Head of Early Help",
                f"Head of Early Help; {world.person('a.gp.lead').name}, {world.agency_names['a.gp']}",
            ),
        }
        assert told(NoticeKind.IMPROVEMENT_GIVEN, action_id) == {world.person("a.gp.lead").hat.membership_id}

    def test_two_who_change_it_at_once_are_told(self, manager, world):
        action_id = added(manager, world)
        actions.change_action(manager, action_id, details(world, what="First."), version=1)
        with pytest.raises(Conflict) as lost:
            actions.change_action(manager, action_id, details(world, what="Second."), version=1)
        assert (lost.value.mine["Action"], lost.value.theirs["Action"]) == ("Second.", "First.")
        # Leads are rows of their own; a change of theirs alone is noticed, too.
        actions.change_action(manager, action_id, details(world, what="First.", leads=(Lead(post="Head"),)), version=2)
        assert stored_action(action_id).version == 3

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"reference": "1.1"}, "reference"),
            ({"reference": "one two"}, "reference"),
            ({"what": " "}, "what"),
            ({"leads": ()}, "leads"),
            ({"leads": (Lead(role=Role.PRACTITIONER),)}, "leads"),
            ({"timing": Timing(ByWhen.WEEKLY)}, "starts_on"),
            ({"area_id": 999_999}, "area"),
            ({"round_id": 999_999, "source": ImprovementSource.AUDIT_ROUND}, "round_id"),
            ({"sample_id": 999_999, "source": ImprovementSource.DIP_SAMPLE}, "source"),
        ],
    )
    def test_an_action_that_cannot_be(self, manager, world, more, field):
        with pytest.raises(Invalid) as refused:
            adding.add_action(manager, replace(details(world), **more))
        assert list(refused.value.errors) == [field]

    def test_nobody_leads_from_elsewhere_nor_the_scrutineer(self, manager, world):
        for key in ("b.gp.lead", "a.scrutineer", "a.coordinator", "a.gp.former", "a.gp.deactivated"):
            with pytest.raises(Invalid) as refused:
                added(manager, world, leads=(led_by(world, key),))
            assert list(refused.value.errors) == ["leads"], key
        offered = {code for code, _ in leads.who_can_lead(manager)}
        assert str(led_by(world, "a.gp.practitioner")) in offered
        assert str(led_by(world, "a.scrutineer")) not in offered
        with pytest.raises(Invalid):
            added(manager, world, area_id=world.improvement_areas["b.first"])

    def test_whoever_leads_it_already_may_stay_after_they_have_left(self, manager, world):
        action_id = added(manager, world, leads=(led_by(world, "a.gp.lead"),))
        change(Membership, world.person("a.gp.lead").hat.membership_id, ended_at=NOW)
        now = details(world, what="Train all.", leads=(led_by(world, "a.gp.lead"),))
        assert actions.change_action(manager, action_id, now, version=1)
        assert [one.has_left for one in page.find_action(manager, action_id).leads] == [True]

    def test_only_its_manager_writes_the_plan(self, viewer, world):
        for key in ("a.board", "a.manager", "a.scrutineer", "a.gp.practitioner"):
            with pytest.raises(NotPermitted):
                added(viewer(key), world)
        with pytest.raises(NotPermitted):
            actions.find_details(viewer("a.board"), world.improvement["a.day"])
        with pytest.raises(NotVisible):
            actions.find_details(viewer("b.business_manager"), world.improvement["a.day"])

    def test_a_form_is_taken_once_where_two_click_at_once(self, app, manager, world):
        done = at_once(app, lambda: added(manager, world), lambda: added(manager, world))
        assert sorted(type(one).__name__ for one in done) == ["Invalid", "int"]


class TestSaying:
    """How an action goes, with what shows it."""

    def test_its_lead_says_how_it_goes(self, viewer, world):
        lead, action_id = viewer("a.gp.practitioner"), world.improvement["a.day"]
        said(
            lead,
            action_id,
            ActionRag.GREEN,
            evidence="The register.",
            link_url="https://example.org/r",
            link_title="Register",
        )
        found = page.find_action(lead, action_id)
        assert (found.rag, found.evidence) == (ActionRag.GREEN, "The register.")
        assert found.links[0] == ("Register", "https://example.org/r")
        assert found.history[0].links == (("Register", "https://example.org/r"),)
        assert found.is_updated
        assert trail("improvement_action.updated", action_id) == 1

    def test_green_without_anything_that_shows_it_is_refused(self, viewer, world):
        lead = viewer("a.gp.practitioner")
        with pytest.raises(Invalid) as refused:
            said(lead, world.improvement["a.day"], ActionRag.GREEN, evidence="")
        assert refused.value.errors.keys() == {"evidence"}
        with pytest.raises(Invalid) as refused:
            said(lead, world.improvement["a.day"], link_url="http://example.org", text="")
        assert refused.value.errors.keys() == {"link_url", "text"}

    def test_others_who_see_it_do_not_speak_for_it(self, viewer, world):
        for key in ("a.board", "a.scrutineer", "a.sector_lead", "a.manager"):
            with pytest.raises(NotPermitted):
                said(viewer(key), world.improvement["a.day"])
        for key in ("a.gp.lead", "a.chair", "b.business_manager"):
            with pytest.raises(NotVisible):
                said(viewer(key), world.improvement["a.day"])

    def test_whoever_holds_a_role_that_leads_it_speaks_for_it(self, viewer, world):
        said(viewer("a.manager"), world.improvement["a.monthly"])
        with pytest.raises(NotVisible):
            said(viewer("b.manager"), world.improvement["a.monthly"])

    def test_it_is_completed_stopped_and_opened_again(self, manager, viewer, world):
        lead, action_id = viewer("a.gp.practitioner"), world.improvement["a.day"]
        said(lead, action_id, step=ImprovementStep.COMPLETED, rag=None, text="All were trained.")
        done = stored_action(action_id)
        assert (done.status, done.rag, done.next_due_on) == (ImprovementStatus.COMPLETE, ActionRag.GREEN, None)
        with pytest.raises(Invalid):
            said(lead, action_id)
        with pytest.raises(NotPermitted):
            said(lead, action_id, step=ImprovementStep.REOPENED)
        said(manager, action_id, step=ImprovementStep.REOPENED, text="Not everywhere.")
        assert stored_action(action_id).next_due_on == date(2026, 9, 30)
        with pytest.raises(NotPermitted):
            said(lead, action_id, step=ImprovementStep.STOPPED)
        said(manager, action_id, step=ImprovementStep.STOPPED, text="Another team does it.")
        assert [step for step, _ in steps_of(action_id)][-3:] == [
            ImprovementStep.COMPLETED,
            ImprovementStep.REOPENED,
            ImprovementStep.STOPPED,
        ]
        assert [entry.words for entry in page.find_action(manager, action_id).history][:1] == ["Another team does it."]

    def test_two_who_say_something_at_once_are_told_of_each_other(self, app, manager, viewer, world):
        action_id = world.improvement["a.day"]

        def say(who):
            return lambda: updates.say(who, action_id, Said(ImprovementStep.UPDATED, "Mine.", ActionRag.RED), version=1)

        done = at_once(app, say(manager), say(viewer("a.gp.practitioner")))
        assert sorted(type(one).__name__ for one in done) == ["Conflict", "NoneType"]
        assert len(steps_of(action_id)) == 2

    def test_a_command_says_nothing_of_how_it_goes(self, world):
        system = Viewer.of_system("tests", NOW, world.partnerships["a"])
        with pytest.raises(NotPermitted):
            said(system, world.improvement["a.day"])


class TestReading:
    """The list, and what whose role reads."""

    def test_whoever_leads_sees_their_own_and_the_board_all(self, viewer, world):
        def seen(name: str) -> set[int]:
            found = listing.list_plan(viewer(name), Wanted(status=None))
            return {row.id for area in found.areas for row in area.rows}

        people = ("board", "gp.practitioner", "school.lead", "gp.lead", "manager")
        known = {name: seen(f"a.{name}") for name in people}
        all_of_it = {world.improvement[f"a.{key}"] for key in ("day", "monthly", "review", "done")}
        assert known["board"] == known["manager"] == all_of_it
        assert known["gp.practitioner"] == {world.improvement["a.day"]}
        assert known["school.lead"] == {world.improvement["a.monthly"]}
        assert known["gp.lead"] == set()

    def test_the_list_is_narrowed_and_counted(self, manager, world):
        late = added(manager, world, "1.10", timing=Timing(ByWhen.DAY, TODAY - timedelta(days=1)))
        added(manager, world, "1.2a", source=ImprovementSource.INSPECTION, source_name="July 2025")
        shown = [row.reference for area in listing.list_plan(manager, Wanted()).areas for row in area.rows]
        assert shown == ["1.1", "1.2", "1.2a", "1.3", "1.10"]

        def found(**asked):
            return [row.id for area in listing.list_plan(manager, Wanted(**asked)).areas for row in area.rows]

        assert found(late_only=True) == [late]
        assert found(status=ImprovementStatus.COMPLETE) == [world.improvement["a.done"]]
        assert found(source=ImprovementSource.LEARNING_REVIEW) == [world.improvement["a.review"]]
        assert found(rag=ActionRag.RED) == found(area_id=999_999) == found(own_only=True) == []
        counted = listing.tally(manager)
        assert (counted.open, counted.amber, counted.late, counted.complete) == (5, 5, 1, 1)

    def test_a_plan_of_many_areas_takes_three_queries(self, manager, world, count_queries):
        for number in range(2, 8):
            area_id = areas.add_area(manager, AreaDetails(number, f"Area {number}"))
            added(manager, world, f"{number}.1", area_id=area_id)
        with count_queries() as statements:
            listing.list_plan(manager, Wanted())
        assert len(statements) == 3


class TestMeasures:
    """Measures beside an action."""

    def test_their_last_months_stand_beside_the_action_for_whoever_reads_figures(self, manager, viewer, world):
        action_id = world.improvement["a.monthly"]
        links = [MeasureLink("attendance", AgencyType.POLICE, "review_conference"), MeasureLink("quorate")]
        assert measures.choose_measures(manager, action_id, links, version=1)
        assert not measures.choose_measures(manager, action_id, links, version=2)
        trends = page.find_action(viewer("a.board"), action_id).trends
        assert [trend.title for trend in trends] == ["Attendance", measures.MEASURES["quorate"].title]
        assert [name for name, _ in trends[0].points] == ["December", "January", "February", "March", "April", "May"]
        assert all(trend.is_readable for trend in trends)
        entry = page.find_action(manager, action_id).history[0]
        assert entry.changed[0][0] == "Measures"
        # Whoever reads no figures is told what they are, and no number.
        day = world.improvement["a.day"]
        measures.choose_measures(manager, day, links, version=1)
        (first, _) = page.find_action(viewer("a.gp.practitioner"), day).trends
        assert (first.is_readable, first.points) == (False, ())

    @pytest.mark.parametrize(
        ("link", "field"),
        [
            (MeasureLink("nothing"), "measure_1"),
            (MeasureLink("quorate", AgencyType.POLICE), "agency_type_1"),
            (MeasureLink("quorate", None, "core_group"), "meeting_type_1"),
            (MeasureLink("attendance", None, "nowhere"), "meeting_type_1"),
        ],
    )
    def test_what_is_not_counted_so_is_refused(self, manager, world, link, field):
        with pytest.raises(Invalid) as refused:
            measures.choose_measures(manager, world.improvement["a.day"], [link], version=1)
        assert list(refused.value.errors) == [field]


class TestOrigins:
    """Where an action came from, on both sides."""

    def test_an_audits_recommendation_stands_on_both_sides(self, manager, viewer, world):
        round_id = world.rounds["a.section_11"]
        action_id = adding.add_recommendation(
            manager,
            what="Supervise every week.",
            area_id=world.improvement_areas["a.first"],
            leads=[HEAD],
            timing=Timing(ByWhen.ONGOING),
            source=ImprovementSource.AUDIT_ROUND,
            source_id=round_id,
        )
        found = page.find_action(viewer("a.board"), action_id)
        assert (found.reference, found.origin.round_id) == ("1.5", round_id)
        assert found.origin.name == stored(AuditRound, round_id).title
        # What agencies promised in the same audit stays theirs: it is counted, and not copied.
        assert found.origin.own_actions == origins.OwnActions(2, 0)
        (row,) = origins.added_from(viewer("a.board"), ImprovementSource.AUDIT_ROUND, round_id)
        assert (row.id, row.what) == (action_id, "Supervise every week.")
        assert origins.added_from(viewer("b.board"), ImprovementSource.AUDIT_ROUND, round_id) == []

    def test_a_round_of_elsewhere_is_no_origin(self, manager, world):
        with pytest.raises(Invalid):
            added(manager, world, source=ImprovementSource.AUDIT_ROUND, round_id=world.rounds["b.section_11"])

    def test_another_partnerships_area_is_not_seen(self, manager, world):
        assert stored(ImprovementArea, world.improvement_areas["b.first"]) is not None
        with pytest.raises(NotVisible):
            adding.suggested_reference(manager, world.improvement_areas["b.first"])
