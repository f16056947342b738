"""What tests ask of a page as it stands in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import axe_core_python
from playwright.sync_api import Page

_AXE = next(Path(axe_core_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
_PATIENCE = 10.0


def barriers(page: Page) -> list[str]:
    """What axe finds that would bar somebody from using the page."""
    if page.evaluate("!window.axe"):
        # Evaluated, not added as a script: the security policy would refuse that, as it should.
        page.evaluate(_AXE)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)")
    return [f"{fault['id']}: {' | '.join(node['html'] for node in fault['nodes'][:3])}" for fault in found]


def overhang(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what the server has kept, which no page shows."""
    # The world's clock is not this machine's: only the monotonic one measures patience.
    end = time.perf_counter() + _PATIENCE
    while not is_so():
        assert time.perf_counter() < end, "it did not happen"
        time.sleep(0.05)
