"""`flask indicators check` and `rebuild`: the kept figures against the records, and what they say and end with."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text, update

from portal.database.session import db, writing
from portal.models.figure_rollups import MeetingFigures, TypeFigures
from tests.areas import Area, meeting, part
from tests.owning import as_owner


@pytest.fixture
def area(database) -> Area:
    area = Area.new()
    area.meetings(meeting("R", "review_conference", "2026-05-05"))
    area.attendance(part("R", "police", "in_person"), part("R", "gp"))
    db.session.remove()
    return area


def spoil(area: Area) -> None:
    with writing() as session:
        ours = TypeFigures.partnership_id == area.partnership_id
        session.execute(update(TypeFigures).where(ours, TypeFigures.period == 20260505).values(attended=3))
        session.execute(
            update(MeetingFigures).where(MeetingFigures.partnership_id == area.partnership_id).values(meetings=0)
        )
    db.session.remove()


def test_what_is_right_is_said_to_be(command, area):
    result = command("indicators", "check")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "ok: the kept figures of 3 partnerships are what their records say\n"


def test_what_differs_is_named_and_ends_with_1(command, area):
    spoil(area)
    result = command("indicators", "check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "Newmarsh, by agency type and day, 2026-05-05, review_conference, gp: attended is 3 too high",
        "Newmarsh, by agency type and day, 2026-05-05, review_conference, police: attended is 2 too high",
        "Newmarsh, of meetings by month, 2026-05, review_conference: meetings is 1 too low",
        "Newmarsh, of meetings by day, 2026-05-05, review_conference: meetings is 1 too low",
        "flask indicators rebuild counts them anew",
    ]
    # It changes nothing.
    assert command("indicators", "check").exit_code == 1


def test_rebuild_mends_it(command, area):
    spoil(area)
    result = command("indicators", "rebuild")
    assert result.exit_code == 0
    [logged] = result.stderr.splitlines()
    assert json.loads(logged)["rows"] == 4
    assert result.stdout == "4 kept figures differed and were counted anew\n"
    assert command("indicators", "check").exit_code == 0
    assert command("indicators", "rebuild").stdout.startswith("0 kept figures")


def test_very_many_are_counted(command, area):
    with writing() as session:
        session.execute(text("DELETE FROM figures_by_type"))
        session.execute(text("DELETE FROM figures_by_agency"))
        session.execute(text("DELETE FROM figures_of_meetings"))
    db.session.remove()
    lines = command("indicators", "check").stderr.splitlines()
    assert len(lines) == 21
    assert lines[-1].endswith(" more differ; flask indicators rebuild counts them anew")


def test_a_missing_trigger_is_a_fault_that_rebuilding_does_not_hide(command, area):
    drop = "DROP TRIGGER figures_invitation_added"
    as_owner(drop if db.engine.dialect.name == "sqlite" else f"{drop} ON invitations")
    db.session.remove()
    lacking = "the database lacks the trigger figures_invitation_added: changes are not noted"
    for name in ("check", "rebuild"):
        result = command("indicators", name)
        assert result.exit_code == 1
        assert lacking in result.stderr
