"""What tests of reports do again and again: open the desk, look at what is kept and at what the trail says."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from portal.database.session import db
from portal.domain.reports import ReportText
from portal.domain.vocabulary import AbuseCategory, ThresholdView
from portal.models.activity import Activity
from portal.models.reports import Report
from portal.services.reports import open_desk

WHOLE = ReportText(
    involvement="Registered with us since birth.",
    strengths="Mother keeps every appointment.",
    worries="Two burns that nobody explained.",
    threshold_view=ThresholdView.PLAN_NEEDED,
    threshold_reason="The burns.",
    category_views=(AbuseCategory.NEGLECT, AbuseCategory.PHYSICAL),
)
OTHER = replace(WHOLE, worries="Something else.")


def desk(viewer, place):
    """The desk, as a page would read it now."""
    db.session.rollback()
    return open_desk(viewer, place.id)


def reports_of(place, agency) -> list[Report]:
    """Every report that an agency has on a meeting."""
    db.session.rollback()
    return list(db.session.scalars(select(Report).where(Report.invitation_id == place.invitations[agency].id)))


def verbs_of(viewer) -> list[str]:
    """What the trail says that somebody did, in order."""
    db.session.rollback()
    return list(
        db.session.scalars(select(Activity.verb).where(Activity.user_id == viewer.user_id).order_by(Activity.at))
    )
