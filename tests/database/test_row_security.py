"""The second wall, on PostgreSQL: with everything that the portal asks taken away, still no foreign row comes back."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, true, update
from sqlalchemy.exc import ProgrammingError

from portal.access import meetings as meetings_access
from portal.access.viewer import FiguresKey, Viewer
from portal.database.declarative import Base
from portal.database.grants import role_faults
from portal.database.scopes import EVERYTHING, NOTHING, Scope, current, starting_closed, within
from portal.database.session import db, writing
from portal.domain.signing_in import SessionEnd
from portal.domain.vocabulary import ActivityOutcome
from portal.models.activity import Activity, ActivityChain
from portal.models.cases import Case
from portal.models.meetings import Meeting
from portal.models.messages import Notice
from portal.services import activity, kept_forms, reach
from portal.services.changes import changing
from portal.services.sessions import Ended
from tests.page_client import PageClient
from tests.postgres import APPLICATION
from tests.world import NOW

TABLES = sorted(name for name, table in Base.metadata.tables.items() if "partnership_id" in table.c)
OF_NOBODY = {"activity_chains"}
"""Where a row of no partnership is everybody's to add to: the end of the portal's own chain."""

BY_PARTNERSHIP = " UNION ALL ".join(f"SELECT '{name}', partnership_id FROM {name} GROUP BY 2" for name in TABLES)

Rows = dict[str, set[int | None]]


@pytest.fixture
def server(database):
    """PostgreSQL; SQLite has no row-level security."""
    if database.backend == "sqlite":
        pytest.skip("SQLite has no row-level security")
    return database


def whose_rows(connection: Connection | None = None) -> Rows:
    """Of each table the partnerships whose rows come back for a query that asks for all of them."""
    found: Rows = {name: set() for name in TABLES}
    for name, partnership_id in (connection or db.session.connection()).exec_driver_sql(BY_PARTNERSHIP):
        found[name].add(partnership_id)
    return found


@starting_closed
def seen_by(viewer: Viewer) -> Rows:
    """The same for somebody whom a request has let in."""
    reach.admit(viewer)
    return whose_rows()


@starting_closed
def seen_in_change_by(viewer: Viewer) -> Rows:
    """The same in a change of theirs, which keeps nothing."""
    with within(reach.scope_of(viewer)), writing() as session:
        return whose_rows(session.connection())


def of(rows: Rows) -> set[int | None]:
    """All partnerships of which there is a row, but for the row that is nobody's."""
    return set().union(*(ids - {None} if name in OF_NOBODY else ids for name, ids in rows.items()))


def test_the_portal_runs_as_a_role_that_owns_nothing_and_bypasses_nothing(server):
    connection = db.session.connection()
    assert connection.exec_driver_sql("SELECT current_user").scalar() == APPLICATION
    assert role_faults(connection) == []


@pytest.mark.parametrize("table", TABLES)
def test_every_table_with_a_partnership_has_its_policy(server, table):
    connection = db.session.connection()
    flags = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(:name)"
    assert tuple(connection.execute(text(flags), {"name": table}).one()) == (True, True)
    rules = "SELECT policyname, cmd, permissive, qual, with_check FROM pg_policies WHERE tablename = :name"
    found = {row.policyname: row for row in connection.execute(text(rules), {"name": table})}
    rule = found.pop("of_partnerships")
    assert rule.cmd == "ALL"
    assert "portal.reads" in rule.qual
    assert "portal.writes" in rule.with_check
    deleting = found.pop("of_deleted")
    assert (deleting.cmd, deleting.permissive, deleting.qual) == ("DELETE", "RESTRICTIVE", rule.with_check)
    assert set(found) == ({"of_no_partnership"} if table in {"activity", "activity_chains"} else set())
    guards = "SELECT tgenabled FROM pg_trigger WHERE tgrelid = to_regclass(:name) AND tgname = 'stays_in_partnership'"
    assert connection.scalar(text(guards), {"name": table}) in ("O", b"O")


