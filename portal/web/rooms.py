"""The rooms of the section "Figures", as a second line of navigation: each role's own, in one order everywhere.

Seven groups at most, so that they stand in one line; the pages of the group that one is in follow below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from portal.access.permissions import Permission
from portal.access.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the second line, or of what follows below it."""

    label: str
    href: str
    current: bool
    within: tuple[Room, ...] = ()
    """The pages of the group, where it is the current one and has several."""


_Entry = tuple[str, str, Permission, tuple[str, ...]]

_CHAIRS = ("rooms.chair", "rooms.chair_measure", "rooms.chair_rows")
_OVERVIEWS = ("indicators", "plan_figures", "escalation_figures")
_IMPROVEMENT = ("improvement", "improvement_files", "improvement_keeping", "improvement_months")

ROOMS: tuple[tuple[str, tuple[_Entry, ...]], ...] = (
    (
        "Figures",
        (
            ("Room", "rooms.show", Permission.FIGURES_VIEW, ("rooms.show",)),
            ("Your meetings", "rooms.chair", Permission.FIGURES_OWN, _CHAIRS),
            ("Crossed a line", "rooms.triggers", Permission.FIGURES_VIEW, ("rooms.triggers",)),
            ("Measures", "measures.index", Permission.FIGURES_VIEW, ("measures",)),
            ("Overview", "indicators.overview", Permission.FIGURES_VIEW, _OVERVIEWS),
            ("Compare", "pictures.heat", Permission.FIGURES_COMPARE, ("pictures", "comparators")),
            ("Months", "frozen_months.index", Permission.FIGURES_VIEW, ("frozen_months", "frozen_quarters")),
            ("This week", "rooms.week", Permission.MEETINGS_DIARY, ("rooms.week",)),
            ("Saved views", "saved_views.index", Permission.VIEWS_SAVE, ("saved_views",)),
            ("Keys", "api_keys.index", Permission.API_KEYS_KEEP, ("api_keys",)),
        ),
    ),
    ("Improvement plan", (("Plan", "improvement.index", Permission.IMPROVEMENT_VIEW, _IMPROVEMENT),)),
    ("Practice audits", (("Samples", "samples.index", Permission.SAMPLES_VIEW, ("samples", "sample_drawing")),)),
    ("Feedback", (("Answers", "feedback.index", Permission.FEEDBACK_VIEW, ("feedback",)),)),
    (
        "Scrutiny",
        (
            ("Challenges", "scrutiny.index", Permission.SCRUTINY_VIEW, ("scrutiny", "quotations")),
            ("Quotations", "quotations.put_to_me", Permission.QUOTATIONS_AGREE, ("quotations",)),
        ),
    ),
    ("Your sector", (("Agencies", "sectors.index", Permission.SECTOR_CHASE, ("sectors",)),)),
    ("Records", (("Records", "records.index", Permission.RECORDS_VIEW, ("records", "subject_access")),)),
    ("Packs", (("Packs", "packs.index", Permission.PACKS_VIEW, ("packs",)),)),
)
"""Each group and its pages: words, where it begins, who has it, and the blueprints, or single pages, in it."""


def rooms_for(viewer: Viewer | None) -> list[Room]:
    """The groups that a viewer's role has, where there is more than one page and the page asked for is one of them."""
    if viewer is None or not viewer.is_signed_in or viewer.hat is None:
        return []
    # Nothing else tells them apart, and most pages are in none.
    kept: dict[Any, list[Room]] = current_app.extensions.setdefault("rooms", {})
    key = viewer.hat.role, request.endpoint, request.script_root
    if key not in kept:
        kept[key] = _rooms_of(viewer)
    return kept[key]


def _rooms_of(viewer: Viewer) -> list[Room]:
    here = {request.blueprint or "", request.endpoint or ""}
    made = []
    for words, entries in ROOMS:
        within = tuple(
            Room(label, url_for(endpoint), bool(here & {*blueprints}))
            for label, endpoint, permission, blueprints in entries
            if endpoint in current_app.view_functions and viewer.may(permission)
        )
        if within:
            is_here = any(room.current for room in within)
            made.append(Room(words, within[0].href, is_here, within if is_here and len(within) > 1 else ()))
    is_in_one = any(room.current for room in made)
    return made if is_in_one and (len(made) > 1 or any(room.within for room in made)) else []
