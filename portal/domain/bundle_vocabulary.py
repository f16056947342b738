"""Words of a meeting's bundle of reports: who may have a report, and what ends a bundle."""

from __future__ import annotations

from enum import StrEnum


class MaySee(StrEnum):
    """Who may have a report, in the words of the question `may_be_shared`: the first ones may have most."""

    FAMILY = "family"
    AGENCIES = "agencies"
    """The agencies at the meeting, and not the family."""
    READ_OUT = "read_out"
    """Only to be read out in the meeting: it goes to nobody on paper."""


class BundleEnd(StrEnum):
    """Why a bundle is opened no more."""

    REPLACED = "replaced"
    """A newer one says more."""
    WITHDRAWN = "withdrawn"
    """A report that stood in it was taken back."""
