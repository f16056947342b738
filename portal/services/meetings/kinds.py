"""The kinds of meetings of a partnership and the quorum each asks for from a day on: all that lists and Home need.

The whole rule book takes two queries and builds every rule; a list is drawn too often for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import Connection, String, and_, cast, select

from portal.database.id_lists import bound_ids, is_among
from portal.domain.rules import QuorumRule
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of meeting; `quorums` are (from day, rule), the newest first."""

    id: int
    partnership_id: int
    code: str
    name: str
    quorums: tuple[tuple[date, QuorumRule | None], ...]

    def quorum_on(self, day: date) -> QuorumRule | None:
        """The rule of the newest rule set that has begun on a day; before the first, the first's."""
        for begins, rule in self.quorums:
            if begins <= day:
                return rule
        return self.quorums[-1][1]


_KINDS = (
    select(
        MeetingType.id,
        MeetingType.partnership_id,
        MeetingType.code,
        MeetingType.name,
        RuleSet.effective_from,
        # As text, so that a rule which was read before need not be read again.
        cast(MeetingRule.quorum, String).label("quorum"),
    )
    .join(RuleSet, RuleSet.partnership_id == MeetingType.partnership_id)
    .outerjoin(MeetingRule, and_(MeetingRule.rule_set_id == RuleSet.id, MeetingRule.meeting_type_id == MeetingType.id))
    .where(is_among(MeetingType.partnership_id, "partnerships"))
    .order_by(MeetingType.partnership_id, MeetingType.position, MeetingType.id, RuleSet.effective_from.desc())
)


def kinds(connection: Connection, partnership_ids: Iterable[int]) -> Mapping[int, Kind]:
    """The kinds of some partnerships by their ids, each partnership's in its own order, by one query."""
    rows = connection.execute(_KINDS, {"partnerships": bound_ids(partnership_ids)}).all()
    found: dict[int, Kind] = {}
    for kind_id, partnership_id, code, name, begins, quorum in rows:
        before = found[kind_id].quorums if kind_id in found else ()
        rule = None if quorum is None else _rule(quorum)
        found[kind_id] = Kind(kind_id, partnership_id, code, name, (*before, (begins, rule)))
    return found


@lru_cache(maxsize=256)
def _rule(stored: str) -> QuorumRule:
    return QuorumRule.from_json(json.loads(stored))
