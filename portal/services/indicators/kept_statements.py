"""The statements that read what is kept: one for each shape that a question can have, run with its days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    Table,
    bindparam,
    case,
    cast,
    extract,
    func,
    literal_column,
    select,
    union_all,
)

from portal.domain.vocabulary import MeetingKind
from portal.models.figure_rollups import (
    AgencyFigures,
    FigureChange,
    MeetingFigureChange,
    MeetingFigures,
    TypeFigures,
)
from portal.models.meetings import Invitation, Meeting
from portal.models.partnerships import Agency
from portal.models.rule_sets import MeetingType
from portal.services.indicators.conditions import OF_INVITATIONS, counting_from

Part = Select[Any]

STRATEGY = "strategy"
"""How many of the meetings are strategy meetings, beside what is kept of all."""

ROWS = "row_count"
"""How many invitations or meetings a group has: where it comes to nothing, none counts."""

_TYPES: Any = TypeFigures.__table__
_AGENCIES: Any = AgencyFigures.__table__
_MEETINGS: Any = MeetingFigures.__table__
_CHANGES: Any = FigureChange.__table__
_MEETING_CHANGES: Any = MeetingFigureChange.__table__


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement looks like, whatever the days and names in it."""

    by: tuple[str, ...]
    names: tuple[str, ...]
    months: bool
    signs: tuple[int, ...]
    """Of the edges, in their order."""
    meeting_types: bool
    agency_types: bool
    agency: bool
    """Whether it is about one agency."""
    with_meetings: bool
    """Whether a key stands also where nobody was invited to its meetings."""

    @property
    def is_of_agencies(self) -> bool:
        """Whether it asks what is kept by agency: by type would not say it."""
        return self.agency or "agency" in self.by

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that every part of the statement has before its counts."""
        keys = ["month"] if "month" in self.by else []
        if "meeting_type" in self.by or self.meeting_types or STRATEGY in self.names:
            keys.append("meeting_type_id")
        if self.is_of_agencies:
            if "agency" in self.by or "agency_type" in self.by or self.agency_types:
                keys.append("agency_id")
        elif "agency_type" in self.by:
            keys.append("agency_type")
        return tuple(keys)


@lru_cache(maxsize=256)
def of_invitations(shape: Shape) -> Part:
    """The statement that counts invitations."""
    parts = _parts_by_agency(shape) if shape.is_of_agencies else _parts_by_type(shape)
    if shape.with_meetings:
        parts += [*_kept(_MEETINGS, shape, is_counted=False), _noted_meetings(shape, is_counted=False)]
    return _added_up(shape, parts)


@lru_cache(maxsize=256)
def of_meetings(shape: Shape) -> Part:
    """The statement that counts the meetings of a partnership."""
    return _added_up(shape, [*_kept(_MEETINGS, shape), _noted_meetings(shape)])


def _parts_by_type(shape: Shape) -> list[Part]:
    kind = func.coalesce(_CHANGES.c.agency_type, Agency.agency_type.expression)
    noted = _part(shape, _CHANGES, {"month": _month_of(_CHANGES.c.held_on), "agency_type": kind}, 1).where(
        *_is_noted(_CHANGES)
    )
    if "agency_type" in shape.by or shape.agency_types:
        noted = noted.select_from(_CHANGES).outerjoin(Agency, Agency.id == _CHANGES.c.agency_id)
    parts = [*_kept(_TYPES, shape), noted]
    if shape.agency_types:
        among: Any = bindparam("agency_types", expanding=True)
        *kept, noted = parts
        parts = [*(part.where(_TYPES.c.agency_type.in_(among)) for part in kept), noted.where(kind.in_(among))]
    return parts


def _parts_by_agency(shape: Shape) -> list[Part]:
    parts: list[Part] = []
    if shape.months:
        noted = _part(shape, _CHANGES, {"month": _month_of(_CHANGES.c.held_on)}, 1)
        parts += [
            _part(shape, _AGENCIES, {"month": _AGENCIES.c.period}, 1).where(*_is_kept(_AGENCIES, "month")),
            # What moves between types when an agency becomes another one is no agency's.
            noted.where(*_is_noted(_CHANGES), _CHANGES.c.agency_id.is_not(None)),
        ]
        if shape.agency:
            parts = [
                part.where(table.c.agency_id == bindparam("agency"))
                for part, table in zip(parts, (_AGENCIES, _CHANGES), strict=True)
            ]
    return parts + [_direct(shape, place, sign) for place, sign in enumerate(shape.signs)]


def _direct(shape: Shape, place: int, sign: int) -> Part:
    """The invitations of one edge, each counted where it stands."""
    columns: dict[str, Any] = {
        "month": _month_of(Meeting.held_on),
        "meeting_type_id": Meeting.meeting_type_id,
        "agency_id": Invitation.agency_id,
    }
    days = [bindparam(f"edge_{place}_{end}", type_=Date) for end in ("first", "last")]
    part = (
        select(
            *(columns[name].label(name) for name in shape.keys),
            *(case((OF_INVITATIONS[name], sign), else_=0).label(name) for name in shape.names),
            literal_column(str(sign), Integer).label(ROWS),
        )
        .select_from(Meeting)
        .join(Invitation, Invitation.meeting_id == Meeting.id)
        .where(Meeting.partnership_id == bindparam("partnership"), *counting_from(*days))
    )
    return part.where(Invitation.agency_id == bindparam("agency")) if shape.agency else part


def _kept(table: Table, shape: Shape, *, is_counted: bool = True) -> list[Part]:
    """The whole months, and the days of each edge; for their keys alone where these are meetings beside invitations."""
    period = table.c.period
    parts = []
    if shape.months:
        parts.append(_part(shape, table, {"month": period}, 1, is_counted=is_counted).where(*_is_kept(table, "month")))
    for place, sign in enumerate(shape.signs):
        part = _part(shape, table, {"month": period // 100}, sign, is_counted=is_counted)
        parts.append(part.where(*_is_kept(table, f"edge_{place}")))
    return parts


def _noted_meetings(shape: Shape, *, is_counted: bool = True) -> Part:
    month = {"month": _month_of(_MEETING_CHANGES.c.held_on)}
    return _part(shape, _MEETING_CHANGES, month, 1, is_counted=is_counted).where(*_is_noted(_MEETING_CHANGES))


def _part(shape: Shape, table: Table, own: dict[str, Any], sign: int, *, is_counted: bool = True) -> Part:
    """One part's keys and counts: its own column for a key, or the table's."""

    def count(name: str) -> Any:
        if not is_counted:
            return literal_column("0", Integer)
        return table.c[name] if sign > 0 else -table.c[name]

    rows = table.c.invited if "invited" in table.c else table.c.meetings
    return select(
        *((own[name] if name in own else table.c[name]).label(name) for name in shape.keys),
        *(count(name).label(name) for name in shape.names if name != STRATEGY),
        (rows if sign > 0 else -rows).label(ROWS),
    )


def _is_kept(table: Table, span: str) -> list[Any]:
    between = table.c.period.between(bindparam(f"{span}_first"), bindparam(f"{span}_last"))
    return [table.c.partnership_id == bindparam("partnership"), between]


def _is_noted(table: Table) -> list[Any]:
    between = table.c.held_on.between(bindparam("noted_first"), bindparam("noted_last"))
    return [table.c.partnership_id == bindparam("partnership"), between]


def _month_of(day: Any) -> Any:
    return cast(extract("year", day) * 100 + extract("month", day), Integer)


def _added_up(shape: Shape, parts: Sequence[Part]) -> Part:
    kept = union_all(*parts).subquery("kept")
    found: dict[str, Any] = {
        "month": kept.c.get("month"),
        "meeting_type": MeetingType.code.expression,
        "agency": kept.c.get("agency_id"),
        "agency_type": Agency.agency_type.expression if shape.is_of_agencies else kept.c.get("agency_type"),
    }
    keys = [found[name].label(f"key_{name}") for name in shape.by]
    sums = [func.sum(kept.c[name]).label(name) for name in shape.names if name != STRATEGY]
    if STRATEGY in shape.names:
        is_strategy = MeetingType.code == MeetingKind.STRATEGY_MEETING
        sums.append(func.sum(case((is_strategy, kept.c.meetings), else_=0)).label(STRATEGY))
    query = select(*keys, *sums, func.sum(kept.c[ROWS]).label(ROWS)).select_from(kept).group_by(*keys)
    if "meeting_type_id" in shape.keys:
        query = query.join(MeetingType, MeetingType.id == kept.c.meeting_type_id)
    if shape.meeting_types:
        query = query.where(MeetingType.code.in_(bindparam("meeting_types", expanding=True)))
    if shape.is_of_agencies and ("agency_type" in shape.by or shape.agency_types):
        query = query.join(Agency, Agency.id == kept.c.agency_id)
    if shape.is_of_agencies and shape.agency_types:
        query = query.where(Agency.agency_type.in_(bindparam("agency_types", expanding=True)))
    return query
