"""One month: its figures as they are or as a revision kept them, and what differs between two readings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from portal.access import frozen_months as access
from portal.access import indicators as figures_access
from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.errors import NotVisible
from portal.domain.figure_words import all_of_type
from portal.domain.month_figures import MonthFigures, changed_figures
from portal.domain.months import Month
from portal.models.frozen_months import FrozenMonth, MonthRevision
from portal.services.frozen_months.figures import figures_now
from portal.services.frozen_months.listing import StillOpen, open_in
from portal.services.frozen_months.showing import Difference, Reading, Shown, differences, shown, withholding
from portal.services.rule_sets import rule_book

NOW = 0
"""The number that stands for the figures as they are, among those of the revisions."""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One revision's name: who, when and why."""

    number: int
    frozen_at: datetime
    frozen_by: str
    note: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that is open: who, since when, and what for."""

    opened_at: datetime
    opened_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MonthPage:
    """What the page shows of a month to one viewer."""

    month: Month
    about: str
    is_over: bool
    revisions: tuple[RevisionRow, ...]
    """The newest first."""
    correction: Correction | None
    showing: int
    """The revision shown, or NOW."""
    against: int
    """What it is held against."""
    figures: Shown
    changed: tuple[Difference, ...]
    """What differs between the two."""
    changed_since: int
    """How many figures have changed since the newest revision."""
    hidden_up_to: int | None
    may_freeze: bool
    still_open: tuple[str, ...]
    registers_wait: bool
    """Whether a register in it can be closed only once a correction is open."""

    @property
    def newest(self) -> int:
        """The number of the newest revision, 0 where there is none."""
        return self.revisions[0].number if self.revisions else 0


def month_page(viewer: Viewer, month: Month, *, showing: int | None = None, against: int | None = None) -> MonthPage:
    """A month as the viewer may read it, by at most ten queries.

    Shown is the revision asked for, else the newest, else the figures as they are; it is held against the figures as
    they are unless another revision is asked for. Raises NotPermitted, and NotVisible for a revision that is not there.
    """
    scope = figures_access.scope(viewer)
    session: Session = db.session()
    frozen, rows = _revisions(session, viewer, month)
    book = rule_book(session, scope.partnership_id)
    hidden_up_to = book.on(viewer.today).small_count_limit if scope.hides_small else None
    kept = {row.number: MonthFigures.from_json(row.figures) for row in rows}
    kept[NOW] = figures_now(session, scope.partnership_id, month)
    newest = rows[0].number if rows else NOW
    showing = newest if showing is None else showing
    against = NOW if against is None else against
    if showing not in kept or against not in kept:
        raise NotVisible("There is no such revision.")
    withheld = withholding([_within(scope, figures) for figures in kept.values()], hidden_up_to)
    readings = {number: Reading(_within(scope, figures), book, withheld) for number, figures in kept.items()}
    may_freeze = access.may_freeze(viewer)
    open_now = StillOpen()
    if may_freeze and month.is_over(viewer.today):
        open_now = open_in(session, scope.partnership_id, [month], viewer.today)[month]
    return MonthPage(
        month=month,
        about=_about(viewer, scope),
        is_over=month.is_over(viewer.today),
        revisions=tuple(
            RevisionRow(row.number, row.frozen_at, row.frozen_by.name if row.frozen_by else "", row.note or "")
            for row in rows
        ),
        correction=_correction(frozen),
        showing=showing,
        against=against,
        figures=shown(readings[showing], is_whole=scope.agency_id is None and scope.agency_type is None),
        changed=tuple(differences(readings[showing], readings[against])) if showing != against else (),
        changed_since=len(changed_figures(readings[newest].figures, readings[NOW].figures)) if rows else 0,
        hidden_up_to=hidden_up_to,
        may_freeze=may_freeze,
        still_open=tuple(open_now.words(hidden_up_to)),
        registers_wait=_is_shut(frozen) and open_now.reopened > 0,
    )


def newest_revision(viewer: Viewer, month: Month) -> int:
    """The number of a month's newest revision, 0 where there is none."""
    query = access.visible_to(viewer).where(FrozenMonth.begins_on == month.first)
    return db.session.scalar(query.with_only_columns(FrozenMonth.revision)) or 0


def _revisions(session: Session, viewer: Viewer, month: Month) -> tuple[FrozenMonth | None, list[MonthRevision]]:
    frozen = session.scalars(
        access.visible_to(viewer)
        .where(FrozenMonth.begins_on == month.first)
        .options(joinedload(FrozenMonth.correction_opened_by))
    ).one_or_none()
    if frozen is None:
        return None, []
    rows = session.scalars(
        access.revisions_visible_to(viewer)
        .where(MonthRevision.frozen_month_id == frozen.id)
        .options(joinedload(MonthRevision.frozen_by))
        .order_by(MonthRevision.number.desc())
    )
    return frozen, list(rows)


def _is_shut(frozen: FrozenMonth | None) -> bool:
    return frozen is not None and frozen.correction_opened_at is None


def _correction(frozen: FrozenMonth | None) -> Correction | None:
    if frozen is None or frozen.correction_opened_at is None:
        return None
    by = frozen.correction_opened_by
    return Correction(frozen.correction_opened_at, by.name if by else "", frozen.correction_reason or "")


def _about(viewer: Viewer, scope: FigureScope) -> str:
    if scope.agency_id is not None:
        return viewer.agency_name
    return viewer.partnership_name if scope.agency_type is None else all_of_type(scope.agency_type)


def _within(scope: FigureScope, figures: MonthFigures) -> MonthFigures:
    """The part of a month's figures that the viewer may read: all, a sector's, or one agency's."""
    if scope.agency_id is not None:
        own = str(scope.agency_id)
        return MonthFigures(
            agencies={key: row for key, row in figures.agencies.items() if key == own},
            names={key: name for key, name in figures.names.items() if key == own},
        )
    if scope.agency_type is not None:
        sector = scope.agency_type.value
        names = {key: name for key, name in figures.names.items() if name.agency_type == sector}
        return MonthFigures(
            types={key: row for key, row in figures.types.items() if key[0] == sector},
            agencies={key: row for key, row in figures.agencies.items() if key in names},
            names=names,
        )
    return figures
