"""The kinds of meetings of a partnership and the quorum each asks for from a day on: all that lists and Home need.

The whole rule book takes two queries and builds every rule; a list is drawn too often for that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, String, and_, cast, select

from portal.database.id_lists import bound_ids, is_among
from portal.database.planned_once import PLANNED_ONCE
from portal.database.trips import Asked
from portal.domain.rules import ASKS_NOTHING, InquorateRule, QuorumRule
from portal.models.rule_sets import MeetingRule, MeetingType, RuleSet


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of meeting; `quorums` are (from day, rule), the newest first."""

    id: int
    partnership_id: int
    code: str
    name: str
    quorums: tuple[tuple[date, QuorumRule | None], ...]
    inquorate_rules: tuple[tuple[date, InquorateRule], ...] = ()
    is_retired: bool = False

    def inquorate_on(self, day: date) -> InquorateRule:
        """What is done about the quorum by the rule set of a day, as `quorum_on` finds it."""
        for begins, rule in self.inquorate_rules:
            if begins <= day:
                return rule
        return self.inquorate_rules[-1][1] if self.inquorate_rules else ASKS_NOTHING

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
        MeetingType.retired_at.is_not(None).label("is_retired"),
        RuleSet.effective_from,
        # As text, so that a rule which was read before need not be read again.
        cast(MeetingRule.quorum, String).label("quorum"),
        cast(MeetingRule.inquorate, String).label("inquorate"),
    )
    .join(RuleSet, RuleSet.partnership_id == MeetingType.partnership_id)
    .outerjoin(MeetingRule, and_(MeetingRule.rule_set_id == RuleSet.id, MeetingRule.meeting_type_id == MeetingType.id))
    .where(is_among(MeetingType.partnership_id, "partnerships"))
    .order_by(MeetingType.partnership_id, MeetingType.position, MeetingType.id, RuleSet.effective_from.desc())
    .execution_options(**PLANNED_ONCE)
)


def kinds(connection: Connection, partnership_ids: Iterable[int]) -> Mapping[int, Kind]:
    """The kinds of some partnerships by their ids, each partnership's in its own order, by one query."""
    query, values = kinds_asked(partnership_ids)
    return kinds_of(connection.execute(query, values).all())


def kinds_asked(partnership_ids: Iterable[int]) -> Asked:
    """The query that `kinds_of` makes them of, for whoever asks for something else with it."""
    return _KINDS, {"partnerships": bound_ids(partnership_ids)}


def kinds_of(rows: Iterable[Any]) -> Mapping[int, Kind]:
    """The kinds that stand in rows of `kinds_asked`."""
    found: dict[int, Kind] = {}
    for kind_id, partnership_id, code, name, is_retired, begins, quorum, inquorate in rows:
        before = found.get(kind_id)
        rule = None if quorum is None else _rule(quorum)
        without = ASKS_NOTHING if inquorate is None else _without(inquorate)
        found[kind_id] = Kind(
            kind_id,
            partnership_id,
            code,
            name,
            (*(before.quorums if before else ()), (begins, rule)),
            (*(before.inquorate_rules if before else ()), (begins, without)),
            is_retired,
        )
    return found


@lru_cache(maxsize=256)
def _rule(stored: str) -> QuorumRule:
    return QuorumRule.from_json(json.loads(stored))


@lru_cache(maxsize=256)
def _without(stored: str) -> InquorateRule:
    return InquorateRule.from_json(json.loads(stored))
