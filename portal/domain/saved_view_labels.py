"""What pages call each word of saved views: in full, and short for tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.saved_views import SendEvery

SAVED_VIEW_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    SendEvery: {
        SendEvery.NEVER: ("No", "No"),
        SendEvery.WEEK: ("Every week, on the first working day", "Every week"),
        SendEvery.MONTH: ("Every month, on the first working day", "Every month"),
    },
}
