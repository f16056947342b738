"""Going once through the pages that people open first, before the app says that it is ready.

The first drawing of a page compiles, connects and looks up what later ones find done; without this, the first person
after a restart waits twenty times as long as the second. It is drawn here for viewers who see nothing, and thrown away.
"""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import structlog
from flask import Flask, g

from portal.access.viewer import Viewer
from portal.domain.errors import PortalError
from portal.services.rehearsal import NOBODYS, prepare_statements, viewers_of_nothing
from portal.views import meeting_rows, register_rows

log = structlog.get_logger("portal.rehearsal")

_PAGES = ("/", "/meetings", "/meetings?when=all&page=2", f"/meetings/{NOBODYS}/register", f"/meetings/{NOBODYS}")


def rehearse(app: Flask) -> int:
    """Draw the first pages under every role; gives how many failed, each of which stands in the log."""
    now = datetime.now(UTC)
    with app.app_context():
        if not prepare_statements(now):
            return 0
    with app.test_request_context():
        for draw_pieces in (register_rows.draw_pieces, meeting_rows.draw_pieces):
            draw_pieces()
    drawn = [_draw(app, "/sign-in", Viewer.nobody(now))]
    drawn += [_draw(app, path, viewer) for viewer in viewers_of_nothing(now) for path in _PAGES]
    return drawn.count(False)


def make_ready(app: Flask) -> int:
    """Rehearse, and let the collector leave alone what is loaded by then; gives how many pages failed.

    Otherwise one of the first pages pays for looking through all of it for garbage, which after a fork copies it too:
    a tenth of a second and more.
    """
    failed = rehearse(app)
    gc.collect()
    gc.freeze()
    return failed


def _draw(app: Flask, path: str, viewer: Viewer) -> bool:
    with app.test_request_context(path):
        g.viewer = viewer
        try:
            app.dispatch_request()
        except PortalError:
            # Not this role's page, or not a row that anybody has.
            return True
        except Exception:
            # What is wrong with a page is for whoever opens it to be told; the others can be served.
            log.exception("a page failed in rehearsal", rule=path)
            return False
    return True
