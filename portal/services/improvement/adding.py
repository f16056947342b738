"""Adding to the plan: an action as it is written, or what an audit, a sample or a learning review recommends."""

from __future__ import annotations

from collections.abc import Sequence

from portal.access import improvement as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_vocabulary import ActionRag
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.improvement_actions import ActionDetails, Lead, next_reference
from portal.domain.improvement_timing import Timing, next_due
from portal.domain.improvement_vocabulary import ImprovementSource, ImprovementStatus, ImprovementStep
from portal.models.improvement import ImprovementAction, ImprovementArea
from portal.services.changes import Change, changing
from portal.services.improvement.actions import check_details, in_words, timing_of, write_details
from portal.services.improvement.history import write_entry
from portal.services.improvement.leads import memberships_of, write_leads
from portal.services.notices.improvement import tell_given
from portal.services.sent_forms import once


def add_action(viewer: Viewer, details: ActionDetails) -> int:
    """Add an action to the plan, and tell whoever leads it; gives its id. Raises NotPermitted, Invalid by field."""
    with changing(viewer) as change:
        once(change)
        return put_action(change, details).id


def add_recommendation(
    viewer: Viewer,
    *,
    what: str,
    area_id: int,
    leads: Sequence[Lead],
    timing: Timing,
    source: ImprovementSource,
    source_id: int | None = None,
    source_name: str = "",
) -> int:
    """Add what a learning review, an audit or a sample recommends, under the next number of an area; gives its id.

    `source_id` is the audit round or the sample of practice that it came from; whoever draws samples may add what one
    of them recommends. Raises as `add_action`.
    """
    is_round = source is ImprovementSource.AUDIT_ROUND
    details = ActionDetails(
        area_id=area_id,
        reference=suggested_reference(viewer, area_id),
        what=what,
        timing=timing,
        leads=tuple(leads),
        source=source,
        source_name=source_name,
        round_id=source_id if is_round else None,
        sample_id=None if is_round else source_id,
    )
    return add_action(viewer, details)


def put_action(change: Change, details: ActionDetails, *, rag: ActionRag = ActionRag.AMBER) -> ImprovementAction:
    """Add an action within a change; raises as `add_action`. Nothing has been said of it, so it begins as amber."""
    viewer, session = change.viewer, change.session
    may = access.may_recommend(viewer) if details.sample_id is not None else access.may_add(viewer)
    if not may or viewer.partnership_id is None:
        raise NotPermitted("Writing the improvement plan is not part of this role.")
    month = check_details(change, viewer.partnership_id, details)
    action = ImprovementAction(
        partnership_id=viewer.partnership_id,
        rag=rag,
        status=ImprovementStatus.OPEN,
        evidence="",
        created_at=viewer.now,
    )
    write_details(action, details)
    action.next_due_on = next_due(timing_of(action), action.status)
    session.add(action)
    session.flush()
    write_leads(change, action, details.leads)
    write_entry(change, action, ImprovementStep.ADDED, month, after=in_words(session, viewer, details))
    change.log("improvement_action.added", "improvement_action", action.id)
    tell_given(change, action, memberships_of(session, action.partnership_id, details.leads))
    return action


def suggested_reference(viewer: Viewer, area_id: int) -> str:
    """The number that the next action of an area gets, such as 3.5. Raises NotVisible."""
    session = db.session()
    number = session.scalar(
        access.areas_visible_to(viewer).where(ImprovementArea.id == area_id).with_only_columns(ImprovementArea.number)
    )
    if number is None:
        raise NotVisible("There is no such area.")
    known = session.scalars(access.visible_to(viewer).with_only_columns(ImprovementAction.reference))
    return next_reference(number, list(known))
