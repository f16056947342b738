"""What a board gets from a round: words first, then the heat map, the ratings by question, and what came of them.

Eight statements, whatever the number of agencies, questions and rounds. For roles that do not work with the children
counts of 1 up to the rule set's limit are withheld, as in the other figures; a sector lead sees other sectors' agencies
in figures of groups alone. No narrative is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session, contains_eager

from portal.access import audit_results as access
from portal.access.viewer import Viewer
from portal.database.session import db
from portal.domain.audit_levels import AuditLevels
from portal.domain.audit_results import VERDICT_WORDS, Verdict
from portal.domain.count_tables import CountTable, Part
from portal.domain.errors import NotVisible
from portal.domain.figure_words import all_of_type
from portal.domain.ratings import Scale, scales_from_plain
from portal.domain.vocabulary import AgencyType
from portal.models.audits import AuditRound
from portal.models.frameworks import FrameworkEdition
from portal.services.audits import result_counts as counting
from portal.services.audits.heat_maps import ALL_AGENCIES, HeatMap, StandardHead, heat_map, standards_of
from portal.services.audits.question_results import Comparison, Moved, QuestionResult, RoundAnswers
from portal.services.audits.result_counts import Asked, AskedQuestion, Cells
from portal.services.rule_sets import RuleBook, rule_book

ACTION_STATES: Mapping[str, str] = {
    "open": "Open, not due yet",
    "overdue": "Overdue",
    "done": "Said to be done",
    "closed": "Checked and closed",
}
SIGNED, NOT_SIGNED = "signed", "not_signed"
WEAK, GOOD = "weak", "good"


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """One standard over the agencies looked at: how many are amber or red in it, and how it moved."""

    standard: StandardHead
    weak: Part
    moved: Moved


@dataclass(frozen=True)
class Results:
    """One round's results to one viewer; `agency_type` is what the page is narrowed to."""

    round: AuditRound
    previous: AuditRound | None
    agency_type: AgencyType | None
    hidden_up_to: int | None
    is_whole: bool
    """Whether every agency may be seen by name."""
    levels: AuditLevels
    """Those of the rule set that held when the round opened: a later one colours no older round anew."""
    heat_map: HeatMap
    comparison: Comparison
    scales: Mapping[str, Scale]
    weak: Mapping[str, CountTable]
    """By standard's code: agency types by whether the standard is weak or good."""
    returned: CountTable
    actions: CountTable
    verdicts: CountTable

    @property
    def about(self) -> str:
        """Which agencies the page is narrowed to, in words."""
        return all_of_type(self.agency_type) if self.agency_type else ALL_AGENCIES

    @property
    def is_empty(self) -> bool:
        """Whether nobody has signed yet."""
        return self.returned.counts.get((None, SIGNED), 0) == 0

    @property
    def agency_types(self) -> tuple[AgencyType, ...]:
        """The types that were asked."""
        return tuple(kind for kind in AgencyType if (kind.value, None) in self.returned.counts)

    @property
    def return_rates(self) -> tuple[tuple[str, Part], ...]:
        """How many have signed, by agency type, and together; apart from what they answered."""
        kinds = [kind for kind in self.agency_types if self.agency_type in (None, kind)]
        rates = [(all_of_type(kind), self.returned.part(kind, SIGNED)) for kind in kinds]
        return (*rates, (ALL_AGENCIES, self.returned.part(None, SIGNED)))

    @cached_property
    def themes(self) -> tuple[ThemeLine, ...]:
        """The standards, those that are weak for most agencies first; withheld ones last."""
        lines = [
            ThemeLine(
                head,
                self.weak[head.code].part(self.agency_type, WEAK),
                self.comparison.of_standard(head.code, self.agency_type),
            )
            for head in self.heat_map.standards
        ]
        return tuple(sorted(lines, key=_weakest_first))

    @cached_property
    def questions(self) -> tuple[tuple[StandardHead, tuple[QuestionResult, ...]], ...]:
        """Every question under its standard."""
        return tuple(
            (
                head,
                tuple(
                    self.comparison.result(code, self.scales[one.scale], self.agency_type)
                    for code, one in self.comparison.now.questions.items()
                    if one.standard_id == head.id
                ),
            )
            for head in self.heat_map.standards
        )

    @property
    def verdict_lines(self) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
        """How often the panel agreed, by standard and together; empty where it rated nothing."""
        return self._lines(self.verdicts, tuple(VERDICT_WORDS))

    @property
    def action_lines(self) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
        """How the actions stand, by the standard of the answer that they came from, and together."""
        return self._lines(self.actions, tuple(ACTION_STATES))

    def _lines(
        self, table: CountTable, columns: Sequence[str | Verdict]
    ) -> tuple[tuple[str, tuple[int | None, ...]], ...]:
        if not table.counts:
            return ()
        heads = [(one.words, one.code) for one in self.heat_map.standards]
        rows = [(title, code) for title, code in heads if (code, None) in table.counts]
        return tuple(
            (title, tuple(table.count(row, column) for column in (*columns, None)))
            for title, row in [*rows, ("All standards", None)]
        )


def _weakest_first(line: ThemeLine) -> tuple[bool, Decimal]:
    weak = line.weak.percentage
    return weak is None, -(weak or Decimal(0))


