"""The demonstration at scale 1, built once for each backend and worker."""

from __future__ import annotations

import pytest

from tests.demonstration import Demonstration, build_demonstration
from tests.harness import Database


@pytest.fixture(scope="session")
def made_demonstrations() -> dict[str, Demonstration]:
    """This worker's demonstrations by backend: pytest forgets `demo` at every change, and to build one is dear."""
    return {}


@pytest.fixture(scope="session")
def demo(
    databases: Database, made_demonstrations: dict[str, Demonstration], tmp_path_factory: pytest.TempPathFactory
) -> Demonstration:
    """The demonstration; tests look at it and leave it as it is, but for sign-ins."""
    if databases.backend not in made_demonstrations:
        folder = tmp_path_factory.mktemp("demo")
        made_demonstrations[databases.backend] = build_demonstration(databases, "demo", folder)
    return made_demonstrations[databases.backend]
