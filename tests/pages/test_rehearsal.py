"""Before the app says that it is ready it has drawn its first pages, for viewers who see nothing."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import _lru_cache_wrapper
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.engine.interfaces import CacheStats

from portal.access.roles import Permission
from portal.database.session import db
from portal.domain.signing_in import Step
from portal.domain.vocabulary import Role
from portal.models.activity import Activity
from portal.models.sessions import SignInSession
from portal.services.registers.sheet import RegisterState
from portal.services.rehearsal import invented_register, invented_standing, viewers_of_nothing
from portal.services.sessions import Standing
from portal.views import meeting_rows
from portal.views.rehearsal import rehearse
from portal.web.templating import warm_templates
from tests.databases import Database
from tests.harness import apart, make_app, make_settings
from tests.page_client import PageClient
from tests.world import NOW, World


@pytest.fixture
def fresh(database: Database) -> Iterator[Flask]:
    """An app that has drawn nothing yet, in a process that has kept nothing.

    SQLAlchemy marks a subquery when it first compiles it, so a statement that another test built before and never ran
    would look unlike the one that the rehearsal compiles.
    """
    # What was loaded before the tests began is not among the objects that Python tells of until it is let go.
    gc.unfreeze()
    for kept in gc.get_objects():
        if isinstance(kept, _lru_cache_wrapper) and kept.__module__.startswith("portal."):
            kept.cache_clear()
    yield make_app(make_settings(database.folder / "instance", database.url("portal")))
    gc.freeze()


@pytest.mark.parametrize("page", ["/meetings?when=all", "/meetings/{meeting_id}/register"])
def test_the_first_page_compiles_no_statement(
    fresh: Flask, world: World, at_world_time: object, sign_in: Callable[..., None], page: str
) -> None:
    assert apart(rehearse, fresh) == 0
    client = PageClient(fresh, fresh.response_class, use_cookies=True)
    sign_in(client, world.person("a.chair"))
    compiled: list[str] = []

    def note(_connection, _cursor, statement, _parameters, context, _many) -> None:
        if context.cache_hit is CacheStats.CACHE_MISS:
            compiled.append(statement)

    with fresh.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        client.get(page.format(meeting_id=world.meeting("a.initial").id))
    finally:
        event.remove(engine, "before_cursor_execute", note)
        engine.dispose()
    assert compiled == []


def test_it_leaves_nothing_behind(fresh: Flask, database: Database) -> None:
    def counts() -> list[int]:
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Activity, SignInSession)]

    before = counts()
    apart(rehearse, fresh)
    db.session.rollback()
    assert counts() == before


def test_a_page_that_fails_stops_nobody(fresh: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("portal.views.home.home", fail)
    failed = apart(rehearse, fresh)
    assert failed == 11, "home is drawn once under each role"
    assert "meeting_pieces" in fresh.extensions, meeting_rows.__name__


def test_what_is_invented_is_made_as_real_ones_are(fresh: Flask, at_world_time: object) -> None:
    """Otherwise the pages would be drawn short of what most people see on them: the form, the lines, the hat."""
    with fresh.app_context():
        for viewer in viewers_of_nothing(NOW):
            expected = RegisterState.OPEN if viewer.may(Permission.REGISTER_KEEP) else RegisterState.NOT_YET
            register = invented_register(viewer)
            assert (register.state, len(register.rows), len(register.unset)) == (expected, 2, 1), viewer.role
        standing = invented_standing(NOW)
    assert isinstance(standing, Standing)
    assert (standing.step, standing.viewer.role) == (Step.NONE, Role.COORDINATOR)


def test_every_template_stays_loaded(fresh: Flask) -> None:
    """Jinja keeps 400 of them by itself, so that some of those that were loaded first would be gone again."""
    number = warm_templates(fresh)
    cache: Any = fresh.jinja_env.cache
    assert (number > 400, len(cache) >= number) == (True, True)


def test_without_a_database_nothing_is_drawn(database: Database) -> None:
    app = make_app(make_settings(database.folder / "instance", database.empty()))
    assert apart(rehearse, app) == 0
    with app.app_context():
        db.engine.dispose()


def test_whoever_comes_first_is_given_the_connection_that_was_rehearsed_with(fresh: Flask) -> None:
    """Also under `flask serve`, whose command has a context of its own around all that it does."""
    with fresh.app_context():
        assert fresh.extensions["make_ready"]() == 0
        pool: Any = db.engine.pool
        assert (pool.checkedout(), pool.checkedin()) == (0, 1)


def test_what_is_loaded_by_then_is_no_longer_looked_through(fresh: Flask) -> None:
    assert apart(fresh.extensions["make_ready"]) == 0
    assert gc.get_freeze_count() > 100_000
