"""A month's figures as they are now, counted as the board's overview counts them: by four queries."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.indicators import FigureScope
from portal.database.id_lists import bound_ids, is_among
from portal.domain.month_figures import Counts, MonthFigures, NamedAgency
from portal.domain.months import Month
from portal.models.partnerships import Agency
from portal.services.indicators.counted import count_expectations
from portal.services.indicators.counting import Question, count_invitations, count_meetings


def figures_now(session: Session, partnership_id: int, month: Month) -> MonthFigures:
    """Every figure of a partnership's month, small ones included: whoever shows them withholds what is small."""
    whole = FigureScope(partnership_id=partnership_id, agency_id=None, agency_type=None, hides_small=False)
    days = month.days
    kinds = ("agency", "agency_type", "meeting_type")
    by_type: dict[tuple[str, ...], dict[str, int]] = {}
    by_agency: dict[str, dict[str, int]] = {}
    types: dict[str, str] = {}
    for (agency, agency_type, meeting_type), counts in count_invitations(
        session, whole, Question(days.first, days.last, kinds)
    ).items():
        types[agency] = agency_type
        _add(by_type.setdefault((agency_type, meeting_type), {}), counts)
        _add(by_agency.setdefault(agency, {}), counts)
    meetings = count_meetings(session, whole, Question(days.first, days.last, ("meeting_type",)))
    names = session.execute(
        select(Agency.id, Agency.name).where(is_among(Agency.id, "agencies")),
        {"agencies": bound_ids(sorted(map(int, by_agency)))},
    )
    return MonthFigures(
        types=by_type,
        agencies=by_agency,
        meetings={key[0]: counts for key, counts in meetings.items()},
        expectations=count_expectations(session, whole, days),
        names={str(row.id): NamedAgency(row.name, types[str(row.id)]) for row in names},
    )


def _add(total: dict[str, int], counts: Counts) -> None:
    for name, count in counts.items():
        total[name] = total.get(name, 0) + (count or 0)
