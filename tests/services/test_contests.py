"""What an agency contests: raised, taken back, upheld with the figures, or kept with words; never twice at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from portal.database.session import db, writing
from portal.domain.contest_vocabulary import ContestReason, ContestStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.months import Month
from portal.domain.vocabulary import Answer, Expectation, ExpectationReason
from portal.models.contests import Contest, ExpectationChange
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.rule_sets import RuleSet
from portal.services.changes import changing
from portal.services.contests import deciding, listing, raising, reading
from portal.services.frozen_months import freezing
from portal.services.home.objections import objected
from portal.services.home.tasks import Task, TaskKind
from portal.services.invitations.expectations import invitation_of, set_expectation
from portal.services.invitations.expecting import expectation_history
from portal.services.invitations.own import own_invitation
from portal.services.invitations.seen import seen_expectation, seen_expected
from portal.services.notices import wanted
from tests.areas import Area, meeting, part
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail
from tests.services.rows import invitation_of as stored_invitation
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

MAY = Month(2026, 5)
WORDS = "She moved to Westmoor in April."


def contest(viewer, place, wanted=Expectation.NOT_RELEVANT, reason=ContestReason.NO_LONGER_OURS, words=WORDS) -> int:
    """Contest as a page that has just been loaded."""
    seen = seen_expected(own_invitation(viewer, place.id))
    return raising.raise_contest(viewer, place.id, wanted, reason, words, seen=seen)


def contested(viewer) -> list[Task]:
    """What stands on their Home of contests."""
    return [
        task for task in objected(db.session(), viewer) if task.kind in (TaskKind.CONTEST, TaskKind.CONTEST_DECIDED)
    ]


def told(kind: NoticeKind, contest_id: int) -> set[int]:
    """The memberships that were told of a contest."""
    db.session.rollback()
    query = select(Notice.membership_id).where(
        Notice.kind == kind, Notice.subject == "contest", Notice.subject_id == contest_id
    )
    return set(db.session.scalars(query))


@pytest.fixture
def past(world):
    """A's initial conference of May, whose register is closed; the police sent apologies and a report."""
    return world.meeting("a.past_initial")


@pytest.fixture
def police(viewer):
    """The lead of A's police."""
    return viewer("a.police.lead")


