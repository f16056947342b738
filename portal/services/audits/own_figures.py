"""An agency's own figures of the year before a round, counted where all figures are counted."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.access.roles import CASE_ROLES
from portal.access.viewer import Viewer
from portal.domain.contradictions import Counted, figures_of
from portal.domain.vocabulary import CONFERENCES
from portal.domain.working_days import add_months
from portal.models.audits import AuditReturn
from portal.services.indicators.counting import Question, count_invitations

MONTHS_COUNTED = 12


def own_figures(session: Session, audit_return: AuditReturn, opens_on: date) -> dict[str, Counted]:
    """What an agency's conferences of the twelve months before the round's opening say, by the figure's id.

    The viewer was found to read the return, and so reads what speaks against it, whatever figures their role has.
    """
    scope = FigureScope(audit_return.partnership_id, audit_return.agency_id, None, hides_small=False)
    first, last = counted_days(opens_on)
    counted = count_invitations(session, scope, Question(first, last, meeting_types=frozenset(CONFERENCES)))
    return figures_of(counted.get((), {}))


def counted_days(opens_on: date) -> tuple[date, date]:
    """The first and the last of the days counted."""
    return add_months(opens_on, -MONTHS_COUNTED), opens_on - timedelta(days=1)


def hides_small(viewer: Viewer) -> bool:
    """Whether small counts are kept from this viewer, as on the figures' own pages."""
    return not viewer.is_system and viewer.role not in CASE_ROLES
