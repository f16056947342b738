"""`make bench`: every benchmark on every database, onto the screen and into results.md.

A missed limit is printed as missed, and the run goes on and exits 0: on a machine that others use too, one run proves
little. With `--strict` it exits 1, also where something could not be measured. What breaks (a page that does not
answer) exits 1 in any case.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterable
from time import perf_counter

from benchmarks import (
    audit_answers,
    audits,
    escalation_log,
    figures,
    many_meetings,
    packs,
    pages,
    partners,
    peer,
    report,
    report_bundles,
    saving,
    signing_in,
    workbooks,
    writers,
)
from benchmarks.area import MEETINGS
from benchmarks.databases import KINDS, SQLITE, Database, make_database, run_folder
from benchmarks.figure_rows import SIZES
from benchmarks.measuring import Result
from benchmarks.run import Run, prepared

ROUNDS = 9
LEAST_ROUNDS = 7
BENCHMARKS: dict[str, Callable[[Run], Iterable[Result]]] = {
    "pages": pages.measure_inside,
    "saving": lambda run: [saving.measure(run)],
    "sign-in": lambda run: [signing_in.measure(run)],
    "served": pages.measure_served,
    "many": many_meetings.measure,
    "restarts": signing_in.measure_restarts,
    "partners": partners.measure,
    "audits": audits.measure,
    "answers": lambda run: [audit_answers.measure(run)],
    "escalations": escalation_log.measure,
    "bundles": report_bundles.measure,
    "packs": packs.measure,
    "figures": figures.measure,
    "workbooks": lambda run: [workbooks.measure(run)] if run.database.kind == SQLITE else [],
    "peer": peer.measure,
    "writers": lambda run: writers.measure(run) if run.database.kind == SQLITE else [],
}


def main() -> int:
    """Run what is asked for; everything, by default."""
    asked = _arguments()
    # Ended from outside, it must still end its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    start = perf_counter()
    results: list[Result] = []
    databases: list[Database] = []
    with run_folder() as folder:
        for kind in asked.databases:
            database = make_database(kind, folder)
            databases.append(database)
            print(f"Filling {kind} with {asked.meetings:,} meetings", flush=True)
            sizes = tuple(asked.invitations)
            with prepared(
                database, folder.path, meetings=asked.meetings, rounds=asked.rounds, invitations=sizes
            ) as run:
                for name in asked.only:
                    for result in BENCHMARKS[name](run):
                        results.append(result)
                        print(report.line(result), flush=True)
    print(report.summary(results))
    if _is_whole(asked):
        report.write(results, databases, perf_counter() - start)
        print(f"Written to benchmarks/{report.RESULTS.name}.")
    else:
        print("This was a trial: results.md is as it was.")
    return int(asked.strict and not all(result.is_kept for result in results))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the portal, in ratios.")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, default=list(BENCHMARKS), help="a part, for a trial")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--meetings", type=int, default=MEETINGS)
    parser.add_argument(
        "--invitations", type=int, nargs="+", default=list(SIZES), help="of the databases for figures, for a trial"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a limit is missed or not measured")
    return parser.parse_args()


def _is_whole(asked: argparse.Namespace) -> bool:
    """Whether this run is one to keep, rather than a trial of a part or of few rows."""
    return (
        asked.rounds >= LEAST_ROUNDS
        and asked.meetings >= MEETINGS
        and set(asked.invitations) >= set(SIZES)
        and len(asked.only) == len(BENCHMARKS)
        and len(asked.databases) == len(KINDS)
    )


if __name__ == "__main__":
    raise SystemExit(main())
