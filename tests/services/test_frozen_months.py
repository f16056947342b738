"""Freezing a month: its figures stay as they were, what changed since is told, and a correction is a revision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.months import Month
from portal.domain.periods import Days
from portal.domain.tally import count_invitations
from portal.domain.vocabulary import AgencyType, Expectation, Role
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.models.partnerships import PartnershipAgency
from portal.services.frozen_months import freezing
from portal.services.frozen_months.listing import list_months
from portal.services.frozen_months.page import NOW as LIVE
from portal.services.frozen_months.page import month_page
from portal.services.frozen_months.states import is_shut, states_within
from portal.services.indicators import indicators
from tests.areas import NOW, Area, meeting, part
from tests.services.racing import at_once
from tests.services.rows import stored, trail
from tests.services.test_indicators import wearing

MAY = Month(2026, 5)
REVIEW, CORE = "review_conference", "core_group"


@pytest.fixture
def world_manager(world, viewer_of) -> Viewer:
    """A's business manager."""
    return viewer_of(world.person("a.business_manager"))


def manager(area: Area, user_id: int = 1) -> Viewer:
    """Somebody who freezes in the area."""
    return replace(wearing(area, Role.BUSINESS_MANAGER), user_id=user_id)


def overseer(area: Area) -> Viewer:
    """Somebody who reads every figure, small ones too."""
    return wearing(area, Role.SAFEGUARDING_MANAGER)


def agency_of(area: Area, code: str) -> int:
    """An agency's id."""
    query = select(PartnershipAgency.agency_id).where(
        PartnershipAgency.partnership_id == area.partnership_id, PartnershipAgency.code == code
    )
    return db.session.scalars(query).one()


def hold(area: Area, kind: str, number: int, on: str, **came: int) -> None:
    """Hold a number of meetings to which each agency was expected, and came to so many of them."""
    refs = [f"{kind}-{on}-{place}" for place in range(number)]
    area.meetings(*(meeting(ref, kind, on) for ref in refs))
    area.attendance(
        *(
            part(ref, agency, "video" if place < attended else "apologies")
            for agency, attended in came.items()
            for place, ref in enumerate(refs)
        )
    )


@pytest.fixture
def may(area: Area) -> Area:
    """A month with 20 reviews and 3 core groups, between two others that are not its business."""
    hold(area, REVIEW, 20, "2026-05-31", police=8, gp=17, school=20)
    hold(area, CORE, 3, "2026-05-01", school=2, gp=3)
    hold(area, REVIEW, 2, "2026-06-01", police=2)
    hold(area, REVIEW, 2, "2026-04-30", police=2)
    return area


