"""What tests ask of a page as it stands in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import axe_core_python
from playwright.sync_api import Locator, Page

AXE = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
_PATIENCE = 10.0


def barriers(page: Page) -> list[str]:
    """What axe finds that would bar somebody from using the page."""
    if page.evaluate("!window.axe"):
        # Evaluated, not added as a script: the security policy would refuse that, as it should.
        page.evaluate(AXE)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")
    return [f"{fault['id']}: {' | '.join(node['html'] for node in fault['nodes'][:3])}" for fault in found]


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def misfits(page: Page, width: int, addresses: Iterable[str]) -> list[str]:
    """What is wrong with each of these pages in a window of this width."""
    page.set_viewport_size({"width": width, "height": 900})
    found = []
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        found += [f"{address}: {barrier}" for barrier in barriers(page)]
        if overhang(page) > 0:
            found.append(f"{address}: wider than the window")
    return found


def task(page: Page, *words: str) -> Locator:
    """One of the things to do on Home, by words that stand in it."""
    found = page.locator(".app-task")
    for word in words:
        found = found.filter(has_text=word)
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what the server has kept, which no page shows."""
    # The world's clock is not this machine's: only the monotonic one measures patience.
    end = time.perf_counter() + _PATIENCE
    while not is_so():
        assert time.perf_counter() < end, "it did not happen"
        time.sleep(0.05)
