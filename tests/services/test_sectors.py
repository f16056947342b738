"""A sector lead sees who is behind, reminds them once a working day, and writes remarks that keep every wording."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db, writing
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.models.messages import Notice
from portal.models.partnerships import PartnershipAgency
from portal.models.people import Membership
from portal.services.sectors import chasing, standing
from tests.services.notice_steps import tell_nobody_anything
from tests.services.rows import change, trail
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

SATURDAY, MONDAY = NOW + timedelta(days=3), NOW + timedelta(days=5)


@pytest.fixture
def sector_lead(viewer):
    """Whoever leads A's practices."""
    return viewer("a.sector_lead")


def told(kind: NoticeKind) -> set[int]:
    """The memberships that were told of a kind."""
    db.session.rollback()
    return set(db.session.scalars(select(Notice.membership_id).where(Notice.kind == kind)))


def test_the_page_holds_the_agencies_of_the_sector_alone(sector_lead, world):
    page = standing.sector_page(sector_lead)
    assert {one.id for one in page.agencies} == {world.agencies["a.gp"], world.agencies["a.other_gp"]}
    gp = next(one for one in page.agencies if one.id == world.agencies["a.gp"])
    assert [lead.name for lead in gp.leads] == [world.person("a.gp.lead").name]
    assert gp.remarks == 1


def test_small_counts_of_an_agency_are_hidden_from_its_sector_lead(sector_lead, world):
    """The practice came to one strategy meeting of May: nobody reads that off this page."""
    page = standing.sector_page(sector_lead)
    shown = [value for one in page.agencies for value in one.figures.values() if not value.is_empty]
    assert shown
    assert all(value.is_withheld for value in shown)


@pytest.mark.parametrize("key", ["a.board", "a.business_manager", "a.gp.lead", "a.manager"])
def test_others_have_no_sector(viewer, key):
    with pytest.raises(NotPermitted):
        standing.sector_page(viewer(key))


def test_leads_are_reminded_once_a_working_day(sector_lead, viewer, world):
    tell_nobody_anything()
    agency = world.agencies["a.gp"]
    before = len(chasing.remarks_of(sector_lead, agency).reminders)
    assert chasing.remind(sector_lead, agency) == 1
    assert told(NoticeKind.SECTOR_REMINDED) == {viewer("a.gp.lead").membership_id}
    assert trail("sector.reminded", agency) == 1
    assert not chasing.remarks_of(sector_lead, agency).may_remind
    with pytest.raises(Invalid, match="today already"):
        chasing.remind(sector_lead, agency)
    later = viewer("a.sector_lead", now=NOW + timedelta(days=1))
    assert chasing.remarks_of(later, agency).may_remind
    chasing.remind(later, agency)
    assert len(chasing.remarks_of(later, agency).reminders) == before + 2


def test_a_reminder_of_a_weekend_counts_for_monday(viewer, world):
    agency = world.agencies["a.gp"]
    chasing.remind(viewer("a.sector_lead", now=SATURDAY), agency)
    with pytest.raises(Invalid):
        chasing.remind(viewer("a.sector_lead", now=MONDAY), agency)
    chasing.remind(viewer("a.sector_lead", now=MONDAY + timedelta(days=1)), agency)


def test_a_day_counts_for_itself_or_the_next_working_day():
    assert chasing.for_day(date(2026, 6, 10)) == date(2026, 6, 10)
    assert chasing.for_day(date(2026, 6, 13)) == date(2026, 6, 15)
    assert chasing.for_day(date(2026, 12, 25)) == date(2026, 12, 29)


def test_an_agency_that_nobody_leads_is_said_so(sector_lead, world):
    change(Membership, world.person("a.gp.lead").hat.membership_id, ended_at=NOW)
    with pytest.raises(Invalid, match="Nobody leads"):
        chasing.remind(sector_lead, world.agencies["a.gp"])


@pytest.mark.parametrize("agency", ["a.school", "b.gp", "a.police"])
def test_agencies_of_other_sectors_and_partnerships_are_not_there(sector_lead, world, agency):
    for act in (
        lambda number: chasing.remind(sector_lead, number),
        lambda number: chasing.write_remark(sector_lead, number, "x"),
        lambda number: chasing.remarks_of(sector_lead, number),
    ):
        with pytest.raises(NotVisible):
            act(world.agencies[agency])


def test_an_agency_that_has_left_is_chased_no_more(sector_lead, world):
    with writing() as session:
        session.get_one(PartnershipAgency, (world.partnerships["a"], world.agencies["a.gp"])).left_at = NOW
    with pytest.raises(NotPermitted):
        chasing.remind(sector_lead, world.agencies["a.gp"])


def test_a_remark_keeps_every_wording_and_its_agency_is_told(sector_lead, viewer, world):
    tell_nobody_anything()
    agency = world.agencies["a.other_gp"]
    number = chasing.write_remark(sector_lead, agency, "Ring me.")
    _agency, remark = chasing.find_remark(sector_lead, number)
    assert chasing.change_remark(sector_lead, number, "Ring me on Tuesdays.", version=remark.version)
    lead = viewer("a.other_gp.lead")
    (read,) = chasing.remarks_of(lead, agency).remarks
    assert [one.text for one in read.wordings] == ["Ring me on Tuesdays.", "Ring me."]
    assert not read.may_change
    assert told(NoticeKind.SECTOR_REMARKED) == {lead.membership_id}
    with pytest.raises(Conflict):
        chasing.change_remark(sector_lead, number, "Ring me at noon.", version=remark.version)
    assert not chasing.change_remark(sector_lead, number, "Ring me on Tuesdays.", version=0)


@pytest.mark.parametrize("text", ["", " ", "x" * 2_001])
def test_a_remark_has_words_and_not_too_many(sector_lead, world, text):
    with pytest.raises(Invalid):
        chasing.write_remark(sector_lead, world.agencies["a.gp"], text)


def test_whoever_reads_a_remark_does_not_write_one(viewer, world):
    for key in ("a.gp.lead", "a.business_manager"):
        assert chasing.remarks_of(viewer(key), world.agencies["a.gp"]).remarks
        with pytest.raises(NotPermitted):
            chasing.write_remark(viewer(key), world.agencies["a.gp"], "x")
        with pytest.raises(NotPermitted):
            chasing.change_remark(viewer(key), world.remarks["a.gp"], "x", version=1)


def test_what_is_behind_is_said_without_figures_to_the_agency_itself(viewer, world):
    own = standing.agency_standing(viewer("a.gp.lead"), world.agencies["a.gp"])
    assert own.figures == {}
    assert own.overdue_actions >= 0
