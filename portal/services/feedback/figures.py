"""Feedback as figures: for the page with small counts withheld, for measures whole.

Feedback is counted from its own rows: there are a few for each conference at most, found by month, however many
invitations the database holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.access import feedback as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.count_tables import CountTable
from portal.domain.errors import NotPermitted
from portal.domain.feedback import Replies
from portal.domain.feedback_figures import LEFT_OUT, Answered, answered, tables
from portal.domain.feedback_vocabulary import Agreement, Audience, Language, Reply
from portal.domain.feedback_words import QUESTIONS
from portal.domain.months import Month, months_within
from portal.domain.periods import Days
from portal.domain.vocabulary import CONFERENCES, MeetingKind
from portal.models.feedback import Feedback, FeedbackReply
from portal.models.rule_sets import MeetingType
from portal.services.rule_sets import rule_book

AGREEMENT, LANGUAGE = "agreement", "language"

Counted = dict[Audience, dict[str, dict[tuple[str, str], int]]]
Key = tuple[str, Month, str]
"""A question's code, the month of the conference, and the code of its kind."""


@dataclass(frozen=True, slots=True)
class Side:
    """The feedback of families, or of professionals, about one kind of conference or about all."""

    audience: Audience
    given: int | None
    """How many gave any; None where that is withheld."""
    answers: tuple[Answered, ...]
    agreement: Mapping[Agreement, int | None]
    languages: Mapping[Language, int | None]


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """What the page of feedback shows of whole months to one viewer."""

    months: tuple[Month, ...]
    kind: MeetingKind | None
    hidden_up_to: int | None
    """Counts of 1 to this are withheld; None where this viewer sees all."""
    sides: tuple[Side, ...]


def feedback_page(viewer: Viewer, days: Days, kind: MeetingKind | None = None) -> FeedbackPage:
    """Feedback about the conferences of every month that has a day in a period. Raises NotPermitted.

    Whole months, because nothing else is kept; and of every kind at once, so that what is withheld of one kind cannot
    be worked out from the page of another.
    """
    where = access.counted_where(viewer)
    if viewer.partnership_id is None or (kind is not None and kind not in CONFERENCES):
        raise NotPermitted("Feedback is about a partnership's conferences.")
    session: Session = db.session()
    months = months_within(days)
    limit = rule_book(session, viewer.partnership_id).on(viewer.today).small_count_limit
    hidden_up_to = limit if access.hides_small(viewer) else None
    counted = _count(session, where, months)
    sides = (_side(audience, tables(counted[audience], hidden_up_to), kind) for audience in Audience)
    return FeedbackPage(months, kind, hidden_up_to, tuple(sides))


def counts(session: Session, partnership_id: int, months: Sequence[Month]) -> dict[Key, Replies]:
    """How each question was answered, by month and kind of conference: whole counts, for whoever withholds them."""
    found: defaultdict[Key, dict[Reply, int]] = defaultdict(dict)
    if not months:
        return {}
    rows = session.execute(
        select(FeedbackReply.question, Feedback.month, MeetingType.code, FeedbackReply.reply, func.count())
        .join_from(FeedbackReply, Feedback, Feedback.id == FeedbackReply.feedback_id)
        .join(MeetingType, MeetingType.id == Feedback.meeting_type_id)
        .where(Feedback.partnership_id == partnership_id, Feedback.month.in_([month.first for month in months]))
        .group_by(FeedbackReply.question, Feedback.month, MeetingType.code, FeedbackReply.reply)
    )
    for question, month, code, reply, count in rows:
        found[question, Month.of(month), code][reply] = count
    return {
        key: Replies(by.get(Reply.YES, 0), by.get(Reply.NO, 0), by.get(Reply.NOT_SURE, 0)) for key, by in found.items()
    }


def _count(session: Session, where: ColumnElement[bool], months: Sequence[Month]) -> Counted:
    """The tables of both sides: kinds of conference by answer, by agreement with the record, and by language."""
    within = where, Feedback.month.between(months[0].first, months[-1].first)
    found: Counted = {audience: defaultdict(lambda: defaultdict(int)) for audience in Audience}
    given: defaultdict[tuple[Audience, str], int] = defaultdict(int)
    for row in _rows(session, within):
        found[row.audience][LANGUAGE][row.code, row.language.value] += row.number
        if row.agreement is not None:
            found[row.audience][AGREEMENT][row.code, row.agreement.value] += row.number
        given[row.audience, row.code] += row.number
    replies = session.execute(
        select(Feedback.audience, MeetingType.code, FeedbackReply.question, FeedbackReply.reply, func.count())
        .join_from(FeedbackReply, Feedback, Feedback.id == FeedbackReply.feedback_id)
        .join(MeetingType, MeetingType.id == Feedback.meeting_type_id)
        .where(*within)
        .group_by(Feedback.audience, MeetingType.code, FeedbackReply.question, FeedbackReply.reply)
    )
    for audience, code, question, reply, count in replies:
        found[audience][question][code, reply.value] = count
    for audience, code in given:
        for asked in QUESTIONS[audience]:
            table = found[audience][asked.code]
            said = sum(table.get((code, reply.value), 0) for reply in Reply)
            table[code, LEFT_OUT] = given[audience, code] - said
    return found


def _rows(session: Session, within: Sequence[ColumnElement[bool]]) -> Sequence[Any]:
    return session.execute(
        select(
            *(Feedback.audience, MeetingType.code, Feedback.language, Feedback.agreement),
            func.count().label("number"),
        )
        .join(MeetingType, MeetingType.id == Feedback.meeting_type_id)
        .where(*within)
        .group_by(Feedback.audience, MeetingType.code, Feedback.language, Feedback.agreement)
    ).all()


def _side(audience: Audience, made: Mapping[str, CountTable], kind: MeetingKind | None) -> Side:
    empty = CountTable({}, frozenset())
    languages = made.get(LANGUAGE, empty)
    agreement = made.get(AGREEMENT, empty)
    return Side(
        audience=audience,
        given=languages.count(kind, None),
        answers=tuple(answered(one, made.get(one.code, empty), kind) for one in QUESTIONS[audience]),
        agreement=({one: agreement.count(kind, one.value) for one in Agreement} if audience is Audience.FAMILY else {}),
        languages={one: languages.count(kind, one.value) for one in Language},
    )
