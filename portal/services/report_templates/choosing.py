"""Which template an agency answers: of the versions in use on a day, the one that names most of the two."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.domain.errors import Invalid
from portal.domain.report_templates import Edition, has_gap, in_use, spent, template_for
from portal.domain.report_vocabulary import TemplateStatus
from portal.domain.vocabulary import AgencyType
from portal.models.report_templates import ReportTemplate
from portal.services.changes import Change
from portal.services.rule_set_changes import lock_rules


def template_of(
    session: Session, partnership_id: int, agency_type: AgencyType, meeting_type: str, today: date
) -> ReportTemplate:
    """The version that an agency of this type answers, from today on, for a meeting of this kind (its code).

    By two queries. It is a rule and no read by a person: whoever may write the report is asked what it asks. Raises
    LookupError where no template fits, which publishing and retiring keep from happening.
    """
    candidates = in_use(editions(session, partnership_id), today)
    found = template_for(
        agency_type, meeting_type, ((one.id, one.agency_types, one.meeting_types) for one in candidates)
    )
    if found is None:
        raise LookupError(f"No report template fits {agency_type.value} at {meeting_type}.")
    return session.scalars(select(ReportTemplate).where(ReportTemplate.id == found)).one()


def editions(session: Session, partnership_id: int) -> list[Edition]:
    """The versions that are published and not retired, without their questions."""
    rows = session.execute(
        select(
            ReportTemplate.id,
            ReportTemplate.code,
            ReportTemplate.number,
            ReportTemplate.effective_from,
            ReportTemplate.agency_types,
            ReportTemplate.meeting_types,
        ).where(ReportTemplate.partnership_id == partnership_id, ReportTemplate.status == TemplateStatus.PUBLISHED)
    )
    return [Edition(*row) for row in rows]


def settle(change: Change, partnership_id: int) -> None:
    """After a version was published or taken out of use: retire those that are answered no more.

    Raises Invalid where some agency would be left with nothing to answer. Held one by one for a partnership: of two
    who each take one of the last two templates out of use, the second is to see what the first did.
    """
    session, today = change.session, change.viewer.today
    lock_rules(change, partnership_id)
    session.flush()
    given = editions(session, partnership_id)
    if has_gap(given, today):
        raise Invalid(
            "Some agency would have no report to write. One template must stay that is for any agency and any meeting."
        )
    over = [edition.id for edition in spent(given, today)]
    if over:
        session.execute(
            update(ReportTemplate)
            .where(ReportTemplate.id.in_(over))
            .values(status=TemplateStatus.RETIRED)
            .execution_options(synchronize_session="fetch")
        )