def test_there_is_something_to_leak(server, world):
    with within(EVERYTHING):
        seen = whose_rows()
    both = set(world.partnerships.values())
    alike = [name for name, ids in seen.items() if both <= ids]
    assert len(alike) > 80
    assert None in seen["activity_chains"]


def test_nobody_gets_a_row_of_a_partnership_that_they_do_not_work_in(server, world, viewer_of):
    wrong = []
    for key, person in world.people.items():
        for hat in person.hats:
            viewer = viewer_of(person, hat=hat)
            own = {one.partnership_id for one in person.hats}
            seen = seen_by(viewer)
            if of(seen) != own or of(seen_in_change_by(viewer)) != own:
                wrong.append((key, hat.membership_id, of(seen), own))
    assert wrong == []


def test_what_somebody_was_typing_is_of_the_partnership_that_they_typed_it_for(server, world, viewer_of):
    both = world.person("both")
    b = world.partnerships["b"]
    hat = next(hat for hat in both.hats if hat.partnership_id == b)
    worn = next(hat for hat in both.hats if hat.partnership_id != b)
    ended = Ended(both.user_id, worn.membership_id, SessionEnd.IDLE, True, tuple(both.hats))
    typed = [("worries", "The father came again."), (kept_forms.HAT, str(hat.membership_id))]

    @starting_closed
    def keep() -> None:
        assert kept_forms.keep(ended, "/meetings/1/report", typed, NOW)
        assert kept_forms.is_waiting_for(both.user_id, NOW)
        assert current() == NOTHING

    keep()
    assert seen_by(viewer_of(world.person("a.coordinator")))["kept_forms"] == set()
    assert seen_by(viewer_of(both))["kept_forms"] == {b}
    assert seen_by(viewer_of(world.person("b.coordinator")))["kept_forms"] == {b}


def test_whoever_is_not_known_gets_no_row(server, world, viewer_of):
    gp = viewer_of(world.person("a.gp.lead"))
    pending = Viewer(now=NOW, user_id=gp.user_id, email=gp.email, code_pending=True)
    for viewer in (Viewer.nobody(NOW), pending):
        assert of(seen_by(viewer)) == set()
        assert of(seen_in_change_by(viewer)) == set()
    with within(NOTHING):
        assert of(whose_rows()) == set()
        assert whose_rows()["activity_chains"] == {None}
        assert whose_rows()["activity"] == set()


def test_a_key_opens_its_own_partnership_and_writes_nowhere_else(server, world):
    key = Viewer.by_key(NOW, "tests", FiguresKey(1, world.partnerships["b"], "B"))
    assert of(seen_by(key)) == {world.partnerships["b"]}
    assert reach.scope_of(key) == Scope.of([world.partnerships["b"]], [world.partnerships["b"]])


def test_the_name_of_a_command_opens_nothing_to_somebody_who_is_served(server, world):
    @starting_closed
    def seen(viewer: Viewer) -> Rows:
        with within(reach.scope_of(viewer)):
            return whose_rows()

    for viewer in (Viewer.of_system("worker", NOW), Viewer.of_system("worker", NOW, world.partnerships["a"])):
        assert of(seen(viewer)) == set()


def test_a_scope_ends_with_what_it_was_for(world):
    @starting_closed
    def served() -> None:
        assert current() == NOTHING
        reach.admit_to(world.partnerships["a"])
        assert current() == Scope.of([world.partnerships["a"]], [world.partnerships["a"]])

    before = current()
    served()
    assert current() == before == EVERYTHING
    with within(NOTHING), pytest.raises(InterruptedError), within(EVERYTHING):
        raise InterruptedError
    assert current() == EVERYTHING


# What is written


