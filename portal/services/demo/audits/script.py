"""Which audits each invented partnership holds."""

from __future__ import annotations

from portal.services.demo.audits import school_rounds, section_11
from portal.services.demo.audits.cast import Cast


def eastmarsh(cast: Cast) -> None:
    """A schools' audit that is over and its update, and a section 11 audit of the others."""
    school_rounds.plan_eastmarsh(cast)
    section_11.plan_eastmarsh(cast)


def westmoor(cast: Cast) -> None:
    """A schools' audit and a section 11 audit, both going on."""
    school_rounds.plan_westmoor(cast)
    section_11.plan_westmoor(cast)
