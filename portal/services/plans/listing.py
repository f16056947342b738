"""Plans one by one: a page of the list, and all of the panel's agenda as at a day."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_
from sqlalchemy.orm import Session

from portal.access import cases as cases_access
from portal.access import plans as access
from portal.access.viewer import Viewer
from portal.database.id_lists import bound_ids, is_among
from portal.database.session import db
from portal.domain.labels import label, short_label
from portal.domain.plan_rules import PlanRules
from portal.domain.plans import AgendaReason, PlanEnd, PlanSpan, agenda_reasons, latest_start, months_lasted
from portal.domain.spreadsheets import neutralised
from portal.domain.vocabulary import AbuseCategory
from portal.domain.working_days import add_months
from portal.models.cases import Case, Child
from portal.models.plans import Plan
from portal.services.activity import record_reading
from portal.services.changes import changing
from portal.services.paging import PER_PAGE, Page, count, page_number
from portal.services.rule_sets import rule_book

MARKING = "OFFICIAL-SENSITIVE"

CSV_HEADS = (
    "Plan",
    "Case",
    "Started on",
    "Months",
    "Category",
    "First category",
    "Previous plans",
    "Ended on",
    "End reason",
    "Why on the agenda",
    "Marking",
)


class Length(StrEnum):
    """How long a plan has been open, against the partnership's own thresholds."""

    LONG = "long"
    VERY_LONG = "very_long"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks of the list; open plans alone unless `ended`."""

    ended: bool = False
    category: AbuseCategory | None = None
    length: Length | None = None
    repeat_only: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One child's plan in a list.

    `children` is the child's name; of a plan that came with a file and names none, those of the family that may be
    meant, and nobody where the portal knows no name.
    """

    id: int
    reference: str
    case_id: int
    case: str
    children: tuple[str, ...]
    span: PlanSpan
    months: int
    first_category: AbuseCategory
    latest_category: AbuseCategory
    end_reason: PlanEnd | None
    reasons: tuple[AgendaReason, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many open plans the viewer sees, and of those how many are long, very long, and not the child's first."""

    open: int
    long: int
    very_long: int
    repeat: int


def plan_rules(viewer: Viewer, day: date) -> PlanRules:
    """The thresholds that hold in the viewer's partnership on a day."""
    return rule_book(db.session(), viewer.partnership_id or 0).on(day).plan_rules


def list_plans(viewer: Viewer, wanted: Wanted, rules: PlanRules, *, page: int = 1) -> Page[PlanRow]:
    """The plans that the viewer sees and asks for, the longest open (or the last ended) first; readings are logged."""
    rows = _narrowed(access.visible_to(viewer), wanted, rules, viewer.today)
    total = count(rows.with_only_columns(Plan.id))
    number = page_number(page, total)
    order = Plan.ended_on.desc() if wanted.ended else Plan.started_on
    shown = _shown(rows).order_by(order, Plan.id).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return Page(_read(viewer, shown, rules, viewer.today), number, total)


def tally(viewer: Viewer, rules: PlanRules) -> Tally:
    """The counts above the list, by one query."""
    row = db.session.execute(
        access.visible_to(viewer)
        .where(Plan.ended_on.is_(None))
        .with_only_columns(
            func.count(Plan.id),
            func.count(Plan.id).filter(_over(viewer.today, rules.long_months)),
            func.count(Plan.id).filter(_over(viewer.today, rules.very_long_months)),
            func.count(Plan.id).filter(Plan.previous_plans > 0),
        )
    ).one()
    return Tally(*row)


def agenda(viewer: Viewer, as_at: date, rules: PlanRules) -> list[PlanRow]:
    """What the panel hears of on a day, the most pressing first; that the children's names were read is logged."""
    found = _read(viewer, _shown(_on_agenda(viewer, as_at, rules)), rules, as_at)
    return _in_order(found)


def agenda_csv(viewer: Viewer, as_at: date, rules: PlanRules) -> str:
    """The agenda for a spreadsheet, by references and without names; that it was taken is in the trail."""
    rows = _in_order(_read(viewer, _shown(_on_agenda(viewer, as_at, rules)), rules, as_at, names=False))
    with changing(viewer) as change:
        change.log("plan.agenda_downloaded", "partnership", viewer.partnership_id)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_HEADS)
    for row in rows:
        writer.writerow(
            [
                neutralised(row.reference),
                neutralised(row.case),
                row.span.started_on.isoformat(),
                row.months,
                short_label(row.latest_category),
                short_label(row.first_category),
                row.span.previous_plans,
                row.span.ended_on.isoformat() if row.span.ended_on else "",
                short_label(row.end_reason) if row.end_reason else "",
                "; ".join(why(reason, row.span, rules) for reason in row.reasons),
                MARKING,
            ]
        )
    return text.getvalue()


