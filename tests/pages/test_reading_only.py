"""While the main database is away: pages without a child go on, a child's record stays closed, and nothing is lost.

Two real servers, the second streaming from the first (tests/two_servers.py).
"""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access.viewer import Viewer
from portal.database import stand_in
from portal.database.declarative import Base
from portal.database.session import db, writing, writing_apart
from portal.database.stand_in import WITHOUT_CHILDREN, PrimaryAway
from portal.models.activity import Activity
from portal.models.partnerships import Agency
from portal.services.changes import changing
from tests.access.matrix import questions
from tests.access.routes import ROUTES
from tests.access.told import told_by
from tests.harness import make_app, make_settings
from tests.pages.sign_in_steps import cookie_of, replay
from tests.services.activity_steps import faults
from tests.signing_in import token_of
from tests.two_servers import running_pair

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)

BAND = "For reading only at the moment."
RETRY = 0.3
OF_A_CHILD = frozenset(
    {
        "child",
        "family",
        "whereabouts",
        "report",
        "strategy record",
        "outcome",
        "outcome draft",
        "minutes",
        "draft minutes",
        "escalation",
        "escalation entry",
        "withdrawal",
        "uploaded file",
        "file name",
        "meeting note",
        "answer note",
        "exclusion note",
        "feedback_words",
        "removal",
    }
)
"""Kinds of markers that stand in a child's record, and in nothing else."""

NAMES_A_CHILD = {"cases", "children", "meetings", "invitations", "reports", "plans", "stored_children", "escalations"}


@pytest.fixture(scope="module")
def pair(databases, run_folder, worker):
    """The two servers, with the world in both."""
    databases.renew()
    with running_pair(databases.server, run_folder / f"two-{worker}") as made:
        yield made


@pytest.fixture(scope="module")
def served(pair, databases, run_folder) -> Flask:
    """The portal on both servers."""
    instance = run_folder / f"two-{databases.worker}" / "instance"
    address = databases.url("portal")
    settings = make_settings(
        instance,
        pair.primary.address(address),
        database_replica_url=pair.replica.address(address),
        file_store=(databases.folder / "files").as_uri(),
    )
    return make_app(settings)


@pytest.fixture
def app(served, pair, database, monkeypatch):
    """The portal on both servers, with the primary there; it is asked again soon after it was away."""
    monkeypatch.setattr(stand_in, "RETRY_AFTER", RETRY)
    pair.primary.start()
    with served.app_context():
        assert eventually(leads_to_the_primary)
        yield served
        db.session.remove()
        db.engine.dispose()
    pair.primary.start()


def leads_to_the_primary() -> bool:
    """Whether a connection made now can write: after it was away, the primary is not asked for a moment."""
    with db.engine.connect() as connection:
        return not connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar()


def signed_in(new_client, sign_in, world, *names):
    """A browser for each of A's people."""
    found = {}
    for name in names:
        found[name] = new_client()
        sign_in(found[name], world.person(f"a.{name}"))
    return found


def count(app: Flask, verb: str) -> int:
    """How many entries of the trail have this verb."""
    with app.app_context():
        found = db.session.scalar(sa.select(sa.func.count()).select_from(Activity).where(Activity.verb == verb))
        db.session.remove()
        return found or 0


def test_pages_without_a_child_stay_open_with_a_band(app, pair, new_client, sign_in, world):
    clients = signed_in(new_client, sign_in, world, "board", "business_manager", "scrutineer", "sector_lead")
    opened = closed = 0
    with pair.primary_away():
        for name, client in clients.items():
            for asked in questions(world, "GET", name, "a", of_guard=True):
                if asked.expected != (200,):
                    continue
                answer = client.get(asked.address)
                assert answer.status_code in (200, 503), asked.address
                opened, closed = opened + (answer.status_code == 200), closed + (answer.status_code == 503)
                if answer.mimetype == "text/html":
                    assert BAND in answer.get_data(as_text=True), asked.address
        assert clients["board"].get("/figures").status_code == 200
        assert clients["board"].get("/").status_code == 200
        assert clients["board"].get("/health/ready").status_code == 200
    assert opened > 4 * closed, f"{opened} pages were open, {closed} were not"