def test_a_change_writes_in_its_own_partnership_alone(server, world, viewer_of):
    viewer = viewer_of(world.person("a.coordinator"))
    foreign = {"partnership_id": world.partnerships["b"], "reference": "ZQ-NEW", "created_at": NOW}

    def take(change) -> None:
        change.session.execute(insert(Case).values(**foreign))

    def give_away(change) -> None:
        own = select(Case.id).where(Case.partnership_id == world.partnerships["a"]).limit(1).scalar_subquery()
        change.session.execute(
            update(Case.__table__).where(Case.id == own).values(partnership_id=foreign["partnership_id"])
        )

    for act in (take, give_away):
        with pytest.raises(ProgrammingError, match="row-level security"), changing(viewer) as change:
            act(change)
    with within(reach.scope_of(viewer)), writing() as session:
        theirs = Meeting.partnership_id == world.partnerships["b"]
        for statement in (
            update(Meeting.__table__).where(theirs).values(start_time=None),
            delete(Meeting.__table__).where(theirs),
        ):
            assert session.connection().execute(statement).rowcount == 0
        session.rollback()


def test_of_two_hats_a_change_writes_under_the_one_that_is_worn(server, world, viewer_of):
    person = world.person("both")
    a, b = world.partnerships["a"], world.partnerships["b"]
    worn = next(hat for hat in person.hats if hat.partnership_id == a)
    viewer = viewer_of(person, hat=worn)
    assert reach.scope_of(viewer) == Scope.of([a, b], [a])
    with within(reach.scope_of(viewer)), writing() as session:
        assert session.scalar(select(func.count()).select_from(Case).where(Case.partnership_id == b))
        session.rollback()
    theirs = select(Notice.id).where(Notice.partnership_id == b).limit(1).scalar_subquery()

    def add(session) -> None:
        session.execute(insert(Case).values(partnership_id=b, reference="ZQ-NEW", created_at=NOW))

    def alter(session) -> None:
        session.execute(update(Notice.__table__).where(Notice.id == theirs).values(read_at=NOW))

    def take_over(session) -> None:
        session.execute(update(Notice.__table__).where(Notice.id == theirs).values(partnership_id=a))

    for act in (add, alter, take_over):
        with pytest.raises(ProgrammingError, match="row-level security"), changing(viewer) as change:
            act(change.session)
    with within(reach.scope_of(viewer)), writing() as session:
        assert session.scalar(select(func.count()).select_from(Notice).where(Notice.partnership_id == b))
        deleted = session.connection().execute(delete(Notice.__table__).where(Notice.partnership_id == b))
        assert deleted.rowcount == 0
        session.rollback()


def test_the_portals_own_chain_takes_what_anybody_adds_and_shows_it_to_nobody(server):
    @starting_closed
    def refused() -> None:
        activity.record_refusal(Viewer.nobody(NOW), "meeting", 1)
        assert db.session.scalar(select(func.count()).select_from(Activity)) == 0

    refused()
    its_own = select(Activity.outcome).join(ActivityChain, ActivityChain.id == Activity.chain_id)
    found = db.session.scalars(its_own.where(ActivityChain.partnership_id.is_(None)).order_by(Activity.sequence.desc()))
    assert found.first() is ActivityOutcome.REFUSED


# Through the pages, with the portal's own conditions taken away


@pytest.fixture
def unguarded(monkeypatch):
    """Meetings are asked for without a word about whose they are."""
    monkeypatch.setattr(meetings_access, "visible_to", lambda _viewer: select(Meeting).where(true()))
    monkeypatch.setattr(meetings_access, "visible_where", lambda _viewer: true())


@pytest.mark.parametrize("who", ["a.coordinator", "a.chair", "a.gp.lead"])
def test_a_page_that_forgets_whose_rows_it_shows_shows_no_foreign_one(who, client, sign_in, world, database, unguarded):
    """On SQLite, which has one wall, the same page does open: that is what would leak."""
    sign_in(client, world.person(who))
    foreign = f"/meetings/{world.meeting('b.initial').id}/calendar.ics"
    answered = client.get(foreign).status_code
    assert answered == (200 if database.backend == "sqlite" else 404)
    own = f"/meetings/{world.meeting('a.initial').id}/calendar.ics"
    assert client.get(own).status_code == 200


def test_a_request_leaves_its_thread_as_closed_as_it_found_it(app, client: PageClient, sign_in, world):
    sign_in(client, world.person("a.coordinator"))

    @starting_closed
    def served() -> Scope:
        assert client.get("/meetings").status_code == 200
        return current()

    assert served() == NOTHING
