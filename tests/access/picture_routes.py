"""The matrix's lines about pictures of figures, and what measures are held against."""

from __future__ import annotations

from tempfile import NamedTemporaryFile, TemporaryDirectory

from tests.access.filling import Filling, filling
from tests.access.who import BOARD, LEADS, Route, open_to
from tests.world import World

READERS = BOARD | LEADS | {"manager", "sector_lead"}
COMPARERS = BOARD | {"manager", "sector_lead"}
NEW_FILE = "/figures/comparators/new-file"
_UPLOADS = TemporaryDirectory()

PICTURE_ROUTES: dict[str, dict[str, Route]] = {
    "/figures/measures/<measure_id>/run.svg": {"GET": open_to(READERS, (404,))},
    "/figures/compare": {"GET": open_to(COMPARERS)},
    "/figures/heat.svg": {"GET": open_to(COMPARERS)},
    "/figures/funnel": {"GET": open_to(COMPARERS)},
    # The world has too few agencies of a kind for a funnel.
    "/figures/funnel.svg": {"GET": open_to(COMPARERS, (404,))},
    "/figures/multiples": {"GET": open_to(COMPARERS)},
    "/figures/multiples.svg": {"GET": open_to(COMPARERS)},
    "/figures/comparators": {"GET": open_to(READERS)},
    "/figures/comparators/file": {"GET": open_to(READERS)},
    NEW_FILE: {"GET": open_to({"business_manager"}), "POST": open_to({"business_manager"})},
}


def _file(_world: World) -> tuple[str, str]:
    """A list of one row, by its path, because a client closes what it has sent."""
    with NamedTemporaryFile("w", dir=_UPLOADS.name, suffix=".csv", delete=False, encoding="utf-8") as file:
        file.write("measure_id,area,period,value,source\nattendance,target,2026,90,The board\n")
    return file.name, "list.csv"


PICTURE_FILLINGS: dict[str | tuple[str, str], Filling] = {NEW_FILE: filling(file=_file)}