class TestRaising:
    """The agency's side."""

    def test_an_agency_contests_and_the_coordinators_are_told_without_content(self, viewer, world, place, head):
        number = contest(head, place)
        row = stored(Contest, number)
        assert (row.expected, row.wanted, row.status) == (
            Expectation.EXPECTED,
            Expectation.NOT_RELEVANT,
            ContestStatus.OPEN,
        )
        assert row.words == WORDS
        assert row.due_on == date(2026, 6, 17), "five working days by the default rules"
        assert told(NoticeKind.CONTEST_RAISED, number) == {world.person("a.coordinator").hat.membership_id}
        notice = db.session.scalars(select(Notice).where(Notice.subject == "contest")).one()
        assert notice.what == "Initial child protection conference, Wednesday 10 June"
        assert trail("contest.raised", number) == 1
        # Nothing is expected otherwise until it is decided.
        assert stored_invitation(place, "school").expectation is Expectation.EXPECTED

    def test_also_after_the_register_is_closed(self, police, past):
        assert contest(police, past, Expectation.REPORT_ONLY, ContestReason.REPORT_ENOUGH, "")

    def test_one_at_a_time(self, head, teacher, place):
        number = contest(head, place)
        assert raising.contestable(teacher, place.id).open_contest_id == number
        with pytest.raises(Conflict) as lost:
            contest(teacher, place)
        assert WORDS in lost.value.mine["You asked for"]
        raising.withdraw_contest(teacher, number, version=1)
        assert stored(Contest, number).status is ContestStatus.WITHDRAWN
        assert trail("contest.withdrawn", number) == 1
        assert contest(head, place) != number

    def test_two_colleagues_at_once(self, app, head, teacher, place):
        found = at_once(app, lambda: contest(head, place), lambda: contest(teacher, place))
        assert sorted(type(one) for one in found if not isinstance(one, int)) == [Conflict]
        assert len([one for one in found if isinstance(one, int)]) == 1

    def test_what_changed_meanwhile_is_not_contested_unseen(self, viewer, head, place):
        seen = seen_expected(own_invitation(head, place.id))
        invitation = invitation_of(viewer("a.coordinator"), place.id, place.invitations["school"].id)
        set_expectation(
            viewer("a.coordinator"),
            place.id,
            invitation.id,
            Expectation.OPTIONAL,
            ExpectationReason.ON_ROLL,
            seen_expectation(invitation),
        )
        with pytest.raises(Conflict):
            raising.raise_contest(head, place.id, Expectation.NOT_RELEVANT, ContestReason.NEVER_OURS, "", seen=seen)

    @pytest.mark.parametrize(
        ("wanted", "reason", "words", "field"),
        [
            (Expectation.EXPECTED, ContestReason.NEVER_OURS, "", "wanted"),
            (Expectation.OPTIONAL, ContestReason.SOMETHING_ELSE, " ", "words"),
            (Expectation.OPTIONAL, ContestReason.NEVER_OURS, "x" * 2001, "words"),
        ],
    )
    def test_what_says_nothing_is_refused(self, head, place, wanted, reason, words, field):
        with pytest.raises(Invalid) as refused:
            contest(head, place, wanted, reason, words)
        assert list(refused.value.errors) == [field]

    def test_nobody_contests_for_another(self, viewer, place):
        for key in ("a.coordinator", "a.other_gp.lead", "b.school.lead", "a.school.head", "a.chair"):
            with pytest.raises(NotVisible):
                raising.raise_contest(viewer(key), place.id, Expectation.OPTIONAL, ContestReason.NEVER_OURS, "", seen=0)

    def test_nothing_is_contested_of_a_cancelled_meeting(self, police, world):
        with pytest.raises(NotPermitted):
            contest(police, world.meeting("a.cancelled"))
        assert "cancelled" in raising.contestable(police, world.meeting("a.cancelled").id).refusal

    def test_after_freezing_it_is_refused_and_says_whom_to_ask(self, police, past, manager):
        freezing.freeze_month(manager, MAY, "", seen=0)
        with pytest.raises(Invalid) as refused:
            contest(police, past)
        assert "The figures of May 2026 are frozen" in str(refused.value)
        assert "business manager" in raising.contestable(police, past.id).refusal
        freezing.open_correction(manager, MAY, "The register was wrong.", seen=1)
        assert contest(police, past)

    def test_the_day_to_decide_by_is_the_rule_sets(self, head, place, world):
        rules = db.session.scalars(select(RuleSet.id).where(RuleSet.partnership_id == world.partnerships["a"])).one()
        change(RuleSet, rules, contest_working_days=10)
        assert stored(Contest, contest(head, place)).due_on == date(2026, 6, 24)


