"""The demonstration, built once for each backend and worker, for the tests that look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask

from portal.config import DEMO
from tests.harness import Database, apart, make_app, make_settings

TODAY = date(2026, 11, 20)

Command = Callable[..., Result]


@dataclass(frozen=True)
class Demonstration:
    """An app on a database of its own, and its commands."""

    app: Flask
    command: Command
    built: Result


def build_demonstration(databases: Database, name: str, folder: Path, *options: str) -> Demonstration:
    """Migrate an empty database called `name` and build the demonstration in it."""
    url = databases.empty(name)
    app = make_app(make_settings(folder, url, mode=DEMO))
    runner = app.test_cli_runner()

    def command(*arguments: Any, **rest: Any) -> Result:
        return apart(runner.invoke, args=[str(word) for word in arguments], **rest)

    assert command("db", "upgrade").exit_code == 0
    built = command("demo", "build", "--today", TODAY.isoformat(), *options)
    return Demonstration(app, command, built)
