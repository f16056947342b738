"""The demonstration for the tests that look at it: building it, its accounts, and the figures that it reproduces."""

from __future__ import annotations

import csv
import fcntl
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from portal.config import DEMO
from portal.database.session import db
from tests.databases import Database
from tests.harness import apart, make_app
from tests.uncounted import uncounted

TODAY = date(2026, 11, 20)
MORNING = datetime.combine(TODAY, time(9, 40), UTC)

PUBLISHED = Path(__file__).parent / "data" / "published-figures.csv"

Command = Callable[..., Result]


@dataclass(frozen=True)
class Demonstration:
    """An app on a database of its own, and its commands."""

    app: Flask
    command: Command


def copied_demonstration(databases: Database, name: str, folder: Path, run_folder: Path) -> Demonstration:
    """A demonstration of its caller's own in a database called `name`; built once in a run, and copied from then on.

    `folder` becomes its instance, and must not be there yet.
    """
    pattern = databases.shared(run_folder)
    instance = pattern.folder / "demo"
    with (run_folder / f"demo-{databases.backend}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not instance.exists():
            unfinished = instance.with_suffix(".unfinished")
            _build(pattern, "demo", unfinished)
            unfinished.rename(instance)
    shutil.copytree(instance, folder, symlinks=True)
    databases.copy_from(pattern, "demo", name)
    return _demonstration(databases, name, folder)


def _build(databases: Database, name: str, folder: Path) -> None:
    databases.empty(name)
    demo = _demonstration(databases, name, folder)
    assert demo.command("db", "upgrade").exit_code == 0
    with uncounted():
        built = demo.command("demo", "build", "--today", TODAY.isoformat())
    assert built.exit_code == 0, built.output
    with demo.app.app_context():
        # A database that somebody is connected to cannot be copied.
        db.engine.dispose()


def _demonstration(databases: Database, name: str, folder: Path) -> Demonstration:
    app = make_app(databases.settings(folder, name, mode=DEMO))
    runner = app.test_cli_runner()

    def command(*arguments: Any, **rest: Any) -> Result:
        return apart(runner.invoke, args=[str(word) for word in arguments], **rest)

    return Demonstration(app, command)


@dataclass(frozen=True)
class Account:
    """An invented person, as tests sign in."""

    email: str
    password: str
    totp_secret: str | None
    memberships: tuple[tuple[str, str, str | None], ...]
    """Partnership, role and agency type."""
    places: tuple[tuple[str, str | None], ...] = ()
    """Partnership and agency code."""

    @property
    def key(self) -> str:
        """What a failed sign-in calls them."""
        return self.email


def accounts_of(demo: Demonstration) -> list[Account]:
    """The accounts as `flask demo accounts` lists them."""
    return [
        Account(
            listed["email"],
            listed["password"],
            listed["totp_secret"],
            tuple((hat["partnership"], hat["role"], hat["agency_type"]) for hat in listed["memberships"]),
            tuple((hat["partnership"], hat["agency_code"]) for hat in listed["memberships"]),
        )
        for listed in json.loads(demo.command("demo", "accounts", "--json").stdout)
    ]


def published(step: int) -> list[dict[str, str]]:
    """The published rows that one step of the portal must reproduce."""
    with PUBLISHED.open(encoding="utf-8") as rows:
        return [row for row in csv.DictReader(rows) if row["step"] == str(step)]
