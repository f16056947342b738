"""What the active membership's agency has done, and how it kept its side: the quiet lines below the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from sqlalchemy import and_, exists, func, select, true
from sqlalchemy.orm import Session

from portal.access import meetings as access
from portal.access.viewer import Viewer
from portal.domain.contest_vocabulary import ContestStatus
from portal.domain.vocabulary import ANSWERING_ROLES, COUNTED_STATUSES, PRESENT, Expectation
from portal.domain.working_days import add_months, london_instant
from portal.models.contests import Contest
from portal.models.meetings import Invitation, Meeting

MONTHS_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Done:
    """This month's answers and reports, and of the last months' meetings how many of those expected were attended."""

    answers: int
    reports: int
    reports_on_time: int
    expected: int
    attended: int
    report_only: int
    optional: int
    contested: int
    """Contested and not decided yet, whatever is expected: each counts as it stands until it is."""


def done_by_agency(session: Session, viewer: Viewer) -> Done | None:
    """The tally of what the viewer sees of their agency, by one query; None where they answer for no agency."""
    if viewer.role not in ANSWERING_ROLES:
        return None
    first = viewer.today.replace(day=1)
    own = access.own_invitation_where(viewer)
    answers = select(func.count()).where(own, Invitation.answered_at >= london_instant(first, time()))
    on_time = func.count().filter(Invitation.report_received_on <= Invitation.report_due_on)
    reports = select(func.count().label("sent"), on_time.label("on_time")).where(
        own, Invitation.report_received_on >= first
    )
    is_expected = Invitation.expectation == Expectation.EXPECTED
    is_contested = exists().where(Contest.invitation_id == Invitation.id, Contest.status == ContestStatus.OPEN)
    kinds = {
        "expected": is_expected,
        "attended": and_(is_expected, Invitation.attendance.in_(PRESENT)),
        "report_only": Invitation.expectation == Expectation.REPORT_ONLY,
        "optional": Invitation.expectation == Expectation.OPTIONAL,
        "contested": is_contested.correlate(Invitation),
    }
    meetings = (
        select(*(func.count().filter(condition).label(name) for name, condition in kinds.items()))
        .select_from(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(
            own,
            Invitation.meeting_on.between(add_months(viewer.today, -MONTHS_COUNTED), viewer.today),
            Meeting.status.in_(COUNTED_STATUSES),
        )
    )
    tallies = reports.subquery("reports_sent"), meetings.subquery("meetings_counted")
    query = select(answers.scalar_subquery(), *tallies[0].c, *tallies[1].c)
    return Done(*session.execute(query.join_from(*tallies, true())).one())
