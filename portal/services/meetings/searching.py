"""Finding families by what somebody has in hand: a surname, an NHS number, a UPN, a reference.

What names a child is looked up by its blind index and never stands in an address: a page of results is kept
under the families' own ids, which say nothing to anybody who cannot see their meetings.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, union_all
from sqlalchemy.orm import aliased

from portal.access import cases as access
from portal.access import meetings as meetings_access
from portal.access.viewer import Viewer
from portal.database.beginnings import begins_with
from portal.database.encryption import keyring
from portal.database.found_otherwise import only_checked
from portal.database.session import db
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.services.cases import NHS_PLACE, SURNAME_PLACE, UPN_PLACE

MOST_FOUND = 30
"""So many families or meetings answer one search at most: whoever gets more has to say more."""

SHORTEST_PREFIX = 3


_LOOKED_UP = {"surname_index": SURNAME_PLACE, "nhs_number_index": NHS_PLACE, "upn_index": UPN_PLACE}


@dataclass(frozen=True, slots=True)
class Found:
    """The families and single meetings that a text leads to, among those that the viewer sees."""

    case_ids: tuple[int, ...]
    meeting_ids: tuple[int, ...]


def find(viewer: Viewer, text: str) -> Found:
    """Look for a child's exact surname, NHS number or UPN, a case's reference, or a meeting's, by its beginning.

    Case, accents and spaces make no difference. A family that the viewer sees no meeting of is not found.
    """
    typed = text.strip()
    if not typed:
        return Found((), ())
    one = aliased(Child)
    named = union_all(
        *(
            select(one.id).where(
                one.partnership_id == viewer.partnership_id,
                getattr(one, name).in_(keyring.blind_indexes(typed, place)),
            )
            for name, place in _LOOKED_UP.items()
        )
    )
    children = only_checked(access.children_visible_to(viewer), Child.partnership_id).where(Child.id.in_(named))
    found = set(db.session.scalars(children.with_only_columns(Child.case_id).limit(MOST_FOUND)))
    if len(typed) < SHORTEST_PREFIX:
        return Found(tuple(sorted(found)), ())
    cases = access.visible_to(viewer).where(begins_with(Case.lower_reference, typed))
    first_cases = cases.with_only_columns(Case.id).order_by(Case.lower_reference).limit(MOST_FOUND)
    found.update(db.session.scalars(first_cases))
    meetings = meetings_access.visible_to(viewer).where(begins_with(Meeting.lower_reference, typed))
    first_meetings = meetings.with_only_columns(Meeting.id).order_by(Meeting.lower_reference).limit(MOST_FOUND)
    return Found(tuple(sorted(found)[:MOST_FOUND]), tuple(sorted(db.session.scalars(first_meetings))))
