"""What the rules propose when a register is closed: by whose rules, from which history, and foreseen before."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.escalation_vocabulary import (
    ProposalStatus,
)
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.vocabulary import Attendance, Expectation, MeetingStatus
from portal.models.ladders import EscalationProposal, LadderTrigger
from portal.models.meetings import Invitation, Meeting
from portal.models.messages import Notice
from portal.models.rule_sets import RuleSet
from portal.services.changes import changing
from portal.services.escalation_rules import create_default
from portal.services.escalations import proposals
from portal.services.registers.closing import close_register
from portal.services.registers.proposing import foresee
from portal.services.registers.sheet import read_register
from tests.areas import meeting, part
from tests.services.proposal_steps import (
    close,
    missed,
    notices,
    proposal_of,
    proposals_at,
)
from tests.services.register_steps import IN_PERSON, closing, save
from tests.services.rows import change, trail


class TestProposing:
    """What closing writes down, from the facts as they are stored."""

    def test_a_miss_without_report_is_proposed_at_the_first_stage(self, chair, place):
        close(chair, place, "gp")
        found = proposal_of(place, "gp")
        assert (found.stage, found.status, found.made_at) == (1, ProposalStatus.OPEN, chair.now)
        assert found.events == ["absent_without_report"]
        assert found.counted == [
            {
                "invitation_id": place.invitations["gp"].id,
                "on": "2026-06-10",
                "events": ["absent_without_report", "report_missing"],
                "meeting": "Initial child protection conference",
            }
        ]
        assert found.rule["count"] == 1
        assert all(proposal_of(place, agency) is None for agency in ("police", "social_care", "school", "other_gp"))
        assert trail("proposals.made", place.id) == 1

    def test_a_chair_is_told_of_what_somebody_elses_closing_proposed(self, coordinator, chair, place):
        close(coordinator, place, "gp")
        told = list(db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.PROPOSALS)))
        assert [(one.membership_id, one.subject_id) for one in told] == [(chair.membership_id, place.id)]

    def test_a_chair_who_closes_it_is_not_told_what_the_next_page_says(self, chair, place):
        before = notices()
        close(chair, place, "gp")
        assert notices() == before

    def test_nothing_is_proposed_where_all_came_and_reported(self, chair, place):
        close(chair, place)
        assert proposals_at(place) == []
        assert trail("proposals.made", place.id) == 0

    def test_nobody_is_told(self, chair, place):
        before = notices()
        close(chair, place, "gp", "school")
        assert len(proposals_at(place)) == 2
        assert notices() == before

    def test_a_second_miss_within_six_months_is_the_second_stage(self, chair, place, world):
        missed(world, "a.strategy", "gp")
        close(chair, place, "gp")
        found = proposal_of(place, "gp")
        assert found.stage == 2
        assert [one["on"] for one in found.counted] == ["2026-06-10", "2026-05-12"]
        assert [one["meeting"] for one in found.counted] == ["Initial child protection conference", "Strategy meeting"]

    def test_another_chairs_meeting_counts_and_another_familys(self, chair, place, world):
        assert world.meeting("a.past_initial").case_id != place.case_id
        missed(world, "a.past_initial", "school")
        close(chair, place, "school")
        assert proposal_of(place, "school").stage == 2

    def test_a_meeting_of_another_partnership_never_counts(self, chair, place, world):
        """The police are one agency in both partnerships."""
        missed(world, "b.past_initial", "police")
        missed(world, "b.strategy", "police")
        close(chair, place, "police")
        found = proposal_of(place, "police")
        assert found.stage == 1
        assert len(found.counted) == 1

    def test_a_meeting_longer_ago_does_not_count(self, chair, place, world):
        missed(world, "a.strategy", "gp", on=date(2025, 12, 9))
        missed(world, "a.past_initial", "school", on=date(2025, 6, 9))
        close(chair, place, "gp", "school")
        # Two in a row, whenever within a year; what is older is forgotten.
        assert proposal_of(place, "gp").stage == 2
        assert proposal_of(place, "gp").rule["is_in_a_row"] is True
        assert proposal_of(place, "school").stage == 1

    def test_a_later_meeting_is_no_history_of_an_earlier_one(self, chair, place, world):
        missed(world, "a.strategy", "gp", on=date(2026, 6, 10))
        close(chair, place, "gp", held_on=date(2026, 6, 9))
        assert proposal_of(place, "gp").stage == 1

    @pytest.mark.parametrize("expectation", [Expectation.OPTIONAL, Expectation.NOT_RELEVANT, Expectation.REPORT_ONLY])
    def test_whoever_was_not_expected_has_missed_nothing(self, chair, place, expectation):
        change(Invitation, place.invitations["gp"].id, expectation=expectation)
        close(chair, place, "gp")
        assert proposal_of(place, "gp") is None

    def test_an_expectation_changed_since_is_held_to_what_it_is_now(self, chair, place, world):
        missed(world, "a.strategy", "gp")
        change(Invitation, world.meeting("a.strategy").invitations["gp"].id, expectation=Expectation.OPTIONAL)
        close(chair, place, "gp")
        assert proposal_of(place, "gp").stage == 1

    def test_inquorate_because_of_one(self, chair, place):
        """It sent its report and did not come, and without it there were too few."""
        for agency in ("social_care", "police"):
            save(chair, place, agency, IN_PERSON)
        for agency in ("gp", "school", "social_care", "police"):
            change(Invitation, place.invitations[agency].id, report_received_on=date(2026, 6, 1), answer="attend")
        close_register(chair, place.id, closing(chair, place, status=MeetingStatus.INQUORATE))
        assert proposal_of(place, "gp").events == ["inquorate_because"]
        assert proposal_of(place, "school").events == ["inquorate_because"]
        assert proposal_of(place, "police") is None

    def test_an_earlier_meeting_that_was_inquorate_because_of_one_counts(self, chair, place, world):
        earlier = world.meeting("a.past_initial")
        change(Meeting, earlier.id, quorate=False)
        # Social care and a surgery were there; the school had sent its report, and would have made it three.
        change(Invitation, earlier.invitations["police"].id, attendance=Attendance.APOLOGIES)
        change(
            Invitation,
            earlier.invitations["school"].id,
            attendance=Attendance.APOLOGIES,
            confirmed_attendance=Attendance.APOLOGIES,
            report_received_on=date(2026, 5, 1),
            answer="apologies",
        )
        close(chair, place, "school")
        found = proposal_of(place, "school")
        assert found.stage == 2
        assert found.counted[1]["events"] == ["inquorate_because"]

    def test_the_rules_of_the_meetings_own_day_decide(self, chair, place, world):
        """A partnership that will let one miss pass from tomorrow on does not do so today."""
        _one_miss_is_none(chair, world, date(2026, 6, 11))
        close(chair, place, "gp")
        assert proposal_of(place, "gp").stage == 1

    def test_rules_that_were_changed_midway_hold_from_their_day_on(self, chair, place, world):
        _one_miss_is_none(chair, world, date(2026, 6, 1))
        close(chair, place, "gp")
        assert proposal_of(place, "gp") is None

    def test_a_trigger_changed_since_does_not_change_what_was_proposed(self, chair, place):
        close(chair, place, "gp")
        with writing() as session:
            session.execute(update(LadderTrigger).values(count=9))
        assert proposals.find_proposal(chair, proposal_of(place, "gp").id).words == "Miss without report"

    def test_what_an_import_does_not_say_is_not_counted(self, chair, place, world):
        earlier = world.meeting("a.strategy")
        change(Meeting, earlier.id, register_closed_at=None, register_closed_by_id=None)
        change(Invitation, earlier.invitations["gp"].id, attendance=None, confirmed_attendance=None, answer=None)
        close(chair, place, "gp")
        assert proposal_of(place, "gp").stage == 1

    def test_an_import_that_says_so_is_counted(self, chair, place, world):
        earlier = world.meeting("a.strategy")
        missed(world, "a.strategy", "gp")
        change(Meeting, earlier.id, register_closed_at=None, register_closed_by_id=None)
        close(chair, place, "gp")
        assert proposal_of(place, "gp").stage == 2

    def test_an_import_never_proposes(self, area):
        refs = [f"M{number}" for number in range(4, 9)]
        area.meetings(*(meeting(ref, "core_group", f"2026-05-0{ref[1]}") for ref in refs))
        area.attendance(*(part(ref, "police", "no_response") for ref in refs))
        own = select(EscalationProposal).where(EscalationProposal.partnership_id == area.partnership_id)
        assert db.session.scalars(own).all() == []

    def test_the_number_of_statements_grows_neither_with_agencies_nor_with_history(
        self, chair, place, world, count_queries
    ):
        db.session.rollback()
        sheet = read_register(chair, place.id)
        with count_queries() as many:
            assert len(foresee(chair, sheet, None)) == 4
        for agency in ("social_care", "police", "school"):
            save(chair, place, agency, IN_PERSON)
        with writing() as session:
            # One meeting alone is left to look back to.
            others = Meeting.id.not_in([place.id, world.meeting("a.strategy").id])
            session.execute(update(Meeting).where(others).values(status=MeetingStatus.CANCELLED))
            session.execute(update(Meeting).values(quorate=False))
        sheet = read_register(chair, place.id)
        with count_queries() as few:
            assert len(foresee(chair, sheet, None)) == 1
        assert len(many) <= len(few) <= 10


class TestForeseeing:
    """What closing would propose, before it does."""

    def test_unset_rows_count_as_absent(self, chair, place):
        for agency in ("social_care", "police"):
            save(chair, place, agency, IN_PERSON)
        found = {one.agency_id: one for one in foresee(chair, read_register(chair, place.id), None)}
        db.session.rollback()
        close_register(chair, place.id, closing(chair, place))
        kept = proposals_at(place)
        assert {one.agency_id: (one.stage, one.events) for one in kept} == {
            number: (one.stage.number, sorted(one.proposal.events)) for number, one in found.items()
        }
        assert len(kept) == 3

    def test_it_follows_the_register(self, chair, place):
        before = foresee(chair, read_register(chair, place.id), None)
        save(chair, place, "gp", IN_PERSON)
        db.session.rollback()
        after = foresee(chair, read_register(chair, place.id), None)
        surgery = next(one.agency_id for one in before if one.agency_id not in {other.agency_id for other in after})
        assert surgery == db.session.get(Invitation, place.invitations["gp"].id).agency_id

    def test_whoever_does_not_decide_foresees_nothing(self, coordinator, place):
        assert foresee(coordinator, read_register(coordinator, place.id), None) == []


def _one_miss_is_none(chair, world, effective_from) -> None:
    """Rules of A that hold from a day on, and under which a single miss proposes nothing."""
    partnership_id = world.partnerships["a"]
    with changing(chair) as change:
        made = RuleSet(
            partnership_id=partnership_id,
            effective_from=effective_from,
            guidance_edition="WT 2026",
            small_count_limit=5,
            created_at=chair.now,
        )
        change.session.add(made)
        change.session.flush()
        create_default(change, partnership_id, made.id)
        change.session.flush()
        first = LadderTrigger.rule_set_id == made.id, LadderTrigger.position == 1
        change.session.execute(update(LadderTrigger).where(*first).values(count=2, within_months=6))
        change.log("rule_set.created", "rule_set", made.id)
