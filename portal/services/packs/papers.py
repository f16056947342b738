"""Which parts each pack is made of, and the paper that they make together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from portal.domain.pack_papers import Paper, PaperPart
from portal.domain.packs import OFFERS, PackKind, day_words, period_words
from portal.services.packs import parts
from portal.services.packs.dataset import dataset_part, dictionary_part
from portal.services.packs.practice_parts import how_the_plan_stands, what_people_said, what_samples_found
from portal.services.packs.source import Source
from portal.services.packs.work_parts import how_escalations_went, what_audits_found

Builder = Callable[[Source], PaperPart]

_CONFERENCES: Builder = partial(
    parts.measured,
    title="Conferences",
    ids=(*parts.OF_CONFERENCES, *parts.OF_CORE_GROUPS),
    drawn=("initial_in_time", "reviews_in_time"),
)
_STRATEGY: Builder = partial(
    parts.measured,
    title="Strategy meetings",
    ids=parts.OF_STRATEGY,
    drawn=("strategy_in_time", "strategy_all_core"),
)
_PAPERS: Builder = partial(parts.measured, title="Minutes, decision sheets and actions", ids=parts.OF_PAPERS)
_PLANS: Builder = partial(parts.measured, title="Child protection plans", ids=parts.OF_PLANS, drawn=("plans_open",))

PARTS: Mapping[PackKind, Sequence[Builder]] = {
    PackKind.BOARD: (
        parts.attention,
        parts.participation,
        _CONFERENCES,
        _STRATEGY,
        _PAPERS,
        _PLANS,
        how_escalations_went,
        what_audits_found,
        what_samples_found,
        what_people_said,
        how_the_plan_stands,
    ),
    PackKind.ANNUAL: (
        parts.participation,
        _CONFERENCES,
        _STRATEGY,
        _PAPERS,
        _PLANS,
        how_escalations_went,
        what_audits_found,
        what_samples_found,
        what_people_said,
        how_the_plan_stands,
    ),
    PackKind.INSPECTION: (
        _STRATEGY,
        _CONFERENCES,
        parts.participation,
        how_escalations_went,
        what_audits_found,
        what_samples_found,
    ),
    PackKind.DATASET: (dictionary_part, dataset_part),
}
"""The parts of each pack of figures, in their order."""


def paper_of(source: Source, made: Sequence[PaperPart]) -> Paper:
    """Return the whole pack."""
    notes = [
        f"Made on {day_words(source.viewer.today)} from what is recorded in the portal.",
        "Each part says what its figures count, and as at which day.",
    ]
    if source.hidden_up_to:
        notes.append(
            f"“Too few” stands for a number from 1 to {source.hidden_up_to}, or one that would give such a number away."
        )
    return Paper(
        title=OFFERS[source.kind].title,
        about=f"{source.partnership}, {period_words(source.days)}",
        as_at=source.standing.sentence,
        warning=source.standing.warning,
        notes=notes,
        parts=tuple(made),
    )
