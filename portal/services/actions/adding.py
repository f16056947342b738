"""Adding an action to an answer of an audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from portal.access import actions as access
from portal.access import audits as audits_access
from portal.access.roles import ROLES, Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.action_rules import WHAT_LIMIT
from portal.domain.audit_vocabulary import ActionRag, ActionSource, ActionStatus
from portal.domain.errors import Invalid, NotPermitted, NotVisible
from portal.models.actions import Action
from portal.models.audits import AuditReturn, PanelMember, Response, SectionGiven
from portal.models.frameworks import Question
from portal.models.partnerships import Agency
from portal.models.people import Membership, User
from portal.services.changes import changing
from portal.services.notices.actions import tell_given
from portal.services.sent_forms import once

NAME_LIMIT = 120
MOST_OWNERS = 500

OWNERS = frozenset(role for role, permissions in ROLES.items() if Permission.ACTIONS_OWN in permissions)
"""Roles that can say how an action of theirs goes."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be done, by whom (somebody of the agency, or a name alone) and by when."""

    what: str
    owner_membership_id: int | None
    owner_name: str
    due_on: date
    rag: ActionRag


@dataclass(frozen=True, slots=True)
class Source:
    """The answer that an action is added to."""

    return_id: int
    question_id: int
    question: str
    agency: str
    partnership_id: int
    agency_id: int


def source_of(viewer: Viewer, return_id: int, question_id: int) -> Source:
    """The answer that the viewer may add an action to. Raises NotVisible, NotPermitted."""
    on_panel = exists().where(
        PanelMember.round_id == AuditReturn.round_id, PanelMember.membership_id == viewer.membership_id
    )
    given = exists().where(
        SectionGiven.return_id == AuditReturn.id,
        SectionGiven.standard_id == Response.standard_id,
        SectionGiven.membership_id == viewer.membership_id,
    )
    row = db.session.execute(
        audits_access.answers_visible_to(viewer)
        .join(Question, Question.id == Response.question_id)
        .join(Agency, Agency.id == AuditReturn.agency_id)
        .where(
            AuditReturn.id == return_id,
            Response.number == AuditReturn.number,
            Response.question_id == question_id,
        )
        .with_only_columns(
            AuditReturn,
            Question.text,
            Agency.name.label("agency"),
            given.correlate(AuditReturn, Response).label("given"),
            on_panel.correlate(AuditReturn).label("on_panel"),
        )
    ).one_or_none()
    if row is None:
        raise NotVisible("There is no such answer.")
    audit_return: AuditReturn = row[0]
    if not access.may_add(viewer, audit_return, given=bool(row.given), on_panel=bool(row.on_panel)):
        raise NotPermitted("Actions are not the viewer's to add here.")
    return Source(
        audit_return.id,
        question_id,
        row.text,
        row.agency,
        audit_return.partnership_id,
        audit_return.agency_id,
    )


def possible_owners(source: Source) -> list[tuple[int, str]]:
    """The people of the agency who can own an action, by name."""
    rows = db.session.execute(
        select(Membership.id, User.name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.partnership_id == source.partnership_id,
            Membership.agency_id == source.agency_id,
            Membership.role.in_(OWNERS),
            Membership.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
        .order_by(User.name, Membership.id)
        .limit(MOST_OWNERS)
    )
    return [(row.id, row.name) for row in rows]


def add_action(viewer: Viewer, return_id: int, question_id: int, promise: Promise) -> int:
    """Add an action and give back its id. Raises NotVisible, NotPermitted, Invalid by field."""
    with changing(viewer) as change:
        once(change)
        source = source_of(viewer, return_id, question_id)
        name = _checked(viewer, source, promise)
        action = Action(
            partnership_id=source.partnership_id,
            agency_id=source.agency_id,
            source=ActionSource.AUDIT_ANSWER,
            return_id=source.return_id,
            question_id=source.question_id,
            what=promise.what.strip(),
            owner_name=name,
            owner_membership_id=promise.owner_membership_id,
            due_on=promise.due_on,
            rag=promise.rag,
            status=ActionStatus.OPEN,
            evidence="",
            created_at=viewer.now,
            created_by_id=viewer.user_id,
        )
        change.session.add(action)
        change.session.flush()
        tell_given(change, action)
        change.log("action.added", "action", action.id)
        return action.id


def _checked(viewer: Viewer, source: Source, promise: Promise) -> str:
    """Check a promise and say what its owner is called."""
    errors: dict[str, list[str]] = {}
    if not promise.what.strip():
        errors["what"] = ["Say what will be done"]
    elif len(promise.what) > WHAT_LIMIT:
        errors["what"] = [f"Use {WHAT_LIMIT:,} characters or fewer"]
    name = promise.owner_name.strip()
    if promise.owner_membership_id is not None:
        name = dict(possible_owners(source)).get(promise.owner_membership_id, "")
        if not name:
            errors["owner"] = ["Choose one of the people shown"]
    elif not name:
        errors["owner_name"] = ["Enter who will do it"]
    elif len(name) > NAME_LIMIT:
        errors["owner_name"] = [f"Use {NAME_LIMIT} characters or fewer"]
    if promise.due_on < viewer.today:
        errors["due_on"] = ["The day must be today or later"]
    if errors:
        raise Invalid("The action is not complete.", errors=errors)
    return name
