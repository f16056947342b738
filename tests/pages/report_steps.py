"""What tests of the report's pages do again and again: write, let the script save, look at what is kept."""

from __future__ import annotations

from sqlalchemy import select

from portal.database.session import db
from portal.models.reports import Report, ReportAnswer

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


def kept(place, agency="school", addendum=0) -> dict[str, str]:
    """The answers as they are kept, of the report or of an addendum to it; without what is empty."""
    db.session.rollback()
    rows = db.session.scalars(
        select(ReportAnswer)
        .join(Report, Report.id == ReportAnswer.report_id)
        .where(Report.invitation_id == place.invitations[agency].id, ReportAnswer.addendum == addendum)
    )
    return {row.code: row.value for row in rows if row.value}


def write(browser, url, *, button="save", **typed):
    """Fill in the report's page and press a button."""
    return browser.submit(url, action=url, button=button, **typed)


def script_fields(page, **typed):
    """What a page's script sends of the questions that somebody changed on it."""
    form = page.select_one("form[data-autosave]")
    fields = {name: form.select_one(f"[name={name}]")["value"] for name in ("csrf_token", "working_as")}
    fields |= {f"seen-{code}": form.select_one(f"[name=seen-{code}]")["value"] for code in typed}
    return fields | typed


def autosave(browser, url, **typed):
    """What the page's script sends while somebody types."""
    page = browser.get(url).page
    return browser.post(f"{url}/autosave", data=script_fields(page, **typed), headers=SCRIPT)


def links_in_summary(page) -> list[str]:
    """Where the error summary's links lead."""
    return [str(link["href"]) for link in page.page.select(".govuk-error-summary a")]
