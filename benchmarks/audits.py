"""The heat map of one audit round of 500 schools, in a database with that round alone and in one with five."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import psycopg
from alembic import command
from sqlalchemy import Engine, create_engine, insert
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from benchmarks.databases import SQLITE, further_address, settle
from benchmarks.measuring import Limit, Result, by_turns, milliseconds
from benchmarks.run import Run
from portal.access.audit_results import counted_for
from portal.access.viewer import Viewer
from portal.commands.db import configuration
from portal.database.declarative import Base
from portal.domain.audit_vocabulary import FrameworkStatus, ReturnStatus, RoundKind, ScaleKind
from portal.domain.ratings import Scale, scales_to_plain
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditReturn, AuditRound, Response, ReturnVersion
from portal.models.frameworks import FrameworkEdition, Question, Standard
from portal.models.moderation import Moderation
from portal.models.partnerships import Agency, Partnership, PartnershipAgency
from portal.models.people import User
from portal.services.audits.result_counts import tallies
from portal.services.batches import in_batches

HEAT_MAP = Limit(1.3)
SCHOOLS, STANDARDS, QUESTIONS, ROUNDS = 500, 20, 70, 5
CALLS = 10
_RATINGS = ("red", "amber", "green", "green", "green")


@dataclass(frozen=True)
class _Audit:
    """What every round asks, and of whom."""

    partnership_id: int
    user_id: int
    edition_id: int
    school_ids: tuple[int, ...]
    question_ids: tuple[tuple[int, int], ...]
    """Each with its standard."""


def measure(run: Run) -> Iterator[Result]:
    """The heat map's statement and what it is read into, the two databases by turns."""
    with _alone_and_among_others(run) as (alone, among):
        counted = counted_for(Viewer.of_system("benchmarks", run.area.now, 1))
        with Session(alone) as first, Session(among) as second:
            found = tallies(first, counted, 1)
            cells = sum(map(len, found.values()))
            if cells != SCHOOLS * STANDARDS or found != tallies(second, counted, 1):
                raise RuntimeError(f"the heat map has {cells} cells, or not the same in both databases")
            with _uncollected():
                times = by_turns(
                    lambda: tallies(second, counted, 1),
                    lambda: tallies(first, counted, 1),
                    rounds=run.rounds,
                    first_calls=CALLS,
                    second_calls=CALLS,
                )
    yield Result(
        what=f"Heat map of one round among {ROUNDS}, against the same round alone",
        database=run.database.kind,
        how="in process",
        values=times.ratios,
        limit=HEAT_MAP,
        samples=f"{run.rounds} × {CALLS} to {CALLS}",
        rows=f"{SCHOOLS} schools, {QUESTIONS} questions, {ROUNDS} rounds: {SCHOOLS * QUESTIONS * ROUNDS:,} answers",
        aside=f"among others {milliseconds(times.first)}, alone {milliseconds(times.second)}",
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector: going through the whole heap takes four heat maps, and by turns hits one side alone."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _alone_and_among_others(run: Run) -> Iterator[tuple[Engine, Engine]]:
    """Two databases of the run's kind: one with a round, and its copy with four more."""
    url = further_address(run.database, run.folder, "audits_alone")
    with run.app.app_context():
        command.upgrade(configuration(url), "head")
    alone = create_engine(url)
    with Session(alone) as session:
        audit = _ask(session, run)
        _round(session, run, audit, 1)
        session.commit()
    alone.dispose()
    among = create_engine(_copied(run, url, "audits_among"))
    with Session(among) as session:
        for number in range(2, ROUNDS + 1):
            _round(session, run, audit, number)
        session.commit()
    try:
        settle(alone)
        settle(among)
        yield alone, among
    finally:
        alone.dispose()
        among.dispose()


def _copied(run: Run, url: str, name: str) -> str:
    if run.database.kind == SQLITE:
        shutil.copyfile(Path(make_url(url).database or ""), run.folder / f"{name}.sqlite3")
        return f"sqlite:///{(run.folder / f'{name}.sqlite3').as_posix()}"
    with psycopg.connect(run.database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _ask(session: Session, run: Run) -> _Audit:
    """The schools, and an edition of 20 themes."""
    now = run.area.now
    partnership, user = (
        Partnership(name="Schools", created_at=now),
        User(email="schools@example.org", name="Schools", created_at=now),
    )
    schools = [Agency(name=f"School {n}", agency_type=AgencyType.SCHOOL, created_at=now) for n in range(SCHOOLS)]
    session.add_all([partnership, user, *schools])
    session.flush()
    place = partnership.id
    session.add_all(PartnershipAgency(partnership_id=place, agency_id=one.id, code=one.name) for one in schools)
    edition = FrameworkEdition(
        partnership_id=place,
        code="section-175-157",
        number=1,
        title="Schools",
        law="",
        guidance_edition="",
        effective_from=date(2020, 9, 1),
        status=FrameworkStatus.PUBLISHED,
        scales=scales_to_plain({"rag": Scale.of(ScaleKind.RAG)}),
        agency_types=["school"],
        sign_off=["designated_lead"],
        digest="0" * 64,
        created_at=now,
        published_at=now,
    )
    session.add(edition)
    session.flush()
    standards = [
        Standard(partnership_id=place, edition_id=edition.id, position=n, code=f"{n}", title=f"Theme {n}", summary="")
        for n in range(1, STANDARDS + 1)
    ]
    session.add_all(standards)
    session.flush()
    questions = [_question(edition, standards[n % STANDARDS].id, n) for n in range(QUESTIONS)]
    session.add_all(questions)
    session.flush()
    return _Audit(
        place,
        user.id,
        edition.id,
        tuple(one.id for one in schools),
        tuple((question.id, question.standard_id) for question in questions),
    )


def _question(edition: FrameworkEdition, standard_id: int, number: int) -> Question:
    return Question(
        partnership_id=edition.partnership_id,
        edition_id=edition.id,
        standard_id=standard_id,
        position=number,
        code=f"q{number}",
        text=f"Is {number} so?",
        **dict.fromkeys(("help", "good", "paragraph"), ""),
        hints=[],
        agency_types=[],
        phases=[],
        checks=[],
        **dict.fromkeys(("needs_narrative", "needs_evidence", "is_local"), False),
        scale="rag",
        weight=1 + number % 2,
        digest=f"{number}".ljust(64, "0"),
    )


def _round(session: Session, run: Run, audit: _Audit, number: int) -> None:
    """A round that every school has signed; the panel rated one answer in twenty."""
    chance, now, place = Random(number), run.area.now, audit.partnership_id
    asked = AuditRound(
        partnership_id=place,
        edition_id=audit.edition_id,
        title=f"Round {number}",
        kind=RoundKind.FULL,
        opens_on=date(2020, 9, 1) + timedelta(days=365 * number),
        due_on=date(2020, 12, 1) + timedelta(days=365 * number),
        reminders=[],
        created_at=now,
    )
    session.add(asked)
    session.flush()
    returns = [
        AuditReturn(
            partnership_id=place,
            round_id=asked.id,
            agency_id=school_id,
            status=ReturnStatus.SIGNED,
            number=1,
            due_on=asked.due_on,
            signed_at=now,
        )
        for school_id in audit.school_ids
    ]
    session.add_all(returns)
    session.flush()
    session.add_all(
        ReturnVersion(
            partnership_id=place, return_id=one.id, number=1, opened_at=now, opened_by_id=audit.user_id, reason=""
        )
        for one in returns
    )
    session.flush()
    first = (number - 1) * SCHOOLS * QUESTIONS
    own = {"partnership_id": place, "version": 1}
    answers = [
        {
            **own,
            "id": first + index,
            "return_id": return_id,
            "number": 1,
            "standard_id": standard_id,
            "question_id": question_id,
            "rating": chance.choice(_RATINGS),
            "narrative": "We do this, and the governors have seen the evidence for it in the spring term.",
            "is_confirmed": True,
        }
        for index, (return_id, (question_id, standard_id)) in enumerate(
            ((one.id, question) for one in returns for question in audit.question_ids), start=1
        )
    ]
    _insert(session, Response, answers)
    panel = {**own, "rating": "amber", "reason": "There is no date.", "moderated_at": now}
    _insert(
        session,
        Moderation,
        [
            {**panel, "return_id": one["return_id"], "response_id": one["id"], "moderated_by_id": audit.user_id}
            for one in answers[::20]
        ],
    )


def _insert(session: Session, model: type[Base], rows: list[dict[str, object]]) -> None:
    for batch in in_batches(rows, 10_000):
        session.execute(insert(model.__table__), batch)
