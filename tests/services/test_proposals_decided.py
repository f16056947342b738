"""What a chair makes of a proposal: raised, joined to an open escalation or waived, once, and by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.escalation_vocabulary import (
    EntryKind,
    EscalationStatus,
    LadderEvent,
    ProposalStatus,
    Resolution,
    Turn,
    WaiverReason,
)
from portal.domain.vocabulary import MeetingStatus
from portal.models.escalations import Escalation, EscalationEntry
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Invitation, Meeting
from portal.services.escalations import proposals
from portal.services.escalations.deciding import join_proposal, waive_proposal
from portal.services.escalations.ending import resolve
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from tests.services.proposal_steps import (
    SUMMARY,
    WANTED,
    causes_of,
    close,
    escalations_about,
    missed,
    notices,
    proposal_of,
    raise_it,
)
from tests.services.racing import at_once
from tests.services.rows import change, stored, trail


@pytest.fixture
def proposal(chair, place) -> EscalationProposal:
    """A first miss of A's surgery."""
    close(chair, place, "gp")
    found = proposal_of(place, "gp")
    assert found is not None
    return found


class TestRaising:
    """It becomes an escalation with what led to it."""

    def test_it_begins_at_the_stage_proposed_with_its_causes(self, chair, place, world):
        missed(world, "a.strategy", "gp")
        close(chair, place, "gp")
        row = proposal_of(place, "gp")
        escalation = stored(Escalation, raise_it(chair, row))
        assert (escalation.stage, escalation.summary, escalation.wanted) == (2, SUMMARY, WANTED)
        assert (escalation.raised_with_agency_id, escalation.meeting_id) == (row.agency_id, place.id)
        assert escalation.raised_by_membership_id == chair.membership_id
        causes = causes_of(escalation.id)
        assert [(one.invitation_id, one.event, one.happened_on) for one in causes] == [
            (place.invitations["gp"].id, LadderEvent.ABSENT_WITHOUT_REPORT, date(2026, 6, 10)),
            (
                world.meeting("a.strategy").invitations["gp"].id,
                LadderEvent.ABSENT_WITHOUT_REPORT,
                date(2026, 5, 12),
            ),
        ]
        decided = proposal_of(place, "gp")
        assert (decided.status, decided.escalation_id) == (ProposalStatus.RAISED, escalation.id)
        assert (decided.decided_at, decided.decided_by_id) == (chair.now, chair.user_id)
        assert trail("proposal.raised", decided.id) == trail("escalation.raised", escalation.id) == 1

    def test_what_is_missing_is_said_by_field_and_nothing_is_kept(self, chair, proposal, place):
        with pytest.raises(Invalid) as refused:
            raise_it(chair, proposal, summary=" ", wanted="")
        assert set(refused.value.errors) == {"summary", "wanted"}
        assert proposal_of(place, "gp").status is ProposalStatus.OPEN
        assert escalations_about(place) == []

    def test_a_ladder_that_became_shorter_ends_where_it_ends(self, chair, proposal, place):
        change(EscalationProposal, proposal.id, stage=9, version=proposal.version)
        assert stored(Escalation, raise_it(chair, proposal_of(place, "gp"))).stage == 4

    def test_two_at_once_raise_one(self, app, chair, viewer, proposal, place):
        manager = viewer("a.manager")
        results = at_once(app, lambda: raise_it(chair, proposal), lambda: raise_it(manager, proposal))
        assert sorted(isinstance(one, Conflict) for one in results) == [False, True]
        assert len(escalations_about(place)) == 1


