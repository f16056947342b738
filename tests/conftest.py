"""Fixtures of every test. A test that takes `database` (or anything below it) runs on SQLite and on PostgreSQL.

database     a fresh copy of the world on this backend; the app's context is pushed, so services can be called
app          the portal on that database
world        where everything in it is (tests/world.py)
client       fetches pages as a browser, and checks each one (tests/page_client.py); also `new_client()` for a second
sign_in      sign_in(client, person): their session in the client; tests/signing_in.py has the way by the pages too
viewer_of    viewer_of(person, now=..., hat=...): the viewer that services are called with
command      command("db", "check"): a `flask` command, as from a shell
use_filing   use_filing(scanner=..., most_bytes=...): other filing for this test; `scanned` gives it a real clamd
use_mailing  use_mailing(sender): mails are sent for this test; `mail_server` is a real one that takes them already
count_queries  with count_queries() as statements: ... assert len(statements) <= 8
at_world_time  it is world.now; everything that takes `client` has it
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from argon2 import PasswordHasher
from click.testing import Result
from flask import Flask
from hypothesis import settings

from portal.access.viewer import Viewer
from portal.database.session import db
from portal.gateways.mail import Sender, SmtpSender
from portal.gateways.scanner import Scanner
from portal.services import passwords
from portal.services.filing import Filing, filing, install_filing
from portal.services.mailing import Mailing, install_mailing, mailing
from tests import clamd
from tests import world as worlds
from tests.chromium import ARGUMENTS, MISSING, chromium
from tests.databases import BACKENDS, Database
from tests.harness import RUN_FOLDER, apart, count_statements
from tests.mail_server import MailServer, running_mail_server
from tests.page_client import PageClient
from tests.postgres import RunFolder
from tests.s3_server import Server, running_s3
from tests.signing_in import sign_in_as
from tests.uncounted import is_uncounted, uncounted
from tests.world import Person, World
from tests.world_people import QUICK_HASHER

# Deterministic, so that a red run can be repeated; without a deadline, because test machines are shared.
settings.register_profile("portal", derandomize=True, deadline=None, max_examples=60, print_blob=True)
settings.load_profile("portal")

RUN = pytest.StashKey[RunFolder]()

# Loading the portal and every test makes millions of objects, which Python would look through again and again: first
# while they are made, which took half of collecting, then in each test.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on Python looks for unused objects again, but only among new ones, and not after each 700 of them."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """The run's folder: made by whoever runs pytest, handed to xdist's workers."""
    given = getattr(config, "workerinput", None)
    config.stash[RUN] = RunFolder(Path(given["run_folder"])) if given else RunFolder.create()
    os.environ[RUN_FOLDER] = str(config.stash[RUN].path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure no coverage of tests, fixtures included, that would take twice as long for it (tests/uncounted.py)."""
    with uncounted() if is_uncounted(item) else nullcontext():
        return (yield)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell an xdist worker where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN].path)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    run = config.stash.get(RUN, None)
    if run is not None:
        run.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was left out: a run without a browser or a scanner is not the whole of it."""
    for missing in (MISSING, clamd.MISSING):
        left_out = [report for report in terminalreporter.stats.get("skipped", []) if missing in str(report.longrepr)]
        if left_out:
            terminalreporter.write_line(f"!!! {len(left_out)} TESTS WERE SKIPPED: {missing} !!!", red=True, bold=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's own Chromium, without its errands."""
    return {**browser_type_launch_args, "executable_path": chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def full_hasher() -> Iterator[PasswordHasher]:
    """The hasher as people's passwords get it; meanwhile tests hash cheaply, or signing in would be most of a run."""
    full, passwords.hasher = passwords.hasher, QUICK_HASHER
    yield full
    passwords.hasher = full


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """This worker's name, with or without xdist."""
    given = getattr(request.config, "workerinput", None)
    return given["workerid"] if given else "main"


@pytest.fixture(scope="session")
def run_folder(request: pytest.FixtureRequest) -> Path:
    """The folder of this run, gone when it ends."""
    return request.config.stash[RUN].path


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each database that the portal runs on."""
    return request.param


@pytest.fixture(scope="session")
def made_databases() -> dict[str, Database]:
    """This worker's databases by backend: pytest forgets `databases` at every change, and to build a world is dear."""
    return {}


@pytest.fixture(scope="session")
def databases(backend: str, made_databases: dict[str, Database], run_folder: Path, worker: str) -> Database:
    """This worker's databases on one backend; `databases.empty()` gives one without a table."""
    if backend not in made_databases:
        made_databases[backend] = Database.on(backend, run_folder, worker)
    return made_databases[backend]


@pytest.fixture
def database(databases: Database, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh copy of the world, whatever tests before did to theirs."""
    asked = getattr(request.node, "callspec", None)
    if asked is not None and asked.params.get("backend", databases.backend) != databases.backend:
        # A fixture `backend` beside the one above made pytest keep the databases of another test file.
        raise RuntimeError(f"this test asked for {asked.params['backend']} and would run on {databases.backend}")
    databases.renew()
    with databases.app.app_context():
        yield databases
        db.session.remove()
        databases.rest()


@pytest.fixture
def on_one_database(databases: Database) -> None:
    """For whoever visits page after page: whose rows pages show is asked of both, by tests/access and on each page."""
    if databases.backend == "postgresql":
        pytest.skip("which pages show what is asked of PostgreSQL in tests/access and tests/pages")


@pytest.fixture
def app(database: Database) -> Flask:
    """The portal on the fresh database."""
    return database.app


@pytest.fixture
def world(database: Database) -> World:
    """Where everything is."""
    return database.world


@pytest.fixture
def at_world_time() -> Iterator[time_machine.Traveller]:
    """It is world.now, and the clock ticks on from there."""
    with time_machine.travel(worlds.NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def new_client(app: Flask, at_world_time: time_machine.Traveller) -> Callable[[], PageClient]:
    """One more browser, with cookies of its own."""
    return app.test_client


@pytest.fixture
def client(new_client: Callable[[], PageClient]) -> PageClient:
    """A browser that checks every page."""
    return new_client()


@pytest.fixture
def sign_in() -> Callable[..., None]:
    """Give a client somebody's session."""
    return sign_in_as


@pytest.fixture
def viewer_of() -> Callable[..., Viewer]:
    """The viewer that a signed-in person is: viewer_of(person, now=..., hat=...)."""
    return worlds.viewer_of


@pytest.fixture
def people(world: World) -> dict[str, Person]:
    """Everybody, by name."""
    return world.people


@pytest.fixture
def command(app: Flask) -> Callable[..., Result]:
    """Run a `flask` command outside the test's own context, as another process would be."""
    runner = app.test_cli_runner()
    return lambda *arguments, **options: apart(runner.invoke, args=[str(word) for word in arguments], **options)


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the SQL statements that a page is counted by."""
    return lambda: count_statements(app)


@pytest.fixture
def use_filing(app: Flask) -> Iterator[Callable[..., Filing]]:
    """Other filing for this test: a store, a scanner, a limit; the app's own comes back afterwards."""
    own = filing()

    def use(**changes: Any) -> Filing:
        install_filing(replace(filing(), **changes))
        return filing()

    yield use
    install_filing(own)


@pytest.fixture
def use_mailing(app: Flask) -> Iterator[Callable[[Sender], Mailing]]:
    """Mails are sent by this sender in this test; the app's own way, which is none, comes back afterwards."""
    own = mailing()

    def use(sender: Sender) -> Mailing:
        made = Mailing(sender, "https://portal.example", "no-reply@portal.example")
        install_mailing(made)
        return made

    yield use
    install_mailing(own)


@pytest.fixture
def mail_server(use_mailing: Callable[[Sender], Mailing]) -> Iterator[MailServer]:
    """A real mail server, to which the app sends its mails."""
    with running_mail_server() as server:
        use_mailing(SmtpSender.at(server.url, "no-reply@portal.example"))
        yield server


@pytest.fixture(scope="session")
def clamd_socket(run_folder: Path, worker: str) -> Iterator[Path]:
    """Where this worker's clamd listens."""
    with clamd.running_clamd(run_folder / worker / "clamd") as socket:
        yield socket


@pytest.fixture
def scanned(use_filing: Callable[..., Filing], clamd_socket: Path) -> Filing:
    """Files are scanned by a real clamd."""
    return use_filing(scanner=Scanner(clamd_socket))


@pytest.fixture(scope="session")
def s3_process(run_folder: Path, worker: str) -> Iterator[Server]:
    """This worker's server that speaks S3."""
    with running_s3(run_folder / worker / "s3") as server:
        yield server


@pytest.fixture
def s3_server(s3_process: Server) -> Server:
    """The same with nothing in it, whatever tests before have left."""
    s3_process.empty()
    return s3_process
