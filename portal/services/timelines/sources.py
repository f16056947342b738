"""Where a timeline takes its lines from: what is added here stands in every timeline, filter and print."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal.access.viewer import Viewer
from portal.domain.timelines import Happening, TimelineKind
from portal.services.timelines.actions import actions
from portal.services.timelines.decisions import decisions
from portal.services.timelines.escalations import escalations
from portal.services.timelines.meetings import attendance, meetings
from portal.services.timelines.plans import plans
from portal.services.timelines.reports import reports

Source = Callable[[Viewer, int], Iterable[Happening]]
"""What of one kind happened to a family, as far as the viewer may know: by one statement, from its own access rule."""

SOURCES: tuple[tuple[TimelineKind, Source], ...] = (
    (TimelineKind.MEETING, meetings),
    (TimelineKind.ATTENDANCE, attendance),
    (TimelineKind.REPORT, reports),
    (TimelineKind.DECISION, decisions),
    (TimelineKind.PLAN, plans),
    (TimelineKind.ACTION, actions),
    (TimelineKind.ESCALATION, escalations),
)
