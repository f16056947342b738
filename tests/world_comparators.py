"""What the world’s partnerships hold their measures against, each with a source that the other never reads."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from portal.domain.comparators import CHILDREN, PHASE, TARGET, Kind
from portal.models.comparators import Comparator, ComparatorFile
from tests.world import NOW, PARTNERSHIPS, World

READERS = ("board", "business_manager", "scrutineer", "manager", "sector_lead")
LEADS = ("social_care.lead", "police.lead", "gp.lead", "other_gp.lead", "school.lead")


class ComparatorBuilder:
    """Writes a file for each partnership in one open transaction."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.world = world

    def build(self) -> None:
        """A target, two areas, a phase and the number of children."""
        for letter in PARTNERSHIPS:
            partnership_id = self.world.partnerships[letter]
            readers = {f"{letter}.{name}" for name in (*READERS, *LEADS) if f"{letter}.{name}" in self.world.people}
            # Who works for both leads the police in B.
            readers |= {"both"} if letter == "b" else set()
            source = self.world.mark("comparator", letter, readers, f"ZQ-{letter.upper()}-COMPARATOR-QZ")
            file = ComparatorFile(
                partnership_id=partnership_id,
                kept_at=NOW - timedelta(days=30),
                kept_by_id=self.world.person(f"{letter}.business_manager").user_id,
            )
            self.session.add(file)
            self.session.flush()
            for kind, measure_id, area, period, tenths in (
                (Kind.AREA, "initial_in_time", "England", "2023/24", 790),
                (Kind.AREA, "initial_in_time", "England", "2024/25", 814),
                (Kind.AREA, "initial_in_time", "London", "2024/25", 770),
                (Kind.TARGET, "initial_in_time", TARGET, "2025-04", 950),
                (Kind.PHASE, "initial_in_time", PHASE, "2026-01", None),
                (Kind.CHILDREN, CHILDREN, "Here", "2025", 618_000 if letter == "a" else 400_000),
            ):
                self.session.add(
                    Comparator(
                        partnership_id=partnership_id,
                        file_id=file.id,
                        kind=kind,
                        measure_id=measure_id,
                        area=area,
                        period=period,
                        tenths=tenths,
                        source=source,
                    )
                )
        self.session.flush()
