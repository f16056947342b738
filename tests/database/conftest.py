"""What the tests about pooled connections begin with."""

from __future__ import annotations

import pytest

from portal.database.scopes import Scope
from portal.database.session import db


@pytest.fixture
def server(database):
    """PostgreSQL; SQLite is told nothing."""
    if database.backend == "sqlite":
        pytest.skip("SQLite has no row-level security")
    # One's own: on one that served other tests, what is asked often is prepared by now, which is a trip more.
    db.engine.dispose()
    return database


@pytest.fixture
def of_a(world):
    """The rows of partnership A."""
    return Scope.of([world.partnerships["a"]], [world.partnerships["a"]])
