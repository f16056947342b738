"""Pictures of the demonstration's pages, to look at: `python -m tests.browser.pictures FOLDER`.

One folder for each kind of work, in it each kind of page that this person can reach by links from their home, at 1280
and at 375 pixels. FOLDER/home.png is the picture of README. The demonstration is built anew (half a minute), or copied
from where `--instance` says that one lies.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import time_machine
from flask import Flask
from playwright.sync_api import BrowserContext, Page, sync_playwright
from werkzeug.exceptions import HTTPException

from portal.config import DEMO, load_settings
from portal.factory import build_app
from portal.services.demo.accounts import DemoAccount, list_accounts
from tests.browser.serving import serving
from tests.browser.signing_in import sign_in
from tests.chromium import ARGUMENTS, chromium
from tests.demonstration import MORNING, TODAY

AREA = "Eastmarsh"
WHO = {
    "gp": ("agency_lead", "EM-GP-5"),
    "school": ("agency_lead", "EM-SCH-1"),
    "head": ("signatory", "EM-SCH-1"),
    "police": ("practitioner", "SALT-POLICE"),
    "health-visitor": ("practitioner", "EM-HV"),
    "chair": ("chair", None),
    "coordinator": ("coordinator", None),
    "manager": ("safeguarding_manager", None),
    "sector-lead": ("sector_lead", None),
    "board": ("board_member", None),
    "business-manager": ("business_manager", None),
    "administrator": ("administrator", None),
}
WIDTHS = (1280, 375)
HEIGHT = 900


def demonstration(folder: Path, copied_from: Path | None) -> Flask:
    """The portal with the invented partnerships in it."""
    instance = folder / "instance"
    if copied_from is not None:
        shutil.copytree(copied_from, instance, ignore=shutil.ignore_patterns("compiled-templates"))
    app = build_app(load_settings({"PORTAL_MODE": DEMO, "INSTANCE_PATH": str(instance)}))
    if copied_from is None:
        for command in (["db", "upgrade"], ["demo", "build", "--today", TODAY.isoformat()]):
            done = app.test_cli_runner().invoke(args=command)
            assert done.exit_code == 0, done.output
    return app


def account_of(role: str, agency_code: str | None, accounts: list[DemoAccount]) -> DemoAccount:
    """The first account of this kind."""
    for account in accounts:
        main = account.memberships[0]
        if (main.partnership, main.role, main.agency_code) == (AREA, role, agency_code):
            return account
    raise LookupError(f"the demonstration has no {role} of {agency_code}")


def endpoint_of(app: Flask, address: str) -> str | None:
    """Which kind of page an address is; None for what is no page of the portal."""
    parts = urlsplit(address)
    if parts.netloc or not parts.path.startswith("/") or parts.path.startswith("/static/"):
        return None
    try:
        endpoint: str = app.url_map.bind("localhost").match(parts.path, method="GET")[0]
    except HTTPException:
        return None
    return endpoint


DOWNLOADS = {
    "audit_files.download",
    "audit_results.letter",
    "audit_results.report",
    "audit_results.workbook",
    "audit_rounds.chase_file",
    "calendars.meeting",
    "clinical_records.document",
    "escalation_exports.list_csv",
    "escalation_exports.log_csv",
    "escalation_exports.log_pdf",
    "files.open",
    "files.picture",
    "minutes.decisions_pdf",
    "plans.panel_csv",
    "report_bundles.take",
    "report_sharing.family_pdf",
    "withdrawals.open_file",
}
"""What a browser saves instead of showing."""


def walk(app: Flask, page: Page) -> Iterator[str]:
    """Open one page of each kind that links lead to, nearest first, and name each."""
    waiting, met = ["/"], {"home.show", *DOWNLOADS}
    while waiting:
        page.goto(waiting.pop(0))
        yield endpoint_of(app, urlsplit(page.url).path) or "other"
        for href in page.locator("a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            endpoint = endpoint_of(app, href)
            if endpoint is not None and endpoint not in met:
                met.add(endpoint)
                waiting.append(href)


def take(page: Page, path: Path) -> None:
    """Take one page at each width, whole."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        if page.locator("details[data-fold-narrow]").count():
            page.reload()
        page.screenshot(path=path.with_name(f"{path.name}-{width}.png"), full_page=True)
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


def picture_everybody(app: Flask, address: str, folder: Path, context_of: Callable[..., BrowserContext]) -> None:
    """Walk through the portal as each kind of person."""
    with app.app_context():
        accounts = list_accounts()
    for name, kind in WHO.items():
        account = account_of(*kind, accounts)
        context = context_of(base_url=address, locale="en-GB", timezone_id="Europe/London")
        page = context.new_page()
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        sign_in(page, account.email, account.password, account.totp_secret)
        (folder / name).mkdir(parents=True, exist_ok=True)
        for endpoint in walk(app, page):
            if name == "gp" and endpoint == "home.show":
                page.screenshot(path=folder / "home.png", full_page=True)
            take(page, folder / name / endpoint)
            print(f"{name}/{endpoint}")
        context.close()


def main() -> None:
    """Build, serve, sign in, look."""
    parser = argparse.ArgumentParser(description="Pictures of the demonstration's pages.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--instance", type=Path, help="an instance folder with a demonstration in it, which is copied")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        with contextlib.redirect_stderr(io.StringIO()):
            app = demonstration(Path(place), asked.instance)
        logging.disable(logging.INFO)
        with time_machine.travel(MORNING), serving(app) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            picture_everybody(app, address, asked.folder, browser.new_context)
            browser.close()


if __name__ == "__main__":
    main()
