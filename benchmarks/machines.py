"""`python -m benchmarks.machines`: two app processes behind nginx over a PostgreSQL that a second one follows.

One app process is killed under load, then the primary is stopped and started again. Said is what people met: saves that
were acknowledged and are gone, sign-ins that are gone, pages that stayed open, and how soon saving went on. Exits 1
where something was lost, 2 where there is no nginx.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

from alembic import command
from flask import Flask
from sqlalchemy import select

from benchmarks.area import Area, Sheet, build_area
from benchmarks.databases import POSTGRESQL, make_database, run_folder
from benchmarks.doors import Loopback, sign_in
from benchmarks.in_process import HOST
from benchmarks.saving import Keeper
from benchmarks.serving import free_port, wait_until_ready
from portal.commands.db import configuration
from portal.config import ROOT
from portal.database.session import db
from portal.domain.vocabulary import Attendance
from portal.factory import create_app
from portal.models.meetings import Invitation
from portal.services.reach import for_commands
from tests.two_servers import Pair, running_pair

PARTNERS = 16
PATIENCE = 60.0
"""Seconds within which everything has to be as before."""

_NGINX = """
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream portal {{
    {servers}
  }}
  server {{
    listen {host}:{port};
    location / {{
      proxy_pass http://portal;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout;
    }}
  }}
}}
"""


@dataclass
class Load:
    """What the partners saved while it lasted."""

    saves: dict[int, int] = field(default_factory=dict)
    """By invitation, how many saves were acknowledged."""
    last: dict[int, Attendance] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    """Rows whose last save was sent and never answered: kept or not, nobody was told."""
    errors: int = 0

    def lost(self, app: Flask) -> int:
        """Acknowledged saves that no row counts, and rows whose last acknowledged value is not there."""
        with app.app_context():
            wanted = select(Invitation.id, Invitation.version, Invitation.confirmed_attendance)
            rows = db.session.execute(wanted.where(Invitation.id.in_(self.saves))).all()
            db.session.remove()
        gone = 0
        for row in rows:
            gone += max(0, self.saves[row.id] - (row.version - 1))
            gone += row.id not in self.doubtful and row.confirmed_attendance is not self.last[row.id]
        return gone


class Saver(Thread):
    """One partner who saves until told to stop, and begins again where the answer did not come."""

    def __init__(self, port: int, cookie: str, sheet: Sheet, load: Load, stop: Event) -> None:
        super().__init__(daemon=True)
        self._port, self._cookie, self._sheet = port, cookie, sheet
        self._load, self._ended = load, stop

    def run(self) -> None:
        """Save row after row."""
        keeper: Keeper | None = None
        while not self._ended.is_set():
            try:
                keeper = keeper or Keeper(Loopback(self._port, self._cookie), self._sheet)
                before = dict(keeper.saved)
                keeper.save()
            except Exception:  # whatever it is, this save was not acknowledged
                self._load.errors += 1
                if keeper is not None:
                    self._load.doubtful |= set(self._sheet.invitation_ids)
                keeper = None
                sleep(0.05)
                continue
            for row, (choice, count) in keeper.saved.items():
                if count != before.get(row, (choice, 0))[1]:
                    self._load.saves[row] = self._load.saves.get(row, 0) + 1
                    self._load.last[row] = choice


def main() -> int:
    """Build, break, look; the exit says whether anything was lost."""
    asked = _arguments()
    if shutil.which("nginx") is None:
        print("nginx is not installed: on Debian, apt-get install nginx-light", file=sys.stderr)
        return 2
    with run_folder() as run, ExitStack() as stack:
        # To fill and to count in this process; each request begins closed all the same.
        for_commands()
        base = make_database(POSTGRESQL, run)
        served = base.environment["DATABASE_URL"]
        app = create_app(base.environment)
        with app.app_context():
            command.upgrade(configuration(base.url, base.environment["DATABASE_URL"]), "head")
        area = build_area(app, asked.meetings)
        with app.app_context():
            db.engine.dispose()
        pair = stack.enter_context(running_pair(base.url, run.path / "two"))
        environment = {
            **base.environment,
            "DATABASE_URL": pair.primary.address(served),
            "DATABASE_OWNER_URL": pair.primary.address(base.url),
            "DATABASE_REPLICA_URL": pair.replica.address(served),
        }
        beside = create_app(environment)
        servers = [stack.enter_context(app_process(environment, run.path)) for _ in range(2)]
        port = stack.enter_context(nginx(run.path / "nginx", [port for port, _process in servers]))
        told = drill(beside, area, pair, servers[0][1], port, asked.seconds)
    print("| what | |\n| --- | --- |")
    for what, value in told.items():
        print(f"| {what} | {value} |")
    return int(bool(told["acknowledged saves lost"] or told["sign-ins lost"] or told["children's pages shown"]))


def drill(
    app: Flask, area: Area, pair: Pair, victim: subprocess.Popen[bytes], port: int, seconds: float
) -> dict[str, float]:
    """Kill an app process under load, then take the primary away; what was lost, and what stayed."""
    partners = [(sign_in(app, person), sheets[0]) for person, sheets in area.partners[:PARTNERS]]
    chair = sign_in(app, area.people["chair"])
    load, stop = Load(), Event()
    savers = [Saver(port, cookie, sheet, load, stop) for cookie, sheet in partners]
    for saver in savers:
        saver.start()
    sleep(seconds)
    # The whole of it at once, as a machine that loses its power.
    os.killpg(victim.pid, signal.SIGKILL)
    sleep(seconds)
    stop.set()
    for saver in savers:
        saver.join(PATIENCE)
    told: dict[str, float] = {
        "saves acknowledged": sum(load.saves.values()),
        "saves not answered": load.errors,
        "acknowledged saves lost": load.lost(app),
        "sign-ins lost": sum(status(port, cookie, "/account") != 200 for cookie, _sheet in partners),
    }
    with pair.primary_away():
        register = f"/meetings/{partners[0][1].meeting_id}/register"
        told["seconds until a page without a child is there"] = round(
            until(lambda: status(port, chair, "/account") == 200), 1
        )
        told["children's pages shown"] = sum(
            status(port, partners[0][0], path) == 200 for path in (register, f"/meetings/{partners[0][1].meeting_id}")
        )
    told["seconds until saving goes on"] = round(until(lambda: saves(port, *partners[0])), 1)
    return told


def saves(port: int, cookie: str, sheet: Sheet) -> bool:
    """Whether one save is acknowledged now."""
    try:
        Keeper(Loopback(port, cookie), sheet).save()
    except Exception:  # whatever it is, it was not
        return False
    return True


def status(port: int, cookie: str, path: str) -> int:
    """What a page answers; 0 where nothing does."""
    door = Loopback(port, cookie)
    try:
        return door.get(path).status
    except OSError:
        return 0
    finally:
        door.close()


def until(holds: Callable[[], bool]) -> float:
    """How many seconds it takes until it holds; raises RuntimeError where it does not."""
    begun = monotonic()
    while not holds():
        if monotonic() - begun > PATIENCE:
            raise RuntimeError("it did not come back")
        sleep(0.1)
    return monotonic() - begun


@contextmanager
def app_process(environment: dict[str, str], folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """One gunicorn with two workers, in a group of its own so that it can be killed as one."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "--bind", f"{HOST}:{port}", "--workers", "2"]
    with (folder / "apps.log").open("ab") as log:
        process = subprocess.Popen(
            [*words, "--no-control-socket", "--log-level", "warning", "app:app"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until_ready(port)
        yield port, process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


@contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[int]:
    """nginx in front of these ports; gives its own."""
    folder.mkdir()
    port = free_port()
    servers = "\n    ".join(f"server {HOST}:{one} max_fails=1 fail_timeout=2s;" for one in ports)
    conf = folder / "nginx.conf"
    conf.write_text(_NGINX.format(folder=folder, servers=servers, host=HOST, port=port), encoding="utf-8")
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(conf), "-g", "daemon off;"])
    try:
        wait_until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=15)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.machines", description=__doc__)
    parser.add_argument("--meetings", type=int, default=2_000, help="how many meetings there are")
    parser.add_argument("--seconds", type=float, default=5.0, help="load before and after the process is killed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
