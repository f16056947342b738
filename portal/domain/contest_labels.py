"""What pages call each word of a contest: in full, and short for tables and tags."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from portal.domain.contest_vocabulary import ContestReason, ContestStatus

CONTEST_LABELS: Mapping[type[StrEnum], Mapping[StrEnum, tuple[str, str]]] = {
    ContestReason: {
        ContestReason.NEVER_OURS: ("We have never known the child", "Never known"),
        ContestReason.NO_LONGER_OURS: ("The child had left us by then", "Had left"),
        ContestReason.INVITED_TOO_LATE: ("The invitation came too late for us to come", "Invited too late"),
        ContestReason.NOT_INVITED: ("No invitation reached us", "Not invited"),
        ContestReason.REPORT_ENOUGH: ("A report from us is enough", "Report is enough"),
        ContestReason.ANOTHER_AGENCY: ("Another agency speaks for us", "Another speaks"),
        ContestReason.WE_KNOW_THE_CHILD: ("We know the child and should be asked", "Knows the child"),
        ContestReason.SOMETHING_ELSE: ("Something else", "Something else"),
    },
    ContestStatus: {
        ContestStatus.OPEN: ("Not decided yet", "Not decided"),
        ContestStatus.UPHELD: ("Upheld: what is expected was changed", "Upheld"),
        ContestStatus.KEPT: ("Not upheld: what is expected stays", "Not upheld"),
        ContestStatus.WITHDRAWN: ("Taken back by the agency", "Taken back"),
    },
}
