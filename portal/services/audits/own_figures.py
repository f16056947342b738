"""An agency's own figures: of the year before a round, counted where all figures are, and what is open with it now."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.closed_records import sees_every_record
from portal.access.indicators import FigureScope
from portal.access.roles import CASE_ROLES
from portal.access.viewer import Viewer
from portal.domain.contradictions import Counted, escalation_figures, figures_of
from portal.domain.escalation_vocabulary import EscalationStatus, LadderKind
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.working_days import add_months
from portal.models.audits import AuditReturn
from portal.models.escalations import Escalation
from portal.services.indicators.counting import Question, count_invitations
from portal.services.rule_sets import codes_of_family

MONTHS_COUNTED = 12

ESCALATIONS = (LadderKind.NON_ATTENDANCE, LadderKind.DISAGREEMENT)
"""What others raise about how an agency works with them; practice alerts are about one team's work on one case."""


def own_figures(session: Session, audit_return: AuditReturn, opens_on: date, now: datetime) -> dict[str, Counted]:
    """What an agency's conferences of the twelve months before the round's opening say, by the figure's id.

    A partnership's own kinds of conference count as such. With them what is open with the agency at the moment, and
    overdue where its clock has ended: three statements in all. The viewer was found to read the return, and so reads
    what speaks against it, whatever figures their role has.
    """
    scope = FigureScope(audit_return.partnership_id, audit_return.agency_id, None, hides_small=False)
    first, last = counted_days(opens_on)
    conferences = codes_of_family(session, audit_return.partnership_id, MeetingFamily.CONFERENCE)
    counted = count_invitations(session, scope, Question(first, last, meeting_types=conferences))
    return figures_of(counted.get((), {})) | _escalations(session, audit_return, now)


def _escalations(session: Session, audit_return: AuditReturn, now: datetime) -> dict[str, Counted]:
    """Two numbers, of this agency in this partnership alone: no case, no meeting, and nobody who raised one."""
    row = session.execute(
        select(func.count().label("open"), func.count().filter(Escalation.due_at <= now).label("overdue"))
        .select_from(Escalation)
        .where(
            Escalation.partnership_id == audit_return.partnership_id,
            Escalation.raised_with_agency_id == audit_return.agency_id,
            Escalation.status == EscalationStatus.OPEN,
            Escalation.kind.in_(ESCALATIONS),
        )
    ).one()
    return escalation_figures(row.open, row.overdue)


def counted_days(opens_on: date) -> tuple[date, date]:
    """The first and the last of the days counted."""
    return add_months(opens_on, -MONTHS_COUNTED), opens_on - timedelta(days=1)


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts are kept from this viewer, as on the figures' own pages."""
    return not viewer.is_system and (viewer.role not in CASE_ROLES or not sees_every_record(viewer))
