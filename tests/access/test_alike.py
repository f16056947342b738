"""A statement that serves all who see alike gives each of them what one of their own would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from portal.access import meetings
from portal.access.alike import built_for_alike
from portal.access.viewer import Hat, OpenedRecord, Viewer
from portal.database.session import db
from portal.domain.vocabulary import AGENCY_ROLES, MeetingStatus, Role
from portal.models.meetings import Meeting
from portal.services.audits import answers
from portal.services.meetings import listing
from portal.services.meetings.listing import Filters
from portal.services.registers import queries
from tests.access.conftest import Onlooker

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
CHAIR = Viewer(now=NOW, user_id=7, name="Amira Shah", hat=Hat(3, 1, "Eastmarsh", Role.CHAIR))
OTHER = Viewer(now=NOW, user_id=9, name="Tomos Reed", hat=Hat(8, 2, "Westfold", Role.CHAIR))

PLACES = {"of_meeting": 1, "of_return": 2, "of_question": 3, "of_standard": 4, "looked_at": 5, "rows": 6, "after": 7}
"""What the statements are given besides."""

_ASKED = Filters(
    meeting_type="initial_conference", status=MeetingStatus.SCHEDULED, needs_answer=True, report_missing=True
)

seen_meetings = built_for_alike(meetings.visible_to)


def built(viewer: Viewer) -> Iterator[tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Each builder that the portal has, with what it is given besides the viewer."""
    yield queries._queries, ()
    yield answers._queries, ()
    of_list = listing._of_agency if viewer.role in AGENCY_ROLES else listing._of_keeper
    for filters in (Filters(), _ASKED, Filters(case_ids=(4,), meeting_ids=(5, 6), is_search=True)):
        yield of_list, (date(2026, 6, 10), filters)


def written(statement: Select[Any], ids: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A statement and its values, in their order, as a database would get them."""
    known = statement.params({**PLACES, **ids})
    compiled: Any = known.compile(dialect=sqlite.dialect())
    values = compiled.params
    return str(compiled), [values[name] for name in compiled.positiontup]


def differing(viewer: Viewer) -> list[str]:
    """The statements that would not say for the viewer what one that was built for them alone says."""
    found = []
    for build, others in built(viewer):
        statements, ids = build(viewer, *others)
        of_their_own = build.__wrapped__(viewer, *others)  # type: ignore[attr-defined]
        for place, (alike, own) in enumerate(zip(statements, of_their_own, strict=True)):
            if written(alike, ids) != written(own, {}):
                found.append(f"{build.__module__}.{build.__qualname__} {place}")
    return found


def test_everybody_is_given_what_a_statement_of_their_own_would_give(onlookers: list[Onlooker]) -> None:
    assert len({onlooker.viewer.role for onlooker in onlookers}) == len(Role)
    for onlooker in onlookers:
        assert differing(onlooker.viewer) == [], onlooker.name


@pytest.mark.parametrize(
    "change",
    [
        {"team_id": 4},
        {"closed_cases": frozenset({5}), "closed_meetings": frozenset({6, 7})},
        {"opened": (OpenedRecord(1, 5, NOW + timedelta(hours=1)),)},
    ],
)
@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.AGENCY_LEAD, Role.CHAIR, Role.COORDINATOR])
def test_so_are_those_who_differ_in_more_than_ids(role: Role, change: dict[str, Any]) -> None:
    hat = replace(Hat(3, 1, "Eastmarsh", role, agency_id=2 if role in AGENCY_ROLES else None), **change)
    assert differing(replace(CHAIR, hat=hat)) == []


def test_one_statement_serves_two_people_of_two_partnerships() -> None:
    (first, ids), (second, other_ids) = seen_meetings(CHAIR), seen_meetings(OTHER)
    assert first is second
    assert (ids["hat_partnership_id"], ids["hat_membership_id"], ids["hat_agency_id"]) == (1, 3, None)
    assert written(first, ids) != written(second, other_ids)


def test_another_role_or_a_closed_record_gets_another() -> None:
    changes: tuple[dict[str, Any], ...] = ({"role": Role.COORDINATOR}, {"closed_cases": frozenset({5})})
    for change in changes:
        other = replace(OTHER, hat=replace(OTHER.hat, **change))  # type: ignore[type-var]
        assert seen_meetings(other)[0] is not seen_meetings(CHAIR)[0], change


def test_without_its_ids_a_statement_gives_nothing_at_all(world) -> None:
    statement, _ = seen_meetings(CHAIR)
    with pytest.raises(StatementError, match="hat_partnership_id"):
        db.session.connection().execute(statement.with_only_columns(Meeting.id)).all()


def test_somebody_without_a_hat_and_the_system_are_asked_for_themselves() -> None:
    nobody, system = Viewer.nobody(NOW), Viewer.of_system("import", NOW, 1)
    for viewer in (nobody, system):
        statement, ids = seen_meetings(viewer)
        assert (written(statement, ids), ids) == (written(meetings.visible_to(viewer), {}), {})
