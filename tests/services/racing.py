"""Races: several calls from the same moment, each in a thread and with a database session of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask


def at_once(app: Flask, *calls: Callable[[], object]) -> list[object]:
    """Make every call at once; gives back, in their order, results or what was raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        with app.app_context():
            barrier.wait()
            try:
                return call()
            except Exception as refusal:
                return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
