"""Eight processes answer for forty schools and are killed in the middle of it: what was acknowledged is there."""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import suppress
from random import Random

import pytest
from sqlalchemy import select

from portal.access.viewer import Hat, Viewer
from portal.database.session import db
from portal.domain.errors import Conflict
from portal.domain.vocabulary import AgencyType, Post, Role
from portal.models.audits import Response
from portal.models.partnerships import Agency, PartnershipAgency
from portal.models.people import Membership, User
from portal.services.activity_checks import verify
from portal.services.audits.answering import AnswerText, save_answer
from portal.services.audits.starting import start_return
from portal.services.viewers import system_viewer
from tests import audits
from tests.world import BEFORE, NOW, World

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")

SCHOOLS, WRITERS, ENOUGH = 40, 8, 240


@pytest.fixture
def heads(world: World) -> dict[int, Viewer]:
    """Forty schools' leads, each by the return that they have started."""
    partnership_id = world.partnerships["a"]
    found = []
    for number in range(SCHOOLS):
        agency = Agency(name=f"School {number}", agency_type=AgencyType.SCHOOL, created_at=BEFORE)
        user = User(email=f"head{number}@example.org", name=f"Head {number}", created_at=BEFORE)
        db.session.add_all([agency, user])
        db.session.flush()
        db.session.add(PartnershipAgency(partnership_id=partnership_id, agency_id=agency.id, code=f"S{number}"))
        db.session.flush()
        post = Membership(
            partnership_id=partnership_id,
            user_id=user.id,
            agency_id=agency.id,
            role=Role.AGENCY_LEAD,
            post=Post.HEAD,
            created_at=BEFORE,
        )
        db.session.add(post)
        db.session.flush()
        hat = Hat(post.id, partnership_id, "A", Role.AGENCY_LEAD, agency.id, agency.name, AgencyType.SCHOOL)
        found.append(Viewer(now=NOW, user_id=user.id, name=user.name, email=user.email, hat=hat, hats=(hat,)))
    db.session.commit()
    edition = audits.published_edition(partnership_id, "crash", [AgencyType.SCHOOL])
    asked = audits.open_round(edition, *(one.agency_id for one in found), title="Forty schools")
    heads = {audits.return_of(asked, one.agency_id).id: one for one in found}
    for return_id, head in heads.items():
        start_return(head, return_id)
    return heads


def write_on(pipe: int, number: int, heads: dict[int, Viewer], questions: list[int]) -> None:
    """Answer without end; two writers share each school. Only once an answer is acknowledged is it told."""
    chance = Random(number)
    mine = [return_id for place, return_id in enumerate(heads) if place % (WRITERS // 2) == number % (WRITERS // 2)]
    seen: dict[tuple[int, int], int] = {}
    for step in range(1_000_000):
        place = chance.choice(mine), chance.choice(questions)
        text = f"{number}.{step}"
        head = heads[place[0]]
        with suppress(Conflict):
            version = seen.get(place) or version_of(place)
            saved = save_answer(head, *place, version, AnswerText("green", text))
            seen[place] = saved.version
            os.write(pipe, f"{place[0]} {place[1]} {saved.version} {text}\n".encode())
            continue
        seen.pop(place, None)


def version_of(place: tuple[int, int]) -> int:
    """What an answer's next save is based on."""
    db.session.rollback()
    return db.session.scalars(
        select(Response.version).where(Response.return_id == place[0], Response.question_id == place[1])
    ).one()


def test_no_acknowledged_answer_is_lost(app, heads):
    questions = list(db.session.scalars(select(Response.question_id).where(Response.return_id == min(heads))))
    db.session.remove()
    writers, pipes = [], []
    for number in range(WRITERS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            # Whatever happens here, pytest must not go on in nine processes.
            try:
                os.close(reading)
                write_on(writing, number, heads, questions)
            finally:
                os._exit(1)
        os.close(writing)
        writers.append(child)
        pipes.append(os.fdopen(reading))
    lines = [pipe.readline() for _ in range(ENOUGH // WRITERS) for pipe in pipes]
    for child in writers:
        os.kill(child, signal.SIGKILL)
    outcomes = [os.waitpid(child, 0)[1] for child in writers]
    for pipe in pipes:
        # A line that was cut off in the middle was never told.
        lines += [line for line in pipe.read().splitlines(keepends=True) if line.endswith("\n")]
        pipe.close()
    assert [os.WTERMSIG(outcome) for outcome in outcomes] == [signal.SIGKILL] * WRITERS
    told = [line.split() for line in lines]
    assert len(told) >= ENOUGH
    assert len({one[0] for one in told}) > SCHOOLS / 2
    kept = {
        (one.return_id, one.question_id): one
        for one in db.session.scalars(select(Response).where(Response.return_id.in_(heads)))
    }
    acknowledged = Counter((int(one[0]), int(one[1])) for one in told)
    for place, number in acknowledged.items():
        # Each save raised the version by one; besides those told, each of its two writers may have made one more.
        assert number <= kept[place].version - 1 <= number + 2
    for return_id, question_id, version, text in told:
        answer = kept[int(return_id), int(question_id)]
        assert int(version) <= answer.version
        if int(version) == answer.version:
            assert answer.narrative == text
    assert len({(one[0], one[1], one[2]) for one in told}) == len(told), "no two were told the same version"
    # And life goes on: the next one is answered, and the trail's chains hold.
    place = min(heads), questions[0]
    saved = save_answer(heads[place[0]], *place, version_of(place), AnswerText("red", "After the crash."))
    assert saved.at == NOW
    db.session.remove()
    assert verify(system_viewer("test", NOW)).faults == []