def why(reason: AgendaReason, span: PlanSpan, rules: PlanRules) -> str:
    """Why a plan is on the agenda, with the partnership's own number in it."""
    match reason:
        case AgendaReason.VERY_LONG:
            return f"Open for more than {rules.very_long_months} months"
        case AgendaReason.LONG:
            return f"Open for more than {rules.long_months} months"
        case AgendaReason.ENDED_EARLY:
            return f"Ended within {rules.short_months} months"
    times = "once" if span.previous_plans == 1 else f"{span.previous_plans} times"
    return f"{label(reason)}: had a plan {times} before"


def _over(as_at: date, months: int) -> ColumnElement[bool]:
    """A plan is over so many months where it had lasted them the day before."""
    return Plan.started_on <= latest_start(as_at - timedelta(days=1), months)


def _narrowed(rows: Select[Plan], wanted: Wanted, rules: PlanRules, today: date) -> Select[Plan]:
    rows = rows.where(Plan.ended_on.is_not(None) if wanted.ended else Plan.ended_on.is_(None))
    if wanted.category is not None:
        rows = rows.where(Plan.latest_category == wanted.category)
    if wanted.length is not None and not wanted.ended:
        months = rules.long_months if wanted.length is Length.LONG else rules.very_long_months
        rows = rows.where(_over(today, months))
    if wanted.repeat_only:
        rows = rows.where(Plan.previous_plans > 0)
    return rows


def _on_agenda(viewer: Viewer, as_at: date, rules: PlanRules) -> Select[Plan]:
    """The plans that may stand on the agenda; the domain's rule says which do."""
    is_open = and_(Plan.started_on <= as_at, or_(Plan.ended_on.is_(None), Plan.ended_on > as_at))
    asked_about = or_(_over(as_at, rules.long_months), Plan.previous_plans > 0)
    # A day more than the months: what is shown for so long is decided to the day by the rule itself.
    since = add_months(as_at, -rules.ended_shown_months) - timedelta(days=3)
    return access.visible_to(viewer).where(or_(and_(is_open, asked_about), Plan.ended_on.between(since, as_at)))


def _shown(rows: Select[Plan]) -> Select[*tuple[Any, ...]]:
    return (
        rows.join(Case, Case.id == Plan.case_id)
        .outerjoin(Child, Child.id == Plan.child_id)
        .with_only_columns(
            Plan.id,
            Plan.reference,
            Plan.case_id,
            Plan.child_id,
            Case.reference.label("case"),
            Child.given_name,
            Child.surname,
            Plan.started_on,
            Plan.ended_on,
            Plan.previous_plans,
            Plan.first_category,
            Plan.latest_category,
            Plan.end_reason,
        )
    )


def _read(
    viewer: Viewer, rows: Select[*tuple[Any, ...]], rules: PlanRules, as_at: date, *, names: bool = True
) -> list[PlanRow]:
    session: Session = db.session()
    found = session.execute(rows).all()
    unnamed = {row.case_id for row in found if row.child_id is None}
    families = _families(session, viewer, unnamed) if names and unnamed else {}
    shown = [_row(row, rules, as_at, families if names else None) for row in found]
    named = {row.case_id for row in shown if row.children}
    if named:
        record_reading(viewer, "case.read", "case", sorted(named))
    return shown


def _families(session: Session, viewer: Viewer, case_ids: Collection[int]) -> dict[int, list[str]]:
    """The names of the children of these cases, by one query."""
    rows = session.execute(
        cases_access.children_visible_to(viewer)
        .where(is_among(Child.case_id, "cases"))
        .order_by(Child.id)
        .with_only_columns(Child.case_id, Child.given_name, Child.surname),
        {"cases": bound_ids(case_ids)},
    )
    names: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        names[row.case_id].append(f"{row.given_name} {row.surname}")
    return names


def _row(
    row: Row[*tuple[Any, ...]], rules: PlanRules, as_at: date, families: Mapping[int, Sequence[str]] | None
) -> PlanRow:
    span = PlanSpan(row.started_on, row.ended_on, row.previous_plans)
    ended = span.ended_on if span.ended_on is not None and span.ended_on <= as_at else None
    return PlanRow(
        id=row.id,
        reference=row.reference,
        case_id=row.case_id,
        case=row.case,
        children=() if families is None else _children(row, families),
        span=span,
        months=months_lasted(span.started_on, ended or as_at),
        first_category=row.first_category,
        latest_category=row.latest_category,
        end_reason=row.end_reason,
        reasons=agenda_reasons(span, as_at, rules),
    )


def _children(row: Row[*tuple[Any, ...]], families: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    if row.child_id is not None:
        return (f"{row.given_name} {row.surname}",)
    return tuple(families.get(row.case_id, ()))


def _in_order(rows: Iterable[PlanRow]) -> list[PlanRow]:
    pressing = list(AgendaReason)
    shown = [row for row in rows if row.reasons]
    return sorted(shown, key=lambda row: (pressing.index(row.reasons[0]), row.span.started_on, row.id))