class TestDeciding:
    """The coordinator's side."""

    def test_upheld_after_closing_the_facts_and_the_figures_follow(self, viewer, world, past, police):
        """All expected agencies came, once the police were asked for a report alone."""
        assert stored(Meeting, past.id).all_expected_agencies is False
        number = contest(police, past, Expectation.REPORT_ONLY, ContestReason.REPORT_ENOUGH)
        coordinator = viewer("a.coordinator")
        deciding.uphold_contest(coordinator, number, ExpectationReason.STATUTORY, " You are right. ", version=1)
        row = stored_invitation(past, "police")
        assert (row.expectation, row.expectation_reason) == (Expectation.REPORT_ONLY, ExpectationReason.STATUTORY)
        assert stored(Meeting, past.id).all_expected_agencies is True
        decided = stored(Contest, number)
        assert (decided.status, decided.answer, decided.ended_by_id) == (
            ContestStatus.UPHELD,
            "You are right.",
            coordinator.user_id,
        )
        assert told(NoticeKind.CONTEST_UPHELD, number) == {world.person("a.police.lead").hat.membership_id}
        assert trail("contest.upheld", number) == trail("invitation.expectation_changed", row.id) == 1
        newest = expectation_history(police, past.id, row.id).changes[0]
        assert (newest.before, newest.after, newest.reason, newest.who, newest.was_contested) == (
            Expectation.EXPECTED,
            Expectation.REPORT_ONLY,
            ExpectationReason.STATUTORY,
            coordinator.name,
            True,
        )

    def test_kept_with_words_to_the_agency(self, viewer, world, place, teacher):
        number = contest(teacher, place)
        with pytest.raises(Invalid) as refused:
            deciding.keep_expectation(viewer("a.coordinator"), number, " ", version=1)
        assert list(refused.value.errors) == ["kept_words"]
        deciding.keep_expectation(viewer("a.coordinator"), number, "He is still on your roll.", version=1)
        assert stored_invitation(place, "school").expectation is Expectation.EXPECTED
        people = {world.person(f"a.school.{name}").hat.membership_id for name in ("lead", "practitioner")}
        assert told(NoticeKind.CONTEST_KEPT, number) == people
        assert reading.find_contest(teacher, number).contest.answer == "He is still on your roll."

    def test_upheld_as_not_relevant_ends_the_agencys_sight_and_its_outcome_is_still_told(self, viewer, place, head):
        number = contest(head, place)
        deciding.uphold_contest(viewer("a.coordinator"), number, ExpectationReason.MOVED_AWAY, "", version=1)
        with pytest.raises(NotVisible):
            reading.find_contest(head, number)
        row = next(one for one in listing.list_contests(head).rows if one.id == number)
        assert (row.reference, row.status, row.meeting_type) == (
            "",
            ContestStatus.UPHELD,
            "Initial child protection conference",
        )
        assert number not in {one.id for one in listing.list_contests(viewer("a.school.practitioner")).rows}

    @pytest.mark.parametrize("key", ["a.chair", "a.manager", "a.school.lead", "a.business_manager"])
    def test_nobody_else_decides(self, viewer, place, head, key):
        number = contest(head, place)
        with pytest.raises((NotPermitted, NotVisible)):
            deciding.uphold_contest(viewer(key), number, ExpectationReason.MOVED_AWAY, "", version=1)
        with pytest.raises((NotPermitted, NotVisible)):
            deciding.keep_expectation(viewer(key), number, "No.", version=1)
        assert stored(Contest, number).status is ContestStatus.OPEN

    def test_a_reason_must_fit_what_they_ask_for(self, viewer, place, head):
        number = contest(head, place)
        with pytest.raises(Invalid) as refused:
            deciding.uphold_contest(viewer("a.coordinator"), number, ExpectationReason.ON_ROLL, "", version=1)
        assert list(refused.value.errors) == ["reason"]

    def test_it_is_decided_once(self, app, viewer, place, head):
        number = contest(head, place)
        coordinator = viewer("a.coordinator")
        found = at_once(
            app,
            lambda: deciding.keep_expectation(coordinator, number, "It stays.", version=1),
            lambda: raising.withdraw_contest(head, number, version=1),
        )
        assert len([one for one in found if isinstance(one, Conflict)]) == 1, found
        with pytest.raises(Conflict):
            deciding.uphold_contest(coordinator, number, ExpectationReason.MOVED_AWAY, "", version=1)

    def test_in_a_frozen_month_it_is_upheld_only_in_a_correction(self, viewer, past, police, manager):
        number = contest(police, past, Expectation.REPORT_ONLY, ContestReason.REPORT_ENOUGH)
        freezing.freeze_month(manager, MAY, "", seen=0)
        coordinator = viewer("a.coordinator")
        with pytest.raises(Invalid) as refused:
            deciding.uphold_contest(coordinator, number, ExpectationReason.STATUTORY, "", version=1)
        assert "frozen" in refused.value.errors["outcome"][0]
        freezing.open_correction(manager, MAY, "The police were right.", seen=1)
        deciding.uphold_contest(coordinator, number, ExpectationReason.STATUTORY, "", version=1)
        assert stored_invitation(past, "police").expectation is Expectation.REPORT_ONLY

    def test_in_a_frozen_month_nothing_else_is_expected_by_hand_either(self, viewer, world, past, manager):
        change(Meeting, past.id, register_closed_at=None)
        freezing.freeze_month(manager, MAY, "", seen=0)
        coordinator = viewer("a.coordinator")
        found = invitation_of(coordinator, past.id, past.invitations["police"].id)
        seen, number, before = seen_expectation(found), found.id, found.expectation
        with pytest.raises(Invalid) as refused:
            set_expectation(coordinator, past.id, number, Expectation.OPTIONAL, ExpectationReason.STATUTORY, seen)
        assert "frozen" in refused.value.errors["expectation"][0]
        assert stored_invitation(past, "police").expectation is before

    def test_not_ours_said_meanwhile_is_dealt_with_first(self, viewer, place, head):
        number = contest(head, place, Expectation.REPORT_ONLY, ContestReason.REPORT_ENOUGH)
        change(Invitation, place.invitations["school"].id, answer=Answer.NOT_OURS)
        with pytest.raises(Invalid) as refused:
            deciding.uphold_contest(viewer("a.coordinator"), number, ExpectationReason.ON_ROLL, "", version=1)
        assert "not theirs" in refused.value.errors["outcome"][0]

    def test_setting_just_this_by_hand_upholds_it(self, viewer, place, head):
        number = contest(head, place, Expectation.OPTIONAL, ContestReason.ANOTHER_AGENCY)
        coordinator = viewer("a.coordinator")
        found = invitation_of(coordinator, place.id, place.invitations["school"].id)
        seen = seen_expectation(found)
        set_expectation(coordinator, place.id, found.id, Expectation.OPTIONAL, ExpectationReason.ON_ROLL, seen)
        assert stored(Contest, number).status is ContestStatus.UPHELD
        assert told(NoticeKind.CONTEST_UPHELD, number)

    def test_the_notice_is_settled_by_the_decision(self, viewer, place, head, world):
        number = contest(head, place)
        coordinator = viewer("a.coordinator")
        with changing(coordinator) as open_change:
            wanted.settle(open_change, [coordinator.user_id])
            open_change.log("notice.all_read", "person", coordinator.user_id)
        notice = db.session.scalars(
            select(Notice).where(Notice.subject_id == number, Notice.subject == "contest")
        ).one()
        assert notice.settled_at is None
        raising.withdraw_contest(head, number, version=1)
        with changing(coordinator) as open_change:
            wanted.settle(open_change, [coordinator.user_id])
            open_change.log("notice.all_read", "person", coordinator.user_id)
        assert stored(Notice, notice.id).settled_at == NOW


