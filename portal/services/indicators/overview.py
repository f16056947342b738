"""The board's overview of a period: who came, who reported, how the meetings went, and whether papers came in time.

Six queries, whatever the number of agencies and meetings. For roles that do not work with the children, counts of 1
up to the rule set's limit are withheld, and with them what would give them back by subtraction from a total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.access import indicators as access
from portal.access.indicators import FigureScope
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.figure_words import all_of_type
from portal.domain.indicators import INDICATORS, Over, hide_small
from portal.domain.minutes import Timeliness
from portal.domain.months import Month
from portal.domain.outcome_vocabulary import PaperKind
from portal.domain.participation import PARTICIPATION, ByType, Counts, ParticipationTables, counts_of
from portal.domain.periods import Days
from portal.domain.vocabulary import CONFERENCES, AgencyType, MeetingKind
from portal.services.indicators.counted import Counted, count_expectations, shown_counted
from portal.services.indicators.counting import Key, Question, count_invitations, count_meetings
from portal.services.indicators.overview_shown import (
    ShownCounts,
    shown_counts,
    shown_expectations,
    shown_papers,
    whole_months,
)
from portal.services.indicators.papers import papers_on_time
from portal.services.rule_sets import KnownType, RuleBook, rule_book

OF_MEETINGS = ("quorate_rate", "in_time_rate")
OF_STRATEGY = tuple(
    indicator.id for indicator in INDICATORS.values() if indicator.over is Over.STRATEGY_MEETINGS and indicator.is_rate
)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; None stands for a count that is withheld because it is small, or would give one away."""

    part: int | None
    whole: int | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to have a share of."""
        return self.whole == 0

    @property
    def known(self) -> tuple[int, int] | None:
        """Both counts, where both may be shown and there is something to have a share of."""
        if self.part is None or not self.whole:
            return None
        return self.part, self.whole


@dataclass(frozen=True, slots=True)
class Line:
    """The rates of one row, by the indicator's id; a rate that does not apply to it is missing."""

    title: str
    shares: Mapping[str, Share]
    meeting_type: str | None = None
    meetings: int | None = None
    """How many meetings, where the row is about meetings; None also where that is withheld."""


