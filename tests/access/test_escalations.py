"""Who sees which escalations and practice alerts, who reads what they say, and who does what to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.access import escalations
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind, ProposalStatus, Turn
from portal.domain.vocabulary import Role
from portal.models.escalations import Escalation, EscalationTold
from portal.models.ladders import EscalationProposal
from portal.models.meetings import Meeting
from tests.access.conftest import who
from tests.access.who import AGENCIES, CHAIRS
from tests.services.escalation_steps import ALERT, DISAGREEMENT, raised
from tests.world import NOW
from tests.world_escalations import MATTERS

STRUCTURED = {"business_manager", "scrutineer"}
READERS = {
    # Whoever is police in A and in B reads what A's police read.
    **{m.key: set(m.read_by) | ({"both"} if "police.lead" in m.read_by else set()) for m in MATTERS},
    # Raised in the tests, by a team of social care with the school about a meeting of the second chair's.
    "east": {"social_care.lead", "social_care.east", "school.lead", "school.practitioner", "second_chair", "manager"},
}
SEERS = {
    key: readers | STRUCTURED | ({"police.executive"} if key == "disagreement" else set())
    for key, readers in READERS.items()
}


@pytest.fixture
def places(world, viewer_of):
    """Ids by name: the world's, which tests share, and one more in each partnership."""
    east = {
        f"{letter}.east": raised(
            world, viewer_of, f"{letter}.social_care.east", "school", DISAGREEMENT, meeting="review"
        )
        for letter in "ab"
    }
    return {**world.escalations, **east}


@pytest.fixture
def everything(places):
    """Every escalation there is, past every rule, with what may_view is told of each."""
    db.session.rollback()
    rows = {row.id: row for row in db.session.scalars(select(Escalation))}
    chairs = {row.id: row.chair_membership_id for row in db.session.scalars(select(Meeting))}
    told = {(row.escalation_id, row.membership_id) for row in db.session.scalars(select(EscalationTold))}

    def may_view(viewer, row):
        return escalations.may_view(
            viewer,
            row,
            chairs_meeting=row.meeting_id is not None and chairs[row.meeting_id] == viewer.membership_id is not None,
            was_told=(row.id, viewer.membership_id) in told,
        )

    return rows, may_view


@pytest.fixture
def at(everything, places):
    """An escalation of A by its name."""
    return lambda key: everything[0][places[f"a.{key}"]]


class TestSeeing:
    """Rows and narrative."""

    def test_one_is_listed_exactly_where_it_may_be_viewed(self, everything, onlookers, ids):
        rows, may_view = everything
        assert len(rows) == 2 * len(SEERS)
        for onlooker in onlookers:
            may = {row.id for row in rows.values() if may_view(onlooker.viewer, row)}
            assert ids(escalations.visible_to(onlooker.viewer)) == may, onlooker.name

    @pytest.mark.parametrize("key", SEERS)
    def test_who_sees_each(self, everything, onlookers, at, key):
        row, may_view = at(key), everything[1]
        assert who(onlookers, lambda viewer: may_view(viewer, row)) == SEERS[key]

    @pytest.mark.parametrize("key", SEERS)
    def test_who_reads_what_it_says(self, onlookers, at, ids, key):
        row = at(key)
        assert who(onlookers, lambda viewer: row.id in ids(escalations.readable_to(viewer))) == READERS[key]

    def test_whoever_reads_at_all_reads_what_they_see(self, everything, onlookers, ids):
        for onlooker in onlookers:
            seen, read = (ids(rows(onlooker.viewer)) for rows in (escalations.visible_to, escalations.readable_to))
            assert read == (seen if escalations.may_read(onlooker.viewer) else set()), onlooker.name

    def test_a_command_sees_and_reads_one_partnerships(self, everything, world, ids):
        rows, may_view = everything
        command = Viewer.of_system("tests", NOW, world.partnerships["b"])
        own = {row.id for row in rows.values() if row.partnership_id == world.partnerships["b"]}
        assert ids(escalations.visible_to(command)) == ids(escalations.readable_to(command)) == own
        assert {row.id for row in rows.values() if may_view(command, row)} == own
        assert escalations.may_read(command)
        for nobody in (Viewer.of_system("tests", NOW), Viewer.nobody(NOW)):
            assert ids(escalations.visible_to(nobody)) == set()
            assert not any(may_view(nobody, row) for row in rows.values())
        assert not escalations.may_read(Viewer.nobody(NOW))

    def test_somebody_who_answers_for_no_agency_sees_none(self, everything, world, viewer_of, ids):
        lead = viewer_of(world.person("a.gp.lead"))
        nobodys = replace(lead, hat=replace(lead.hat, agency_id=None))
        assert ids(escalations.visible_to(nobodys)) == set()
        assert not any(everything[1](nobodys, row) for row in everything[0].values())


