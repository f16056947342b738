"""What stands before a conference: open actions of the child's other meetings, each carried into the plan or not.

Actions of earlier conferences are the plan already, and so is what one of them carried into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from portal.access import actions as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import is_overdue
from portal.domain.audit_vocabulary import ActionStatus
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.labels import label
from portal.domain.meeting_vocabulary import MeetingFamily
from portal.domain.plans import NOTE_LIMIT, Carrying
from portal.models.actions import Action
from portal.models.meeting_actions import ActionCarrying
from portal.models.meetings import Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services import activity, case_facts
from portal.services.changes import Change, changing


@dataclass(frozen=True, slots=True)
class StandingAction:
    """An open action of another meeting about the child, and what this conference made of it so far."""

    id: int
    what: str
    measure: str
    kind: str
    on: date
    agency: str
    owner: str
    due_on: date
    is_overdue: bool
    status: ActionStatus
    carrying: Carrying | None
    reason: str
    version: int
    """Of what was decided; 0 where nothing was."""


@dataclass(frozen=True, slots=True)
class CarryingPage:
    """A conference with the open actions that stand before it."""

    meeting_id: int
    kind: str
    on: date
    rows: tuple[StandingAction, ...]

    @property
    def undecided(self) -> int:
        """How many nobody has decided about yet."""
        return sum(row.carrying is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a keeper decides about one action, on the version that they saw."""

    action_id: int
    carrying: Carrying
    reason: str
    version: int


def open_actions(viewer: Viewer, meeting_id: int) -> CarryingPage:
    """The page; that the family's record was read is logged. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    conference, kind = _conference(session, viewer, meeting_id)
    rows = session.execute(_listed(viewer, conference)).all()
    activity.record_reading(viewer, "case.read", "case", [conference.case_id])
    standing = tuple(_standing(row, viewer.today) for row in rows)
    return CarryingPage(conference.id, kind, conference.day, standing)


def decide(viewer: Viewer, meeting_id: int, decisions: Sequence[Decision]) -> int:
    """Keep what was decided; gives how many decisions were new or changed.

    Raises NotVisible, NotPermitted, Invalid by `reason_<action>`, and Conflict where somebody else decided first.
    """
    with changing(viewer) as change:
        session = change.session
        conference, _kind = _conference(session, viewer, meeting_id)
        # Two who decide at once are let in one after the other, also about what nobody has decided yet.
        case_facts.hold(session, conference.partnership_id, [conference.case_id])
        standing = {row.id: _standing(row, viewer.today) for row in session.execute(_listed(viewer, conference))}
        _check(standing, decisions)
        changed = [one for one in decisions if _differs(standing[one.action_id], one)]
        for one in changed:
            _keep(change, conference, one)
        if not changed:
            raise Invalid("Nothing was decided: say for at least one action whether it is carried into the plan.")
        return len(changed)


def undecided(viewer: Viewer, meeting_id: int) -> int:
    """How many open actions of other meetings this conference has not dealt with; 0 for whoever does not keep it."""
    session: Session = db.session()
    try:
        conference, _kind = _conference(session, viewer, meeting_id)
    except (NotVisible, NotPermitted):
        return 0
    rows = _narrowed(viewer, conference).where(~_decided_at(conference)).with_only_columns(func.count(Action.id))
    return session.scalar(rows) or 0


def undecided_line(viewer: Viewer, meeting_id: int) -> str:
    """One line for the conference's page and for closing its register; empty where nothing is left to decide."""
    number = undecided(viewer, meeting_id)
    if not number:
        return ""
    actions = "1 open action of another meeting is" if number == 1 else f"{number} open actions of other meetings are"
    return f"{actions} neither carried into the plan nor left out"


def _conference(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Meeting, str]:
    row = session.execute(
        meetings_access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Meeting.id == meeting_id, MeetingType.family == MeetingFamily.CONFERENCE)
        .add_columns(MeetingType.name)
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such conference.")
    if not access.may_record(viewer, row[0]):
        raise NotPermitted("What this conference carries into the plan is not the viewer's to decide.")
    return row[0], row[1]


