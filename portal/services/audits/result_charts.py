"""The charts of a round's results: the figures of its pages as pictures, and no other figures."""

from __future__ import annotations

from collections.abc import Iterable

from portal.access.viewer import Viewer
from portal.domain.count_tables import Part
from portal.domain.errors import NotVisible
from portal.domain.figure_words import all_of_type
from portal.domain.vocabulary import AgencyType
from portal.gateways.charts import Bar, Move, Moves, Rating, Shape, Shares, drawn
from portal.services.audits import results
from portal.services.audits.heat_maps import ALL_AGENCIES
from portal.services.audits.results import QuestionView, Results, ThemeLine


def ratings_chart(viewer: Viewer, round_id: int, question_id: int, *, is_narrow: bool) -> bytes:
    """One question's ratings by type of agency, as SVG. Raises NotVisible, also where there is nothing to draw."""
    chart = shares_of(results.question_results(viewer, round_id, question_id))
    if chart is None:
        raise NotVisible
    return drawn(chart, _shape(is_narrow))


def changes_chart(viewer: Viewer, round_id: int, agency_type: AgencyType | None, *, is_narrow: bool) -> bytes:
    """How the standards moved since the last round, as SVG. Raises NotVisible, also where none compares."""
    found = results.results(viewer, round_id, agency_type)
    chart = moves_of(found)
    if chart is None:
        raise NotVisible
    return drawn(chart, _shape(is_narrow))


def shares_of(view: QuestionView) -> Shares | None:
    """What the question's table says, as bars; None where all of it is withheld.

    A type of which nothing can be shown has no bar: the table says that there are too few.
    """
    kinds: list[tuple[str, AgencyType | None]] = [(all_of_type(kind), kind) for kind in view.result.agency_types]
    if len(kinds) > 1:
        kinds.append((ALL_AGENCIES, None))
    bars = [_bar(title, view.result.parts(kind)) for title, kind in kinds]
    shown = tuple(bar for bar in bars if any(bar.parts))
    if not shown:
        return None
    return Shares(
        words=f"Bars of the ratings that agencies of each type gave: {view.result.question.text}",
        ratings=tuple(Rating(one.label, one.colour) for one in view.result.ratings),
        bars=shown,
    )


def moves_of(found: Results) -> Moves | None:
    """What the table of standards says of the last round, as lines; None where no standard compares."""
    if found.previous is None:
        return None
    lines = tuple(_moves(found.themes))
    if not lines:
        return None
    return Moves(
        words=f"Lines from last time to now, one for each standard: {found.about}",
        before=found.previous.title,
        now=found.round.title,
        moves=lines,
    )


def _bar(title: str, parts: tuple[Part, ...]) -> Bar:
    whole = parts[0].whole
    named = title if whole is None else f"{title} ({whole:,})"
    return Bar(named, tuple(None if part.percentage is None else float(part.percentage) for part in parts))


def _moves(lines: Iterable[ThemeLine]) -> Iterable[Move]:
    for line in lines:
        moved = line.moved
        if moved.points is None or moved.before is None or moved.now is None:
            continue
        sign = "+" if moved.points > 0 else "−" if moved.points < 0 else ""
        broken = " (break)" if moved.note else ""
        words = f"{sign}{abs(moved.points)}{broken}"
        yield Move(line.standard.words, float(moved.before), float(moved.now), words)


def _shape(is_narrow: bool) -> Shape:
    return Shape.NARROW if is_narrow else Shape.WIDE
