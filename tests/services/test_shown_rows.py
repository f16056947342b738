"""The contract's columns for machines: whole where nothing is small, and never more than other pages tell."""

from __future__ import annotations

import pytest

from portal.access.viewer import FiguresKey, Viewer
from portal.domain.errors import Invalid, NotPermitted
from portal.domain.indicators import shown
from portal.domain.months import Month
from portal.services.indicators import indicators
from portal.services.indicators.shown_rows import CONFERENCES_TOGETHER, shown_indicators
from tests.areas import Area, meeting, part
from tests.world import NOW

pytestmark = pytest.mark.usefixtures("database")

APRIL, MAY = Month(2026, 4), Month(2026, 5)


@pytest.fixture
def busy(world):
    """20 reviews of May: the police came to all, the surgery to 8."""
    area = Area.of(world.partnerships["a"])
    codes = {agency: world.agency_codes[f"a.{agency}"] for agency in ("police", "gp")}
    refs = [f"BUSY-{number}" for number in range(20)]
    area.meetings(*(meeting(ref, "review_conference", "2026-05-14", trigger_on="2026-02-01") for ref in refs))
    area.attendance(
        *(part(ref, codes["police"], "video") for ref in refs),
        *(part(ref, codes["gp"], "video" if number < 8 else "") for number, ref in enumerate(refs)),
    )
    return area


@pytest.fixture
def machine(world):
    """A key of A, of an agency or of the whole partnership."""

    def made(agency: str = "") -> Viewer:
        agency_id = world.agencies[agency] if agency else None
        return Viewer.by_key(NOW, "tests", FiguresKey(1, world.partnerships["a"], "A", agency_id, agency))

    return made


@pytest.mark.parametrize("by", [(), ("agency_type",), ("meeting_type",), ("meeting_type", "month"), ("month",)])
def test_whoever_sees_small_counts_reads_what_the_command_line_exports(viewer, busy, by):
    manager = viewer("a.manager")
    expected = indicators(manager, start=MAY.first, end=MAY.last, by=by)
    found = shown_indicators(manager, MAY, MAY, by)
    assert [{**row.keys, **row.figures} for row in found] == [
        row for row in expected if any(row[one.id] for one in shown(by) if not one.is_rate)
    ]
    assert not any(row.withheld for row in found)


def test_what_is_small_is_withheld_from_a_key_and_said_to_be(machine, busy):
    rows = {row.keys["agency_type"]: row for row in shown_indicators(machine(), MAY, MAY, ("agency_type",))}
    assert all(
        figure is None or figure == 0 or figure > 5
        for row in rows.values()
        for name, figure in row.figures.items()
        if not name.endswith("_rate")
    )
    assert any(row.withheld for row in rows.values())
    for row in rows.values():
        for name in row.withheld:
            assert row.figures[name] is None


def test_a_key_of_an_agency_reads_that_agency_alone(machine, busy, world):
    (row,) = shown_indicators(machine("a.gp"), APRIL, MAY, ("meeting_type",))[:1]
    assert row.keys == {"meeting_type": CONFERENCES_TOGETHER}
    # Of 20 expected it came to 8, whatever the other agencies did.
    assert row.figures["expected"] in (None, 20)
    foreign = Viewer.by_key(NOW, "tests", FiguresKey(1, world.partnerships["b"], "B", world.agencies["b.gp"], "B"))
    assert all(
        figure in (None, 0) or name.endswith("_rate")
        for row in shown_indicators(foreign, APRIL, MAY, ("meeting_type",))
        for name, figure in row.figures.items()
    )


def test_a_row_says_no_more_together_than_apart(machine, busy):
    """Months and their sum, kinds and their total: what is withheld alone is not the rest of what is shown."""
    key = machine()
    april, may, both = (shown_indicators(key, *span) for span in ((APRIL, APRIL), (MAY, MAY), (APRIL, MAY)))
    for name in ("expected", "attended", "reports_due", "reports_received"):
        parts = [rows[0].figures[name] if rows else 0 for rows in (april, may)]
        whole = both[0].figures[name] if both else 0
        hidden = [one for one in parts if one is None]
        assert not (len(hidden) == 1 and whole is not None and any(parts)), name


def test_what_cannot_be_asked(machine, viewer):
    with pytest.raises(Invalid):
        shown_indicators(machine(), MAY, APRIL)
    with pytest.raises(Invalid):
        shown_indicators(machine(), APRIL, MAY, ("agency",))
    with pytest.raises(NotPermitted):
        shown_indicators(viewer("a.chair"), APRIL, MAY)


def test_it_costs_the_same_however_many_rows_there_are(machine, busy, count_queries):
    with count_queries() as statements:
        shown_indicators(machine(), Month(2025, 6), MAY, ("agency_type", "meeting_type", "month"))
    assert len(statements) <= 8, statements
