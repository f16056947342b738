"""A really served portal and a browser before it. Browser tests run on one database: the pages know of none.

served    the portal on a fresh copy of the world, at world.now: served.address, served.world, served.app; it can be
          stopped and started again by served.server
page      a window of Chromium that knows the address: page.goto("/meetings"); at the end it must have had no complaint
new_page  one more window with cookies of its own, for a second person
sign_in_in_browser  sign_in_in_browser(page, person), typing password and code
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.complaints import listen
from tests.browser.serving import Server, running
from tests.browser.signing_in import sign_in
from tests.databases import Database
from tests.world import Person, World

# What is expected may take longer on a machine that does other things too; what never comes is found out all the same.
expect.set_options(timeout=20_000)

WINDOW: dict[str, Any] = {
    "viewport": {"width": 1280, "height": 900},
    "locale": "en-GB",
    "timezone_id": "Europe/London",
    "reduced_motion": "reduce",
}


@dataclass(frozen=True)
class Served:
    """Where the portal is, and what is in it."""

    address: str
    app: Flask
    world: World
    server: Server


@pytest.fixture(scope="session")
def databases(run_folder: Path, worker: str) -> Database:
    """Databases of browser tests' own, on SQLite alone."""
    return Database.on("sqlite", run_folder, f"{worker}-browser")


@pytest.fixture
def served(database: Database, at_world_time: time_machine.Traveller) -> Iterator[Served]:
    """The portal, served on a fresh copy of the world while it is world.now."""
    with running(database.app) as server:
        yield Served(server.address, database.app, database.world, server)


@pytest.fixture
def new_page(browser: Browser, served: Served) -> Iterator[Callable[[], Page]]:
    """Windows with cookies of their own; whatever any of them complained about fails the test at its end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window() -> Page:
        context = browser.new_context(base_url=served.address, **WINDOW)
        contexts.append(context)
        listen(context, complaints)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """The window of one person."""
    return new_page()


@pytest.fixture
def sign_in_in_browser() -> Callable[[Page, Person], None]:
    """Sign somebody in as people do."""
    return lambda page, person: sign_in(page, person.email, person.password, person.totp_secret)
