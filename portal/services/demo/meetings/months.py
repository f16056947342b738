"""Months whose figures the business manager has frozen: two, of which one was corrected since."""

from __future__ import annotations

from datetime import date

from portal.access.viewer import Viewer
from portal.domain.months import Month
from portal.domain.vocabulary import Role
from portal.services.demo.meetings.gatherings import Stage
from portal.services.frozen_months.freezing import freeze_month, open_correction

WRONG = "Two reports of the surgery on Marsh Lane stood in the wrong month, as the surgery has shown us."
RIGHT = "Two reports were put into the month in which they came."


def plan(stage: Stage, first_day: date) -> None:
    """Freeze the first two months of the counted quarters, and the second of them once more after a correction."""
    manager = stage.cast.wide(Role.BUSINESS_MANAGER)
    first = Month.of(first_day)
    second = first.plus(1)

    def freeze(viewer: Viewer) -> None:
        freeze_month(viewer, first, "", seen=0)
        freeze_month(viewer, second, "Taken for the annual report.", seen=0)

    def correct(viewer: Viewer) -> None:
        freeze_month(viewer, second, RIGHT, seen=1)

    stage.at(-12, freeze, manager, 11)
    stage.at(-6, lambda viewer: open_correction(viewer, second, WRONG, seen=1), manager, 11)
    stage.at(-4, correct, manager, 16)
