"""Saved views: kept under a name, one's own, sent as a link on the day, and never as anything more."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.domain.errors import Conflict, Invalid, NotPermitted, NotVisible
from portal.domain.message_vocabulary import NoticeKind
from portal.domain.saved_views import MOST_VIEWS, SendEvery, is_of_figures, next_day
from portal.models.messages import Notice
from portal.services.saved_views import keeping
from portal.services.saved_views.sending import send_due

MONDAY = datetime(2026, 6, 15, 7, 0, tzinfo=UTC)


@pytest.fixture
def board(world, viewer_of):
    return viewer_of(world.person("a.board"))


def test_a_view_is_kept_and_found_by_its_name(board, world):
    view_id = keeping.save_view(board, "Police", "/figures/measures/attendance?agency_type=police", SendEvery.MONTH)
    assert [view.name for view in keeping.list_views(board)] == ["Police", "ZQ-A-VIEW-BOARD-QZ"]
    found = keeping.find_view(board, view_id)
    assert (found.address, found.next_on) == ("/figures/measures/attendance?agency_type=police", date(2026, 7, 1))


@pytest.mark.parametrize(
    "address",
    ["", "/", "/meetings/1", "//evil.example/figures", "https://evil.example/figures", "/figures/../meetings",
     "/figures\\evil", "/figuresque", "/figures?x=\n", "/figures/" + "x" * 1001, "/figures//evil.example"],
)  # fmt: skip
def test_nothing_else_can_be_saved(board, address):
    assert not is_of_figures(address)
    with pytest.raises(Invalid):
        keeping.save_view(board, "Elsewhere", address, SendEvery.NEVER)


def test_a_list_has_an_end(board):
    for number in range(MOST_VIEWS - 1):
        keeping.save_view(board, f"View {number}", "/figures/room", SendEvery.NEVER)
    with pytest.raises(Invalid):
        keeping.save_view(board, "One more", "/figures/room", SendEvery.NEVER)


def test_others_views_are_not_there(world, viewer_of):
    for key in ("a.business_manager", "a.gp.lead", "b.board"):
        with pytest.raises(NotVisible):
            keeping.find_view(viewer_of(world.person(key)), world.saved_views["a.board"])
    with pytest.raises(NotPermitted):
        keeping.save_view(viewer_of(world.person("a.coordinator")), "Mine", "/figures/room", SendEvery.NEVER)


def test_a_change_on_an_older_version_is_lost_to_nobody(board, world):
    view = keeping.find_view(board, world.saved_views["a.board"])
    keeping.change_view(board, view.id, "Reviews", SendEvery.NEVER, version=view.version)
    assert keeping.find_view(board, view.id).next_on is None
    with pytest.raises(Conflict):
        keeping.change_view(board, view.id, "Another", SendEvery.WEEK, version=view.version)


def test_a_link_goes_once_on_its_day(board, world):
    def told() -> list[Notice]:
        db.session.rollback()
        return list(db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.VIEW_READY)))

    assert send_due(datetime(2026, 6, 12, 7, 0, tzinfo=UTC)) == 0
    assert send_due(MONDAY) == 2  # one in each partnership
    assert send_due(MONDAY) == 0
    mine = [notice for notice in told() if notice.membership_id == board.membership_id]
    assert [(notice.subject_id, notice.what) for notice in mine] == [(world.saved_views["a.board"], "")]
    assert keeping.find_view(board, world.saved_views["a.board"]).next_on == date(2026, 6, 22)
    assert send_due(datetime(2026, 6, 22, 7, 0, tzinfo=UTC)) == 2
    assert len(told()) == 4


def test_a_view_that_is_removed_sends_nothing(board, world):
    keeping.remove_view(board, world.saved_views["a.board"])
    assert send_due(MONDAY) == 1


@pytest.mark.parametrize(
    ("every", "after", "expected"),
    [
        (SendEvery.NEVER, date(2026, 6, 10), None),
        (SendEvery.WEEK, date(2026, 6, 10), date(2026, 6, 15)),
        (SendEvery.WEEK, date(2026, 6, 15), date(2026, 6, 22)),
        (SendEvery.WEEK, date(2026, 5, 20), date(2026, 5, 26)),  # the 25th is a bank holiday
        (SendEvery.MONTH, date(2026, 6, 10), date(2026, 7, 1)),
        (SendEvery.MONTH, date(2026, 7, 15), date(2026, 8, 3)),
        (SendEvery.MONTH, date(2026, 12, 31), date(2027, 1, 4)),
    ],
)
def test_links_go_on_working_days(every, after, expected):
    assert next_day(every, after) == expected
