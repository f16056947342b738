"""Where one is signed in: listed in plain words, and ended one by one or all at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.database.session import db
from portal.models.sessions import SignInSession
from tests.pages.passkey_steps import sign_in_by_code, token, verbs
from tests.pages.reading import rows, words
from tests.pages.sign_in_steps import ACCOUNT, is_signed_in, type_password

SESSIONS = "/account/sessions"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0 ZQ-MARK-QZ"
)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1"


@pytest.fixture
def enter(new_client):
    """A browser of some make, in which somebody has signed in."""

    def entered(person, agent):
        client = new_client()
        client.environ_base["HTTP_USER_AGENT"] = agent
        sign_in_by_code(client, person)
        return client

    return entered


def test_each_is_listed_with_its_browser_since_when_and_how(enter, gp, at_world_time):
    enter(gp, PHONE)
    at_world_time.shift(timedelta(minutes=6))
    here = enter(gp, EDGE)
    page = here.get(SESSIONS)
    assert rows(page) == [
        "Microsoft Edge on Windows This one Wednesday 10 June, 11:06 Password and code Now –",
        "Safari on an iPhone Wednesday 10 June, 11:00 Password and code Wednesday 10 June, 11:00 "
        "End Safari on an iPhone, signed in Wednesday 10 June, 11:00",
    ]


def test_of_what_the_browser_calls_itself_only_plain_words_are_kept(enter, gp):
    enter(gp, EDGE)
    with db.engine.connect() as connection:
        kept = repr(connection.exec_driver_sql("SELECT * FROM sign_in_sessions").all())
    assert "Microsoft Edge on Windows" in kept
    assert "Mozilla" not in kept
    assert "ZQ-MARK-QZ" not in kept


def test_one_is_ended_and_its_browser_is_told(enter, gp):
    phone, here = enter(gp, PHONE), enter(gp, EDGE)
    db.session.rollback()
    ids = list(db.session.scalars(select(SignInSession.id).where(SignInSession.user_id == gp.user_id)))
    answer = here.send(here.get(SESSIONS), action=f"{SESSIONS}/{min(ids)}/end")
    assert (answer.status_code, answer.location) == (303, SESSIONS)
    assert len(rows(here.get(SESSIONS))) == 1
    assert phone.get(ACCOUNT).location.startswith("/sign-in")
    assert "you ended this from another browser" in words(phone.get("/sign-in"))
    assert is_signed_in(here)
    assert verbs(gp.user_id)[-1] == "session.ended_elsewhere"


def test_all_others_are_ended_at_once(enter, gp):
    others, here = [enter(gp, PHONE), enter(gp, "")], enter(gp, EDGE)
    assert "An unknown browser" in words(here.get(SESSIONS))
    here.send(here.get(SESSIONS), action=f"{SESSIONS}/end-others")
    assert not any(is_signed_in(other) for other in others)
    assert "You are signed in nowhere else" in words(here.get(SESSIONS))


def test_what_a_thief_sends_after_that_is_not_kept_for_the_person(enter, gp, world):
    phone, here = enter(gp, PHONE), enter(gp, EDGE)
    report = f"/meetings/{world.meeting('a.initial').id}/report"
    page = phone.get(report)
    here.send(here.get(SESSIONS), action=f"{SESSIONS}/end-others")
    phone.send(page, button="save", worries="Written by somebody else.")
    db.session.rollback()
    assert db.session.scalar(db.text("SELECT count(*) FROM kept_forms")) == 0


def test_one_that_waits_for_its_second_step_is_listed_as_such(enter, new_client, gp):
    half = new_client()
    type_password(half, gp)
    here = enter(gp, EDGE)
    assert "Password, and no second step yet" in words(here.get(SESSIONS))


def test_those_that_are_over_by_time_are_not_listed(enter, gp, at_world_time):
    enter(gp, PHONE)
    at_world_time.shift(timedelta(minutes=20))
    here = enter(gp, EDGE)
    assert len(rows(here.get(SESSIONS))) == 1


def test_ones_own_browser_is_signed_out_of_in_the_usual_way(enter, gp):
    here = enter(gp, EDGE)
    db.session.rollback()
    own = db.session.scalar(select(SignInSession.id).where(SignInSession.user_id == gp.user_id))
    answer = here.post(f"{SESSIONS}/{own}/end", data={"csrf_token": token(here, ACCOUNT)})
    assert answer.status_code == 400
    assert is_signed_in(here)


def test_another_persons_cannot_be_ended(client, sign_in, gp, world):
    sign_in(client, gp)
    for letter in ("a", "b"):
        session_id = world.open_sessions[f"{letter}.other_gp"]
        answer = client.post(f"{SESSIONS}/{session_id}/end", data={"csrf_token": token(client, ACCOUNT)})
        assert answer.status_code == 404
        db.session.rollback()
        assert db.session.get(SignInSession, session_id).ended_at is None
    client.post(f"{SESSIONS}/end-others", data={"csrf_token": token(client, ACCOUNT)})
    db.session.rollback()
    assert db.session.get(SignInSession, world.open_sessions["a.other_gp"]).ended_at is None
