"""Two processes serve the portal, people save on and on, and again and again one process is killed as by the system.

    .venv/bin/python -m tests.services.kill --kills 100

What is killed is made anew at once, as gunicorn does it. Counted are saves that were answered as kept and are not
there, and people who had to sign in again: both have to be none.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.serving import make_server

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.services import passwords
from portal.services.activity_checks import verify
from tests.databases import BACKENDS, Database
from tests.postgres import RunFolder
from tests.services.rows import invitation_of
from tests.signing_in import sign_in_as
from tests.world import NOW, World
from tests.world_people import QUICK_HASHER

HOST = "127.0.0.1"
PROCESSES = 2
AGENCIES = ("school", "gp", "social_care")
COOKIE = "portal_session"
_PATIENCE = 60.0


@dataclass
class Writer:
    """Somebody who answers an invitation with ever new words, and what they were told."""

    agency: str
    address: str
    cookie: str
    acknowledged: int = 0
    sent: int = 0
    signed_out: int = 0
    faults: list[str] = field(default_factory=list)

    def write_on(self, stopped: threading.Event) -> None:
        """Save again and again; where nobody answers, try the next."""
        browser = requests.Session()
        browser.trust_env = False
        # With its host, so that what the portal sets takes its place and does not stand beside it.
        browser.cookies.set(COOKIE, self.cookie, domain=HOST, path="/")
        while not stopped.is_set():
            # Killed before or amid its answer.
            with suppress(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                self._save(browser)

    def _save(self, browser: requests.Session) -> None:
        page = browser.get(self.address, timeout=_PATIENCE, allow_redirects=False)
        if page.is_redirect:
            self.signed_out += 1
            return
        form = BeautifulSoup(page.text, "html.parser").select_one("main form")
        if page.status_code != 200 or form is None:
            self.faults.append(f"{page.status_code} for the page")
            return
        values = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
        self.sent += 1
        step = self.sent
        answer = browser.post(
            self.address,
            data=values | {"answer": "apologies", "reason": f"{step} words"},
            headers={"Referer": self.address},
            timeout=_PATIENCE,
            allow_redirects=False,
        )
        if answer.status_code == 303 and "/sign-in" not in answer.headers["Location"]:
            self.acknowledged = step
        elif answer.status_code != 409:
            # Killed after it was kept and before it was said: the page's version was old then, which is 409.
            self.faults.append(f"{answer.status_code} for a save")


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    kills: int
    saves: int
    lost: list[str]
    signed_out: int
    faults: list[str]
    trail: list[str]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost."""
        return not (self.lost or self.signed_out or self.faults or self.trail)


def drill(app: Flask, world: World, kills: int, *, between: float = 0.25, seed: int = 1) -> Outcome:
    """Kill so many times under load, and look at what is kept. Call it from a process with no thread but its own."""
    place, chance = world.meeting("a.initial"), random.Random(seed)
    cookies = {}
    for agency in AGENCIES:
        browser = app.test_client()
        sign_in_as(browser, world.person(f"a.{agency}.lead"))
        cookies[agency] = browser.get_cookie(COOKIE).value
    db.session.remove()
    db.engine.dispose()
    with _served(app) as (port, next_process):
        address = f"http://{HOST}:{port}/meetings/{place.id}/answer"
        writers = [Writer(agency, address, cookie) for agency, cookie in cookies.items()]
        stopped = threading.Event()
        threads = [threading.Thread(target=one.write_on, args=(stopped,)) for one in writers]
        for thread in threads:
            thread.start()
        alive = [next_process() for _ in range(PROCESSES)]
        for _ in range(kills):
            _wait_for_saves(writers)
            time.sleep(between * (0.5 + chance.random()))
            os.kill(alive.pop(chance.randrange(PROCESSES)), signal.SIGKILL)
            alive.append(next_process())
        _wait_for_saves(writers)
        stopped.set()
        for thread in threads:
            thread.join()
    lost = []
    for one in writers:
        kept = invitation_of(place, one.agency).answer_note or ""
        step = kept.removesuffix(" words")
        # What stood there before anybody wrote is no step.
        if not one.acknowledged <= (int(step) if step.isdigit() else 0) <= one.sent:
            lost.append(f"{one.agency}: told {one.acknowledged}, kept {kept}")
    db.session.remove()
    return Outcome(
        kills=kills,
        saves=sum(one.acknowledged for one in writers),
        lost=lost,
        signed_out=sum(one.signed_out for one in writers),
        faults=[fault for one in writers for fault in one.faults],
        trail=[str(fault) for fault in verify(Viewer.of_system("tests", NOW)).faults],
    )


def _wait_for_saves(writers: list[Writer]) -> None:
    """Until each of them might have saved once more: how long that takes is the machine's affair."""
    wanted, until = sum(one.sent for one in writers) + len(writers), time.monotonic() + _PATIENCE
    while sum(one.sent for one in writers) < wanted and time.monotonic() < until:
        time.sleep(0.01)


@contextmanager
def _served(app: Flask) -> Iterator[tuple[int, Callable[[], int]]]:
    """Two processes that serve, made anew as they die; gives the port, and what tells each new one's number."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind((HOST, 0))
    door.listen(64)
    reading, writing = os.pipe()
    nurse = os.fork()
    if nurse == 0:
        # Whatever happens here, whoever called must not go on in two processes.
        try:
            os.close(reading)
            _nurse(app, door, writing)
        finally:
            os._exit(1)
    os.close(writing)
    told = os.fdopen(reading)
    try:
        yield door.getsockname()[1], lambda: int(told.readline())
    finally:
        os.kill(nurse, signal.SIGTERM)
        os.waitpid(nurse, 0)
        told.close()
        door.close()


def _nurse(app: Flask, door: socket.socket, pipe: int) -> None:
    children: set[int] = set()

    def stop(_number: int, _frame: Any) -> None:
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        while len(children) < PROCESSES:
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.close(pipe)
                _serve(app, door)
            children.add(child)
            os.write(pipe, f"{child}\n".encode())
        gone, _how = os.wait()
        children.discard(gone)


def _serve(app: Flask, door: socket.socket) -> None:
    try:
        make_server(HOST, door.getsockname()[1], app, threaded=True, fd=door.fileno()).serve_forever()
    finally:
        os._exit(1)


def main() -> int:
    """The drill by itself, on both databases."""
    asked = argparse.ArgumentParser(description="Kill the portal's processes under load.")
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--databases", nargs="+", choices=BACKENDS, default=list(BACKENDS))
    wanted = asked.parse_args()
    passwords.hasher = QUICK_HASHER
    run, is_good = RunFolder.create(), True
    try:
        for backend in wanted.databases:
            database = Database.on(backend, Path(run.path), "kill")
            with time_machine.travel(NOW, tick=True):
                database.renew()
                with database.app.app_context():
                    found = drill(database.app, database.world, wanted.kills)
            is_good = is_good and found.is_good
            sys.stdout.write(f"{backend}: {found.kills} kills, {found.saves} saves told as kept, ")
            sys.stdout.write(f"{len(found.lost)} lost, {found.signed_out} signed out, {len(found.faults)} faults\n")
            for fault in [*found.lost, *found.faults[:5], *found.trail]:
                sys.stdout.write(f"  {fault}\n")
    finally:
        run.close()
    return 0 if is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
