"""A register in a frozen month: it is closed once a correction is open, and somebody hears that it waits."""

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
OF_MONTHS = (TaskKind.MONTH_WAITS, TaskKind.MONTH_CORRECTED)


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
    """As a correction of a closed register: the month has to be open for it."""

    def test_it_waits_for_a_correction_and_leads_to_a_revision(self, chair, freezer, frozen):
        before = figures(1)
        errors = refused(chair, frozen)
        assert list(errors) == ["held_on"]
        assert "The figures of June 2026 are frozen" in errors["held_on"][0]
        correct(freezer)
        close_register(chair, frozen.id, closing(chair, frozen))
        # What was frozen stays as it was, also while the next revision is awaited.
        assert figures(1) == before
        assert month_page(freezer, JUNE).changed_since > 0
        assert freeze_month(freezer, JUNE, "A register was late.", seen=1) == 2
        assert figures(1) == before != figures(2)

    def test_whoever_keeps_it_is_told_before(self, chair, freezer, frozen):
        sheet = read_register(chair, frozen.id)
        assert "June 2026 are frozen" in read_beforehand(chair, sheet).sealed
        assert "June 2026 are frozen" in read_closing(chair, sheet, None).sealed
        # Another day may be in a month that is not.
        assert read_closing(chair, sheet, date(2026, 7, 1)).sealed == ""
        correct(freezer)
        assert read_beforehand(chair, sheet).sealed == read_closing(chair, sheet, None).sealed == ""

    def test_who_was_there_can_be_written_down_all_the_same(self, chair, frozen):
        save(chair, frozen, "gp", ABSENT)
        assert row_of(chair, frozen, "gp").is_set

    def test_one_that_was_held_in_an_open_month_is_closed(self, chair, frozen):
        close_register(chair, frozen.id, closing(chair, frozen, held_on=date(2026, 7, 1)))
        assert stored(Meeting, frozen.id).status is MeetingStatus.HELD

    def test_another_partnerships_month_keeps_nothing_open(self, viewer, chair, place):
        freeze_month(viewer("b.business_manager", now=JULY), JUNE, "", seen=0)
        assert read_beforehand(chair, read_register(chair, place.id)).sealed == ""
        close_register(chair, place.id, closing(chair, place))


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
        assert "this meeting counts in them" in read_beforehand(chair, read_register(chair, place.id)).sealed
        correct(freezer)
        save(chair, place, "police", IN_PERSON)


class TestWhoHears:
    """The business manager, on Home and on the month's page."""

    def test_home_says_that_a_register_waits_and_then_that_a_revision_does(self, chair, freezer, frozen):
        assert tasks(freezer) == [(TaskKind.MONTH_WAITS, "June 2026")]
        correct(freezer)
        assert tasks(freezer) == [(TaskKind.MONTH_CORRECTED, "June 2026")]
        close_register(chair, frozen.id, closing(chair, frozen))
        assert tasks(freezer) == [(TaskKind.MONTH_CORRECTED, "June 2026")]
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert tasks(freezer) == []

    def test_one_that_was_opened_again_waits_too(self, chair, freezer, frozen):
        correct(freezer)
        close_register(chair, frozen.id, closing(chair, frozen))
        reopen_register(chair, frozen.id, "The police were not there.", stored(Meeting, frozen.id).version)
        freeze_month(freezer, JUNE, "A register was late.", seen=1)
        assert tasks(freezer) == [(TaskKind.MONTH_WAITS, "June 2026")]

    def test_the_months_page_says_so_until_a_correction_is_open(self, freezer, frozen):
        assert month_page(freezer, JUNE).registers_wait
        assert [row.month for row in list_months(freezer, 2026).rows if row.registers_wait] == [JUNE]
        correct(freezer)
        assert not month_page(freezer, JUNE).registers_wait
        assert not any(row.registers_wait for row in list_months(freezer, 2026).rows)

    def test_a_register_that_nobody_has_begun_waits_for_nobody(self, freezer, place):
        freeze_month(freezer, JUNE, "", seen=0)
        assert tasks(freezer) == []
        assert not month_page(freezer, JUNE).registers_wait

    @pytest.mark.parametrize("key", ["b.business_manager", "a.board", "a.scrutineer", "a.manager", "a.administrator"])
    def test_nobody_else_is_asked(self, viewer, frozen, key):
        assert tasks(viewer(key, now=JULY)) == []

    def test_a_month_that_is_not_frozen_waits_for_nobody(self, chair, freezer, place):
        save(chair, place, "police", IN_PERSON)
        assert tasks(freezer) == []
        assert not month_page(freezer, JUNE).registers_wait

    def test_of_two_partnerships_each_hears_of_its_own(self, viewer, frozen):
        freeze_month(viewer("b.business_manager", now=JULY), JUNE, "", seen=0)
        both = replace(
            viewer("a.business_manager", now=JULY),
            hats=(viewer("a.business_manager").hat, viewer("b.business_manager").hat),
        )
        (task,) = [task for task in home(both).tasks if task.kind in OF_MONTHS]
        assert task.hat == viewer("a.business_manager").hat
