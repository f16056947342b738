"""What the invented partnerships hold their measures against: figures that were published, each with where."""

from __future__ import annotations

import csv
from datetime import date, time
from io import StringIO

from portal.access.viewer import Viewer
from portal.domain.comparators import CHILDREN, COLUMNS, TARGET
from portal.domain.months import Month
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_working_days, london_instant
from portal.services.comparators import keeping
from portal.services.demo.audits.cast import Cast

_C4 = "Department for Education, Children in need, table C4, durations from section 47 start"
_SELF = "Barking and Dagenham, children’s services self-evaluation 2018, comparators as quoted there"
_PUBLISHED = (
    # 58,670 of 72,090 conferences within 15 working days.
    ("initial_in_time_section_47", "England", "2024/25", "81.4", f"{_C4}, 2025"),
    # 6,850 and 51,480 of 74,350 conferences.
    ("initial_in_time_section_47", "England", "2022/23", "78.5", f"{_C4}, 2023"),
    ("initial_in_time", "Other areas, the highest", "2017-04/2017-12", "77", f"{_SELF} (75 to 77)"),
    ("strategy_safety_plan", "Barking and Dagenham", "2016", "14", _SELF),
    ("attendance", "Barking and Dagenham, police, 2014 inspection", "2014", "16", _SELF),
)
_RATES = (("London", "39"), ("England", "43"), ("Similar areas", "47"))
"""Child protection plans for every 10,000 children at the end of 2017."""
_TARGETS = (("attendance", "90"), ("reports", "95"), ("initial_in_time", "95"), ("quorate", "100"))
_KEPT = -10
"""Working days to the demonstration's day."""
_CHILDREN = {"Eastmarsh": 61_800, "Westmoor": 40_000}
"""Of Eastmarsh, those by whom 347 plans are 56 for every 10,000."""


def plan(cast: Cast) -> None:
    """Let the business manager put the file in place."""
    when = london_instant(add_working_days(cast.today, _KEPT), time(9, 20))
    name = cast.place.name
    cast.diary.add(when, cast.wide(Role.BUSINESS_MANAGER), lambda viewer: _keep(viewer, name, cast.today))


def _keep(viewer: Viewer, partnership: str, today: date) -> None:
    """Targets hold from the month twelve months ago."""
    since = str(Month.of(today).plus(-12))
    rows = [
        *_PUBLISHED,
        *(("plans_per_10000", area, "2017-12-31", value, _SELF) for area, value in _RATES),
        *((measure_id, TARGET, since, value, "Agreed by the board (invented)") for measure_id, value in _TARGETS),
        (CHILDREN, partnership, str(today.year - 1), str(_CHILDREN[partnership]), "Mid-year estimate (invented)"),
    ]
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    keeping.keep(viewer, text.getvalue().encode(), seen=0)
