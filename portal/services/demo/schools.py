"""The schools of Eastmarsh that no conference of the invented families needs, in the trusts that run them.

They make the schools' audit as large as a real one. Each trust has one safeguarding lead, one executive head and one
governor for all of its schools, so that there are few accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.audit_vocabulary import SchoolPhase

EARLY_YEARS, PRIMARY, SECONDARY = SchoolPhase.EARLY_YEARS, SchoolPhase.PRIMARY, SchoolPhase.SECONDARY
ALL_THROUGH, POST_16, SPECIAL = SchoolPhase.ALL_THROUGH, SchoolPhase.POST_16, SchoolPhase.SPECIAL


@dataclass(frozen=True, slots=True)
class Trust:
    """Schools that share who leads on safeguarding, who heads them and who governs them."""

    schools: tuple[tuple[str, SchoolPhase], ...]


TRUSTS = (
    Trust(
        (
            ("Avocetmere Primary School", PRIMARY),
            ("Bulrushby Primary School", PRIMARY),
            ("Cordgrass Bank Primary School", PRIMARY),
            ("Dunlinfleet Primary School", PRIMARY),
            ("Eelmarsh Juniors", PRIMARY),
            ("Fulmarsea Infants", PRIMARY),
            ("Glasswort Nursery School", EARLY_YEARS),
        )
    ),
    Trust(
        (
            ("Hithewater Primary School", PRIMARY),
            ("Jettyholme Primary School", PRIMARY),
            ("Kelpwick Primary School", PRIMARY),
            ("Lapwing Flats Primary School", PRIMARY),
            ("Marramgate Primary School", PRIMARY),
            ("Needlewick Nursery School", EARLY_YEARS),
            ("Osierfleet Primary School", PRIMARY),
        )
    ),
    Trust(
        (
            ("Pintailmere High School", SECONDARY),
            ("Quaybrook Academy", SECONDARY),
            ("Redshankby Academy", SECONDARY),
            ("Sandbarrow High School", SECONDARY),
            ("Tealwater School", SPECIAL),
            ("Uppersalt School", ALL_THROUGH),
            ("Wigeonsea Sixth Form College", POST_16),
        )
    ),
    Trust(
        (
            ("Breakwater Lane Primary School", PRIMARY),
            ("Causewayby Primary School", PRIMARY),
            ("Driftholme Primary School", PRIMARY),
            ("Estuary Row Infants", PRIMARY),
            ("Foreshoreham School", SPECIAL),
            ("Groynewick High School", SECONDARY),
        )
    ),
)

PHASES = {
    "EM-SCH-1": PRIMARY,
    "EM-SCH-2": SECONDARY,
    "EM-SCH-3": PRIMARY,
    "EM-SCH-4": SECONDARY,
    "EM-SCH-5": PRIMARY,
    "WM-SCH-1": PRIMARY,
    "WM-SCH-2": SECONDARY,
    "WM-SCH-3": PRIMARY,
}
"""The ages at the schools that conferences invite."""
