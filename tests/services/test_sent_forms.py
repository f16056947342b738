"""A form that makes something new is taken once a day, by one person, as it was written, or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.access.viewer import PostedForm
from portal.database.session import db
from portal.domain.errors import Invalid, SentAlready
from portal.models.sent_forms import SentForm
from portal.services import sent_forms
from portal.services.changes import changing
from tests.harness import apart


@pytest.fixture
def coordinator(world, viewer_of):
    """Who sends forms here."""
    return viewer_of(world.person("a.coordinator"))


def sending(viewer, form: bytes = b"a form", **later):
    """The viewer of a request that posts this."""
    return replace(viewer, posted=PostedForm(form), now=viewer.now + timedelta(**later))


def send(viewer) -> None:
    """Make something new by it."""
    with changing(viewer) as change:
        sent_forms.once(change)
        change.log("child.added", "child", 1)


def refuse(viewer) -> None:
    """Find, after it was taken, that it will not do."""
    with changing(viewer) as change:
        sent_forms.once(change)
        raise Invalid("Not like this.")


def test_the_same_form_is_taken_once_and_leads_where_the_first_led(coordinator):
    first = sending(coordinator)
    send(first)
    assert first.posted.is_taken
    sent_forms.remember(first, "/meetings/1")
    with pytest.raises(SentAlready) as refused:
        send(sending(coordinator, minutes=20))
    assert (refused.value.at, refused.value.leads_to) == (first.now, "/meetings/1")


def test_another_form_and_another_person_are_not_held_up(coordinator, world, viewer_of):
    send(sending(coordinator))
    send(sending(coordinator, b"another form"))
    send(sending(viewer_of(world.person("a.chair"))))


def test_the_next_day_it_is_taken_again_and_nothing_of_yesterday_is_kept(coordinator):
    send(sending(coordinator))
    send(sending(coordinator, days=1))
    db.session.rollback()
    kept = db.session.scalars(select(SentForm.sent_at).where(SentForm.user_id == coordinator.user_id)).all()
    assert kept == [coordinator.now + timedelta(days=1)]


def test_what_was_refused_may_be_sent_again(coordinator):
    with pytest.raises(Invalid, match="Not like this"):
        refuse(sending(coordinator))
    send(sending(coordinator))


def test_what_was_written_cannot_be_told_from_what_is_kept(coordinator):
    send(sending(coordinator))
    assert db.session.scalars(select(SentForm.digest)).one() != b"a form"


def test_a_command_sends_no_forms(coordinator):
    for _time in range(2):
        send(coordinator)


def test_of_two_clicks_at_once_one_is_taken(app, coordinator):
    together = Barrier(2)

    def click(_number: int) -> bool:
        with app.app_context():
            together.wait(timeout=10)
            try:
                send(sending(coordinator))
            except SentAlready:
                return False
            finally:
                db.session.remove()
            return True

    db.session.rollback()
    with ThreadPoolExecutor(2) as clicks:
        assert sorted(clicks.map(lambda number: apart(click, number), range(2))) == [False, True]
