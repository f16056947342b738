"""Who makes cards, who reads what was written, and for whom small counts are withheld: by query and row by row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import feedback
from portal.access.roles import Permission
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotPermitted
from portal.models.feedback import Feedback, FeedbackCard
from tests.access.conftest import who
from tests.access.who import BOARD, CHAIRS
from tests.world import NOW


@pytest.fixture
def cards(rows):
    """Every card with its meeting, whoever may see it."""
    return {card.id: (card, rows.meetings[card.meeting_id]) for card in db.session.scalars(select(FeedbackCard))}


@pytest.fixture
def written(database):
    return {row.id: row for row in db.session.scalars(select(Feedback))}


def test_cards_are_listed_exactly_where_they_may_be_viewed(cards, onlookers, ids):
    for onlooker in onlookers:
        may = {number for number, row in cards.items() if feedback.may_view_card(onlooker.viewer, *row)}
        assert ids(feedback.cards_visible_to(onlooker.viewer)) == may, onlooker.name


def test_whoever_runs_the_conference_sees_its_cards(cards, onlookers, world):
    row = cards[world.feedback_cards["a.initial/family"]]
    assert who(onlookers, lambda viewer: feedback.may_view_card(viewer, *row)) == {"chair", "manager", "coordinator"}
    row = cards[world.feedback_cards["a.past_initial/professional"]]
    assert who(onlookers, lambda viewer: feedback.may_view_card(viewer, *row)) == {
        "second_chair",
        "manager",
        "coordinator",
    }


def test_words_are_listed_exactly_where_they_may_be_read(written, onlookers, ids):
    for onlooker in onlookers:
        may = {number for number, row in written.items() if feedback.may_read_words(onlooker.viewer, row)}
        assert ids(feedback.words_visible_to(onlooker.viewer)) == may, onlooker.name


def test_the_chairs_manager_alone_reads_what_was_written(written, onlookers, world):
    for row in written.values():
        if row.partnership_id == world.partnerships["a"]:
            assert who(onlookers, lambda viewer, r=row: feedback.may_read_words(viewer, r)) == {"manager"}


def test_it_is_asked_about_conferences_from_their_day_on(rows, onlookers, world):
    table = {
        "a.initial": {"chair", "manager", "coordinator"},
        "a.past_initial": {"second_chair", "manager", "coordinator"},
        "a.review": set(),
        "a.strategy": set(),
        "a.core_group": set(),
        "a.cancelled": set(),
    }
    for key, allowed in table.items():
        meeting = rows.meetings[world.meeting(key).id]
        code = {"a.strategy": "strategy_meeting", "a.core_group": "core_group", "a.review": "review_conference"}.get(
            key, "initial_conference"
        )
        assert who(onlookers, lambda viewer, m=meeting, c=code: feedback.may_ask(viewer, m, c)) == allowed, key


def test_figures_are_the_boards_and_the_chairs_and_small_counts_the_managers(onlookers):
    readers = BOARD | CHAIRS | {"sector_lead", "manager"}
    of_a = [onlooker for onlooker in onlookers if onlooker.person.key.startswith("a.")]
    assert who(of_a, lambda viewer: viewer.may(Permission.FEEDBACK_VIEW)) == readers
    assert who(of_a, lambda viewer: viewer.may(Permission.FEEDBACK_VIEW) and not feedback.hides_small(viewer)) == {
        "manager"
    }
    with pytest.raises(NotPermitted):
        feedback.counted_where(Viewer.nobody(NOW))
