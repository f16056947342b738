"""How far the agencies of some meetings are: who has answered, who has reported, and will it be quorate."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from portal.database.id_lists import bound_ids, is_among
from portal.domain.quoracy import Foresight, foresee_from
from portal.domain.rules import QuorumRule
from portal.domain.vocabulary import AgencyType, Answer, Expectation
from portal.models.meetings import Invitation
from portal.models.partnerships import Agency

HAS_PART = and_(
    Invitation.expectation != Expectation.NOT_RELEVANT,
    or_(Invitation.answer.is_(None), Invitation.answer != Answer.NOT_OURS),
)
"""Agencies that have a part in the meeting: not those for which it is not relevant, by their own word or another's."""

REPORT_ASKED = and_(
    or_(Invitation.expectation == Expectation.EXPECTED, Invitation.expectation == Expectation.REPORT_ONLY),
    Invitation.report_due_on.is_not(None),
)

_COMING = or_(Invitation.answer == Answer.ATTEND, Invitation.answer == Answer.DEPUTY)

_STANDINGS = (
    select(
        Invitation.meeting_id,
        func.count(),
        func.count(Invitation.answer),
        func.count().filter(REPORT_ASKED),
        func.count(Invitation.report_received_on).filter(REPORT_ASKED),
        func.aggregate_strings(case((_COMING, Agency.agency_type)), ","),
        func.aggregate_strings(case((Invitation.answer.is_(None), Agency.agency_type)), ","),
    )
    .join(Agency, Agency.id == Invitation.agency_id)
    .where(is_among(Invitation.meeting_id, "meetings"), HAS_PART)
    .group_by(Invitation.meeting_id)
)

_TYPES = {agency_type.value: agency_type for agency_type in AgencyType}
"""By the words of the database; to ask the enumeration takes five times as long for each of a page's thousands."""


class Standing(NamedTuple):
    """Of one meeting: n of m answered, n of m reports come, and the agency types behind the answers."""

    asked: int = 0
    answered: int = 0
    reports_due: int = 0
    reports_received: int = 0
    coming: frozenset[AgencyType] = frozenset()
    silent: frozenset[AgencyType] = frozenset()

    @property
    def unanswered(self) -> int:
        """How many have not answered."""
        return self.asked - self.answered

    def foresight(self, rule: QuorumRule | None) -> Foresight | None:
        """Whether the answers promise a quorate meeting; None where no rule asks."""
        return None if rule is None else foresee_from(rule, self.coming, self.silent)


def standings(connection: Connection, meeting_ids: Collection[int]) -> Mapping[int, Standing]:
    """The standing of each of some meetings that the caller has found visible, by one query.

    A meeting in which no agency has a part is left out.
    """
    if not meeting_ids:
        return {}
    rows = connection.execute(_STANDINGS, {"meetings": bound_ids(meeting_ids)}).all()
    return {
        meeting_id: Standing(asked, answered, due, received, _types(coming), _types(silent))
        for meeting_id, asked, answered, due, received, coming, silent in rows
    }


@lru_cache(maxsize=4096)
def _types(listed: str | None) -> frozenset[AgencyType]:
    return frozenset([_TYPES[word] for word in listed.split(",")]) if listed else frozenset()
