"""Going once through the pages that people open first, before the app says that it is ready.

The first drawing of a page compiles, connects and looks up what later ones find done; without this, the first person
after a restart waits twenty times as long as the second. It is drawn here for viewers who see nothing, and thrown away.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import structlog
from flask import Flask, g
from werkzeug.test import Client

from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.domain.errors import PortalError
from portal.services.rehearsal import (
    NOBODYS,
    invented_meetings,
    invented_register,
    invented_standing,
    prepare_statements,
    viewers_of_nothing,
)
from portal.views import registers
from portal.views.meeting_rows import meeting_rows
from portal.web.logs import UNLOGGED
from portal.web.templating import warm_templates

log = structlog.get_logger("portal.rehearsal")

_TIMES = 5
"""So often is drawn what everybody opens, twice: Python's interpreter fits itself to code that has run eight times."""

_FIRST = "/sign-in"
_PAGES = ("/", "/meetings", "/meetings?when=all&page=2", f"/meetings/{NOBODYS}/register", f"/meetings/{NOBODYS}")


def rehearse(app: Flask) -> int:
    """Draw the first pages under every role; gives how many failed, each of which stands in the log.

    Every template is loaded before, drawn or not: a new instance compiles them for seconds.
    """
    warm_templates(app)
    now = datetime.now(UTC)
    with app.app_context():
        if not prepare_statements(now):
            return 0
    viewers = list(viewers_of_nothing(now))
    keeper = next(viewer for viewer in viewers if viewer.may(Permission.REGISTER_KEEP))
    with app.app_context():
        drawn = [_tried("sign-in", partial(invented_standing, now)) for _ in range(_TIMES)]
    drawn += [_tried("register", partial(_draw_register, app, keeper)) for _ in range(_TIMES)]
    drawn += [_tried("meetings", partial(_draw_meetings, app, now.date(), is_agency)) for is_agency in (True, False)]
    drawn += [_tried(path, partial(_draw, app, path, viewer)) for viewer in viewers for path in _PAGES]
    cookie = _nobodys_cookie(app)
    drawn += [_tried(_FIRST, partial(_ask, app, _FIRST, cookie)) for _ in range(_TIMES)]
    return drawn.count(False)


def make_ready(app: Flask) -> int:
    """Rehearse, and let the collector leave alone what is loaded by then; gives how many pages failed.

    Otherwise one of the first pages pays for looking through all of it for garbage, which after a fork copies it too:
    a tenth of a second and more. As whoever serves a page begins, with no context around: drawn in that of a command
    (`flask serve`), pages would leave their connection with its session, and the first person would be given another.
    """
    return Context().run(_make_ready, app)


def _make_ready(app: Flask) -> int:
    rehearse(app)
    gc.collect()
    gc.freeze()
    # The collector has gone through all memory: what pages need is brought back to where it is quickly at hand.
    failed = rehearse(app)
    # What that has left is little: looked through now, not in the middle of the first page.
    gc.collect()
    gc.freeze()
    return failed


def _nobodys_cookie(app: Flask) -> str:
    """What a browser says whose sign-in the portal does not know, so that a cookie has been read before the first."""
    signs: Any = app.session_interface
    serializer = signs.get_signing_serializer(app)
    return "" if serializer is None else str(serializer.dumps({"_user_id": "", "csrf_token": ""}))


def _ask(app: Flask, path: str, cookie: str) -> None:
    """Ask for a page as a browser does that nobody is signed in with, through all that stands around pages."""
    client = Client(app)
    client.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    client.get(path, environ_base={UNLOGGED: True})


def _draw_register(app: Flask, viewer: Viewer) -> None:
    """Draw the page that cannot be drawn for somebody who sees nothing."""
    with app.test_request_context(f"/meetings/{NOBODYS}/register"):
        g.viewer = viewer
        registers.draw_page(invented_register(viewer))


def _draw_meetings(app: Flask, today: date, is_agency: bool) -> None:
    """Draw the lines of the list, which has none for somebody who sees nothing."""
    with app.test_request_context():
        meeting_rows(invented_meetings(today, is_agency=is_agency), today, is_agency=is_agency, is_coming=False)


def _draw(app: Flask, path: str, viewer: Viewer) -> None:
    with app.test_request_context(path):
        g.viewer = viewer
        app.dispatch_request()


def _tried(path: str, draw: Callable[[], object]) -> bool:
    try:
        draw()
    except PortalError:
        # Not this role's page, or not a row that anybody has.
        return True
    except Exception:
        # What is wrong with a page is for whoever opens it to be told; the others can be served.
        log.exception("a page failed in rehearsal", rule=path)
        return False
    return True
