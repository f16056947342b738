"""`flask serve` as a server of its own: what it is told of memory, port and threads."""

from __future__ import annotations

from dataclasses import replace

from portal.commands import serve
from portal.database.session import db
from portal.factory import MAX_FORM_BYTES
from portal.services.clinical_records.uploads import MOST_BYTES
from tests.harness import apart


class ServesNobody:
    """In place of a web server."""

    def run(self) -> None:
        """Be done at once."""


def test_while_it_serves_the_command_itself_keeps_no_connection(app, database, monkeypatch):
    """It would keep the one that was prepared, and whoever comes first would wait for another to be."""
    kept = []

    class Looks(ServesNobody):
        def run(self) -> None:
            with app.app_context():
                kept.append(db.engine.pool.checkedout())

    monkeypatch.setattr(serve, "create_server", lambda *_args, **_options: Looks())
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mode="demo"))
    db.session.remove()
    answer = apart(app.test_cli_runner().invoke, args=["serve", "--port", "5196"])
    assert (answer.exit_code, kept) == (0, [0]), answer.output


def test_a_clinical_record_never_waits_on_a_disk(app, database, monkeypatch):
    """The server holds a request until it is whole; one with the largest record, and all that is typed, in memory."""
    told = {}
    monkeypatch.setattr(serve, "create_server", lambda *_args, **options: told.update(options) or ServesNobody())
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mode="production"))
    monkeypatch.setitem(app.extensions, "make_ready", lambda: None)
    answer = apart(app.test_cli_runner().invoke, args=["serve", "--port", "5196"])
    assert answer.exit_code == 0, answer.output
    assert (told["host"], told["port"]) == ("127.0.0.1", 5196)
    assert told["inbuf_overflow"] > MOST_BYTES + MAX_FORM_BYTES
