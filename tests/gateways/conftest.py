"""What the tests of the file stores share."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.gateways import file_store
from tests.gateways.stores import Shelf, made
from tests.s3_server import Server


@pytest.fixture(params=["folder", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path, s3_process: Server) -> Shelf:
    """A store of each kind."""
    return made(request.param, tmp_path, s3_process)


@pytest.fixture(scope="module", params=["folder", "s3"])
def small_shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, s3_process: Server) -> Shelf:
    """One for many examples, with chunks so small that a few bytes fill several."""
    return made(request.param, tmp_path_factory.mktemp("store"), s3_process)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes to the chunk."""
    monkeypatch.setattr(file_store, "CHUNK", 16)
