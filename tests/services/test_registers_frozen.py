"""A register in a frozen month: closed the first time, closed again only in a correction; somebody hears of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Invalid
from portal.domain.months import Month
from portal.domain.vocabulary import MeetingStatus
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.models.meetings import Invitation, Meeting
from portal.services.frozen_months.freezing import freeze_month, open_correction
from portal.services.frozen_months.listing import list_months
from portal.services.frozen_months.page import month_page
from portal.services.home.page import home
from portal.services.home.tasks import TaskKind
from portal.services.registers.closing import close_register
from portal.services.registers.inquorate import read_beforehand, read_closing
from portal.services.registers.reopening import reopen_register
from portal.services.registers.sheet import read_register
from tests.services.register_steps import ABSENT, IN_PERSON, closing, row_of, save
from tests.services.rows import change, stored

JULY = datetime(2026, 7, 6, 9, tzinfo=UTC)
JUNE = Month(2026, 6)
OF_MONTHS = (TaskKind.MONTH_WAITS, TaskKind.MONTH_CHANGED, TaskKind.MONTH_CORRECTED)


@pytest.fixture
def chair(viewer):
    """The chair of the conference of June, in July."""
    return viewer("a.chair", now=JULY)


@pytest.fixture
def freezer(viewer):
    """A's business manager in July."""
    return viewer("a.business_manager", now=JULY)


@pytest.fixture
def frozen(chair, freezer, place):
    """June is frozen when all agencies but one are marked, and nobody has closed the register."""
    for agency in ("social_care", "police", "school"):
        save(chair, place, agency, IN_PERSON)
    freeze_month(freezer, JUNE, "", seen=0)
    return place


def correct(freezer, seen=1):
    """Open a correction."""
    open_correction(freezer, JUNE, "A register was late.", seen=seen)


def figures(number):
    """What a revision of June keeps."""
    db.session.rollback()
    kept = select(MonthRevision.figures).join(FrozenMonth, FrozenMonth.id == MonthRevision.frozen_month_id)
    return db.session.scalars(kept.where(FrozenMonth.begins_on == JUNE.first, MonthRevision.number == number)).one()


def tasks(viewer):
    """What Home says of months."""
    db.session.rollback()
    return [(task.kind, task.subject) for task in home(viewer).tasks if task.kind in OF_MONTHS]


def refused(viewer, place, **said):
    """What closing is refused for; nothing of it is kept."""
    with pytest.raises(Invalid) as found:
        close_register(viewer, place.id, closing(viewer, place, **said))
    assert stored(Meeting, place.id).register_closed_at is None
    return found.value.errors


class TestTheFirstClosing:
    """Decisions about a child do not wait for figures, and frozen figures do not change in silence."""

    def test_it_is_closed_and_leads_to_a_revision(self, chair, freezer, frozen):
        before = figures(1)
        close_register(chair, frozen.id, closing(chair, frozen))
        assert stored(Meeting, frozen.id).status is MeetingStatus.HELD
        # What was frozen stays as it was until somebody freezes it again, by name and with a reason.
        assert figures(1) == before
        assert month_page(freezer, JUNE).changed_since > 0
        assert freeze_month(freezer, JUNE, "A register was late.", seen=1) == 2
        assert figures(1) == before != figures(2)

    def test_whoever_keeps_it_is_told_before(self, chair, freezer, frozen):
        sheet = read_register(chair, frozen.id)
        told = "The figures of June 2026 are frozen and stay as they are"
        assert told in read_beforehand(chair, sheet).frozen
        assert told in read_closing(chair, sheet, None).frozen
        # Another day may be in a month that is not.
        assert read_closing(chair, sheet, date(2026, 7, 1)).frozen == ""
        correct(freezer)
        sheet = read_register(chair, frozen.id)
        assert read_beforehand(chair, sheet).frozen == read_closing(chair, sheet, None).frozen == ""

    def test_a_month_before_that_is_frozen_is_no_matter(self, chair, frozen):
        change(Meeting, frozen.id, scheduled_on=date(2026, 7, 1))
        sheet = read_register(chair, frozen.id)
        assert read_beforehand(chair, sheet).frozen == read_closing(chair, sheet, None).frozen == ""

    def test_who_was_there_can_be_written_down_all_the_same(self, chair, frozen):
        save(chair, frozen, "gp", ABSENT)
        assert row_of(chair, frozen, "gp").is_set

    def test_one_that_was_held_in_an_open_month_asks_for_nothing(self, chair, freezer, frozen):
        close_register(chair, frozen.id, closing(chair, frozen, held_on=date(2026, 7, 1)))
        assert stored(Meeting, frozen.id).status is MeetingStatus.HELD
        assert tasks(freezer) == []

    def test_another_partnerships_month_is_no_matter(self, viewer, chair, place):
        b_freezer = viewer("b.business_manager", now=JULY)
        freeze_month(b_freezer, JUNE, "", seen=0)
        assert read_beforehand(chair, read_register(chair, place.id)).frozen == ""
        close_register(chair, place.id, closing(chair, place))
        assert tasks(b_freezer) == []