class TestFreezing:
    """The act."""

    def test_it_keeps_who_when_and_the_figures_as_they_are(self, may):
        number = freezing.freeze_month(manager(may), MAY, " All registers are closed. ", seen=0)
        assert number == 1
        month = db.session.scalars(select(FrozenMonth).where(FrozenMonth.partnership_id == may.partnership_id)).one()
        assert (month.begins_on, month.revision) == (MAY.first, 1)
        revision = db.session.scalars(select(MonthRevision).where(MonthRevision.frozen_month_id == month.id)).one()
        assert (revision.note, revision.frozen_by_id, revision.frozen_at) == ("All registers are closed.", 1, NOW)
        assert trail("month.frozen", month.id) == 1
        kept = {(row["agency_type"], row["meeting_type"]): row["counts"] for row in revision.figures["types"]}
        for row in indicators(overseer(may), start=MAY.first, end=MAY.last, by=("agency_type", "meeting_type")):
            counts = kept[row["agency_type"], row["meeting_type"]]
            assert counts == {name: row[name] for name in counts}
        assert kept.keys() == {("police", REVIEW), ("gp", REVIEW), ("school", REVIEW), ("school", CORE), ("gp", CORE)}
        by_agency = {row["name"]: row["counts"] for row in revision.figures["agencies"]}
        assert by_agency["Gp"]["expected"] == 23
        assert by_agency["Gp"]["attended"] == 20
        assert {row["meeting_type"]: row["counts"]["meetings"] for row in revision.figures["meetings"]} == {
            REVIEW: 20,
            CORE: 3,
        }
        assert set(kept["gp", REVIEW]) == set(count_invitations([])), "every count of the contract"
        whole = [count for row in revision.figures["types"] for count in row["counts"].values()]
        assert all(type(count) is int for count in whole)

    def test_only_a_month_that_is_over_by_londons_clock(self, may):
        june = Month(2026, 6)
        for instant, is_over in (
            (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), False),
            (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), True),
        ):
            viewer = replace(manager(may), now=instant)
            if is_over:
                assert freezing.freeze_month(viewer, june, "", seen=0) == 1
            else:
                with pytest.raises(NotPermitted):
                    freezing.freeze_month(viewer, june, "", seen=0)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.BUSINESS_MANAGER])
    def test_nobody_else_freezes_or_corrects(self, may, role):
        agency = agency_of(may, "gp") if role in (Role.PRACTITIONER, Role.AGENCY_LEAD, Role.SIGNATORY) else None
        viewer = wearing(may, role, agency_id=agency) if agency else wearing(may, role)
        with pytest.raises(NotPermitted):
            freezing.freeze_month(viewer, MAY, "", seen=0)
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        with pytest.raises(NotPermitted):
            freezing.open_correction(viewer, MAY, "Why not?", seen=1)

    def test_two_people_at_once(self, app, may):
        first, second = manager(may, 1), manager(may, 2)
        found = at_once(
            app,
            lambda: freezing.freeze_month(first, MAY, "Mine.", seen=0),
            lambda: freezing.freeze_month(second, MAY, "Mine too.", seen=0),
        )
        assert sorted(map(str, map(type, found))) == sorted([str(int), str(Conflict)]), found
        again = at_once(
            app,
            lambda: freezing.freeze_month(first, MAY, "Mine.", seen=1),
            lambda: freezing.freeze_month(second, MAY, "Mine too.", seen=1),
        )
        assert sorted(map(str, map(type, again))) == sorted([str(int), str(Conflict)]), again
        rows = db.session.scalars(
            select(MonthRevision.number)
            .order_by(MonthRevision.number)
            .where(MonthRevision.partnership_id == may.partnership_id)
        )
        assert list(rows) == [1, 2]

    def test_frozen_meanwhile_it_is_a_conflict_and_not_a_second_revision(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        with pytest.raises(Conflict) as lost:
            freezing.freeze_month(manager(may, 2), MAY, "What I wrote", seen=0)
        assert lost.value.mine == {"Note": "What I wrote"}

    def test_the_first_needs_no_note_a_revision_a_reason(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        with pytest.raises(Invalid) as refused:
            freezing.freeze_month(manager(may), MAY, " ", seen=1)
        assert list(refused.value.errors) == ["note"]
        assert freezing.freeze_month(manager(may), MAY, "A register came late.", seen=1) == 2

    def test_another_partnerships_month_is_another(self, may, world_manager):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        assert freezing.freeze_month(world_manager, MAY, "", seen=0) == 1
        assert is_shut(db.session(), may.partnership_id, MAY)
        assert not is_shut(db.session(), may.partnership_id, MAY.plus(1))


class TestCorrecting:
    """What comes after."""

    def test_an_open_correction_opens_the_month_until_the_next_revision(self, may):
        viewer = manager(may)
        with pytest.raises(NotVisible):
            freezing.open_correction(viewer, MAY, "Why?", seen=0)
        freezing.freeze_month(viewer, MAY, "", seen=0)
        with pytest.raises(Invalid):
            freezing.open_correction(viewer, MAY, " ", seen=1)
        freezing.open_correction(viewer, MAY, "The police were right.", seen=1)
        assert not is_shut(db.session(), may.partnership_id, MAY)
        page = month_page(viewer, MAY)
        assert page.correction is not None
        assert page.correction.reason == "The police were right."
        with pytest.raises(Conflict):
            freezing.open_correction(manager(may, 2), MAY, "Mine.", seen=1)
        assert freezing.freeze_month(viewer, MAY, "The police were right.", seen=1) == 2
        assert is_shut(db.session(), may.partnership_id, MAY)
        assert month_page(viewer, MAY).correction is None

    def test_a_change_never_reaches_a_frozen_revision_and_is_told(self, may):
        viewer = overseer(may)
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        assert month_page(viewer, MAY).changed_since == 0
        may.attendance(part(f"{REVIEW}-2026-05-31-19", "gp", "video"))
        page = month_page(viewer, MAY)
        told = {(one.of, one.figure): (one.before, one.now) for one in page.changed}
        assert told == {
            ("GPs, Review conference", "Attended"): (17, 18),
            ("GPs, Review conference", "Absent"): (3, 2),
            ("Gp", "Attended"): (20, 21),
            ("Gp", "Absent"): (3, 2),
        }
        assert page.changed_since == 4
        (line,) = [line for group in page.figures.groups if group.title == "GPs" for line in group.lines[:1]]
        assert line.shares["attendance_rate"].known == (17, 20), "the revision shows what it kept"
        now = month_page(viewer, MAY, showing=LIVE, against=1)
        (line,) = [line for group in now.figures.groups if group.title == "GPs" for line in group.lines[:1]]
        assert line.shares["attendance_rate"].known == (18, 20)

    def test_all_revisions_stay_readable_and_comparable(self, may):
        viewer = overseer(may)
        freezing.freeze_month(manager(may), MAY, "First.", seen=0)
        may.attendance(part(f"{REVIEW}-2026-05-31-19", "gp", "video"))
        freezing.freeze_month(manager(may, 2), MAY, "A register came late.", seen=1)
        may.attendance(part(f"{REVIEW}-2026-05-31-18", "gp", "video"))
        page = month_page(viewer, MAY, showing=1, against=2)
        assert [(row.number, row.note) for row in page.revisions] == [(2, "A register came late."), (1, "First.")]
        assert [(one.before, one.now) for one in page.changed if one.figure == "Attended"] == [(17, 18), (20, 21)]
        newest = month_page(viewer, MAY)
        assert (newest.showing, newest.against, newest.newest) == (2, LIVE, 2)
        assert [(one.before, one.now) for one in newest.changed if one.figure == "Attended"] == [(18, 19), (21, 22)]
        with pytest.raises(NotVisible):
            month_page(viewer, MAY, showing=3)

    def test_a_meeting_that_comes_late_changes_its_month_alone(self, may):
        for month in (MAY, Month(2026, 4)):
            freezing.freeze_month(manager(may), month, "", seen=0)
        hold(may, CORE, 1, "2026-04-01", housing=1)
        assert month_page(overseer(may), MAY).changed_since == 0
        told = month_page(overseer(may), Month(2026, 4)).changed
        assert ("Housing, Core group", "Expected", 0, 1) in {(one.of, one.figure, one.before, one.now) for one in told}


class TestReading:
    """Who reads what of it."""

    def test_small_counts_are_withheld_from_the_board_and_not_from_those_who_work_with_children(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        board = month_page(wearing(may, Role.BOARD_MEMBER), MAY)
        seen = month_page(overseer(may), MAY)
        assert (board.hidden_up_to, seen.hidden_up_to) == (5, None)

        def rates(page, name):
            return {
                (group.title, line.title): (line.shares[name].part, line.shares[name].whole)
                for group in page.figures.groups
                for line in group.lines
            }

        assert rates(seen, "attendance_rate")["GPs", "Core group"] == (3, 3)
        assert rates(board, "attendance_rate")["GPs", "Core group"] == (None, None)
        assert rates(board, "attendance_rate")["Police", "Review conference"] == (8, 20)
        agencies = {line.title: line.shares["attendance_rate"] for line in board.figures.agencies}
        # 23 expected of the surgery, less 20 at reviews, would be the 3 that is withheld.
        assert (agencies["Gp"].whole, agencies["School"].whole) == (None, None)
        assert (agencies["Police"].part, agencies["Police"].whole) == (8, 20)

    def test_what_differs_is_withheld_where_either_reading_withholds_it(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        hold(may, CORE, 10, "2026-05-02", gp=10)
        board = month_page(wearing(may, Role.BOARD_MEMBER), MAY)
        told = {(one.of, one.figure): (one.before, one.now) for one in board.changed}
        assert told["GPs, Core group", "Expected"] == (None, None)
        shown = {(one.of, one.figure): (one.before, one.now) for one in month_page(overseer(may), MAY).changed}
        assert shown["GPs, Core group", "Expected"] == (3, 13)
        assert told.keys() == shown.keys()

    def test_a_lead_reads_their_own_agency_and_a_sector_lead_their_sector(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        lead = month_page(wearing(may, Role.AGENCY_LEAD, agency_id=agency_of(may, "gp")), MAY)
        assert [line.title for line in lead.figures.agencies] == ["Gp"]
        assert lead.figures.agencies[0].shares["attendance_rate"].known == (20, 23)
        assert (lead.figures.groups, lead.figures.meetings, lead.figures.counted) == ((), (), None)
        may.attendance(part(f"{REVIEW}-2026-05-31-19", "police", "video"))
        assert month_page(wearing(may, Role.AGENCY_LEAD, agency_id=agency_of(may, "gp")), MAY).changed_since == 0
        sector = month_page(wearing(may, Role.SECTOR_LEAD, sector=AgencyType.GP), MAY)
        assert {group.title for group in sector.figures.groups} == {"GPs"}
        assert [line.title for line in sector.figures.agencies] == ["Gp"]

    @pytest.mark.parametrize("role", [Role.CHAIR, Role.COORDINATOR, Role.ADMINISTRATOR])
    def test_others_read_nothing(self, may, role):
        with pytest.raises(NotPermitted):
            month_page(wearing(may, role), MAY)
        with pytest.raises(NotPermitted):
            list_months(wearing(may, role))

    def test_which_months_of_a_period_are_frozen(self, may):
        freezing.freeze_month(manager(may), MAY, "", seen=0)
        found = states_within(overseer(may), Days(Month(2026, 4).last, Month(2026, 6).first))
        assert found == [(Month(2026, 4), None), (MAY, 1), (Month(2026, 6), None)]

    def test_ten_queries_at_most_however_many_revisions(self, may, count_queries):
        numbers = []
        for seen in range(3):
            freezing.freeze_month(manager(may), MAY, "Again.", seen=seen)
            with count_queries() as statements:
                month_page(manager(may), MAY)
            numbers.append(len(statements))
            db.session.rollback()
        assert numbers == [numbers[0]] * 3
        assert numbers[0] <= 10
        with count_queries() as statements:
            list_months(manager(may))
        assert len(statements) <= 6


class TestStillOpen:
    """What whoever freezes is told of a month."""

    def test_registers_meetings_without_a_word_and_contests(self, world, world_manager, viewer_of):
        later = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
        viewer = replace(world_manager, now=later)
        (june,) = [row for row in list_months(viewer).rows if row.month == Month(2026, 6)]
        assert june.still_open == ("A few meetings were planned and have no register and no outcome",)
        (may,) = [row for row in list_months(viewer).rows if row.month == MAY]
        assert may.still_open == ("A few contests are not decided",)
        board = replace(viewer_of(world.person("a.board")), now=later)
        assert all(row.still_open == () for row in list_months(board).rows)

    def test_the_list_says_who_froze_what(self, world, world_manager):
        listed = list_months(world_manager)
        assert (listed.year, listed.years) == (2026, (2026,))
        assert [row.month.number for row in listed.rows] == [6, 5, 4, 3, 2, 1]
        april = next(row for row in listed.rows if row.month == Month(2026, 4))
        assert (april.revision, april.frozen_by, april.is_over, april.is_correcting) == (
            2,
            world.person("a.business_manager").name,
            True,
            False,
        )
        assert not listed.rows[0].is_over
        assert list_months(replace(world_manager, now=NOW + timedelta(days=365)), 2026).year == 2026
        assert list_months(world_manager, 1999).year == 2026


def test_the_sentence_about_what_counts(may):
    """Counted in the figures' own period, and kept with the month."""
    may.attendance(
        part(f"{REVIEW}-2026-05-31-0", "housing", "", "optional"),
        part(f"{REVIEW}-2026-05-31-0", "probation", "", "not_relevant"),
        part(f"{REVIEW}-2026-05-31-1", "probation", "", "not_relevant"),
    )
    counted = month_page(overseer(may), MAY).figures.counted
    assert (counted.expected, counted.optional, counted.not_relevant, counted.contested) == (66, 1, 2, 0)
    assert counted.words == ("Counted: 66 invitations that were expected. Not counted: 1 optional, 2 not relevant.")
    board = month_page(wearing(may, Role.BOARD_MEMBER), MAY).figures.counted
    assert board.words == (
        "Counted: 66 invitations that were expected. Not counted: too few optional, too few not relevant."
    )
    freezing.freeze_month(manager(may), MAY, "", seen=0)
    revision = db.session.scalars(select(MonthRevision).where(MonthRevision.partnership_id == may.partnership_id)).one()
    assert stored(MonthRevision, revision.id).figures["expectations"][Expectation.NOT_RELEVANT] == 2
