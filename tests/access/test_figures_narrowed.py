"""What is left of the figures that somebody asks for, and who opens the rows and the escalations behind them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import escalation_figures, indicators
from portal.access.viewer import FiguresKey, Hat, Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.domain.escalation_vocabulary import ProposalStatus
from portal.domain.measures import Breakdown, Of, Source
from portal.domain.measures_of_meetings import OF_INVITATIONS, OF_MEETINGS
from portal.domain.measures_of_work import OF_WORK
from portal.domain.vocabulary import AgencyType, Role
from portal.models.escalations import Escalation
from portal.models.ladders import EscalationProposal
from tests.access.conftest import who
from tests.world import NOW, viewer_of

INVITED, HELD = OF_INVITATIONS[:1], OF_MEETINGS[:1]
ESCALATED = [one for one in OF_WORK if one.source is Source.ESCALATIONS][:1]
PLANNED = [one for one in OF_WORK if one.source is Source.PLANS][:1]
WHOLE = {"manager", "board", "business_manager", "scrutineer"}


def test_who_has_figures_and_who_opens_their_rows(onlookers):
    readers = who(onlookers, indicators.may_read)
    leads = {name for name in readers if name.endswith(".lead")}
    chairs = {name for name in readers if name.endswith("chair")}
    assert leads
    assert chairs
    assert {name for name in readers if "(for B)" not in name} - leads - chairs == WHOLE | {"sector_lead"}
    opened = who(onlookers, indicators.may_open_rows)
    assert {name for name in opened if "(for B)" not in name} == {"manager"} | leads | chairs
    outside = next(one.viewer for one in onlookers if not indicators.may_read(one.viewer))
    with pytest.raises(NotPermitted):
        indicators.partnership_of(outside)
    with pytest.raises(NotPermitted):
        indicators.narrowed(outside, Of(), INVITED)


def test_whose_small_counts_are_hidden_depends_on_what_is_counted(world):
    manager, board = viewer_of(world.person("a.manager")), viewer_of(world.person("a.board"))
    lead, chair = viewer_of(world.person("a.gp.lead")), viewer_of(world.person("a.chair"))
    business = viewer_of(world.person("a.business_manager"))
    for measures in (INVITED, HELD, PLANNED):
        assert not indicators.hides_small(manager, measures)
        assert indicators.hides_small(board, measures)
    assert not indicators.hides_small(lead, INVITED)
    assert indicators.hides_small(lead, [*INVITED, *PLANNED]), "plans are counted small to the manager alone"
    assert not indicators.hides_small(chair, HELD)
    # Whoever reads the whole log could count it themselves; the board cannot.
    assert not indicators.hides_small(business, ESCALATED)
    assert indicators.hides_small(board, ESCALATED)
    assert not indicators.hides_small(Viewer.of_system("tests", NOW, world.partnerships["a"]), PLANNED)


def test_a_chair_reads_the_own_meetings_alone(world):
    chair, other = viewer_of(world.person("a.chair")), world.person("a.second_chair").hat.membership_id
    own = chair.membership_id
    assert indicators.narrowed(chair, Of(), HELD).chair_membership_id == own
    assert indicators.narrowed(chair, Of(chair_membership_id=own), INVITED).chair_membership_id == own
    for asked, measures in (
        (Of(chair_membership_id=other), HELD),
        (Of(agency_id=world.agencies["a.gp"]), HELD),
        (Of(), ESCALATED),
    ):
        with pytest.raises(NotPermitted):
            indicators.narrowed(chair, asked, measures)


def test_a_lead_reads_the_own_agency_alone(world):
    lead, own, other = viewer_of(world.person("a.gp.lead")), world.agencies["a.gp"], world.agencies["a.school"]
    assert indicators.narrowed(lead, Of(agency_type=AgencyType.SCHOOL), INVITED) == Of(agency_id=own)
    for asked, measures, by in (
        (Of(agency_id=other), INVITED, None),
        (Of(), INVITED, Breakdown.AGENCY),
        (Of(), INVITED, Breakdown.AGENCY_TYPE),
        (Of(), HELD, None),
        (Of(chair_membership_id=world.person("a.chair").hat.membership_id), INVITED, None),
    ):
        with pytest.raises(NotPermitted):
            indicators.narrowed(lead, asked, measures, by)


def test_a_key_of_an_agency_reads_that_agency_alone(world):
    home, own = world.partnerships["a"], world.agencies["a.gp"]
    of_agency = Viewer.by_key(NOW, "warehouse", FiguresKey(1, home, "A", own, "GP"))
    of_partnership = Viewer.by_key(NOW, "warehouse", FiguresKey(1, home, "A"))
    assert (of_agency.agency_id, of_agency.agency_name, of_agency.partnership_name) == (own, "GP", "A")
    assert (of_partnership.agency_id, of_partnership.agency_name) == (None, "")
    assert indicators.narrowed(of_agency, Of(), INVITED) == Of(agency_id=own)
    assert indicators.narrowed(of_partnership, Of(), HELD) == Of()
    with pytest.raises(NotPermitted):
        indicators.narrowed(of_agency, Of(agency_id=world.agencies["a.school"]), INVITED)


def test_a_sector_lead_reads_the_sector_alone(world):
    lead = viewer_of(world.person("a.sector_lead"))
    assert indicators.narrowed(lead, Of(), INVITED) == Of(agency_type=AgencyType.GP)
    for asked, measures in ((Of(agency_type=AgencyType.SCHOOL), INVITED), (Of(), HELD)):
        with pytest.raises(NotPermitted):
            indicators.narrowed(lead, asked, measures)


def test_the_manager_alone_reads_chair_by_chair(world):
    manager, board = viewer_of(world.person("a.manager")), viewer_of(world.person("a.board"))
    of_one = Of(chair_membership_id=world.person("a.chair").hat.membership_id)
    assert indicators.narrowed(manager, of_one, HELD) == of_one
    assert indicators.narrowed(manager, Of(), HELD, Breakdown.CHAIR) == Of()
    for asked, by in ((of_one, None), (Of(), Breakdown.CHAIR)):
        with pytest.raises(NotPermitted):
            indicators.narrowed(board, asked, HELD, by)
    system = Viewer.of_system("tests", NOW, world.partnerships["a"])
    assert indicators.narrowed(system, of_one, HELD, Breakdown.CHAIR) == of_one


def test_whose_escalations_are_counted(world):
    def counted(name):
        viewer = viewer_of(world.person(name))
        return set(db.session.scalars(select(Escalation).where(escalation_figures.counted_where(viewer))))

    whole = {row for row in db.session.scalars(select(Escalation)) if row.partnership_id == world.partnerships["a"]}
    gps = {row for row in whole if row.raised_with_agency_id in {world.agencies["a.gp"], world.agencies["a.other_gp"]}}
    assert counted("a.board") == counted("a.manager") == counted("a.business_manager") == whole
    assert counted("a.sector_lead") == gps
    assert whole > gps


def test_whose_waiting_proposals_are_counted(world):
    def waiting(name):
        viewer = viewer_of(world.person(name))
        return set(db.session.scalars(select(EscalationProposal).where(escalation_figures.waiting_where(viewer))))

    whole = waiting("a.manager")
    assert whole == waiting("a.board")
    assert {(row.partnership_id, row.status) for row in whole} == {(world.partnerships["a"], ProposalStatus.OPEN)}
    gps = {world.agencies["a.gp"], world.agencies["a.other_gp"]}
    assert waiting("a.sector_lead") == {row for row in whole if row.agency_id in gps}


def test_who_has_figures_of_escalations(world):
    assert escalation_figures.scope(viewer_of(world.person("a.manager"))).names_agencies
    assert not escalation_figures.scope(viewer_of(world.person("a.board"))).names_agencies
    for name in ("a.gp.practitioner", "a.administrator"):
        with pytest.raises(NotPermitted):
            escalation_figures.scope(viewer_of(world.person(name)))
    hat = Hat(1, world.partnerships["a"], "A", Role.SECTOR_LEAD)
    with pytest.raises(NotPermitted):
        escalation_figures.scope(Viewer(now=NOW, user_id=1, hat=hat, hats=(hat,)))