class TestWhatCountsAlready:
    """A register that was opened again, or is of a meeting that a file said was held."""

    def test_one_opened_again_is_closed_again_only_in_an_open_month(self, chair, freezer, frozen):
        correct(freezer)
        close_register(chair, frozen.id, closing(chair, frozen))
        reopen_register(chair, frozen.id, "The police were not there.", stored(Meeting, frozen.id).version)
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert list(refused(chair, frozen)) == ["held_on"]
        # Nor does it leave the frozen month for another one.
        assert list(refused(chair, frozen, held_on=date(2026, 7, 1))) == ["held_on"]
        correct(freezer, seen=2)
        close_register(chair, frozen.id, closing(chair, frozen))

    def test_nobody_is_marked_while_each_mark_would_change_what_is_frozen(self, chair, freezer, place):
        change(Meeting, place.id, status=MeetingStatus.HELD, held_on=date(2026, 6, 10))
        freeze_month(freezer, JUNE, "", seen=0)
        before = stored(Invitation, place.invitations["police"].id).version
        with pytest.raises(Invalid, match="June 2026 are frozen"):
            save(chair, place, "police", IN_PERSON)
        assert stored(Invitation, place.invitations["police"].id).version == before
        assert "this meeting counts in them" in read_beforehand(chair, read_register(chair, place.id)).frozen
        correct(freezer)
        save(chair, place, "police", IN_PERSON)


class TestWhoHears:
    """The business manager, on Home and on the month's page."""

    def test_home_says_that_a_month_has_changed_until_it_is_frozen_again(self, chair, freezer, frozen):
        assert tasks(freezer) == []
        close_register(chair, frozen.id, closing(chair, frozen))
        assert tasks(freezer) == [(TaskKind.MONTH_CHANGED, "June 2026")]
        correct(freezer)
        assert tasks(freezer) == [(TaskKind.MONTH_CORRECTED, "June 2026")]
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert tasks(freezer) == []

    def test_one_that_is_closed_within_a_correction_waits_with_it(self, chair, freezer, frozen):
        correct(freezer)
        close_register(chair, frozen.id, closing(chair, frozen))
        assert tasks(freezer) == [(TaskKind.MONTH_CORRECTED, "June 2026")]
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert tasks(freezer) == []

    def test_one_that_was_opened_again_waits(self, chair, freezer, frozen):
        correct(freezer)
        close_register(chair, frozen.id, closing(chair, frozen))
        reopen_register(chair, frozen.id, "The police were not there.", stored(Meeting, frozen.id).version)
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert tasks(freezer) == [(TaskKind.MONTH_WAITS, "June 2026")]

    def test_the_months_page_says_so_until_a_correction_is_open(self, chair, freezer, frozen):
        assert not month_page(freezer, JUNE).registers_wait
        close_register(chair, frozen.id, closing(chair, frozen))
        correct(freezer)
        reopen_register(chair, frozen.id, "The police were not there.", stored(Meeting, frozen.id).version)
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert month_page(freezer, JUNE).registers_wait
        assert [row.month for row in list_months(freezer, 2026).rows if row.registers_wait] == [JUNE]
        correct(freezer, seen=2)
        assert not month_page(freezer, JUNE).registers_wait
        assert not any(row.registers_wait for row in list_months(freezer, 2026).rows)

    def test_a_register_that_nobody_has_begun_waits_for_nobody(self, freezer, place):
        freeze_month(freezer, JUNE, "", seen=0)
        assert tasks(freezer) == []
        assert not month_page(freezer, JUNE).registers_wait

    @pytest.mark.parametrize("key", ["b.business_manager", "a.board", "a.scrutineer", "a.manager", "a.administrator"])
    def test_nobody_else_is_asked(self, viewer, chair, frozen, key):
        close_register(chair, frozen.id, closing(chair, frozen))
        assert tasks(viewer(key, now=JULY)) == []

    def test_a_month_that_is_not_frozen_waits_for_nobody(self, chair, freezer, place):
        save(chair, place, "police", IN_PERSON)
        assert tasks(freezer) == []
        assert not month_page(freezer, JUNE).registers_wait

    def test_of_two_partnerships_each_hears_of_its_own(self, viewer, chair, frozen):
        close_register(chair, frozen.id, closing(chair, frozen))
        freeze_month(viewer("b.business_manager", now=JULY), JUNE, "", seen=0)
        both = replace(
            viewer("a.business_manager", now=JULY),
            hats=(viewer("a.business_manager").hat, viewer("b.business_manager").hat),
        )
        (task,) = [task for task in home(both).tasks if task.kind in OF_MONTHS]
        assert task.hat == viewer("a.business_manager").hat
