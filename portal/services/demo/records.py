"""The demonstration's records law: whom people write to, a hold as for a claim, a request that waits for its review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from sqlalchemy import Select, exists, select

from portal.access import records as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.retention import HoldScope
from portal.domain.vocabulary import Role
from portal.domain.working_days import add_working_days, london_instant
from portal.models.cases import Case, Child
from portal.models.meetings import Meeting
from portal.models.partnerships import Partnership
from portal.models.records import LegalHold
from portal.services.demo.audits.cast import Cast
from portal.services.demo.marks import Held, Marker, markers_in, seen_by
from portal.services.records import holds, rules
from portal.services.subject_access import requests

_KEPT = -9
"""Working days to the demonstration's day."""


def plan(cast: Cast) -> None:
    """Have the managers do what they would have done by now."""
    when = london_instant(add_working_days(cast.today, _KEPT), time(14, 30))
    name, mark = cast.place.name, cast.mark("T")
    cast.diary.add(when, cast.wide(Role.BUSINESS_MANAGER), lambda viewer: _name_contact(viewer, name))
    cast.diary.add(when, cast.wide(Role.SAFEGUARDING_MANAGER), lambda viewer: _hold_and_ask(viewer, mark))


def list_of_records(partnership: Partnership, viewers: list[Viewer]) -> Iterator[Marker]:
    """The marks in the reasons of holds, with whoever reads them."""

    def rows(viewer: Viewer) -> Select[int]:
        return access.holds_visible_to(viewer).with_only_columns(LegalHold.id)

    seen = seen_by([viewer for viewer in viewers if access.may_read_hold(viewer)], rows)
    said = db.session.execute(
        select(LegalHold.id, LegalHold.reason).where(LegalHold.partnership_id == partnership.id).order_by(LegalHold.id)
    )
    held = (Held(f"legal hold {row.id}", row.reason, seen.get(row.id, [])) for row in said)
    yield from markers_in(held, "legal_hold", partnership.name)


def _name_contact(viewer: Viewer, name: str) -> None:
    rules.keep_contact(
        viewer,
        "Information governance team",
        f"rights@{name.lower()}.example",
        "020 7946 0958",
        f"{name} Safeguarding Children Partnership\nCivic Centre\n{name}",
        seen=0,
    )


def _hold_and_ask(viewer: Viewer, mark: str) -> None:
    """On the first families with a named child and no meeting that is for named people only."""
    named = exists().where(Meeting.case_id == Case.id, Meeting.named_people_only)
    first = (
        select(Case.reference)
        .join(Child, Child.case_id == Case.id)
        .where(Case.partnership_id == viewer.partnership_id, ~named)
    )
    references = list(db.session.scalars(first.group_by(Case.id, Case.reference).order_by(Case.id).limit(2)))
    if len(references) < 2:
        return
    reason = f"A solicitor’s letter announces a claim; the council’s legal team asks to keep everything. Ref. {mark}."
    holds.place_hold(viewer, HoldScope.CASE, reason, reference=references[0])
    requests.begin(
        viewer,
        f"{references[1]}-1",
        "A parent who acts for the child. Their passport was seen at the Civic Centre.",
    )