def test_no_childs_record_is_shown_where_its_reading_cannot_be_noted(app, pair, new_client, sign_in, world):
    names = ("coordinator", "manager", "chair", "gp.lead", "police.practitioner", "social_care.lead")
    clients = signed_in(new_client, sign_in, world, *names)
    markers = [marker for marker in world.markers if marker.kind in OF_A_CHILD]
    assert {marker.kind for marker in markers} == OF_A_CHILD
    shown, wrong, closed = [], [], 0
    with pair.primary_away():
        for name, client in clients.items():
            for asked in questions(world, "GET", name, "a", of_guard=True):
                answer = client.get(asked.address)
                closed += answer.status_code == 503
                if answer.status_code not in {*asked.expected, 503, 404}:
                    wrong.append(f"{name} {asked.address}: {answer.status_code}")
                told = told_by(answer)
                shown += [f"{name} {asked.address}: {marker.kind}" for marker in markers if marker.is_in(told)]
    assert not shown
    assert not wrong
    assert closed > 50, "nothing was closed: the primary was not away"


def test_a_childs_page_opens_again_and_its_reading_is_noted(app, pair, new_client, sign_in, world):
    client = signed_in(new_client, sign_in, world, "coordinator")["coordinator"]
    address = f"/cases/{world.cases['a.1']}"
    with pair.primary_away():
        assert client.get(address).status_code == 503
    before = count(app, "case.read")
    assert eventually(lambda: client.get(address).status_code == 200)
    assert count(app, "case.read") == before + 1
    assert faults() == []


