"""A meeting that is held for a change of its arrangements: nobody else changes it, or its family's, meanwhile."""

from __future__ import annotations

from portal.access import meetings as access
from portal.domain.errors import NotVisible
from portal.models.meetings import Meeting
from portal.services import case_facts
from portal.services.changes import Change


def held_meeting(change: Change, meeting_id: int) -> Meeting:
    """A meeting that the viewer sees, as it stands now, locked with its family's others. Raises NotVisible."""
    seen = access.visible_to(change.viewer).where(Meeting.id == meeting_id)
    case_id = change.session.scalar(seen.with_only_columns(Meeting.case_id))
    if case_id is None or change.viewer.partnership_id is None:
        raise NotVisible("No such meeting.")
    case_facts.hold(change.session, change.viewer.partnership_id, [case_id])
    return change.session.scalars(seen.execution_options(populate_existing=True)).one()