@dataclass(frozen=True, slots=True)
class Group:
    """An agency type, or all of them, with a row for each meeting type, and one for all conferences."""

    title: str
    agency_type: AgencyType | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows of a period to one viewer."""

    about: str
    is_whole: bool
    """Whether it covers the partnership, rather than one agency or sector."""
    days: Days
    hidden_up_to: int | None
    """Counts of 1 to this are withheld; None where this viewer sees all."""
    worth_saying_from: int
    """The smallest number of meetings or reports of which a rate is worth a sentence."""
    groups: tuple[Group, ...]
    meetings: tuple[Line, ...]
    strategy: Line | None
    papers: Mapping[PaperKind, Share]
    """Of minutes and decision sheets, how many were sent by their day; none where it does not cover the partnership."""
    counted: Counted
    """What these figures count, and what they leave out."""

    @property
    def is_empty(self) -> bool:
        """Whether no meeting counts."""
        return not self.groups and not self.meetings

    @property
    def everybody(self) -> Group | None:
        """The row of all agency types, where there is more than one."""
        return next((group for group in self.groups if group.agency_type is None), None)


def overview(viewer: Viewer, days: Days) -> Overview:
    """Return the figures of a period as the viewer may see them. Raises NotPermitted."""
    scope = access.scope(viewer)
    session = db.session()
    book = rule_book(session, scope.partnership_id)
    limit = book.on(viewer.today).small_count_limit
    about, is_whole = _about(viewer, scope)
    if scope.hides_small:
        return _overview_shown(viewer, scope, book, limit, days)
    hidden_up_to = None
    question = Question(days.first, days.last, ("agency_type", "meeting_type"))
    meetings: Mapping[Key, Counts] = {}
    papers: Mapping[PaperKind, Timeliness] = {}
    if is_whole:
        papers = papers_on_time(session, scope.partnership_id, book, days, viewer.today)
        meetings = count_meetings(session, scope, Question(days.first, days.last, ("meeting_type",)))
    return Overview(
        about=about,
        is_whole=is_whole,
        days=days,
        hidden_up_to=hidden_up_to,
        worth_saying_from=limit + 1,
        groups=groups_of(count_invitations(session, scope, question), book, hidden_up_to, "" if is_whole else about),
        meetings=lines_of_meetings({key[0]: counts for key, counts in meetings.items()}, book, hidden_up_to),
        strategy=strategy_line(meetings.get((MeetingKind.STRATEGY_MEETING.value,)), book, hidden_up_to),
        papers={kind: _share_of_papers(counted, hidden_up_to) for kind, counted in papers.items() if counted.of},
        counted=shown_counted(count_expectations(session, scope, days), hidden_up_to),
    )


def _overview_shown(viewer: Viewer, scope: FigureScope, book: RuleBook, limit: int, days: Days) -> Overview:
    """Return the figures of whole months, for those who are not shown small ones."""
    session, (about, is_whole), now = db.session(), _about(viewer, scope), Month.of(viewer.today)
    days = whole_months(days, viewer.today)
    counts = shown_counts(session, scope.partnership_id, days, now, limit)
    sector = scope.agency_type
    by_type = {key: row for key, row in counts.by_type().items() if sector is None or key[0] == sector.value}
    papers: Mapping[PaperKind, tuple[int | None, int | None]] = {}
    meetings: dict[str, Counts] = {}
    if is_whole:
        papers = shown_papers(session, scope.partnership_id, book, days, viewer.today, limit)
        meetings = {code: counts.of_meetings(code) for code in counts.meeting_types()}
    known = [one for one in book.meeting_types if one.code in meetings]
    strategy = book.meeting_type(MeetingKind.STRATEGY_MEETING)
    return Overview(
        about=about,
        is_whole=is_whole,
        days=days,
        hidden_up_to=limit,
        worth_saying_from=limit + 1,
        groups=groups_of(by_type, book, limit, "" if is_whole else about, tables=counts),
        meetings=tuple(_line_shown(one, counts, OF_MEETINGS) for one in known),
        strategy=_line_shown(strategy, counts, OF_STRATEGY) if strategy and strategy.code in meetings else None,
        papers={kind: Share(*pair) for kind, pair in papers.items() if pair[1] != 0},
        counted=Counted(**shown_expectations(session, scope, days, viewer.today, limit)),
    )


def _line_shown(known: KnownType, counts: ShownCounts, rate_ids: Sequence[str]) -> Line:
    shown = counts.of_meetings(known.code)
    shares = {}
    for rate_id in rate_ids:
        part, whole = counts_of(rate_id)
        if counts.applies(part, known.code):
            shares[rate_id] = Share(shown[part], shown[whole])
    return Line(known.name, shares, known.code, shown["meetings"])


def _about(viewer: Viewer, scope: FigureScope) -> tuple[str, bool]:
    if scope.agency_id is not None:
        return viewer.agency_name, False
    if scope.agency_type is not None:
        return all_of_type(scope.agency_type), False
    return viewer.partnership_name, True


def _share_of_papers(counted: Timeliness, hidden_up_to: int | None) -> Share:
    shown = [
        None if hidden_up_to is not None and hide_small(count, hidden_up_to) else count
        for count in (counted.on_time, counted.of)
    ]
    return Share(*shown)


def groups_of(
    counted: ByType,
    book: RuleBook,
    hidden_up_to: int | None,
    about: str = "",
    *,
    tables: ParticipationTables | ShownCounts | None = None,
) -> tuple[Group, ...]:
    """Return a row for each agency type and meeting type; `about` names the only one where it is not the partnership's.

    `tables` are those of the same counts, where more is withheld of them than they would withhold alone.
    """
    tables = tables or ParticipationTables.of(counted, hidden_up_to)
    asked = {key for key, counts in counted.items() if counts["expected"] or counts["reports_due"]}
    agency_types = [kind for kind in AgencyType if any(kind.value == key[0] for key in asked)]

    def lines(agency_type: AgencyType | None) -> tuple[Line, ...]:
        row = None if agency_type is None else agency_type.value
        made: dict[bool, list[Line]] = {True: [], False: []}
        for known in book.meeting_types:
            if any(key[1] == known.code and row in (None, key[0]) for key in asked):
                made[known.code in CONFERENCES].append(_line(tables, known.name, row, known.code))
        if len(made[True]) > 1:
            made[True].append(_line(tables, "All conferences", row, None))
        return (*made[True], *made[False])

    groups = [Group(about or all_of_type(kind), kind, lines(kind)) for kind in agency_types]
    if len(groups) > 1:
        groups.append(Group("All agencies", None, lines(None)))
    return tuple(groups)


def lines_of_meetings(meetings: Mapping[str, Counts], book: RuleBook, hidden_up_to: int | None) -> tuple[Line, ...]:
    """Return a row for each meeting type of which meetings count."""
    return tuple(
        _line_of_meetings(known, meetings[known.code], OF_MEETINGS, hidden_up_to)
        for known in book.meeting_types
        if known.code in meetings
    )


def _line(tables: ParticipationTables | ShownCounts, title: str, row: str | None, meeting_type: str | None) -> Line:
    shares = {
        rate_id: Share(*(tables.count(name, row, meeting_type) for name in counts_of(rate_id)))
        for rate_id in PARTICIPATION
    }
    if shares["report_rate"].is_empty:
        # Where no report was due, that none came from those absent says nothing about anybody.
        shares["absent_with_report_rate"] = Share(0, 0)
    return Line(title, shares, meeting_type)


def _line_of_meetings(known: KnownType, counts: Counts, rate_ids: Sequence[str], hidden_up_to: int | None) -> Line:
    """A row about meetings of one type; there is no total over the types, so nothing can be taken from one."""

    def shown(name: str) -> int | None:
        count = counts[name]
        return None if count is None or (hidden_up_to is not None and hide_small(count, hidden_up_to)) else count

    shares = {}
    for rate_id in rate_ids:
        part, whole = counts_of(rate_id)
        if counts[part] is not None:
            shares[rate_id] = Share(shown(part), shown(whole))
    return Line(known.name, shares, known.code, shown("meetings"))


def strategy_line(counts: Counts | None, book: RuleBook, hidden_up_to: int | None) -> Line | None:
    """Return the row of strategy meetings with what only they have; None where none counts."""
    known = book.meeting_type(MeetingKind.STRATEGY_MEETING)
    return None if counts is None or known is None else _line_of_meetings(known, counts, OF_STRATEGY, hidden_up_to)
