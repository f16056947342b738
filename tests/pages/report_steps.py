"""What tests of the report's pages do again and again: write, let the script save, look at what is kept."""

from __future__ import annotations

from sqlalchemy import select

from portal.database.session import db
from portal.models.reports import Report

SCRIPT = {"X-Requested-With": "fetch", "Accept": "application/json"}
WHOLE = {
    "involvement": "Registered with us since birth.",
    "strengths": "Mother keeps every appointment.",
    "worries": "Two burns that nobody explained.",
    "threshold_view": "plan_needed",
    "threshold_reason": "The burns.",
    "category_views": ["neglect", "physical"],
}


def stored(place, agency="school") -> Report | None:
    """The report as it is kept."""
    db.session.rollback()
    return db.session.scalar(select(Report).where(Report.invitation_id == place.invitations[agency].id))


def write(browser, url, *, button="save", **typed):
    """Fill in the report's page and press a button."""
    return browser.submit(url, action=url, button=button, **typed)


def autosave(browser, url, **typed):
    """What the page's script sends while somebody types."""
    form = browser.get(url).page.select_one("form[data-autosave]")
    fields = {str(field["name"]): field.get("value", "") for field in form.select("input[type=hidden]")}
    return browser.post(form["data-autosave"], data=fields | typed, headers=SCRIPT)


def links_in_summary(page) -> list[str]:
    """Where the error summary's links lead."""
    return [str(link["href"]) for link in page.page.select(".govuk-error-summary a")]
