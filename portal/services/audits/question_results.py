"""How agencies answered each question: how many gave which rating, what changed, and what the panel said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from portal.domain.audit_results import (
    BREAK_WORDS,
    WEAK_RATINGS,
    Comparable,
    Tally,
    as_percentage,
    change,
    compared,
    may_be_shown,
    verdict,
)
from portal.domain.count_tables import CountTable, Part
from portal.domain.ratings import NOT_APPLICABLE, NOT_APPLICABLE_LABEL, Colour, Scale
from portal.domain.vocabulary import AgencyType
from portal.services.audits.result_counts import AskedQuestion, Given


@dataclass(frozen=True, slots=True)
class RatingHead:
    """A rating that a question may be given."""

    code: str
    label: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Moved:
    """A mean now and in the last round; `note` says why there is none, or what breaks the comparison."""

    now: Decimal | None = None
    before: Decimal | None = None
    points: Decimal | None = None
    """By how many percentage points it moved, up being better."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question with its ratings by agency type, as far as they may be shown."""

    question: AskedQuestion
    ratings: tuple[RatingHead, ...]
    table: CountTable
    moved: Moved

    def parts(self, agency_type: AgencyType | None) -> tuple[Part, ...]:
        """Each rating's part of the agencies of a type, or of all."""
        return tuple(self.table.part(agency_type, rating.code) for rating in self.ratings)

    @property
    def agency_types(self) -> tuple[AgencyType, ...]:
        """The types that answered."""
        return tuple(kind for kind in AgencyType if (kind.value, None) in self.table.counts)

    def weak(self, agency_type: AgencyType | None) -> Part:
        """How many are amber or red; None where one of the two is withheld."""
        counts = [self.table.count(agency_type, one.code) for one in self.ratings if one.code in WEAK_RATINGS]
        known = [count for count in counts if count is not None]
        return Part(sum(known) if len(known) == len(counts) else None, self.table.count(agency_type, None))


def ratings_of(scale: Scale) -> tuple[RatingHead, ...]:
    """The points of a scale, the best first, and that a question does not apply."""
    points = tuple(RatingHead(point.code, point.label, point.colour) for point in reversed(scale.points))
    return (*points, RatingHead(NOT_APPLICABLE, NOT_APPLICABLE_LABEL, Colour.GREY))


class RoundAnswers:
    """The answers of one round by its questions' codes, which stay the same from edition to edition."""

    def __init__(self, given: Iterable[Given], questions: Sequence[AskedQuestion], hidden_up_to: int | None) -> None:
        self.questions = {one.code: one for one in questions}
        self._given: dict[str, list[Given]] = {one.code: [] for one in questions}
        codes = {one.id: one.code for one in questions}
        for one in given:
            self._given[codes[one.question_id]].append(one)
        self._tables = {
            code: CountTable.of(_counts((one.agency_type.value, one.rating, one.count) for one in found), hidden_up_to)
            for code, found in self._given.items()
        }

    @property
    def digests(self) -> dict[str, str]:
        """What tells of each question whether it was altered."""
        return {code: question.digest for code, question in self.questions.items()}

    def table(self, code: str) -> CountTable:
        """Agency types by ratings."""
        return self._tables[code]

    def mean_of(self, code: str, kind: AgencyType | None) -> Fraction | None:
        """The mean answer to one question, where the counts that it is made of may be shown."""
        return self._tally([code], kind).share if self.table(code).is_open(kind) else None

    def mean_of_several(self, codes: Sequence[str], kind: AgencyType | None) -> Fraction | None:
        """The mean of the answers to several questions of a standard, where it gives no few agencies away."""
        if len(codes) == 1:
            return self.mean_of(codes[0], kind)
        sizes = self._sizes(codes)
        shown, all_may = may_be_shown(sizes, ())
        may = all_may if kind is None else kind.value in shown
        return self._tally(codes, kind).share if may else None

    def verdicts(self) -> dict[tuple[str, str], int]:
        """Count the answers that the panel rated, by standard and by what its rating says to the agency's own."""
        return _counts(
            (self.questions[code].standard_code, verdict(one.own, one.panel).value, one.count)
            for code, found in self._given.items()
            for one in found
            if one.panel is not None
        )

    def _tally(self, codes: Iterable[str], kind: AgencyType | None) -> Tally:
        return sum(
            (
                Tally.of([(one.rating, self.questions[code].weight)] * one.count)
                for code in codes
                for one in self._given[code]
                if kind in (None, one.agency_type)
            ),
            Tally(),
        )

    def _sizes(self, codes: Iterable[str]) -> dict[str, int]:
        """How many agencies of each type answered, as far as answers that do apply say."""
        sizes: Counter[str] = Counter()
        for code in codes:
            by_type: Counter[str] = Counter()
            for one in self._given[code]:
                if one.rating != NOT_APPLICABLE:
                    by_type[one.agency_type.value] += one.count
            sizes |= by_type
        return dict(sizes)


@dataclass(frozen=True)
class Comparison:
    """The answers of a round held against those of the one before it, where there was one."""

    now: RoundAnswers
    before: RoundAnswers | None

    @property
    def marks(self) -> Mapping[str, Comparable]:
        """Which questions are as they were, by their codes."""
        return compared(self.now.digests, self.before.digests) if self.before else {}

    def of_question(self, code: str, kind: AgencyType | None) -> Moved:
        """How the mean answer to a question moved."""
        if self.before is None:
            return Moved(_percentage(self.now.mean_of(code, kind)))
        mark = self.marks[code]
        now = self.now.mean_of(code, kind)
        if mark is not Comparable.SAME:
            return Moved(_percentage(now), note=BREAK_WORDS[mark])
        return _moved(now, self.before.mean_of(code, kind))

    def of_standard(self, standard_code: str, kind: AgencyType | None) -> Moved:
        """How a standard moved, over those of its questions that compare."""
        codes = [code for code, one in self.now.questions.items() if one.standard_code == standard_code]
        if self.before is None:
            return Moved(_percentage(self.now.mean_of_several(codes, kind)))
        same = [code for code in codes if self.marks[code] is Comparable.SAME]
        if not same:
            return Moved(note="Break: none of its questions is as it was")
        note = "" if len(same) == len(codes) else f"Break: {len(same)} of {len(codes)} questions compare"
        return _moved(self.now.mean_of_several(same, kind), self.before.mean_of_several(same, kind), note)

    def result(self, code: str, scale: Scale, kind: AgencyType | None) -> QuestionResult:
        """One question as the page shows it to those who look at a type of agencies, or at all."""
        return QuestionResult(
            self.now.questions[code], ratings_of(scale), self.now.table(code), self.of_question(code, kind)
        )


def _moved(now: Fraction | None, before: Fraction | None, note: str = "") -> Moved:
    if now is None or before is None:
        missing = "Too few answers to compare" if now is None else "Too few answers last time"
        return Moved(_percentage(now), note="; ".join(filter(None, (note, missing))))
    return Moved(_percentage(now), _percentage(before), change(now, before), note)


def _percentage(share: Fraction | None) -> Decimal | None:
    return None if share is None else as_percentage(share)


def _counts(found: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    table: dict[tuple[str, str], int] = {}
    for row, column, count in found:
        table[row, column] = table.get((row, column), 0) + count
    return table