class TestJoining:
    """Added to one that is open with the same agency."""

    @pytest.fixture
    def escalation(self, chair, place, world) -> Escalation:
        """Raised for a first miss; a second was proposed since."""
        close(chair, place, "gp")
        escalation_id = raise_it(chair, proposal_of(place, "gp"))
        again = world.meeting("a.strategy")
        with writing() as session:
            session.execute(
                update(Meeting)
                .where(Meeting.id == again.id)
                .values(
                    status=MeetingStatus.SCHEDULED,
                    held_on=None,
                    register_closed_at=None,
                    scheduled_on=date(2026, 6, 10),
                    trigger_on=date(2026, 6, 8),
                )
            )
            session.execute(
                update(Invitation)
                .where(Invitation.meeting_id == again.id)
                .values(meeting_on=date(2026, 6, 10), attendance=None, confirmed_attendance=None)
            )
        close(chair, again, "gp", interim_safety_plan=True)
        return stored(Escalation, escalation_id)

    @pytest.fixture
    def second(self, escalation, world) -> EscalationProposal:
        """The second miss."""
        found = proposal_of(world.meeting("a.strategy"), "gp")
        assert found is not None
        return found

    def test_a_higher_stage_moves_it_up(self, chair, place, escalation, second):
        assert (escalation.stage, second.stage) == (1, 2)
        change(Escalation, escalation.id, turn=Turn.RAISED_BY)
        join_proposal(chair, second.id, second.version, escalation_id=escalation.id, text="And again.")
        after = stored(Escalation, escalation.id)
        assert (after.stage, after.turn, after.stage_entered_at) == (2, Turn.RAISED_WITH, chair.now)
        entries = db.session.scalars(
            select(EscalationEntry)
            .where(EscalationEntry.escalation_id == escalation.id)
            .order_by(EscalationEntry.number)
        ).all()
        assert [one.kind for one in entries] == [EntryKind.RAISED, EntryKind.JOINED, EntryKind.STAGE_CHANGE]
        assert entries[1].text == "And again."
        assert entries[2].text == "By the rules: 2nd miss without report in 6 months."
        assert (entries[2].from_stage, entries[2].to_stage) == (1, 2)
        causes = causes_of(escalation.id)
        assert [one.invitation_id for one in causes if one.event is LadderEvent.ABSENT_WITHOUT_REPORT] == [
            second.invitation_id,
            proposal_of(place, "gp").invitation_id,
        ]
        decided = stored(EscalationProposal, second.id)
        assert (decided.status, decided.escalation_id) == (ProposalStatus.JOINED, escalation.id)

    def test_the_same_stage_stays_and_the_agency_is_told(self, chair, escalation, second):
        change(Escalation, escalation.id, stage=3)
        told = notices()
        join_proposal(chair, second.id, second.version, escalation_id=escalation.id, text="And again.")
        assert stored(Escalation, escalation.id).stage == 3
        assert notices() > told

    def test_it_is_on_offer_to_who_may_take_it_further(self, chair, viewer, escalation, second):
        assert [one.id for one in proposals.joinable(chair, second.agency_id)] == [escalation.id]
        assert [one.id for one in proposals.joinable(viewer("a.manager"), second.agency_id)] == [escalation.id]
        assert proposals.joinable(viewer("a.second_chair"), second.agency_id) == []
        assert proposals.joinable(viewer("b.manager"), second.agency_id) == []

    def test_a_closed_one_takes_nothing_more(self, chair, escalation, second):
        resolve(chair, escalation.id, Resolution.DONE, "Done.", "safe", None, escalation.version)
        with pytest.raises(Invalid) as refused:
            join_proposal(chair, second.id, second.version, escalation_id=escalation.id, text="And again.")
        assert list(refused.value.errors) == ["join_to"]
        assert stored(EscalationProposal, second.id).status is ProposalStatus.OPEN
        assert stored(Escalation, escalation.id).status is EscalationStatus.RESOLVED

    def test_one_with_another_agency_is_refused(self, chair, escalation, second, world):
        change(Escalation, escalation.id, raised_with_agency_id=world.agencies["a.school"])
        with pytest.raises(Invalid) as refused:
            join_proposal(chair, second.id, second.version, escalation_id=escalation.id, text="And again.")
        assert list(refused.value.errors) == ["join_to"]

    def test_what_is_missing_is_said_by_field(self, chair, second):
        with pytest.raises(Invalid) as refused:
            join_proposal(chair, second.id, second.version, escalation_id=None, text="")
        assert set(refused.value.errors) == {"join_to", "added"}


class TestWaiving:
    """Not raised, for a reason."""

    def test_a_reason_is_kept(self, chair, proposal, place):
        waive_proposal(chair, proposal.id, proposal.version, reason=WaiverReason.SPOKEN_TO, note="")
        found = proposals.find_proposal(chair, proposal.id)
        assert (found.status, found.waiver, found.waiver_note) == (ProposalStatus.WAIVED, WaiverReason.SPOKEN_TO, "")
        assert found.decided_by == chair.name
        assert trail("proposal.waived", proposal.id) == 1

    @pytest.mark.parametrize(
        ("reason", "note", "field"), [(None, "x", "waiver"), (WaiverReason.OTHER, "  ", "waiver_note")]
    )
    def test_a_reason_is_needed_and_another_one_in_words(self, chair, proposal, reason, note, field):
        with pytest.raises(Invalid) as refused:
            waive_proposal(chair, proposal.id, proposal.version, reason=reason, note=note)
        assert list(refused.value.errors) == [field]

    @pytest.mark.parametrize(
        ("reason", "counts"),
        [
            (WaiverReason.NOT_INVITED, False),
            (WaiverReason.RECORDED_WRONGLY, False),
            (WaiverReason.EMERGENCY, False),
            (WaiverReason.SPOKEN_TO, True),
            (WaiverReason.OTHER, True),
        ],
    )
    def test_what_was_no_miss_does_not_count_again(self, chair, place, world, reason, counts):
        missed(world, "a.strategy", "gp")
        earlier = world.meeting("a.strategy")
        with writing() as session:
            session.add(
                EscalationProposal(
                    partnership_id=world.partnerships["a"],
                    meeting_id=earlier.id,
                    invitation_id=earlier.invitations["gp"].id,
                    agency_id=world.agencies["a.gp"],
                    events=["absent_without_report"],
                    stage=1,
                    counted=[],
                    rule={},
                    made_at=chair.now,
                    status=ProposalStatus.WAIVED,
                    waiver=reason,
                )
            )
        close(chair, place, "gp")
        assert proposal_of(place, "gp").stage == (2 if counts else 1)


