"""What is kept for a hat belongs to that hat alone, and to nothing else about its wearer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement

from portal.access import meetings
from portal.access.kept import kept_for_hat
from portal.access.viewer import Hat, Viewer
from portal.domain.vocabulary import Role

NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
HAT = Hat(1, 1, "Eastmarsh", Role.PRACTITIONER, agency_id=4)
VIEWER = Viewer(now=NOW, user_id=7, name="Amira Shah", email="amira@example.org", hat=HAT)


def written(condition: ColumnElement[bool]) -> str:
    """A condition with its values, as a database would read it."""
    return str(condition.compile(compile_kwargs={"literal_binds": True}))


def test_one_condition_serves_a_hat_whenever_and_by_whomever_it_is_worn() -> None:
    later = replace(VIEWER, now=NOW + timedelta(hours=1), user_id=8, session_id=3)
    assert meetings.visible_where(VIEWER) is meetings.visible_where(later)


def test_another_hat_gets_a_condition_of_its_own() -> None:
    for change in ({"partnership_id": 2}, {"agency_id": 5}, {"team_id": 9}, {"role": Role.AGENCY_LEAD}):
        other = replace(VIEWER, hat=replace(HAT, **change))
        assert written(meetings.visible_where(VIEWER)) != written(meetings.visible_where(other)), change


def test_the_system_and_nobody_are_told_apart() -> None:
    first, second = (Viewer.of_system("import", NOW, partnership_id) for partnership_id in (1, 2))
    nobody = Viewer.nobody(NOW)
    conditions = [meetings.visible_where(viewer) for viewer in (first, second, nobody, VIEWER)]
    assert len({written(condition) for condition in conditions}) == 4


def test_a_condition_can_ask_neither_who_nor_when() -> None:
    seen = []
    kept_for_hat(seen.append)(VIEWER)
    assert [(viewer.hat, viewer.user_id, viewer.name, viewer.session_id) for viewer in seen] == [(HAT, None, "", None)]
    assert seen[0].now < NOW
