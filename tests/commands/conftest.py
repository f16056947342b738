"""The demonstration at scale 1: each worker's own copy for each backend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.demonstration import Demonstration, copied_demonstration
from tests.harness import Database


@pytest.fixture(scope="session")
def made_demonstrations() -> dict[str, Demonstration]:
    """This worker's demonstrations by backend: pytest forgets `demo` at every change."""
    return {}


@pytest.fixture(scope="session")
def demo(
    databases: Database,
    made_demonstrations: dict[str, Demonstration],
    run_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Demonstration:
    """The demonstration; tests look at it and leave it as it is, but for sign-ins."""
    if databases.backend not in made_demonstrations:
        folder = tmp_path_factory.mktemp("demo") / "instance"
        made_demonstrations[databases.backend] = copied_demonstration(databases, "demo", folder, run_folder)
    return made_demonstrations[databases.backend]


@pytest.fixture
def on_one_database(databases: Database) -> None:
    """For whoever visits page after page of the demonstration: what they show, the world's own tests ask of both."""
    if databases.backend == "postgresql":
        pytest.skip("which pages show what is asked of PostgreSQL in tests/access and tests/pages")
