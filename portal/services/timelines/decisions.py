"""What conferences decided for each child, every signed version of it."""

from __future__ import annotations

from collections.abc import Iterator

from portal.access import cases as cases_access
from portal.access import outcomes as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.labels import label, listed
from portal.domain.outcome_vocabulary import PlanDecision
from portal.domain.timelines import Happening, TimelineKind
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import london_day
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.outcomes import Outcome


def decisions(viewer: Viewer, case_id: int) -> Iterator[Happening]:
    """The first signed version on the meeting's day, each amendment on its own; drafts are no decisions yet."""
    rows = db.session.execute(
        access.visible_to(viewer)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .join(Child, Child.id == Outcome.child_id)
        .where(cases_access.is_about(case_id), Child.case_id == case_id, Outcome.signed_at.is_not(None))
        .with_only_columns(
            Outcome.id,
            Outcome.meeting_id,
            Outcome.child_id,
            Outcome.number,
            Outcome.decision,
            Outcome.categories,
            Outcome.signed_at,
            Child.given_name,
            Child.surname,
            Meeting.scheduled_on,
            Meeting.held_on,
        )
    )
    for row in rows:
        is_first = row.number == 1
        yield Happening(
            TimelineKind.DECISION,
            row.held_on or row.scheduled_on if is_first else london_day(row.signed_at),
            row.id,
            f"{row.given_name} {row.surname}: {label(PlanDecision(row.decision))}",
            details=tuple(_details(row.categories, "" if is_first else "Amended after it had been signed off")),
            meeting_id=row.meeting_id,
            child_id=row.child_id,
        )


def _details(categories: str, amended: str) -> Iterator[str]:
    named = [label(AbuseCategory(value)) for value in categories.split(",") if value]
    if named:
        yield f"Because of: {listed(named).lower()}"
    if amended:
        yield amended
