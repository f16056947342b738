"""What the fixtures of conftest.py are made of: settings, the app, isolation of a request, counting statements."""

from __future__ import annotations

import contextvars
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Connection, event

from portal.config import PRODUCTION, Settings
from portal.database.session import UNCOUNTED, db
from portal.factory import build_app
from portal.services.reach import for_commands
from portal.web.templating import COMPILED_TEMPLATES
from tests.kept_world import kept_folder
from tests.page_client import PageClient

T = TypeVar("T")
SECRET_KEY = "tests-0123456789-abcdefghijklmnopqrstuvwxyz"
FIELD_KEY = bytes(range(7, 39))
RUN_FOLDER = "PORTAL_TESTS_RUN"
"""The variable of the environment that names the run's folder, for processes that tests start too."""
_BOOKKEEPING = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")


def make_settings(instance: Path, database_url: str, **changes: Any) -> Settings:
    """Settings as of a portal in earnest, with keys of the tests' own.

    Built directly, because load_settings() rightly refuses production as root, which is how containers run tests.
    """
    settings = Settings(
        mode=PRODUCTION,
        instance=instance,
        database_url=database_url,
        database_owner_url=database_url,
        secret_key=SECRET_KEY,
        field_keys=(("t1", FIELD_KEY),),
        base_url="http://localhost",
        debug=False,
    )
    return replace(settings, **changes)


def make_app(settings: Settings) -> Flask:
    """The portal as it runs, with a client that looks at every page it gets; templates are compiled once in a run."""
    share_templates(settings.instance)
    app = build_app(settings)
    # What a test does past the pages it does as a command would; each request begins closed all the same.
    for_commands()
    app.test_client_class = PageClient
    return app


def share_templates(instance: Path) -> Path:
    """Let an instance use the templates that this run has compiled; gives the instance."""
    compiled = (kept_folder("sqlite") or Path(os.environ[RUN_FOLDER])) / COMPILED_TEMPLATES
    compiled.mkdir(parents=True, exist_ok=True)
    instance.mkdir(parents=True, exist_ok=True)
    linked = instance / COMPILED_TEMPLATES
    if not linked.exists():
        linked.symlink_to(compiled, target_is_directory=True)
    return instance


def apart(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call something outside the test's own app context, as another thread or process would be.

    Flask would otherwise run a request inside that context, and share its `g` and its database session.
    """
    return contextvars.Context().run(call, *args, **kwargs)


@contextmanager
def count_statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL that pages are counted by.

    Left out: what begins and ends transactions, and what carries the execution option UNCOUNTED: loading the session,
    and the trail's own short commit.
    """
    statements: list[str] = []

    def note(
        _connection: Connection, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool
    ) -> None:
        if not context.execution_options.get(UNCOUNTED) and not statement.lstrip().upper().startswith(_BOOKKEEPING):
            statements.append(" ".join(statement.split()))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
