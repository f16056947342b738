"""Visits to the demonstration: signing in as its people, under each of their hats, and what its commands list."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portal.database.session import db
from portal.models.partnerships import Partnership
from tests.demonstration import Account, Demonstration
from tests.page_client import PageClient
from tests.signing_in import sign_in_as

# An authenticator's code is taken once, and one demonstration serves many tests: each has minutes of its own.
MINUTES = itertools.count()


def in_app(demo: Demonstration, query: Any) -> list[Any]:
    """Rows of the demonstration's database, as plain columns."""
    with demo.app.app_context():
        return [tuple(row) for row in db.session.execute(query)]


def rows(demo: Demonstration, place: str, model: Any, *conditions: Any) -> list[Any]:
    """The rows of a partnership that meet some conditions."""
    here = model.partnership_id == select(Partnership.id).where(Partnership.name == place).scalar_subquery()
    return [row[0] for row in in_app(demo, select(model).where(here, *conditions))]


def holder(accounts: list[Account], partnership: str, role: str, agency_type: str | None = None) -> Account:
    """The first account with a membership of this kind."""
    return next(one for one in accounts if (partnership, role, agency_type) in one.memberships)


def signed_in(demo: Demonstration, account: Account) -> PageClient:
    client = demo.app.test_client()
    sign_in_as(client, account)
    return client


def markers_of(demo: Demonstration) -> list[dict[str, Any]]:
    return json.loads(demo.command("demo", "markers", "--json").stdout)


def sample(accounts: list[Account], wanted: set[str]) -> Iterator[Account]:
    """Everybody who may see something, and of everybody else the first of each kind of membership."""
    kinds: set[tuple[str, str, str | None]] = set()
    for one in accounts:
        if one.email in wanted:
            yield one
        elif not kinds.issuperset(one.memberships):
            kinds.update(one.memberships)
            yield one


def hats_in_turn(client: PageClient, *, each: bool) -> Iterator[None]:
    """Work under the person's membership and, where they may see something under another, under each of the others."""
    yield
    page = client.get("/working-as").page if each else None
    for box in page.select("input[name=membership]:not([checked])") if page else ():
        client.submit("/working-as", membership=str(box["value"]))
        yield


def assert_shown_as_said(
    demo: Demonstration, accounts: list[Account], markers: list[dict[str, Any]], pages: dict[str, list[str]]
) -> None:
    """Each marker stands on its pages for those whom the list of markers names, and for nobody else of a sample."""
    seen: dict[str, set[str]] = {text: set() for text in pages}
    may_see = {email for marker in markers for email in marker["visible_to"]}
    for account in sample(accounts, may_see):
        client = signed_in(demo, account)
        for _hat in hats_in_turn(client, each=account.email in may_see):
            shown = {path: client.get(path).get_data() for path in {path for found in pages.values() for path in found}}
            for text, paths in pages.items():
                if any(text.encode() in shown[path] for path in paths):
                    seen[text].add(account.email)
    assert seen == {marker["marker"]: set(marker["visible_to"]) for marker in markers}
