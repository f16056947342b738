"""The list of 100 meetings and the saving of one attendance, against the same in Django's admin on the same rows.

Django runs in a process and a virtual environment of its own, made here from benchmarks/django_peer/requirements.txt.
"""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy.engine import make_url

from benchmarks.databases import SQLITE, Database
from benchmarks.doors import fetch
from benchmarks.measuring import Limit, Result, Timed, milliseconds, timed, timed_by_turns
from benchmarks.pages import LIST_PATH, LISTED
from benchmarks.run import Run
from benchmarks.saving import Keeper
from portal.config import ROOT

LIST, SAVE = Limit(5, at_least=True), Limit(2, at_least=True)
LIST_CALLS, SAVE_CALLS = 20, 100
_REQUIREMENTS = Path(__file__).parent / "django_peer" / "requirements.txt"
_UNREACHED = ("No matching distribution", "Could not find a version", "Failed to establish", "timed out", "HTTP error")
_PATIENCE = 600.0


class Peer:
    """Django's process, as one speaks with it."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self.facts = self._hear()

    def work(self, name: str) -> Timed:
        """So many calls of one thing, in seconds as Django's own process took them."""

        def do(calls: int) -> float:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"work": name, "calls": calls}) + "\n")
            self._process.stdin.flush()
            return float(self._hear()["seconds"])

        return do

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                f"Django has ended: {_last_line(self._log.read_text(encoding='utf-8', errors='replace'))}"
            )
        heard: dict[str, Any] = json.loads(line)
        return heard


def measure(run: Run) -> Iterator[Result]:
    """Both on the run's own database, by turns; not measured where Django cannot be had."""
    python, reason = _installed(run.folder)
    if python is None:
        for what, limit in ((_list_of("Django"), LIST), (_save_of("Django"), SAVE)):
            yield Result(what, run.database.kind, "in process", (), limit, "none", run.area.rows, aside=reason)
        return
    with _running(run, python) as peer:
        listed = fetch(run.inside(run.area.people["coordinator"]), LIST_PATH).count(b'<th scope="row"')
        if (listed, peer.facts["shown"]) != (LISTED, LISTED):
            raise RuntimeError(f"the portal lists {listed} meetings, Django {peer.facts['shown']}, not {LISTED}")
        name = f"Django {peer.facts['django']}"
        door = run.inside(run.area.people["coordinator"])
        yield _result(run, _list_of(name), LIST, peer.work("list"), timed(lambda: fetch(door, LIST_PATH)), LIST_CALLS)
        keeper = Keeper(run.inside(run.area.people["chair"]), run.area.sheet)
        saved = _result(run, _save_of(name), SAVE, peer.work("save"), timed(keeper.save), SAVE_CALLS)
        sent = peer.work("send")(SAVE_CALLS) / SAVE_CALLS
        yield replace(saved, aside=f"{saved.aside}; of which Django's POST {milliseconds([sent])}")


def _list_of(name: str) -> str:
    return f"{LISTED} meetings: how many times as fast as in the admin of {name}"


def _save_of(name: str) -> str:
    return f"Save one attendance: how many times as fast as in the admin of {name}"


def _result(run: Run, what: str, limit: Limit, django: Timed, portal: Timed, calls: int) -> Result:
    times = timed_by_turns(django, portal, rounds=run.rounds, first_calls=calls, second_calls=calls)
    return Result(
        what=what,
        database=run.database.kind,
        how="in process",
        values=times.ratios,
        limit=limit,
        samples=f"{run.rounds} × {calls} to {calls}",
        rows=run.area.rows,
        aside=f"Django {milliseconds(times.first)}, portal {milliseconds(times.second)}",
    )


def _installed(folder: Path) -> tuple[Path | None, str]:
    """The peer's Python, made once in a run; or none, and why. What was locked and is not the same is an error."""
    home = folder / "django_peer"
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if python.exists():
        return python, ""
    venv.create(home, with_pip=True)
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1", "--timeout", "15"]
    done = subprocess.run(
        [python, "-m", "pip", "install", *options, "--require-hashes", "--only-binary", ":all:", "-r", _REQUIREMENTS],
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
    )
    if done.returncode == 0:
        return python, ""
    python.unlink()
    if any(words in done.stderr for words in _UNREACHED):
        return None, "no package index gave Django"
    raise RuntimeError(f"Django could not be installed: {_last_line(done.stderr)}")


@contextmanager
def _running(run: Run, python: Path) -> Iterator[Peer]:
    log = run.folder / "django_peer.log"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PEER_SECRET_KEY": token_hex(32),
        "PEER_DATABASE": json.dumps(_for_django(run.database)),
        "PEER_INVITATIONS": json.dumps(run.area.spare.invitation_ids),
    }
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [python, "-m", "benchmarks.django_peer.child"],
            cwd=run.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
        )
    try:
        yield Peer(process, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _for_django(database: Database) -> dict[str, object]:
    """The run's database as Django's settings say it, with what the portal asks of its own connections."""
    url = make_url(database.url)
    if database.kind == SQLITE:
        options = {"transaction_mode": "IMMEDIATE", "timeout": 30, "init_command": "PRAGMA journal_mode = WAL"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.database, "OPTIONS": options}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.database,
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": url.host or url.query.get("host", ""),
        "PORT": str(url.port or ""),
        "OPTIONS": {"options": "-c jit=off"},
    }


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")
