"""A quarter is frozen and corrected in one act, and whoever quotes it says as at which day and revision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.months import Month
from portal.domain.quarters import Quarter
from portal.models.frozen_months import FrozenMonth
from portal.services.frozen_months import freezing, quarters
from portal.services.frozen_months.page import newest_revision
from tests.services.rows import trail
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

WINTER = Quarter(2026, 1)
SPRING = Quarter(2026, 2)
NOTHING = (0, 0, 0)
LATER = timedelta(days=30)


@pytest.fixture
def keeper(viewer):
    """A's business manager, by default on the world's day."""
    return lambda after=timedelta(0): viewer("a.business_manager", now=NOW + after)


def frozen() -> int:
    """How many months are frozen in all."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(FrozenMonth)) or 0


def test_three_months_are_frozen_in_one_act(keeper, world):
    assert quarters.as_at(keeper(), WINTER) is None
    assert quarters.freeze_quarter(keeper(), WINTER, "As reported.", seen=NOTHING) == 1
    assert quarters.as_at(keeper(), WINTER) == (date(2026, 6, 10), 1)
    assert [newest_revision(keeper(), month) for month in WINTER.months] == [1, 1, 1]
    assert trail("quarter.frozen", world.partnerships["a"]) == 1
    page = quarters.quarter_page(keeper(), WINTER)
    assert (page.is_frozen, page.may_freeze, page.may_correct, page.seen) == (True, False, True, (1, 1, 1))
    with pytest.raises(Invalid, match="is frozen"):
        quarters.freeze_quarter(keeper(), WINTER, "", seen=(1, 1, 1))


def test_a_correction_opens_all_three_and_the_next_revision_ends_it(keeper):
    quarters.freeze_quarter(keeper(), WINTER, "", seen=NOTHING)
    quarters.correct_quarter(keeper(LATER), WINTER, "A register was wrong.", seen=(1, 1, 1))
    page = quarters.quarter_page(keeper(LATER), WINTER)
    assert page.is_correcting
    assert {month.reason for month in page.months} == {"A register was wrong."}
    # Until it is frozen again, it stands as it was frozen.
    assert quarters.as_at(keeper(LATER), WINTER) == (date(2026, 6, 10), 1)
    assert quarters.freeze_quarter(keeper(LATER), WINTER, "It was put right.", seen=(1, 1, 1)) == 2
    assert quarters.as_at(keeper(LATER), WINTER) == (date(2026, 7, 10), 2)


def test_a_revision_after_the_first_needs_its_reason_and_without_it_nothing_is_frozen(keeper):
    quarters.freeze_quarter(keeper(), WINTER, "", seen=NOTHING)
    quarters.correct_quarter(keeper(LATER), WINTER, "A register was wrong.", seen=(1, 1, 1))
    with pytest.raises(Invalid) as refused:
        quarters.freeze_quarter(keeper(LATER), WINTER, " ", seen=(1, 1, 1))
    assert list(refused.value.errors) == ["note"]
    assert quarters.as_at(keeper(LATER), WINTER) == (date(2026, 6, 10), 1)


def test_all_or_nothing(keeper, viewer):
    """The last month was frozen by somebody else meanwhile: then the first is not frozen either."""
    before = frozen()
    freezing.freeze_month(keeper(), Month(2026, 3), "", seen=0)
    with pytest.raises(Conflict):
        quarters.freeze_quarter(keeper(), WINTER, "", seen=NOTHING)
    assert frozen() == before + 1
    # Seen as it is, the other two are frozen beside it.
    assert quarters.freeze_quarter(keeper(LATER), WINTER, "", seen=(0, 0, 1)) == 1
    assert [newest_revision(viewer("a.board"), month) for month in WINTER.months] == [1, 1, 1]


def test_one_month_corrected_alone_is_the_next_revision_of_the_quarter(keeper):
    quarters.freeze_quarter(keeper(), WINTER, "", seen=NOTHING)
    february = Month(2026, 2)
    freezing.open_correction(keeper(LATER), february, "One register.", seen=1)
    freezing.freeze_month(keeper(LATER), february, "One register.", seen=1)
    assert quarters.as_at(keeper(LATER), WINTER) == (date(2026, 7, 10), 2)
    assert quarters.quarter_page(keeper(LATER), WINTER).seen == (1, 2, 1)


def test_a_quarter_that_is_not_over_or_not_frozen(keeper):
    with pytest.raises(NotPermitted, match="not over"):
        quarters.freeze_quarter(keeper(), SPRING, "", seen=NOTHING)
    with pytest.raises(NotVisible):
        quarters.correct_quarter(keeper(), WINTER, "Why not", seen=NOTHING)
    with pytest.raises(NotPermitted):
        quarters.correct_quarter(keeper(), SPRING, "Why not", seen=NOTHING)


@pytest.mark.parametrize("key", ["a.board", "a.manager", "a.gp.lead", "a.scrutineer", "a.administrator"])
def test_only_the_business_manager_freezes(viewer, key):
    with pytest.raises(NotPermitted):
        quarters.freeze_quarter(viewer(key), WINTER, "", seen=NOTHING)
    with pytest.raises(NotPermitted):
        quarters.correct_quarter(viewer(key), WINTER, "x", seen=NOTHING)


def test_another_partnership_is_none_of_it(keeper, foreign_manager, viewer):
    quarters.freeze_quarter(keeper(), WINTER, "", seen=NOTHING)
    assert quarters.as_at(foreign_manager, WINTER) is None
    assert [row.revision for row in quarters.list_quarters(foreign_manager)] == [0, 0, 0, 0]
    (winter, *_earlier) = quarters.list_quarters(viewer("a.board"))
    assert (winter.quarter, winter.revision) == (WINTER, 1)


def test_frozen_months_are_listed_for_whoever_reads_figures(viewer):
    (april,) = quarters.list_frozen(viewer("a.board"))
    assert (april.month, april.revision) == (Month(2026, 4), 2)
    with pytest.raises(NotPermitted):
        quarters.list_frozen(viewer("a.chair"))
