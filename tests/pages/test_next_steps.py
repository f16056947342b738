"""What stands out on a meeting's page: the one next step of whoever runs it, and of an agency after a move."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.strategy_vocabulary import StrategyRecordState
from portal.domain.vocabulary import Answer
from portal.models.meetings import Invitation, Meeting
from portal.models.strategy_records import StrategyRecord
from tests.services.rows import change


def buttons(page) -> list[str]:
    """The main buttons: what is secondary is left out."""
    return [one.get_text(strip=True) for one in page.page.select("main .govuk-button:not(.govuk-button--secondary)")]


@pytest.mark.parametrize(
    ("key", "meeting", "steps"),
    [
        # On its day the register comes before everything else.
        ("a.chair", "initial", ["Open the register"]),
        ("a.coordinator", "initial", ["Open the register"]),
        ("a.manager", "initial", []),
        # Before its day it is whoever could still make it quorate.
        ("a.second_chair", "review", ["See who is still needed"]),
        ("a.coordinator", "review", ["See who is still needed"]),
        # Nobody is needed for the quorum of a core group, which has none.
        ("a.coordinator", "core_group", []),
        # Afterwards what is to be written, and nothing once all is sent.
        ("a.chair", "strategy", ["Write the strategy record"]),
        ("a.manager", "strategy", []),
        ("a.second_chair", "past_initial", []),
    ],
)
def test_the_one_next_step(as_person, world, key, meeting, steps):
    page = as_person(key).get(f"/meetings/{world.meeting(f'a.{meeting}').id}")
    assert page.status_code == 200
    assert buttons(page) == steps


def test_after_the_record_come_the_minutes(as_person, world):
    place = world.meeting("a.strategy")
    with_record = as_person("a.chair")
    assert buttons(with_record.get(f"/meetings/{place.id}")) == ["Write the strategy record"]
    record = db.session.scalar(select(StrategyRecord.id).where(StrategyRecord.meeting_id == place.id))
    assert record is not None
    change(StrategyRecord, record, state=StrategyRecordState.SIGNED)
    assert buttons(with_record.get(f"/meetings/{place.id}")) == ["Write the minutes"]


def test_an_adjourned_conference_asks_for_no_decision(as_person, world):
    place = world.meeting("a.past_initial")
    change(Meeting, place.id, status="inquorate")
    assert buttons(as_person("a.second_chair").get(f"/meetings/{place.id}")) == []


def test_only_who_answered_before_the_move_is_asked_again(as_person, world):
    place = world.meeting("a.review")
    asked = as_person("a.social_care.lead").get(f"/meetings/{place.id}")
    assert buttons(asked) == ["Look at the new day"]
    change(Invitation, place.invitations["police"].id, answer=Answer.REPORT_ONLY, answered_at=world.now)
    police = as_person("a.police.lead").get(f"/meetings/{place.id}")
    assert "moved after you answered" not in police.page.main.get_text(" ", strip=True)
