"""Saving one answer of an audit, as a question's script does, against an ORM's get, change, commit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count, cycle

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks.doors import Door, fetch, hidden_fields
from benchmarks.measuring import Result
from benchmarks.plain_orm import share_of_plain_orm
from benchmarks.run import Run
from portal.database.session import db
from portal.domain.ratings import Scale, scales_from_plain
from portal.models.audits import Response
from portal.models.frameworks import FrameworkEdition
from tests.audits import SCHOOLS, open_round, questions_of, responses_of, started_return
from tests.world import Person

_WORDS = "We do this: the governors saw the training record in the spring term, and it is checked each month ({})."


@dataclass(frozen=True)
class _Sheet:
    """One school's return that is being answered."""

    return_id: int
    questions: tuple[tuple[int, tuple[str, str]], ...]
    """Each with two ratings to go to and fro between."""
    response_ids: tuple[int, ...]


class Answerer:
    """Somebody who answers one question after the other, each save based on what the last one of it answered."""

    def __init__(self, door: Door, sheet: _Sheet) -> None:
        self._door = door
        self._sheet = sheet
        self._hidden = hidden_fields(fetch(door, self._path(sheet.questions[0][0])))
        self._questions = cycle(sheet.questions)
        self._numbers = count()
        self._seen: dict[int, str] = {}

    def save(self) -> None:
        """Answer the next question; raises RuntimeError where the answer is not that it is saved."""
        (question_id, ratings), number = next(self._questions), next(self._numbers)
        fields = {
            **self._hidden,
            "version": self._seen.get(question_id, "1"),
            "rating": ratings[number % 2],
            "narrative": _WORDS.format(number),
        }
        answer = self._door.post(f"{self._path(question_id)}/autosave", fields, by_script=True)
        if answer.status != 200:
            raise RuntimeError(f"saving answered {answer.status}: {answer.body[:200]!r}")
        self._seen[question_id] = str(json.loads(answer.body)["version"])

    def _path(self, question_id: int) -> str:
        return f"/audits/{self._sheet.return_id}/questions/{question_id}"


def measure(run: Run) -> Result:
    """One answer after the other, of the same return."""
    school = run.area.people["school"]
    own, spare = _sheets(run, school)
    answerer = Answerer(run.inside(school), own)
    rows, numbers = cycle(spare.response_ids), count()
    return share_of_plain_orm(
        run,
        "one answer of an audit",
        save=answerer.save,
        plainly=lambda engine: _plainly(engine, next(rows), next(numbers)),
        rows=f"{len(own.questions)} questions",
    )


def _sheets(run: Run, school: Person) -> tuple[_Sheet, _Sheet]:
    """The shipped audit of schools, asked twice: of one return pages are asked, the other is for the plain ORM."""
    with run.app.app_context():
        edition = db.session.scalars(
            select(FrameworkEdition).where(
                FrameworkEdition.partnership_id == run.area.partnership_id, FrameworkEdition.code == SCHOOLS
            )
        ).one()
        db.session.expunge(edition)
        scales = scales_from_plain(edition.scales)
        ratings = {question.id: _two(scales[question.scale]) for question in questions_of(edition)}
        agency_id = school.hat.agency_id or 0
        found = []
        for title in ("Answered", "Spare"):
            asked = open_round(edition, agency_id, title=title, opens_on=run.area.today, due_on=run.area.today)
            rows = responses_of(started_return(asked, agency_id, by=school.hat.membership_id))
            questions = tuple((row.question_id, ratings[row.question_id]) for row in rows)
            found.append(_Sheet(rows[0].return_id, questions, tuple(row.id for row in rows)))
        db.session.remove()
    return found[0], found[1]


def _two(scale: Scale) -> tuple[str, str]:
    return scale.points[-2].code, scale.best.code


def _plainly(engine: Engine, response_id: int, number: int) -> None:
    """No access, no CSRF, no trail, the same text encrypted; the version is counted because the table's class does."""
    with Session(engine) as session:
        row = session.get_one(Response, response_id)
        row.rating = ("amber", "green")[number % 2]
        row.narrative = _WORDS.format(number)
        session.commit()
