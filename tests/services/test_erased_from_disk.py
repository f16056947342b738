"""What is erased is gone from the disk: the database's files and the file store, read as whoever took them would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text

from portal.database.emptying import empty_free_space
from portal.database.session import db, writing
from portal.domain.retention import FAMILY_CLASSES, ErasureState, HoldScope
from portal.models.cases import Case, Child
from portal.models.records import Erasure
from portal.models.sent_forms import SentForm
from portal.models.sessions import KeptForm
from portal.services.records import erasing, holds
from portal.services.records.closure import gather, stored_columns, tables
from tests.lying_in_clear import files_of_database, files_of_store, found_in, is_journal
from tests.postgres import SUPERUSER
from tests.services.record_steps import LONG_AFTER, nobody_works_on, operator, stored_values
from tests.services.rows import stored
from tests.services.test_erasing import lift_everything, manager
from tests.world import NOW

TELLS = 12
"""From how many bytes on a value stands for itself: shorter ones stand in a file by chance."""
BEGINS = 100
"""Of so many bytes the beginning is looked for: databases keep what is long in pieces."""
KINDS = frozenset(
    {
        *("reports", "report_answers", "report_files", "report_bundles", "minutes_drafts", "sent_papers", "quotations"),
        *("notices", "stored_files", "strategy_answers", "escalation_entries", "feedback_cards", "sample_reviews"),
        *("family_attendances", "child_views", "legal_holds", "packs"),
    }
)
"""What the world has of these families, at least."""
INDEXES = ("surname_index", "nhs_number_index", "upn_index")


@pytest.fixture(autouse=True)
def files_of_its_own(databases) -> None:
    """What lies in the database's files is what this test put there."""
    databases.let_go()


@pytest.fixture
def families(world):
    """The families of A, whose time is over: one was held once, and something about it was typed and not saved."""
    lift_everything(world)
    nobody_works_on(world)
    person, meeting = world.person("a.gp.lead").user_id, world.meeting("a.initial").id
    with writing() as session:
        session.add(
            KeptForm(
                partnership_id=world.partnerships["a"],
                user_id=person,
                path=f"/meetings/{meeting}/answer",
                content='{"reason": "ZQ-TYPED-QZ"}',
                kept_at=NOW,
            )
        )
        session.add(SentForm(user_id=person, digest=b"x" * 32, sent_at=NOW, leads_to=f"/meetings/{meeting}"))
    reference = stored(Case, world.cases["a.1"]).reference
    number = holds.place_hold(manager(world), HoldScope.CASE, "A claim of long ago.", reference=reference)
    holds.lift_hold(manager(world), number, "It is settled.", seen=holds.find_hold(manager(world), number).version)
    return list(db.session.scalars(select(Case.id).where(Case.partnership_id == world.partnerships["a"])))


def on_disk() -> list[Path]:
    """What the database keeps. On PostgreSQL once its owner has had it written anew, without the journal of changes."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        return list(files_of_database())
    as_superuser("VACUUM FULL")
    return [path for path in files_of_database() if not is_journal(path)]


def as_superuser(statement: str) -> None:
    """PostgreSQL does this, to its own tables too."""
    url = db.engine.url.set(username=SUPERUSER, drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def look_at_values() -> None:
    """What both do by themselves, sooner or later: the database looks at its values to plan queries."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        as_superuser("ANALYZE")
        return
    with writing() as session:
        session.execute(text("ANALYZE"))


def values_of(found) -> Iterator[bytes]:
    """How every value begins that tells, as it lies on the disk: ciphertexts, indexes, keys, references, words."""
    for of_table in found.rows.values():
        for row in of_table.values():
            for value in row.values():
                if isinstance(value, bytes | memoryview) and len(value) >= TELLS:
                    yield bytes(value)[:BEGINS]
                elif isinstance(value, str) and len(value) >= TELLS and type(value) is str:
                    yield value.encode()[:BEGINS]