def seeing(everything, onlookers, row, may) -> set[str]:
    """Who sees a row and may, as services ask it."""
    return who(onlookers, lambda viewer: everything[1](viewer, row) and may(viewer, row))


class TestActing:
    """Who takes which step."""

    def test_who_replies(self, everything, onlookers, at):
        def repliers(row):
            return seeing(everything, onlookers, row, escalations.may_reply)

        assert repliers(at("missed")) == {"other_gp.lead", "other_gp.practitioner"}
        assert repliers(at("alert")) == {"social_care.lead", "social_care.west"}
        assert repliers(at("east")) == {"school.lead", "school.practitioner"}
        assert repliers(at("disagreement")) == set(), "there is a reply"
        assert repliers(at("closed")) == set()
        at("missed").stage = 2
        assert repliers(at("missed")) == {"other_gp.lead"}
        at("missed").status = EscalationStatus.RESOLVED
        assert repliers(at("missed")) == set()

    def test_who_drives_it(self, everything, onlookers, at):
        def drivers(row):
            return seeing(everything, onlookers, row, escalations.may_drive)

        assert drivers(at("missed")) == {"second_chair", "manager"}
        assert drivers(at("alert")) == {"chair", "manager"}
        assert drivers(at("disagreement")) == {"school.lead", "school.practitioner", "manager"}
        # The second chair sees it, because it is about their meeting; it is social care's all the same.
        assert drivers(at("east")) == {"social_care.lead", "social_care.east", "manager"}
        assert drivers(at("closed")) == set()

    def test_a_colleague_of_whoever_raised_it_reads_it_and_drives_nothing(self, everything, onlookers, at, world):
        row = at("disagreement")
        row.raised_by_membership_id = world.person("a.school.lead").hat.membership_id
        assert seeing(everything, onlookers, row, escalations.may_drive) == {"school.lead", "manager"}
        assert "school.practitioner" in seeing(everything, onlookers, row, escalations.may_add)

    def test_who_adds_to_the_log(self, everything, onlookers, at):
        def writers(row):
            return seeing(everything, onlookers, row, escalations.may_add)

        assert writers(at("missed")) == READERS["missed"]
        assert writers(at("disagreement")) == READERS["disagreement"]
        assert writers(at("east")) == READERS["east"] - {"second_chair"}
        assert writers(at("closed")) == set()

    def test_who_says_what_it_came_to(self, everything, onlookers, at):
        def tellers(row):
            return seeing(everything, onlookers, row, escalations.may_record_outcome)

        assert tellers(at("missed")) == {"second_chair", "manager"}
        assert tellers(at("closed")) == {"gp.lead", "manager"}
        at("closed").status = EscalationStatus.WITHDRAWN
        assert tellers(at("closed")) == set()

    def test_whoever_wrote_an_entry_corrects_it(self, everything, onlookers, at, world):
        writer = world.person("a.gp.lead").user_id
        for key in ("closed", "missed"):
            row = at(key)
            assert who(onlookers, lambda viewer, r=row: escalations.may_amend(viewer, r, writer)) == {"gp.lead"}
            assert who(onlookers, lambda viewer, r=row: escalations.may_amend(viewer, r, None)) == set()

    def test_the_sides(self, everything, onlookers, at):
        def raisers(row):
            return seeing(everything, onlookers, row, escalations.is_raised_by)

        def asked(row):
            return seeing(everything, onlookers, row, escalations.is_raised_with)

        assert raisers(at("disagreement")) == {"school.lead", "school.practitioner"}
        assert raisers(at("closed")) == {"gp.lead", "gp.practitioner"}
        assert raisers(at("missed")) == {"second_chair", "manager"}
        assert asked(at("alert")) == {"social_care.lead", "social_care.west"}
        assert asked(at("disagreement")) == {"police.lead", "police.practitioner", "both"}

    def test_an_agency_of_two_partnerships_has_a_side_in_one_at_a_time(self, at, world, viewer_of):
        police = viewer_of(world.person("b.police.lead"))
        chair = viewer_of(world.person("b.chair"))
        assert police.agency_id == at("disagreement").raised_with_agency_id
        assert not escalations.is_raised_with(police, at("disagreement"))
        assert not escalations.is_raised_by(chair, at("missed"))

    def test_a_command_acts_for_nobody(self, at, world):
        command = Viewer.of_system("tests", NOW, world.partnerships["a"])
        assert not escalations.is_raised_by(command, at("missed"))
        assert not escalations.is_raised_with(command, at("missed"))
        assert not escalations.may_reply(command, at("missed"))
        assert not escalations.may_drive(command, at("missed"))

    @pytest.mark.parametrize("turn", [Turn.RAISED_BY, Turn.NOBODY])
    def test_nobody_replies_out_of_turn(self, everything, onlookers, at, turn):
        at("missed").turn = turn
        assert seeing(everything, onlookers, at("missed"), escalations.may_reply) == set()


