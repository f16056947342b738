"""The browser that journeys are driven in: Debian's Chromium, found on the path."""

from __future__ import annotations

import os
import shutil

import pytest

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"
MISSING = "no Chromium was found: apt install chromium"
# A shared machine has no sandbox to give to root, and nothing may leave it.
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium() -> str:
    """Its path. Where there is none the test is skipped, or fails where REQUIRE_SERVICES=1 says that it must run."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if REQUIRED:
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)
    return found