def eventually(holds, within: float = 15.0) -> bool:
    """Whether it comes to hold: the primary is asked again only every moment."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_what_is_sent_meanwhile_is_shown_to_be_copied_and_not_saved(app, pair, new_client, sign_in, world):
    client = signed_in(new_client, sign_in, world, "gp.lead")["gp.lead"]
    meeting = world.meeting("a.initial").id
    typed = {"answer": "apologies", "reason": "The practice is closed on that day for training.", "version": "1"}
    data = {**typed, "csrf_token": token_of(client)}
    with pair.primary_away():
        answer = client.post(f"/meetings/{meeting}/answer", data=data)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert typed["reason"] in answer.page.find("textarea").get_text()
    assert eventually(lambda: client.post(f"/meetings/{meeting}/answer", data=data).status_code in (200, 302, 303, 409))


def test_nobody_signs_in_and_nobody_is_signed_out(app, pair, new_client, sign_in, world):
    client = signed_in(new_client, sign_in, world, "board")["board"]
    stranger = new_client()
    page = stranger.get("/sign-in")
    token = page.page.find("input", attrs={"name": "csrf_token"})["value"]
    person = world.person("a.scrutineer")
    typed = {"email": person.email, "password": person.password, "csrf_token": token}
    with pair.primary_away():
        assert stranger.post("/sign-in", data=typed).status_code == 503
        assert client.get("/account").status_code == 200, "the session is known to the replica too"
    assert eventually(lambda: client.get("/account").status_code == 200)
    assert stranger.get("/account").status_code == 302


def test_an_outage_of_hours_signs_out_whoever_is_away_and_nobody_else(
    app, pair, new_client, sign_in, world, at_world_time
):
    there, away = signed_in(new_client, sign_in, world, "board", "scrutineer").values()
    with pair.primary_away():
        for _ in range(4):
            assert there.get("/account").status_code == 200
            at_world_time.shift(timedelta(minutes=15))
        assert 0 < there.get("/signed-in/left").json["seconds"] <= 300, "asking for it is not being there"
        assert there.get("/account").status_code == 200
        assert away.get("/account").status_code == 302
        cookie = cookie_of(there)
    assert eventually(leads_to_the_primary)
    assert there.get("/account").status_code == 200
    assert away.get("/account").status_code == 302
    serializer = app.session_interface.get_signing_serializer(app)
    assert "seen" in serializer.loads(cookie)
    assert "seen" not in serializer.loads(cookie_of(there))
    at_world_time.shift(timedelta(minutes=19))
    assert there.get("/account").status_code == 200, "from now on its row says it again"
    at_world_time.shift(timedelta(minutes=2))
    assert replay(new_client, cookie).status_code == 200, "an older cookie is the same sign-in"
    at_world_time.shift(timedelta(minutes=21))
    assert replay(new_client, cookie).status_code == 302, "and outlives it by nothing"


def test_nobody_puts_off_the_end_of_a_sign_in_by_a_cookie_of_their_own(app, new_client, sign_in, world, at_world_time):
    client = signed_in(new_client, sign_in, world, "board")["board"]
    serializer = app.session_interface.get_signing_serializer(app)
    held = serializer.loads(cookie_of(client))
    at_world_time.shift(timedelta(minutes=25))
    forged = type(serializer)(
        "another secret of as many letters", salt=serializer.salt, serializer=serializer.serializer
    )
    seen = int(time.time())
    assert replay(new_client, forged.dumps({**held, "seen": seen})).status_code == 302
    # A moment that is still to come is no later than now.
    assert replay(new_client, serializer.dumps({**held, "seen": seen + 10**6})).status_code == 200
    at_world_time.shift(timedelta(hours=10))
    assert replay(new_client, serializer.dumps({**held, "seen": seen + 10**6})).status_code == 302


def test_every_door_for_writing_is_shut_on_the_replica(app, pair, world, viewer_of):
    viewer: Viewer = viewer_of(world.person("a.coordinator"))
    before = count(app, "agency.changed")
    with pair.primary_away():
        for door in (writing, writing_apart):
            with pytest.raises(PrimaryAway), door():
                pytest.fail("it opened")
        with pytest.raises(PrimaryAway), changing(viewer):
            pytest.fail("it opened")
    assert count(app, "agency.changed") == before


def test_the_server_itself_refuses_to_write_on_that_connection(app, pair):
    with pair.primary_away():
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW default_transaction_read_only").scalar() == "on"
            assert connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar() is True
        with pytest.raises(sa.exc.DBAPIError), db.engine.connect() as connection:
            connection.execute(sa.update(Agency).values(name="Changed"))


def test_without_either_database_the_page_says_so(app, pair, new_client, sign_in, world):
    client = signed_in(new_client, sign_in, world, "board")["board"]
    with pair.primary_away():
        pair.replica.stop()
        try:
            answer = client.get("/figures")
            assert answer.status_code == 500
            assert "Something went wrong on our side" in answer.get_data(as_text=True)
        finally:
            pair.replica.start()
        assert eventually(lambda: client.get("/figures").status_code == 200)


def test_texts_that_open_on_the_replica_belong_to_no_childs_tables(databases):
    tables = Base.metadata.tables
    for name in WITHOUT_CHILDREN:
        reaches = {key.column.table.name for key in tables[name].foreign_keys}
        assert not reaches & NAMES_A_CHILD, name
        assert not {column.name for column in tables[name].columns} & {"case_id", "child_id", "invitation_id"}, name


def test_every_change_is_refused_before_it_is_tried(app, pair, new_client, sign_in, world):
    client = signed_in(new_client, sign_in, world, "administrator")["administrator"]
    token = token_of(client)
    with pair.primary_away():
        for rule, by_method in ROUTES.items():
            if "POST" in by_method and "<" not in rule:
                answer = client.post(rule, data={"csrf_token": token})
                assert answer.status_code == 503, rule
