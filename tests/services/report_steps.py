"""What tests of reports do again and again: write on what was read, look at what is kept and at what the trail says."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from portal.access.viewer import Viewer
from portal.database.session import db, writing
from portal.domain.report_answers import seen
from portal.models.activity import Activity
from portal.models.partnerships import PartnershipAgency
from portal.models.reports import Report, ReportAnswer
from portal.services.reports.desk import Desk, open_desk
from portal.services.reports.writing import Saved, Typed, save_draft

WHOLE = {
    "involvement": "Registered with us since birth.",
    "strengths": "Mother keeps every appointment.",
    "worries": "Two burns that nobody explained.",
    "threshold_view": "plan_needed",
    "threshold_reason": "The burns.",
    "category_views": "neglect,physical",
}
OTHER = WHOLE | {"worries": "Something else."}


def desk(viewer: Viewer, place, *, adding: bool = False) -> Desk:
    """The desk, as a page would read it now."""
    db.session.rollback()
    return open_desk(viewer, place.id, adding=adding)


def typed(answers: Mapping[str, str], on: Mapping[str, str] | None = None) -> dict[str, Typed]:
    """Answers as a form sends them whose page showed `on`: nothing, unless it is said."""
    return {code: Typed(value, seen((on or {}).get(code, ""))) for code, value in answers.items()}


def write(viewer: Viewer, place, answers: Mapping[str, str], on: Mapping[str, str] | None = None, **more) -> Saved:
    """Save what somebody wrote whose page showed `on`."""
    return save_draft(viewer, place.id, typed(answers, on), **more)


def reports_of(place, agency) -> list[Report]:
    """Every report that an agency has on a meeting."""
    db.session.rollback()
    return list(db.session.scalars(select(Report).where(Report.invitation_id == place.invitations[agency].id)))


def answers_of(place, agency="school", addendum=0) -> dict[str, str]:
    """What is kept of an agency's report, or of an addendum to it; without what is empty."""
    db.session.rollback()
    rows = db.session.scalars(
        select(ReportAnswer)
        .join(Report, Report.id == ReportAnswer.report_id)
        .where(Report.invitation_id == place.invitations[agency].id, ReportAnswer.addendum == addendum)
    )
    return {row.code: row.value for row in rows if row.value}


def want_sign_off(viewer: Viewer) -> None:
    """Have the viewer's agency want its lead's signature."""
    with writing() as session:
        session.execute(
            update(PartnershipAgency)
            .where(
                PartnershipAgency.partnership_id == viewer.partnership_id,
                PartnershipAgency.agency_id == viewer.agency_id,
            )
            .values(reports_signed_off=True)
        )


def verbs_of(viewer: Viewer) -> list[str]:
    """What the trail says that somebody did, in order."""
    db.session.rollback()
    return list(
        db.session.scalars(
            select(Activity.verb).where(Activity.user_id == viewer.user_id).order_by(Activity.at, Activity.sequence)
        )
    )