class TestRaising:
    """Who raises what."""

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            (DISAGREEMENT, AGENCIES | CHAIRS | {"manager"}),
            (ALERT, CHAIRS | {"manager"}),
            (LadderKind.NON_ATTENDANCE, CHAIRS | {"manager"}),
        ],
    )
    def test_who_raises_each_kind(self, onlookers, world, kind, expected):
        in_a = [one for one in onlookers if one.viewer.partnership_id == world.partnerships["a"]]
        may = {one.person.key.removeprefix("a.") for one in in_a if escalations.may_raise(one.viewer, kind)}
        assert may == expected | ({"both"} if kind is DISAGREEMENT else set())
        assert not escalations.may_raise(Viewer.of_system("tests", NOW, world.partnerships["a"]), kind)
        assert not escalations.may_raise(Viewer.nobody(NOW), kind)


class TestProposals:
    """What the rules propose is its chair's to decide, and the manager's."""

    @pytest.fixture
    def proposals(self, database):
        return {row.id: row for row in db.session.scalars(select(EscalationProposal))}

    @pytest.mark.parametrize("key", ["open", "waived"])
    def test_who_sees_each(self, proposals, onlookers, world, ids, key):
        wanted = world.proposals[f"a.{key}"]
        assert len(proposals) == 4
        seen = who(onlookers, lambda viewer: wanted in ids(escalations.proposals_visible_to(viewer)))
        assert seen == {"second_chair", "manager"}

    def test_whoever_sees_one_decides_it_once(self, proposals, onlookers, world, ids):
        row = proposals[world.proposals["a.open"]]

        def deciders():
            return who(
                onlookers,
                lambda viewer: (
                    row.id in ids(escalations.proposals_visible_to(viewer)) and escalations.may_decide(viewer, row)
                ),
            )

        assert deciders() == {"second_chair", "manager"}
        row.status = ProposalStatus.RAISED
        db.session.expunge(row)
        assert deciders() == set()

    def test_a_command_sees_its_partnerships_and_decides_none(self, proposals, world, ids):
        command = Viewer.of_system("tests", NOW, world.partnerships["a"])
        own = {row.id for row in proposals.values() if row.partnership_id == world.partnerships["a"]}
        assert ids(escalations.proposals_visible_to(command)) == own
        assert not any(escalations.may_decide(command, row) for row in proposals.values())
        assert ids(escalations.proposals_visible_to(Viewer.nobody(NOW))) == set()
        assert ids(escalations.proposals_visible_to(Viewer.of_system("tests", NOW))) == set()

    def test_another_partnerships_proposal_is_nobodys_here(self, proposals, onlookers, world):
        foreign = proposals[world.proposals["b.open"]]
        in_a = [one for one in onlookers if one.viewer.partnership_id == world.partnerships["a"]]
        assert in_a
        assert not any(escalations.may_decide(one.viewer, foreign) for one in in_a)


def test_only_roles_of_an_agency_or_over_cases_act(everything, onlookers, at):
    acting = {Role.PRACTITIONER, Role.AGENCY_LEAD, Role.CHAIR, Role.SAFEGUARDING_MANAGER}
    for onlooker in onlookers:
        for key in SEERS:
            steps = (escalations.may_reply, escalations.may_drive, escalations.may_add)
            if any(may(onlooker.viewer, at(key)) for may in steps):
                assert onlooker.viewer.role in acting, onlooker.name
