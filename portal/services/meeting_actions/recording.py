"""Writing down what a meeting asked for: what, which agency and person, by when, and how people will know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from portal.access import actions as access
from portal.access import cases as cases_access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import WHAT_LIMIT
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.domain.meeting_vocabulary import RecordSection
from portal.domain.vocabulary import Answer, Expectation
from portal.models.actions import Action
from portal.models.cases import Child
from portal.models.meetings import Invitation, Meeting
from portal.models.named_people import NamedPerson
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.models.rule_sets import MeetingType
from portal.services import activity
from portal.services.actions.adding import MOST_OWNERS, NAME_LIMIT, OWNERS
from portal.services.changes import changing
from portal.services.closed_records import Asked, closures, shut_from
from portal.services.notices.actions import tell_given
from portal.services.sent_forms import once


@dataclass(frozen=True, slots=True)
class MeetingPromise:
    """One action that a meeting asked for."""

    what: str
    measure: str
    agency_id: int
    owner_membership_id: int | None
    owner_name: str
    due_on: date
    child_id: int | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who can own an action of the meeting."""

    membership_id: int
    name: str
    agency_id: int
    agency: str


@dataclass(frozen=True, slots=True)
class Recording:
    """A meeting whose actions the viewer writes down, and what there is to choose from."""

    meeting_id: int
    kind: str
    on: date
    named_people_only: bool
    agencies: tuple[tuple[int, str], ...]
    owners: tuple[Owner, ...]
    children: tuple[tuple[int, str], ...]


def recording_of(viewer: Viewer, meeting_id: int) -> Recording:
    """The form's facts; that the children's names were read is logged. Raises NotVisible, NotPermitted."""
    session: Session = db.session()
    meeting, kind = found_meeting(session, viewer, meeting_id)
    if not access.may_add_to_meeting(viewer, meeting):
        raise NotPermitted("This meeting's actions are not the viewer's to write down, or not yet.")
    children = _children(session, meeting)
    if children:
        activity.record_reading(viewer, "case.read", "case", [meeting.case_id])
    return _recording(session, meeting, kind, children, viewer.today)


def found_meeting(session: Session, viewer: Viewer, meeting_id: int) -> tuple[Meeting, MeetingType]:
    """A meeting that the viewer sees and whose kind has actions in its record. Raises NotVisible."""
    row = session.execute(
        meetings_access.visible_to(viewer)
        .join(MeetingType, MeetingType.id == Meeting.meeting_type_id)
        .where(Meeting.id == meeting_id)
        .add_columns(MeetingType)
    ).one_or_none()
    if row is None or RecordSection.ACTIONS.value not in row[1].sections:
        raise NotVisible("There is no such meeting, or its kind has no actions.")
    return row[0], row[1]


def add_meeting_action(viewer: Viewer, meeting_id: int, promise: MeetingPromise) -> int:
    """Add an action and give back its id. Raises NotVisible, NotPermitted, Invalid by field."""
    with changing(viewer) as change:
        once(change)
        session = change.session
        meeting, kind = found_meeting(session, viewer, meeting_id)
        if not access.may_add_to_meeting(viewer, meeting):
            raise NotPermitted("This meeting's actions are not the viewer's to write down, or not yet.")
        recording = _recording(session, meeting, kind, _children(session, meeting), viewer.today)
        action = Action(
            partnership_id=meeting.partnership_id,
            agency_id=promise.agency_id,
            source=ActionSource.MEETING,
            meeting_id=meeting.id,
            child_id=promise.child_id,
            what=promise.what.strip(),
            measure=promise.measure.strip(),
            owner_name=_checked(viewer, recording, promise),
            owner_membership_id=promise.owner_membership_id,
            due_on=promise.due_on,
            rag=ActionRag.GREEN,
            status=ActionStatus.OPEN,
            evidence="",
            created_at=viewer.now,
            created_by_id=viewer.user_id,
        )
        session.add(action)
        session.flush()
        tell_given(change, action)
        change.log("action.added", "action", action.id)
        return action.id