class TestWhoDecides:
    """The meeting's chair, or the manager; once."""

    def test_a_decided_one_is_told_with_what_was_typed(self, chair, viewer, proposal):
        waive_proposal(viewer("a.manager"), proposal.id, proposal.version, reason=WaiverReason.EMERGENCY, note="")
        with pytest.raises(Conflict) as lost:
            raise_it(chair, proposal)
        assert lost.value.mine == {"What has happened": SUMMARY, "What you ask for": WANTED}
        assert lost.value.theirs == {"Decided": "Not raised"}

    @pytest.mark.parametrize("person", ["a.second_chair", "b.chair", "b.manager", "a.coordinator", "a.gp.lead"])
    def test_it_is_not_there_for_others(self, viewer, proposal, place, person):
        somebody = viewer(person)
        with pytest.raises(NotVisible):
            proposals.find_proposal(somebody, proposal.id)
        with pytest.raises((NotVisible, NotPermitted)):
            raise_it(somebody, proposal)
        with pytest.raises(NotVisible):
            waive_proposal(somebody, proposal.id, proposal.version, reason=WaiverReason.EMERGENCY, note="")
        assert proposal.id not in [one.id for one in proposals.open_proposals(somebody).rows]
        assert proposal_of(place, "gp").status is ProposalStatus.OPEN

    def test_what_is_not_dealt_with_is_listed_and_stands_on_the_chairs_home(self, chair, viewer, proposal):
        # The second chair has one of the world's own, and so has the manager to look after.
        for person, asked in (("a.chair", [1]), ("a.manager", []), ("a.second_chair", [1]), ("a.coordinator", [])):
            tasks = [task for task in home(viewer(person)).tasks if task.kind is TaskKind.PROPOSALS]
            assert [task.of for task in tasks] == asked
        for person, total in (("a.chair", 1), ("a.manager", 2), ("a.second_chair", 1), ("b.manager", 1)):
            assert proposals.open_proposals(viewer(person)).total == total
        waive_proposal(chair, proposal.id, proposal.version, reason=WaiverReason.EMERGENCY, note="")
        assert not [task for task in home(chair).tasks if task.kind is TaskKind.PROPOSALS]
        assert proposals.open_proposals(chair).total == 0

    def test_a_meetings_proposals_are_listed_with_what_came_of_them(self, chair, viewer, place):
        close(chair, place, "gp", "school")
        raise_it(chair, proposal_of(place, "gp"))
        found = proposals.proposals_of(chair, place.id)
        assert [(one.status, bool(one.reference)) for one in found.proposals] == [
            (ProposalStatus.OPEN, False),
            (ProposalStatus.RAISED, True),
        ]
        assert found.open == 1
        with pytest.raises(NotVisible):
            proposals.proposals_of(viewer("a.second_chair"), place.id)

    def test_the_number_of_queries_does_not_grow(self, chair, place, world, count_queries):
        close(chair, place, "gp")
        with count_queries() as few:
            proposals.proposals_of(chair, place.id)
            proposals.open_proposals(chair)
        row = proposal_of(place, "gp")
        kept = {"counted": row.counted, "rule": row.rule, "events": row.events, "stage": row.stage}
        with writing() as session:
            session.add_all(
                EscalationProposal(
                    partnership_id=world.partnerships["a"],
                    meeting_id=place.id,
                    invitation_id=invited.id,
                    agency_id=world.agencies[f"a.{agency}"],
                    made_at=chair.now - timedelta(days=1),
                    status=ProposalStatus.OPEN,
                    **kept,
                )
                for agency, invited in place.invitations.items()
                if agency not in ("gp", "police")
            )
        with count_queries() as many:
            proposals.proposals_of(chair, place.id)
            assert proposals.open_proposals(chair).total == 4
        assert len(many) == len(few)
