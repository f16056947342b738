"""The demonstration at scale 1, each worker's own copy for each backend; and a backup of the world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from portal.access.viewer import Viewer
from tests.databases import Database
from tests.demonstration import Demonstration, copied_demonstration
from tests.harness import share_templates
from tests.world import MeetingPlace, World


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
def instance(tmp_path: Path) -> Path:
    """An instance's folder for whoever serves: with this run's compiled templates, or each would compile its own."""
    return share_templates(tmp_path)


@pytest.fixture
def backup(command: Callable[..., Result], tmp_path: Path) -> Path:
    """A backup of the world."""
    path = tmp_path / "world.backup"
    done = command("backup", "create", path)
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def head(world: World, viewer_of: Callable[..., Viewer]) -> Viewer:
    """The lead of A's school, who writes its report."""
    return viewer_of(world.person("a.school.lead"))


@pytest.fixture
def place(world: World) -> MeetingPlace:
    """A's initial conference."""
    return world.meeting("a.initial")
