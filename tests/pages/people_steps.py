"""What tests of the people pages do again and again: find a page, its links, and what somebody holds."""

from __future__ import annotations

import re

from sqlalchemy import select

from portal.database.session import db
from portal.models.people import Membership, User
from tests.pages.reading import words

NEW_PASSWORD = "walnut harbour 93 cello"


LINK = re.compile(r"http://localhost(/join/\S+)")


def links(response) -> set[str]:
    """Where the page leads."""
    return {link["href"] for link in response.page.main.select("a[href]")}


def page_of(world, key: str) -> str:
    """The address of somebody's page."""
    return f"/people/{world.person(key).hat.membership_id}"


def link_on(response) -> str:
    """The way in that a joining link on a page opens."""
    found = LINK.search(response.page.find("textarea", id="address").get_text())
    assert found, words(response)
    return found[1]


def held_by(email: str) -> list[Membership]:
    """All that somebody is or was, the oldest first."""
    db.session.rollback()
    rows = select(Membership).join(User, User.id == Membership.user_id).where(User.email == email)
    return list(db.session.scalars(rows.order_by(Membership.id)))
