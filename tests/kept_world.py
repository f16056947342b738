"""The world kept on disk from one run to the next, for `make mutants`, which starts hundreds of them.

Only where PORTAL_TESTS_KEPT names a folder, and only on SQLite. Whoever changes builders or migrations empties it.
"""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

from tests.world import World

VARIABLE = "PORTAL_TESTS_KEPT"
_WORLD = "world.pickle"


def kept_folder(backend: str) -> Path | None:
    """Where the world of this backend is kept; None where it is built anew."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named and backend == "sqlite" else None


def take(kept: Path | None, folder: Path, *stores: Path) -> World | None:
    """Put the kept database and files where a built one's are; None where nothing is kept yet."""
    if kept is None or not (kept / _WORLD).exists():
        return None
    shutil.copyfile(kept / "world.sqlite3", folder / "world.sqlite3")
    for store in stores:
        shutil.copytree(kept / "files", store, dirs_exist_ok=True)
    world: World = pickle.loads((kept / _WORLD).read_bytes())
    return world


def keep(kept: Path | None, folder: Path, world: World) -> None:
    """Keep what was just built; of two runs at once, the one that is done first."""
    if kept is None or (kept / _WORLD).exists():
        return
    kept.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(folder / "world.sqlite3", kept / "world.sqlite3")
    shutil.copytree(folder / "files", kept / "files", dirs_exist_ok=True)
    part = kept / f"{os.getpid()}.part"
    part.write_bytes(pickle.dumps(world))
    part.replace(kept / _WORLD)
