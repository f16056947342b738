"""A demonstration of its own, served on the loopback address without rights, and browsers signed in to it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

from benchmarks.in_process import HOST
from benchmarks.serving import free_port, wait_until_ready
from portal.config import ROOT

NOBODY = "nobody"
"""Who serves where this is started as root: nobody's files lie anywhere that the portal could reach."""

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_FAULT = re.compile(r'"status": 5\d\d')


@dataclass(frozen=True)
class Demonstration:
    """Where it is served, and where it writes."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        """The address of its first page."""
        return f"http://{HOST}:{self.port}/"

    @property
    def faults(self) -> list[str]:
        """The lines of its log that tell of an answer of 5xx."""
        lines = (self.folder / "server.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return [line for line in lines if _FAULT.search(line)]


class SignedOut(RuntimeError):
    """An account that cannot sign in."""


class Browser:
    """One account's browser: cookies, and pages."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jar = CookieJar()
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(self.jar), _Staying())

    @property
    def cookie(self) -> str:
        """What it sends with every request."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def open(self, path: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """The status of an answer, its body, and where it leads on to."""
        data = urlencode(fields).encode() if fields is not None else None
        try:
            with self._opener.open(Request(urljoin(self.address, path), data), timeout=60) as answer:
                return _told(answer)
        except HTTPError as refused:
            return _told(refused)

    def send(self, path: str, **fields: str) -> str:
        """Open a page and send its form with its token; where that leads."""
        _status, page, _place = self.open(path)
        token = _TOKEN.search(page)
        if token is None:
            raise SignedOut(f"{path} has no form")
        status, _page, place = self.open(path, {"csrf_token": token[1], **fields})
        if status not in (302, 303):
            raise SignedOut(f"{path} answered {status}")
        return place


class _Staying(HTTPRedirectHandler):
    """Where an answer leads is looked at, not gone to."""

    def redirect_request(self, *_what: Any, **_more: Any) -> None:
        return None


def _told(answer: Any) -> tuple[int, str, str]:
    return answer.status, answer.read().decode("utf-8", "replace"), answer.headers.get("Location", "")


@contextmanager
def served(folder: Path) -> Iterator[Demonstration]:
    """Build the demonstration, anew where an earlier one lies there, and serve it until the end of the block."""
    shutil.rmtree(folder, ignore_errors=True)
    prepare(folder)
    flask("db", "upgrade", folder=folder)
    flask("demo", "build", folder=folder)
    port = free_port()
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [_python(), "-m", "flask", "serve", "--port", str(port)],
            cwd=ROOT,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **_somebody(),
        )
    try:
        wait_until_ready(port)
        yield Demonstration(port, folder)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def prepare(folder: Path) -> None:
    """Make the folder, and let whoever serves write into it."""
    folder.mkdir(parents=True, exist_ok=True)
    if _somebody():
        folder.chmod(0o755)
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, NOBODY)


def flask(*words: str, folder: Path) -> str:
    """What a `flask` command of the demonstration prints."""
    done = subprocess.run(
        [_python(), "-m", "flask", *words],
        cwd=ROOT,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=(folder / "commands.log").open("ab"),
        check=True,
        text=True,
        **_somebody(),
    )
    return done.stdout


def accounts(folder: Path) -> list[dict[str, Any]]:
    """One account for each role and, where it has one, type of agency: the first that there is, each role's before all.

    So the first dozen are the roles, and whoever has less time tries those.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for account in json.loads(flask("demo", "accounts", "--json", folder=folder)):
        main = account["memberships"][0]
        found.setdefault((main["role"], main["agency_type"] or ""), account)
    of_roles = {role: account for (role, _type), account in reversed(found.items())}
    first = [account for (role, _type), account in found.items() if account is of_roles[role]]
    return [*first, *(account for account in found.values() if account not in first)]


def sign_in(demonstration: Demonstration, account: dict[str, Any]) -> Browser:
    """Through the sign-in pages, as people do."""
    browser = Browser(demonstration.address)
    place = browser.send("/sign-in", email=account["email"], password=account["password"])
    if "/sign-in/code" in place:
        browser.send(place, code=flask("demo", "code", account["email"], folder=demonstration.folder).strip())
    if browser.open("/account")[0] != 200:
        raise SignedOut(f"{account['email']} is not signed in")
    return browser


@cache
def _python() -> str:
    """What runs it: this interpreter, or the system's of the same version where nobody cannot reach this one."""
    usual = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/local/bin:/usr/bin")
    for python in filter(None, (sys.executable, usual)):
        try:
            subprocess.run([python, "-c", ""], check=True, **_somebody())
        except PermissionError:
            continue
        return python
    raise RuntimeError(f"{NOBODY} cannot run {sys.executable}: start this as somebody without rights who can")


def _somebody() -> dict[str, Any]:
    """Whom to run as: oneself, unless one is root."""
    return {"user": NOBODY, "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
    return {
        **kept,
        "HOME": str(folder),
        "PORTAL_MODE": "demo",
        "INSTANCE_PATH": str(folder / "instance"),
        "DATABASE_URL": f"sqlite:///{(folder / 'attacked.sqlite3').as_posix()}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "FLASK_APP": "app.py",
        "PYTHONPATH": sysconfig.get_paths()["purelib"],
    }