def _narrowed(viewer: Viewer, conference: Meeting) -> Select[Action]:
    carried = aliased(ActionCarrying)
    is_in_plan = exists().where(
        carried.action_id == Action.id, carried.carrying == Carrying.CARRIED, carried.meeting_id != conference.id
    )
    return (
        access.standing_before(viewer, conference)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(MeetingType.family != MeetingFamily.CONFERENCE, ~is_in_plan.correlate(Action))
    )


def _decided_at(conference: Meeting) -> Any:
    return (
        exists()
        .where(ActionCarrying.action_id == Action.id, ActionCarrying.meeting_id == conference.id)
        .correlate(Action)
    )


def _listed(viewer: Viewer, conference: Meeting) -> Select[*tuple[Any, ...]]:
    here = and_(ActionCarrying.action_id == Action.id, ActionCarrying.meeting_id == conference.id)
    return (
        _narrowed(viewer, conference)
        .join(Agency, Agency.id == Action.agency_id)
        .outerjoin(ActionCarrying, here)
        .with_only_columns(
            Action.id,
            Action.what,
            Action.measure,
            MeetingType.name.label("kind"),
            func.coalesce(Meeting.held_on, Meeting.scheduled_on).label("meeting_on"),
            Agency.name.label("agency"),
            Action.owner_name,
            Action.due_on,
            Action.status,
            ActionCarrying.carrying,
            ActionCarrying.reason,
            ActionCarrying.version,
        )
        .order_by(Action.due_on, Action.id)
    )


def _standing(row: Row[*tuple[Any, ...]], today: date) -> StandingAction:
    return StandingAction(
        id=row.id,
        what=row.what,
        measure=row.measure or "",
        kind=row.kind,
        on=row.meeting_on,
        agency=row.agency,
        owner=row.owner_name,
        due_on=row.due_on,
        is_overdue=is_overdue(row.status, row.due_on, today),
        status=row.status,
        carrying=row.carrying,
        reason=row.reason or "",
        version=row.version or 0,
    )


def _differs(stands: StandingAction, one: Decision) -> bool:
    return (stands.carrying, stands.reason) != (one.carrying, one.reason.strip())


def _check(standing: dict[int, StandingAction], decisions: Sequence[Decision]) -> None:
    errors: dict[str, list[str]] = {}
    for one in decisions:
        stands = standing.get(one.action_id)
        if stands is None:
            raise NotVisible("This action does not stand before the conference.")
        if stands.version != one.version and _differs(stands, one):
            raise Conflict(
                "Somebody else decided about one of these actions a moment ago.",
                mine={"Yours": f"{label(one.carrying)}. {one.reason.strip()}".strip()},
                theirs={stands.what: f"{label(stands.carrying) if stands.carrying else ''}. {stands.reason}".strip()},
            )
        if one.carrying is Carrying.NOT_CARRIED and not one.reason.strip():
            errors[f"reason_{one.action_id}"] = ["Say why it is not carried into the plan"]
        elif len(one.reason) > NOTE_LIMIT:
            errors[f"reason_{one.action_id}"] = [f"Use {NOTE_LIMIT:,} characters or fewer"]
    if errors:
        raise Invalid("What was decided is not complete.", errors=errors)


def _keep(change: Change, conference: Meeting, one: Decision) -> None:
    viewer = change.viewer
    if viewer.user_id is None:
        raise NotPermitted("Only a person can decide what is carried into a plan.")
    row = change.session.scalar(
        select(ActionCarrying).where(
            ActionCarrying.meeting_id == conference.id, ActionCarrying.action_id == one.action_id
        )
    )
    if row is None:
        row = ActionCarrying(
            partnership_id=conference.partnership_id, meeting_id=conference.id, action_id=one.action_id
        )
        change.session.add(row)
    row.carrying, row.reason = one.carrying, one.reason.strip()
    row.decided_at, row.decided_by_id = viewer.now, viewer.user_id
    change.session.flush()
    change.log("action.carried" if one.carrying is Carrying.CARRIED else "action.not_carried", "action", one.action_id)
