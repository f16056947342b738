"""Plans from what conferences decided: begun, gone on with, ended, and put right where a decision is amended.

A decision is applied as often as its conference is signed. A later conference's word stands: amending an earlier one
changes what that one itself began, and nothing that was decided since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.domain.errors import Invalid, NotVisible
from portal.domain.plans import Decided, PlanEnd
from portal.models.cases import Child
from portal.models.meetings import Meeting
from portal.models.plans import Plan
from portal.services import case_facts
from portal.services.changes import Change

DECIDED_SINCE = "A later conference has decided about this child, so this decision can no longer be changed here"


def apply(change: Change, meeting_id: int, decided: Sequence[Decided]) -> None:
    """Begin, go on with or end the plans of a conference's children, as its chair signed it.

    It runs in the transaction of the signature. Raises Invalid by `child_<id>` where a later conference has decided,
    and NotVisible for a child of another family.
    """
    session = change.session
    meeting = session.get_one(Meeting, meeting_id)
    case_ids = _cases(session, meeting, decided)
    case_facts.hold(session, meeting.partnership_id, set(case_ids.values()))
    for one in decided:
        plans = _of_child(session, meeting.partnership_id, case_ids[one.child_id], one.child_id)
        if one.plan:
            _begin_or_go_on(change, meeting, case_ids[one.child_id], one, plans)
        else:
            _end(change, meeting, one, plans)
        session.flush()


def _cases(session: Session, meeting: Meeting, decided: Iterable[Decided]) -> dict[int, int]:
    wanted = {one.child_id for one in decided}
    rows = session.execute(
        select(Child.id, Child.case_id).where(Child.partnership_id == meeting.partnership_id, Child.id.in_(wanted))
    )
    found = {row.id: row.case_id for row in rows}
    if wanted - found.keys():
        raise NotVisible("There is no such child.")
    return found


def _of_child(session: Session, partnership_id: int, case_id: int, child_id: int) -> list[Plan]:
    """The child's plans, the newest first, and those of its case that came with a file and name no child yet."""
    rows = select(Plan).where(
        Plan.partnership_id == partnership_id,
        Plan.case_id == case_id,
        or_(Plan.child_id == child_id, Plan.child_id.is_(None)),
    )
    newest = rows.order_by(Plan.started_on.desc(), Plan.id.desc())
    return list(session.scalars(newest.execution_options(populate_existing=True)))


def _begin_or_go_on(change: Change, meeting: Meeting, case_id: int, one: Decided, plans: list[Plan]) -> None:
    plan = _theirs(plans, meeting, one)
    if plan is None:
        if any(_is_decided_since(earlier, one) for earlier in plans if earlier.child_id == one.child_id):
            raise _refused(one)
        plan = Plan(
            partnership_id=meeting.partnership_id,
            reference=f"portal-{meeting.id}-{one.child_id}",
            case_id=case_id,
            child_id=one.child_id,
            started_on=one.decided_on,
            first_category=one.categories[0],
            latest_category=one.categories[0],
            previous_plans=_before(plans, one),
            started_by_meeting_id=meeting.id,
            decided_on=one.decided_on,
            created_at=change.viewer.now,
        )
        change.session.add(plan)
        change.session.flush()
        change.log("plan.started", "plan", plan.id)
        return
    was_withdrawn, had_ended = plan.withdrawn_at is not None, plan.ended_on is not None
    plan.child_id = one.child_id
    if plan.started_by_meeting_id == meeting.id:
        plan.started_on, plan.first_category, plan.withdrawn_at = one.decided_on, one.categories[0], None
    if not _is_decided_since(plan, one):
        plan.latest_category, plan.decided_on = one.categories[0], one.decided_on
        if plan.ended_by_meeting_id == meeting.id:
            plan.ended_on = plan.end_reason = plan.ended_by_meeting_id = None
    if was_withdrawn:
        change.log("plan.started", "plan", plan.id)
    elif had_ended and plan.ended_on is None:
        change.log("plan.reopened", "plan", plan.id)
    else:
        change.log("plan.continued", "plan", plan.id)


def _end(change: Change, meeting: Meeting, one: Decided, plans: list[Plan]) -> None:
    plan = _theirs(plans, meeting, one)
    if plan is None or plan.withdrawn_at is not None:
        return
    if _is_decided_since(plan, one):
        raise _refused(one)
    plan.child_id = one.child_id
    if plan.started_by_meeting_id == meeting.id:
        plan.withdrawn_at = change.viewer.now
        change.log("plan.withdrawn", "plan", plan.id)
        return
    plan.ended_on, plan.ended_by_meeting_id = one.decided_on, meeting.id
    plan.end_reason = one.ends_because or PlanEnd.NO_LONGER_AT_RISK
    plan.decided_on = one.decided_on
    change.log("plan.ended", "plan", plan.id)


def _theirs(plans: list[Plan], meeting: Meeting, one: Decided) -> Plan | None:
    """The plan that a decision is about.

    What this conference began for the child (also where that was taken back since), what it ended, what the child has
    on the day; else the oldest open plan of the case that names no child yet.
    """
    own = [plan for plan in plans if plan.child_id == one.child_id]
    begun = [plan for plan in own if plan.started_by_meeting_id == meeting.id]
    ended = [plan for plan in own if plan.ended_by_meeting_id == meeting.id]
    running = [plan for plan in own if _runs(plan, one)]
    unnamed = [plan for plan in reversed(plans) if plan.child_id is None and _runs(plan, one)]
    return next(iter((*begun, *ended, *running, *unnamed)), None)


def _runs(plan: Plan, one: Decided) -> bool:
    return plan.withdrawn_at is None and plan.ended_on is None and plan.started_on <= one.decided_on


def _refused(one: Decided) -> Invalid:
    return Invalid(DECIDED_SINCE, errors={f"child_{one.child_id}": [DECIDED_SINCE]})


def _before(plans: list[Plan], one: Decided) -> int:
    """How many plans the child had before, by the portal's own count and by what files said of earlier ones."""
    own = [plan for plan in plans if plan.child_id == one.child_id and plan.withdrawn_at is None]
    return max((plan.previous_plans + 1 for plan in own), default=0)


def _is_decided_since(plan: Plan, one: Decided) -> bool:
    return plan.decided_on is not None and plan.decided_on > one.decided_on
