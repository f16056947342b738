"""The matrix's lines about practice audits, and what their forms post."""

from __future__ import annotations

from tests.access.filling import Filling, day, filling, membership_of
from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    ELSEWHERE,
    OTHER_GP,
    POLICE,
    Route,
    open_to,
    place,
    rows,
)

MANAGER = frozenset({"manager"})
READERS = BOARD | {"sector_lead", "manager"}
GRADERS = AGENCIES | CHAIRS | MANAGER

ONE_SAMPLE = rows(
    READERS,
    {"closed": place(READERS), "theme": place(READERS), "set_up": place(MANAGER)},
)
RULE = rows(MANAGER, {"strategy": place(MANAGER)})
# What is drawn already leads to its page; nobody draws it again.
DRAWING = rows(
    MANAGER,
    {"set_up": place(MANAGER), "theme": place(MANAGER, answer=ELSEWHERE), "closed": place(MANAGER, answer=ELSEWHERE)},
)
DRAWN = rows(
    MANAGER, {"set_up": place(MANAGER), "theme": place((), refused=MANAGER), "closed": place((), refused=MANAGER)}
)
CLOSING = rows(
    MANAGER, {"theme": place(MANAGER), "closed": place((), refused=MANAGER), "set_up": place((), refused=MANAGER)}
)
# Nothing of the theme is graded yet, so that its form is not taken (tests/pages/test_samples.py closes one).
CLOSED = rows(MANAGER, {key: at for key, at in CLOSING.places.items() if key != "theme"})
FOUND = rows(
    GRADERS,
    {
        # Settled: its own chair reads what was found. Whoever reviewed it has their own review.
        "graded": place({"manager", "chair"}),
        "past": place(MANAGER),
        "strategy": place(MANAGER),
    },
)
TAKEN_OUT = rows(MANAGER, {"past": place(MANAGER), "strategy": place(MANAGER), "graded": place((), refused=MANAGER)})
# One reviewer has still to finish: there is nothing to settle, and the address leads to what was found.
SETTLING = rows(MANAGER, {key: place(MANAGER, answer=ELSEWHERE) for key in ("past", "strategy", "graded")})
SETTLED = rows(MANAGER, {key: place((), refused=MANAGER) for key in ("past", "strategy", "graded")})

REVIEWERS = {
    "graded_first": {"second_chair"},
    "past_first": MANAGER,
    "past_police": POLICE,
    "past_other_gp": OTHER_GP,
    "strategy_first": MANAGER,
    "strategy_second": {"second_chair"},
}
WAITING = {"past_first", "past_other_gp", "strategy_second"}
REVIEW = rows(GRADERS, {key: place(MANAGER | who) for key, who in REVIEWERS.items()})
WRITING = rows(
    GRADERS,
    {
        key: place(who, refused=MANAGER - frozenset(who)) if key in WAITING else place((), refused=MANAGER | who)
        for key, who in REVIEWERS.items()
    },
)
HANDING = rows(
    MANAGER,
    {
        key: place(MANAGER) if key in ("past_first", "strategy_second") else place((), refused=MANAGER)
        for key in REVIEWERS
    },
)

# Of the strategy meeting's people nobody is left who could review it instead.
HANDED = rows(MANAGER, {key: at for key, at in HANDING.places.items() if key != "strategy_second"})

_SAMPLE, _MEETING, _REVIEW = (
    "/samples/<int:sample_id>",
    "/samples/meetings/<int:sampled_id>",
    "/samples/reviews/<int:review_id>",
)

SAMPLE_ROUTES: dict[str, dict[str, Route]] = {
    "/samples": {"GET": open_to(READERS)},
    "/samples/grades.csv": {"GET": open_to(READERS)},
    "/samples/grades.xlsx": {"GET": open_to(READERS)},
    # Its quarter is not over: only who reads small counts has something to draw.
    "/samples/grades.svg": {"GET": open_to(READERS, (200, 404))},
    "/samples/new": {"GET": open_to(MANAGER), "POST": open_to(MANAGER)},
    "/samples/rules": {"GET": open_to(MANAGER)},
    "/samples/rules/new": {"GET": open_to(MANAGER), "POST": open_to(MANAGER)},
    "/samples/rules/<int:rule_id>": {"GET": RULE, "POST": RULE},
    _SAMPLE: {"GET": ONE_SAMPLE},
    f"{_SAMPLE}/draw": {"GET": DRAWING, "POST": DRAWN},
    f"{_SAMPLE}/close": {"GET": CLOSING, "POST": CLOSED},
    _MEETING: {"GET": FOUND},
    f"{_MEETING}/replace": {"GET": TAKEN_OUT, "POST": TAKEN_OUT},
    f"{_MEETING}/settle": {"GET": SETTLING, "POST": SETTLED},
    "/samples/reviews": {"GET": open_to(GRADERS)},
    _REVIEW: {"GET": REVIEW, "POST": WRITING},
    f"{_REVIEW}/autosave": {"POST": WRITING},
    f"{_REVIEW}/hand-over": {"GET": HANDING, "POST": HANDED},
}

SAMPLE_FILLINGS: dict[str | tuple[str, str], Filling] = {
    "/samples/new": filling(
        title="Babies at strategy meetings",
        theme="Is a midwife there?",
        **day("from_on", 1, 5, 2026),
        **day("until_on", 31, 5, 2026),
        how_many="2",
        tool_code="multi-agency",
    ),
    "/samples/rules/new": filling(
        meeting_type=lambda world: world.meeting_types["a.initial_conference"],
        how_many="4",
        **day("from_on", 1, 6, 2026),
        tool_code="multi-agency",
    ),
    "/samples/rules/<int:rule_id>": filling(how_many="5"),
    f"{_SAMPLE}/draw": filling(reviewers=membership_of("manager"), **day("due_on", 30, 6, 2026)),
    f"{_SAMPLE}/close": filling(strengths="Quick meetings.", improvements="Names in plans.", without_rest="yes"),
    f"{_MEETING}/replace": filling(because="Its record is held by another area."),
    f"{_REVIEW}/autosave": filling(page=_REVIEW, found_overall="Quick."),
    # In words that are nobody's: what was typed is shown again to whoever may no longer save it.
    _REVIEW: filling(found_overall="Quick and well attended."),
    f"{_REVIEW}/hand-over": filling(reviewer=membership_of("chair")),
}
