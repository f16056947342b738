"""`make run` serves under the address that it is asked for: cards and mails name it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.config import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")

FLASK = """#!/bin/sh
case "$*" in serve*) echo "$* at ${BASE_URL-the setting}" ;; esac
"""
"""Stands in for the command: what it is told is all that matters here."""

ASKED = {"BASE_URL", "PORT", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"}
"""What would ask for something else. The last four are there within `make test`: make then names its folders."""


def told(folder: Path, *arguments: str, **environment: str) -> str:
    """What the last line of `make run` tells the server, in a folder of its own."""
    (folder / "bin").mkdir()
    (folder / "bin" / "flask").write_text(FLASK, encoding="ascii")
    (folder / "bin" / "flask").chmod(0o755)
    (folder / "stamp").touch()
    plain = {name: value for name, value in os.environ.items() if name not in ASKED}
    done = subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), "run", "BIN=bin", "RUN_STAMP=stamp", *arguments],
        cwd=folder, env=plain | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_port_is_in_the_address(tmp_path):
    assert told(tmp_path, "PORT=5081") == "serve --port 5081 at http://127.0.0.1:5081"


def test_without_a_port_it_is_the_usual_one(tmp_path):
    assert told(tmp_path) == "serve --port 5000 at http://127.0.0.1:5000"


def test_an_address_of_ones_own_stays(tmp_path):
    said = told(tmp_path, "PORT=5081", BASE_URL="https://portal.example.org")
    assert said == "serve --port 5081 at https://portal.example.org"


def test_so_does_that_of_the_settings_file(tmp_path):
    (tmp_path / ".env").write_text("PORTAL_MODE=demo\nBASE_URL=https://portal.example.org\n", encoding="ascii")
    assert told(tmp_path, "PORT=5081") == "serve --port 5081 at the setting"
