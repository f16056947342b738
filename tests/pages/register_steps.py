"""What tests of the register's pages do again and again: touch a row as the script does, look at what is kept."""

from __future__ import annotations

from sqlalchemy import select

from portal.database.session import db
from portal.models.meetings import Meeting

ADJOURNED = {
    "interim_plan": "Stays with gran until then.",
    "new_on__day": "17",
    "new_on__month": "6",
    "new_on__year": "2026",
}
"""What is said of a conference that could not go ahead, as the closing page proposes of one without its quorum."""

TOUCH = {"X-Requested-With": "fetch", "Accept": "application/json"}


def meeting_of(place) -> Meeting:
    """The meeting's row as it is kept."""
    db.session.rollback()
    return db.session.scalars(select(Meeting).where(Meeting.id == place.id)).one()


def form_of(page, place, agency):
    """One row's form, as its fields' names and values."""
    row = page.page.select_one(f"#row-{place.invitations[agency].id}")
    return {
        str(field["name"]): field.get("value", "")
        for field in row.select("input")
        if field.get("type") not in ("radio", "checkbox") or field.has_attr("checked")
    }


def touch(browser, url, place, agency, **entered):
    """What the page's script sends when a row is touched."""
    fields = form_of(browser.get(url), place, agency) | entered
    return browser.post(f"{url}/{place.invitations[agency].id}", data=fields, headers=TOUCH)
