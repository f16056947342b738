"""One answer, read to be changed, as fast as it goes: it is read at every pause in somebody's typing.

Like the register's, the query is built once for all who see alike and gives plain columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json import loads
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased

from portal.access import audits as access
from portal.access.alike import built_for_alike
from portal.access.viewer import Viewer
from portal.database.plain_rows import PLAIN_ROWS
from portal.domain.errors import NotPermitted, NotVisible
from portal.domain.ratings import Scale, scales_from_plain
from portal.models.audits import AuditReturn, AuditRound, Response
from portal.models.evidence import Evidence
from portal.models.frameworks import FrameworkEdition, Question
from portal.services.changes import Change

Query = Select[*tuple[Any, ...]]

_RETURN, _QUESTION, _STANDARD = "of_return", "of_question", "of_standard"

_then, _asked_then = aliased(Response), aliased(Question)

_ANSWER = (
    Response.id.label("response_id"),
    Response.return_id,
    Response.question_id,
    Response.version,
    Response.rating,
    Response.narrative,
    Response.is_confirmed,
    Response.answered_at,
    Response.answered_by_id,
    Response.carried_from_id,
    AuditReturn.partnership_id,
    AuditReturn.agency_id,
    AuditReturn.status,
    AuditRound.opens_on,
    AuditRound.closed_at,
    Question.scale,
    Question.needs_narrative,
    Question.needs_evidence,
    Question.digest,
    cast(FrameworkEdition.scales, Text).label("scales"),
    select(func.count())
    .select_from(Evidence)
    .where(Evidence.response_id == Response.id)
    .correlate(Response)
    .scalar_subquery()
    .label("evidence"),
)
"""An answer, what its question needs, and what says whether it may be changed."""


class _Queries(NamedTuple):
    """What somebody may see of answers."""

    one: Query
    one_alone: Query
    section: Query


def answer_to_change(change: Change, return_id: int, question_id: int, *, alone: bool = False) -> Any:
    """The answer in the return's newest version; the return is held so that it is not sent or signed meanwhile.

    Many may answer one return at the same time; `alone` keeps the others waiting until this change is done. Raises
    NotVisible, and NotPermitted where nothing can be answered (any more).
    """
    queries, ids = _queries(change.viewer)
    query = queries.one_alone if alone else queries.one
    places = {**ids, _RETURN: return_id, _QUESTION: question_id}
    row = change.session.connection().execute(query, places).one_or_none()
    if row is None:
        raise NotVisible("No such question.")
    _check_open(change.viewer, row)
    return row


def section_to_change(change: Change, return_id: int, standard_id: int) -> list[Any]:
    """The carried answers of a standard that nobody has confirmed, each with the digest that its question had then.

    Raises as `answer_to_change` does; a section in which nothing waits gives nothing.
    """
    queries, ids = _queries(change.viewer)
    places = {**ids, _RETURN: return_id, _STANDARD: standard_id}
    rows = list(change.session.connection().execute(queries.section, places))
    if not rows:
        raise NotVisible("No such section.")
    _check_open(change.viewer, rows[0])
    return [row for row in rows if row.rating is not None and not row.is_confirmed and row.answered_at is None]


def answer_now(session: Session, viewer: Viewer, return_id: int, question_id: int) -> Any:
    """The answer as it stands now: what whoever was faster has made of it."""
    queries, ids = _queries(viewer)
    return session.connection().execute(queries.one, {**ids, _RETURN: return_id, _QUESTION: question_id}).one()


def scale_of(row: Any) -> Scale:
    """The scale that an answer's question is rated on."""
    return _scales(row.scales)[row.scale]


@lru_cache(maxsize=64)
def _scales(stored: str) -> Mapping[str, Scale]:
    return scales_from_plain(loads(stored))


def _check_open(viewer: Viewer, row: Any) -> None:
    # Of their agency's answers, colleagues see those of the sections that they were given.
    if not access.may_answer(viewer, row, row, given=True):
        raise NotPermitted("This return cannot be answered now.")


@built_for_alike
def _queries(viewer: Viewer) -> _Queries:
    newest = (
        access.answers_visible_to(viewer)
        .execution_options(**PLAIN_ROWS)
        .join(AuditRound, AuditRound.id == AuditReturn.round_id)
        .join(Question, Question.id == Response.question_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .where(Response.return_id == bindparam(_RETURN), Response.number == AuditReturn.number)
    )
    one = newest.where(Response.question_id == bindparam(_QUESTION)).with_only_columns(*_ANSWER)
    section = (
        newest.outerjoin(_then, _then.id == Response.carried_from_id)
        .outerjoin(_asked_then, and_(_asked_then.id == _then.question_id, _asked_then.code == Question.code))
        .where(Response.standard_id == bindparam(_STANDARD))
        .with_only_columns(*_ANSWER, _asked_then.digest.label("digest_then"))
        .order_by(Response.id)
    )
    return _Queries(
        one=one.with_for_update(read=True, of=AuditReturn),
        one_alone=one.with_for_update(of=AuditReturn, key_share=True),
        section=section.with_for_update(read=True, of=AuditReturn),
    )