def results(viewer: Viewer, round_id: int, agency_type: AgencyType | None = None) -> Results:
    """Return the results of a round, narrowed to a type of agencies where one is named. Raises NotVisible."""
    session = db.session()
    asked_round, previous = _rounds(session, viewer, round_id)
    book = rule_book(session, asked_round.partnership_id)
    hidden_up_to, levels = _hidden_up_to(viewer, book), book.on(asked_round.opens_on).audit_levels
    questions, comparison = _compared(session, viewer, asked_round, previous, hidden_up_to)
    asked = counting.asked_of(session, viewer, round_id)
    cells = counting.tallies(session, access.counted_for(viewer), round_id)
    standards = standards_of(questions)
    codes = {head.id: head.code for head in standards}
    actions = counting.actions_of(session, access.counted_for(viewer), round_id, viewer.today)
    return Results(
        round=asked_round,
        previous=previous,
        agency_type=agency_type,
        hidden_up_to=hidden_up_to,
        is_whole=all(one.is_named for one in asked),
        levels=levels,
        heat_map=heat_map(standards, asked, cells, levels, agency_type),
        comparison=comparison,
        scales=scales_from_plain(asked_round.edition.scales),
        weak={head.code: CountTable.of(_weak(head.id, asked, cells, levels), hidden_up_to) for head in standards},
        returned=CountTable.of(_returned(asked), hidden_up_to),
        actions=CountTable.of({(codes[key], state): count for (key, state), count in actions.items()}, hidden_up_to),
        verdicts=CountTable.of(comparison.now.verdicts(), hidden_up_to),
    )


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question's page: its ratings by agency type, and how each type's mean moved."""

    round: AuditRound
    previous: AuditRound | None
    hidden_up_to: int | None
    result: QuestionResult
    moved: Mapping[AgencyType | None, Moved]


def question_results(viewer: Viewer, round_id: int, question_id: int) -> QuestionView:
    """Return how a round's agencies answered one of its questions. Raises NotVisible."""
    session = db.session()
    asked_round, previous = _rounds(session, viewer, round_id)
    hidden_up_to = _hidden_up_to(viewer, rule_book(session, asked_round.partnership_id))
    questions, comparison = _compared(session, viewer, asked_round, previous, hidden_up_to)
    found = next((one for one in questions if one.id == question_id), None)
    if found is None:
        raise NotVisible
    scale = scales_from_plain(asked_round.edition.scales)[found.scale]
    result = comparison.result(found.code, scale, None)
    kinds: list[AgencyType | None] = [None, *result.agency_types]
    moved = {kind: comparison.of_question(found.code, kind) for kind in kinds}
    return QuestionView(asked_round, previous, hidden_up_to, result, moved)


def _rounds(session: Session, viewer: Viewer, round_id: int) -> tuple[AuditRound, AuditRound | None]:
    """The round, and the last one before it that asked an edition of the same framework."""
    rows = access.rounds_visible_to(viewer)
    code = (
        rows.where(AuditRound.id == round_id)
        .join(FrameworkEdition, FrameworkEdition.id == AuditRound.edition_id)
        .with_only_columns(FrameworkEdition.code)
        .correlate(None)
        .scalar_subquery()
    )
    found = session.scalars(
        rows.join(AuditRound.edition)
        .where(FrameworkEdition.code == code)
        .order_by(AuditRound.opens_on, AuditRound.id)
        .options(contains_eager(AuditRound.edition))
    ).all()
    places = [place for place, one in enumerate(found) if one.id == round_id]
    if not places:
        raise NotVisible
    return found[places[0]], found[places[0] - 1] if places[0] else None


def _hidden_up_to(viewer: Viewer, book: RuleBook) -> int | None:
    return book.on(viewer.today).small_count_limit if access.hides_small(viewer) else None


def _compared(
    session: Session, viewer: Viewer, asked_round: AuditRound, previous: AuditRound | None, hidden_up_to: int | None
) -> tuple[list[AskedQuestion], Comparison]:
    rounds = [asked_round, *([previous] if previous else [])]
    questions = counting.questions_of(session, {one.edition_id for one in rounds})
    given = counting.given(session, access.counted_for(viewer), [one.id for one in rounds])
    answers = [
        RoundAnswers(
            [answer for answer in given if answer.round_id == one.id],
            [question for question in questions if question.edition_id == one.edition_id],
            hidden_up_to,
        )
        for one in rounds
    ]
    own = [question for question in questions if question.edition_id == asked_round.edition_id]
    return own, Comparison(answers[0], answers[1] if previous else None)


def _returned(asked: Sequence[Asked]) -> dict[tuple[str, str], int]:
    table: dict[tuple[str, str], int] = {}
    for one in asked:
        key = one.agency_type.value, SIGNED if one.is_signed else NOT_SIGNED
        table[key] = table.get(key, 0) + 1
    return table


def _weak(standard_id: int, asked: Sequence[Asked], cells: Cells, levels: AuditLevels) -> dict[tuple[str, str], int]:
    """Agencies by type and by whether one standard is amber or red for them; without those who rated nothing in it."""
    table: dict[tuple[str, str], int] = {}
    for one in asked:
        tally = cells.get(one.return_id, {}).get(standard_id)
        if tally is not None and tally.share is not None:
            key = one.agency_type.value, WEAK if tally.is_weak(levels) else GOOD
            table[key] = table.get(key, 0) + 1
    return table
