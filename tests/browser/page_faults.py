"""What is wrong with a page at both widths, and what of it the keyboard cannot reach."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from tests.browser.looking import barriers, overhang

WIDE, NARROW, HEIGHT = 1280, 375, 900

# The innermost things that stand out; what only a screen reader meets lies outside on purpose and takes no room.
_STANDING_OUT = """() => {
    const room = window.innerWidth;
    const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > room + 1);
    const last = wide.filter((one) => !wide.some((other) => other !== one && one.contains(other)));
    return last.slice(0, 3).map((one) => one.outerHTML.slice(0, 200)).join(" | ");
}"""
# What is folded away is looked at too. GOV.UK's script follows the width one frame later.
_SETTLE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_UNFOLD_AND_SETTLE = f"""() => {{
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    for (const one of document.querySelectorAll(".govuk-radios__conditional--hidden"))
        one.classList.remove("govuk-radios__conditional--hidden");
    return ({_SETTLE})();
}}"""
# Each thing that can be worked gets a number; radios that go together have one, as Tab stops at them once.
_NUMBER = """() => {
    const seen = new Map();
    const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    for (const one of document.querySelectorAll(wanted)) {
        if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
        const together = one.type === "radio" ? one.name + (one.form?.action ?? "") : one;
        if (!seen.has(together)) seen.set(together, [seen.size, one.outerHTML.slice(0, 160)]);
        one.dataset.stop = seen.get(together)[0];
    }
    document.body.tabIndex = -1;
    document.body.focus();
    return [...seen.values()];
}"""
_STOP = "() => document.activeElement?.dataset.stop ?? null"


def look(page: Page, widths: Sequence[int] = (NARROW, WIDE)) -> list[str]:
    """The faults of the page with everything in it unfolded, at each width; it is left like that, at the last one."""
    faults = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate(_UNFOLD_AND_SETTLE)
        faults += [f"{page.url} at {width}: {fault}" for fault in barriers(page)]
        if overhang(page) > 0:
            faults.append(f"{page.url} at {width}: wider than the window: {page.evaluate(_STANDING_OUT)}")
    return faults


def unreached(page: Page, width: int = WIDE) -> list[str]:
    """What Tab never comes to, pressed from the page's beginning until it leaves the page."""
    _resize(page, width)
    wanted: dict[int, str] = dict(page.evaluate(_NUMBER))
    reached: set[int] = set()
    # A box for a day has four stops of its own.
    for _press in range(4 * len(wanted)):
        page.keyboard.press("Tab")
        stop: Any = page.evaluate(_STOP)
        if stop is None:
            break
        reached.add(int(stop))
    return [tag for number, tag in wanted.items() if number not in reached]


def _resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate(_SETTLE)