class TestHistory:
    """Every change is written down, whoever made it."""

    def test_a_coordinators_change_before_the_meeting(self, viewer, place):
        coordinator = viewer("a.coordinator")
        found = invitation_of(coordinator, place.id, place.invitations["school"].id)
        seen = seen_expectation(found)
        set_expectation(coordinator, place.id, found.id, Expectation.OPTIONAL, ExpectationReason.ON_ROLL, seen)
        told_of = expectation_history(coordinator, place.id, found.id)
        assert (told_of.expectation, told_of.reason) == (Expectation.OPTIONAL, ExpectationReason.ON_ROLL)
        assert [(one.before, one.before_reason, one.after, one.reason, one.who) for one in told_of.changes] == [
            (
                Expectation.EXPECTED,
                ExpectationReason.KNOWS_CHILD,
                Expectation.OPTIONAL,
                ExpectationReason.ON_ROLL,
                coordinator.name,
            )
        ]

    def test_a_files_change(self, area: Area):
        area.meetings(meeting("M", "review_conference", "2026-05-05"))
        area.attendance(part("M", "gp", "", "expected"))
        area.attendance(part("M", "gp", "video", "expected"))
        area.attendance(part("M", "gp", "video", "optional"))
        rows = db.session.scalars(
            select(ExpectationChange).where(ExpectationChange.partnership_id == area.partnership_id)
        ).all()
        assert [(row.from_expectation, row.to_expectation, row.changed_by_id) for row in rows] == [
            (Expectation.EXPECTED, Expectation.OPTIONAL, None)
        ]

    def test_what_was_upheld_no_file_takes_back(self, area: Area, viewer):
        """As for whatever a coordinator decides; the import's own tests say so of the reason."""
        area.meetings(meeting("M", "review_conference", "2026-05-05"))
        area.attendance(part("M", "gp", "", "expected"))
        change(
            Invitation,
            area.invitation("M", "gp").id,
            expectation=Expectation.OPTIONAL,
            expectation_reason=ExpectationReason.REGISTERED,
        )
        area.attendance(part("M", "gp", "", "expected"))
        assert area.invitation("M", "gp").expectation is Expectation.OPTIONAL

    def test_it_is_for_whoever_opens_the_invitation(self, viewer, past):
        police = past.invitations["police"].id
        for key in ("a.police.lead", "a.second_chair", "a.coordinator", "a.manager"):
            assert expectation_history(viewer(key), past.id, police).changes
        for key in ("a.school.lead", "a.chair", "b.coordinator", "b.police.lead", "a.board"):
            with pytest.raises(NotVisible):
                expectation_history(viewer(key), past.id, police)


