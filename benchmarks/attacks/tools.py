"""wapiti and sqlmap, in an environment of their own: neither is a dependency of the portal, nor of its tests."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.attacks.demonstration import Browser, Demonstration
from benchmarks.attacks.gathering import LEFT_OUT, Parameter, Target

WANTED = ("wapiti3==3.2.3", "sqlmap==1.10.10")

MODULES = (
    "backup",
    "cookieflags",
    "crlf",
    "csp",
    "csrf",
    "exec",
    "file",
    "htaccess",
    "http_headers",
    "ldap",
    "methods",
    "permanentxss",
    "redirect",
    "sql",
    "timesql",
    "upload",
    "xss",
)
"""Those that need nothing but the demonstration: its others ask servers of the tool's own, or know other products."""

MEDIUM = 2
"""wapiti's level from which a finding counts (0 information, 1 low, 2 medium, 3 high, 4 critical)."""

_INJECTABLE = re.compile(r"identified the following injection point|is vulnerable|appears to be '.*' injectable")
_FALSE = re.compile(r"false positive or unexploitable")


Order = tuple[Target, list[Parameter]]
"""A request, and what of it is to be tried."""


@dataclass(frozen=True)
class Found:
    """What a tool says of one account's pages."""

    tool: str
    account: str
    tried: int
    """Attacks' targets: addresses that wapiti found, or parameters that sqlmap tried."""
    findings: tuple[str, ...]
    lesser: int = 0
    """Findings below medium, which the report keeps."""


def install(folder: Path) -> Path:
    """Make the environment with the tools in it, once; gives the folder of its programs."""
    home = folder / "tools"
    programs = home / "bin"
    if not (programs / "sqlmap").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *WANTED], check=True)
    return programs


def run_wapiti(programs: Path, demonstration: Demonstration, browser: Browser, report: Path, minutes: int) -> None:
    """Let wapiti read what this account reaches for half of so many minutes, and attack it in the other half."""
    words = [str(programs / "wapiti"), "-u", demonstration.address, "-m", ",".join(MODULES), "-f", "json"]
    words += ["-o", str(report), "-C", browser.cookie, "--flush-session", "--no-bugreport", "-v", "0", "-S", "normal"]
    words += ["--store-session", str(report.with_suffix("")), "--max-scan-time", str(minutes * 30)]
    # Each of them gets the same, or the first would take it all: there is a name of a backup to try for every page.
    words += ["--max-attack-time", f"{minutes * 30 / len(MODULES):.0f}"]
    for path in LEFT_OUT:
        words += ["-x", f"{demonstration.address}{path[1:]}*"]
    for _try in range(3):
        # It looks at its time between pages and modules only, and writes its report after that. Its own notes lie in
        # a SQLite file that it sometimes finds locked by itself: then there is no report.
        _note(words, report.with_name("wapiti.log"), timeout=minutes * 60 + 1800)
        if report.exists():
            return
    raise RuntimeError(f"wapiti gave no {report.name}: {report.with_name('wapiti.log')} says why")


def told_by_wapiti(report: Path, account: str) -> Found:
    """What a report of wapiti's says."""
    told = json.loads(report.read_text(encoding="utf-8"))
    found, lesser = [], 0
    for kind, rows in told["vulnerabilities"].items():
        for row in rows:
            if row["level"] >= MEDIUM:
                found.append(f"{kind}: {row['method']} {row['path']} {row.get('parameter') or ''}: {row['info']}")
            else:
                lesser += 1
    faults = [f"{kind}: {row['method']} {row['path']}" for kind, rows in told["anomalies"].items() for row in rows]
    return Found("wapiti", account, int(told["infos"].get("crawled_pages_nbr", 0)), (*found, *faults), lesser)


@dataclass(frozen=True)
class Sqlmap:
    """sqlmap, and what it has tried in this folder, this time or before: hours of it need not be had in one piece."""

    programs: Path
    folder: Path
    at_once: int
    level: int

    @property
    def _notes(self) -> Path:
        return self.folder / "tried.jsonl"

    def _noted(self) -> list[dict[str, Any]]:
        lines = self._notes.read_text(encoding="utf-8").splitlines() if self._notes.exists() else []
        return [json.loads(line) for line in lines]

    def known(self) -> set[Parameter]:
        """Each parameter that was tried."""
        return {(method, path, name) for note in self._noted() for method, path, name in note["parameters"]}

    def found(self) -> list[Found]:
        """What came of them, by account."""
        by_account: dict[str, list[dict[str, Any]]] = {}
        for note in self._noted():
            by_account.setdefault(note["account"], []).append(note)
        return [
            Found("sqlmap", account, sum(map(_tried, notes)), tuple(filter(None, map(_finding, notes))))
            for account, notes in by_account.items()
        ]

    def run(self, demonstration: Demonstration, browser: Browser, account: str, orders: Iterable[Order]) -> None:
        """Let it try what is wanted of these requests, and note each when it is done."""
        host = urlsplit(demonstration.address).netloc
        place = self.folder / f"sqlmap-{account}"
        place.mkdir(exist_ok=True)

        def attack(order: Order) -> dict[str, Any]:
            target, wanted = order
            name = hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]
            request = place / f"{name}.txt"
            request.write_text(target.marked(wanted, host, browser.cookie), encoding="utf-8")
            words = [str(self.programs / "sqlmap"), "-r", str(request), "--batch", "--disable-coloring", "--risk", "1"]
            words += ["--level", str(self.level), "--dbms", "sqlite", "--timeout", "30", "--retries", "1", "--skip-waf"]
            words += ["--ignore-code", "400,401,403,404,405,409,413,429", "--output-dir", str(place / name)]
            said = _note(words, place / f"{name}.log", timeout=3600)
            finding = bool(_INJECTABLE.search(said) and not _FALSE.search(said))
            return {
                "account": account,
                "parameters": wanted,
                "finding": f"{target.method} {target.path} ({request.name})" if finding else "",
            }

        with ThreadPoolExecutor(self.at_once) as pool, self._notes.open("a", encoding="utf-8") as notes:
            for done in as_completed([pool.submit(attack, order) for order in orders]):
                notes.write(f"{json.dumps(done.result())}\n")
                notes.flush()


def _tried(note: dict[str, Any]) -> int:
    return len(note["parameters"])


def _finding(note: dict[str, Any]) -> str:
    return str(note["finding"])


def _note(words: list[str], log: Path, *, timeout: int) -> str:
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    with log.open("a", encoding="utf-8") as kept:
        kept.write(done.stdout)
    return done.stdout
