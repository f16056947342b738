"""Days away and who may stand in; the quarter's word that people still work where they are said to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from portal.domain.periods import quarter_began
from portal.domain.vocabulary import AGENCY_ROLES, ANSWERING_ROLES, Role
from portal.domain.working_days import add_working_days

LONGEST_ABSENCE = 366
"""Days; a longer one must be a slip of the pen, or somebody who has left."""

_FURTHER_ROLES: Mapping[Role, frozenset[Role]] = {Role.CHAIR: frozenset({Role.SAFEGUARDING_MANAGER})}


def may_stand_in(role: Role, agency_id: int | None, other: Role, other_agency_id: int | None) -> bool:
    """Return whether somebody of the `other` role in the same partnership may stand in for a role.

    In an agency whoever answers for the same one; elsewhere somebody of the same role, and for a chair the
    safeguarding manager too.
    """
    if role in AGENCY_ROLES:
        return other in ANSWERING_ROLES and agency_id is not None and other_agency_id == agency_id
    return other is role or other in _FURTHER_ROLES.get(role, ())


def confirmation_opens_on(today: date) -> date:
    """Return the first working day of the quarter: from then on leads say who still works with them."""
    return add_working_days(quarter_began(today) - timedelta(days=1), 1)


class WorkKind(StrEnum):
    """Open work that belongs to one person and not to their agency."""

    MEETINGS = "meetings"
    REGISTERS = "registers"
    SECTIONS = "sections"
    ACTIONS = "actions"
    ESCALATIONS = "escalations"


_WORDS: Mapping[WorkKind, tuple[str, str]] = {
    WorkKind.MEETINGS: ("meeting to chair", "meetings to chair"),
    WorkKind.REGISTERS: ("register to close", "registers to close"),
    WorkKind.SECTIONS: ("section of an audit", "sections of audits"),
    WorkKind.ACTIONS: ("action", "actions"),
    WorkKind.ESCALATIONS: ("escalation that they raised", "escalations that they raised"),
}


def work_words(kind: WorkKind, number: int) -> str:
    """Return "1 action" or "3 meetings to chair"."""
    return f"{number} {_WORDS[kind][number != 1]}"


def may_take(kind: WorkKind, agency_id: int | None, other: Role, other_agency_id: int | None) -> bool:
    """Return whether somebody of a role in the same partnership may take such work over.

    Meetings and registers go to a chair. What an agency answers for (`agency_id`) goes to somebody who answers for it;
    an escalation that was raised for the partnership goes to a chair or the safeguarding manager.
    """
    if kind in (WorkKind.MEETINGS, WorkKind.REGISTERS):
        return other is Role.CHAIR
    if agency_id is None:
        return kind is WorkKind.ESCALATIONS and other in (Role.CHAIR, Role.SAFEGUARDING_MANAGER)
    return other in ANSWERING_ROLES and other_agency_id == agency_id