class TestListing:
    """The lists, Home, and the line on a meeting's page."""

    def test_what_waits_comes_first_by_its_day(self, viewer, world, place, head):
        first = contest(head, place)
        change(Contest, first, due_on=date(2026, 6, 11))
        listed = listing.list_contests(viewer("a.coordinator"))
        assert [row.id for row in listed.rows] == [
            first,
            world.contests["a.strategy"],
            world.contests["a.past_initial"],
        ]
        waiting = listing.list_contests(viewer("a.coordinator"), only_open=True)
        assert (waiting.total, listing.count_open(viewer("a.coordinator"))) == (2, 2)

    def test_home_has_it_for_the_coordinator_and_the_answer_for_the_agency(self, viewer, world, place, head, teacher):
        number = contest(head, place)
        tasks = contested(viewer("a.coordinator"))
        assert {(task.kind, task.subject_id) for task in tasks} == {
            (TaskKind.CONTEST, number),
            (TaskKind.CONTEST, world.contests["a.strategy"]),
        }
        assert contested(head) == []
        deciding.keep_expectation(viewer("a.coordinator"), number, "He is on your roll.", version=1)
        (task,) = contested(teacher)
        assert (task.kind, task.subject_id, task.due) == (TaskKind.CONTEST_DECIDED, number, None)
        assert contested(viewer("a.school.practitioner", now=NOW + timedelta(days=15))) == []
        assert contested(viewer("a.chair")) == []

    def test_a_meetings_line(self, viewer, world, place, head):
        coordinator = viewer("a.coordinator")
        assert listing.line_for(listing.contests_of(coordinator, place.id), coordinator) == ""
        contest(head, place)
        said = listing.line_for(listing.contests_of(coordinator, place.id), coordinator)
        assert said == f"Contested and not decided: {world.agency_names['a.school']}"
        assert listing.line_for(listing.contests_of(head, place.id), head).startswith("You contest this.")
        gp = viewer("a.gp.lead")
        assert listing.contests_of(gp, place.id) == []

    def test_the_number_of_queries_does_not_grow(self, viewer, place, count_queries):
        coordinator = viewer("a.coordinator")
        counts = []
        for agency in ("school", "gp"):
            with count_queries() as statements:
                listing.list_contests(coordinator)
                contested(coordinator)
            counts.append(len(statements))
            contest(viewer(f"a.{agency}.lead"), place)
            db.session.rollback()
        assert counts[0] == counts[1] == 3

    def test_without_a_contest_nothing_waits(self, viewer):
        with writing() as session:
            session.execute(delete(ExpectationChange))
            session.execute(delete(Contest))
        assert listing.list_contests(viewer("a.coordinator")).rows == []
        assert contested(viewer("a.coordinator")) == []