def _recording(
    session: Session, meeting: Meeting, kind: MeetingType, children: Collection[tuple[int, str]], today: date
) -> Recording:
    agencies = session.execute(
        select(Agency.id, Agency.name)
        .join(Invitation, Invitation.agency_id == Agency.id)
        .where(
            Invitation.meeting_id == meeting.id,
            Invitation.expectation != Expectation.NOT_RELEVANT,
            or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
        )
        .order_by(Agency.name, Agency.id)
    ).all()
    return Recording(
        meeting_id=meeting.id,
        kind=kind.name,
        on=meeting.day,
        named_people_only=meeting.named_people_only,
        agencies=tuple((row.id, row.name) for row in agencies),
        owners=_owners(session, meeting, [row.id for row in agencies], today),
        children=tuple(children),
    )


def _owners(session: Session, meeting: Meeting, agency_ids: list[int], today: date) -> tuple[Owner, ...]:
    """The people of these agencies who can own an action; of a meeting for named people only, those named."""
    rows = (
        select(Membership.id, User.name, Agency.id.label("agency_id"), Agency.name.label("agency"))
        .join(User, User.id == Membership.user_id)
        .join(Agency, Agency.id == Membership.agency_id)
        .where(
            Membership.partnership_id == meeting.partnership_id,
            Membership.agency_id.in_(agency_ids),
            Membership.role.in_(OWNERS),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(Agency.name, User.name, Membership.id)
        .limit(MOST_OWNERS)
    )
    if meeting.named_people_only:
        is_named = exists().where(
            NamedPerson.meeting_id == meeting.id,
            NamedPerson.membership_id == Membership.id,
            NamedPerson.ended_at.is_(None),
        )
        rows = rows.where(is_named.correlate(Membership))
    found = session.execute(rows.add_columns(Membership.user_id)).all()
    # What somebody cannot see they cannot do either.
    in_force = closures(session, [meeting.partnership_id]).get(meeting.partnership_id, {})
    asked = {row.id: Asked(row.user_id, meeting.id, meeting.case_id) for row in found}
    shut = shut_from(session, in_force, asked.values(), today)
    return tuple(Owner(row.id, row.name, row.agency_id, row.agency) for row in found if asked[row.id] not in shut)


def _children(session: Session, meeting: Meeting) -> list[tuple[int, str]]:
    """The children of every family that the meeting is about."""
    children = cases_access.children_of_meeting(meeting.id).order_by(Child.id)
    rows = session.execute(children.with_only_columns(Child.id, Child.given_name, Child.surname))
    return [(row.id, f"{row.given_name} {row.surname}") for row in rows]


def _checked(viewer: Viewer, recording: Recording, promise: MeetingPromise) -> str:
    """Check a promise and say what its owner is called."""
    errors: dict[str, list[str]] = {}
    for name, text, missing in (
        ("what", promise.what, "Say what will be done"),
        ("measure", promise.measure, "Say how people will know that it was done"),
    ):
        if not text.strip():
            errors[name] = [missing]
        elif len(text) > WHAT_LIMIT:
            errors[name] = [f"Use {WHAT_LIMIT:,} characters or fewer"]
    if promise.agency_id not in dict(recording.agencies):
        errors["agency"] = ["Choose one of the agencies shown"]
    if promise.due_on < viewer.today:
        errors["due_on"] = ["The day must be today or later"]
    if promise.child_id is not None and promise.child_id not in dict(recording.children):
        errors["child"] = ["Choose one of the children shown"]
    owner = next((one for one in recording.owners if one.membership_id == promise.owner_membership_id), None)
    errors |= _faults_of_owner(recording, promise, owner)
    if errors:
        raise Invalid("The action is not complete.", errors=errors)
    return owner.name if owner else promise.owner_name.strip()


def _faults_of_owner(recording: Recording, promise: MeetingPromise, owner: Owner | None) -> dict[str, list[str]]:
    if owner is not None:
        if owner.agency_id == promise.agency_id:
            return {}
        return {"owner": [f"{owner.name} works for {owner.agency}: choose that agency, or somebody else"]}
    if promise.owner_membership_id is not None:
        return {"owner": ["Choose one of the people shown"]}
    if recording.named_people_only:
        return {"owner": ["Choose a person: only the people named on this meeting see what it asked for"]}
    if not promise.owner_name.strip():
        return {"owner_name": ["Enter who will do it"]}
    if len(promise.owner_name.strip()) > NAME_LIMIT:
        return {"owner_name": [f"Use {NAME_LIMIT} characters or fewer"]}
    return {}
