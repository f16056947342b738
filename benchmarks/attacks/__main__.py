"""`python -m benchmarks.attacks`: a demonstration, served unprivileged, attacked as each role; says what came of it.

Exits 1 where a tool found something of medium level or more, a parameter that can be injected into, or an answer of
5xx in the server's log. It takes hours: --accounts, --targets and --minutes make it shorter, and the table says so.
With the same --folder once more, both go on where they were, on a demonstration made anew.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from time import sleep
from typing import Any

from benchmarks.attacks.demonstration import Demonstration, SignedOut, accounts, served, sign_in
from benchmarks.attacks.gathering import Parameter, Target, gather
from benchmarks.attacks.tools import Found, Order, Sqlmap, install, run_wapiti, told_by_wapiti


def main() -> int:
    """Run and print; the number of what is wrong decides the exit."""
    asked = _arguments()
    # Ended from outside, it still ends what it serves.
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(143))
    folder = Path(asked.folder or tempfile.mkdtemp(prefix="portal-attacks-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    programs = install(folder)
    sqlmap = Sqlmap(programs, folder, asked.at_once, asked.level)
    found: list[Found] = []
    shut_out: list[str] = []
    with served(folder / "demonstration") as demonstration:
        chosen = accounts(demonstration.folder)[: asked.accounts]
        for account in chosen:
            name = account["email"].partition("@")[0]
            report = folder / f"wapiti-{name}.json"
            try:
                if asked.tool in ("both", "sqlmap"):
                    _by_sqlmap(sqlmap, demonstration, account, asked)
                if asked.tool in ("both", "wapiti") and (asked.again or not report.exists()):
                    # The other tool has sent every form that it found, and may have ended the sign-in. A code is taken
                    # once, and the next one comes in half a minute.
                    sleep(31 if asked.tool == "both" and account["totp_secret"] else 0)
                    run_wapiti(programs, demonstration, sign_in(demonstration, account), report, asked.minutes)
            except SignedOut:
                # An administrator's attack, say, has closed the account.
                shut_out.append(name)
            if report.exists():
                found.append(told_by_wapiti(report, name))
        faults = demonstration.faults
    found = [*sqlmap.found(), *found]
    print_table(found, faults, folder)
    if shut_out:
        print(
            f"Not tried, because they could not sign in any more: {', '.join(shut_out)}. Run it again with this folder."
        )
    return int(any(one.findings for one in found) or bool(faults) or bool(shut_out))


def _by_sqlmap(
    sqlmap: Sqlmap, demonstration: Demonstration, account: dict[str, Any], asked: argparse.Namespace
) -> None:
    """Try what this account reaches and nobody has tried before it."""
    name, browser = account["email"].partition("@")[0], sign_in(demonstration, account)
    orders = _orders(gather(browser, asked.pages), set() if asked.again else sqlmap.known())
    print(f"{name}: {len(orders)} requests with {sum(map(_size, orders))} parameters", file=sys.stderr)
    sqlmap.run(demonstration, browser, name, orders[: asked.targets])


def _orders(targets: list[Target], known: set[Parameter]) -> list[Order]:
    """What is left to try of these requests, each parameter with the first that has it."""
    orders: list[Order] = []
    for target in targets:
        wanted = [parameter for parameter in target.parameters if parameter not in known]
        if wanted:
            known.update(wanted)
            orders.append((target, wanted))
    return orders


def _size(order: Order) -> int:
    return len(order[1])


def print_table(found: list[Found], faults: list[str], folder: Path) -> None:
    """What each tool tried as whom, and what it found."""
    print("| tool | account | tried | medium or worse | lesser |\n| --- | --- | --- | --- | --- |")
    for one in found:
        print(f"| {one.tool} | {one.account} | {one.tried} | {len(one.findings)} | {one.lesser} |")
    print(f"\nAnswers of 5xx: {len(faults)}. Reports and logs: {folder}")
    for one in found:
        for finding in one.findings:
            print(f"- {one.tool}, {one.account}: {finding}")
    for line in faults[:20]:
        print(f"- {line}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attacks", description=__doc__)
    parser.add_argument("--folder", help="where everything is kept; a temporary folder without it")
    parser.add_argument("--tool", choices=("both", "wapiti", "sqlmap"), default="both")
    parser.add_argument("--accounts", type=int, default=None, help="only so many accounts")
    parser.add_argument("--pages", type=int, default=400, help="pages read for links, each account")
    parser.add_argument("--targets", type=int, default=None, help="only so many of sqlmap's requests, each account")
    parser.add_argument("--minutes", type=int, default=15, help="wapiti's time for each account")
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="so many of sqlmap's at a time")
    parser.add_argument("--level", type=int, default=1, choices=range(1, 6), help="how many of its tests sqlmap tries")
    parser.add_argument("--again", action="store_true", help="try again what was tried already")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