def test_nothing_of_erased_families_lies_on_the_disk(world, families):
    """Rows, blind indexes, wrapped keys of files, drafts, bundles, notices: each found before, and none afterwards."""
    session, area = db.session(), world.partnerships["a"]
    going = gather(session, area, {"cases": families})
    assert set(going.counts()) >= KINDS
    planted = set(values_of(going))
    (typed,) = session.execute(select(*stored_columns(tables()["kept_forms"]))).mappings()
    planted.add(bytes(typed["content"])[:BEGINS])
    children = going.of("children").values()
    indexes = {bytes(row[name]) for row in children for name in INDEXES if row[name] is not None}
    references = {row["reference"].encode() for row in going.of("cases").values()}
    assert len(indexes) > len(INDEXES)
    assert indexes | references < planted
    names = {row["store_name"] for row in going.of("stored_files").values()}
    kept = {path.name for path in files_of_store()}
    assert len(names & kept) > 2
    assert names - kept <= infected(going)
    look_at_values()
    assert found_in(on_disk(), planted) == planted
    _found, done = erasing.run(operator(world), LONG_AFTER)
    assert {row.root_id for row in done if row.record_class in FAMILY_CLASSES} == set(families)
    left = found_in(on_disk(), planted)
    # What somebody else's row says too is no trace: a rule's words, the name of a kind of thing.
    assert left - {value[:BEGINS] for value in stored_values()} == set()
    assert left & (indexes | references) == set()
    assert {one for one in left if not one.isascii()} == set()
    assert names & {path.name for path in files_of_store()} == set()


def test_nothing_of_what_was_approved_lies_on_the_disk(world, families):
    """The same where a person approves what the worker proposed: of one family, and of no other."""
    session, area = db.session(), world.partnerships["a"]
    later = manager(world, year=2062)
    erasing.propose_due(later.now)
    proposals = select(Erasure).where(Erasure.partnership_id == area, Erasure.root_id == world.cases["a.1"])
    proposed = session.scalars(proposals.where(Erasure.state == ErasureState.PROPOSED)).one()
    going = gather(session, area, {"cases": [proposed.root_id]})
    planted = {one for one in values_of(going) if not one.isascii()}
    names = {row["store_name"] for row in going.of("stored_files").values()}
    kept = {path.name for path in files_of_store()}
    assert len(names & kept) > 1
    look_at_values()
    assert len(found_in(on_disk(), planted)) == len(planted) > 20
    erasing.approve(later, [proposed.id])
    assert found_in(on_disk(), planted) == set()
    assert kept - {path.name for path in files_of_store()} == names & kept


def infected(going) -> set[str]:
    """Files of which nothing was ever kept."""
    return {row["store_name"] for row in going.of("stored_files").values() if row["status"].value == "infected"}


def test_a_deleted_row_lies_in_sqlites_file_until_it_is_emptied(world, database):
    """Why it is written anew: without that, what was deleted can be read by whoever takes the disk."""
    if database.backend != "sqlite":
        assert empty_free_space() is False
        return
    words = b"words that lie in the file " * 40
    with writing() as session:
        session.add(
            KeptForm(
                partnership_id=world.partnerships["a"],
                user_id=world.person("a.gp.lead").user_id,
                path="/" + words.decode()[:250],
                content="{}",
                kept_at=NOW,
            )
        )
    with writing() as session:
        session.delete(session.scalars(select(KeptForm)).one())
    assert found_in(files_of_database(), {words[:200]}) == {words[:200]}
    assert empty_free_space() is True
    assert found_in(files_of_database(), {words[:200]}) == set()
    assert db.session.scalar(select(Child.id).limit(1))


def test_a_hold_keeps_every_byte(world, families):
    """The same, where an inquiry asks for everything."""
    holds.place_hold(manager(world), HoldScope.EVERYTHING, "An inquiry.")
    planted = set(values_of(gather(db.session(), world.partnerships["a"], {"cases": families})))
    kept = {path.name for path in files_of_store()}
    found, done = erasing.run(operator(world), LONG_AFTER)
    assert done == []
    assert all(one.is_held for one in found)
    assert found_in(on_disk(), planted) == planted
    assert {path.name for path in files_of_store()} == kept
