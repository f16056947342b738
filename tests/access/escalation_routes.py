"""The matrix's lines about escalations, practice alerts, what the rules propose, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access.who import (
    AGENCIES,
    BOARD,
    CHAIRS,
    EVERYBODY,
    LEADS,
    SIGNATORIES,
    Place,
    Route,
    open_to,
    place,
    public,
    rows,
    seen_by,
)
from tests.world_escalations import MATTERS

ACTORS = AGENCIES | CHAIRS | {"manager"}
STRUCTURED = frozenset({"business_manager", "scrutineer"})
VIEWERS = ACTORS | STRUCTURED | SIGNATORIES
DECIDERS = CHAIRS | {"manager"}
FIGURES = BOARD | {"sector_lead", "manager"}
WATCHERS = frozenset({"business_manager", "administrator"})
KEEPS_PEOPLE = LEADS | {"administrator"}

READ = {matter.key: matter.read_by for matter in MATTERS}
# Whoever was told of a stage and only signs sees it without its narrative, as the board's manager and scrutineer do.
SEEN = {
    "missed": READ["missed"] | STRUCTURED,
    "disagreement": READ["disagreement"] | STRUCTURED | {"police.executive"},
    "alert": READ["alert"] | STRUCTURED,
    "closed": READ["closed"] | STRUCTURED,
}
DRIVEN = {
    "missed": frozenset({"second_chair", "manager"}),
    "disagreement": frozenset({"school.lead", "school.practitioner", "manager"}),
    "alert": frozenset({"chair", "manager"}),
    "closed": frozenset[str](),
}
REPLIED = {
    "missed": frozenset({"other_gp.lead", "other_gp.practitioner"}),
    "disagreement": frozenset[str](),
    "alert": frozenset({"social_care.lead", "social_care.west"}),
    "closed": frozenset[str](),
}
# What it came to for the child can be said when it is closed, too.
OUTCOMES = {**DRIVEN, "closed": frozenset({"gp.lead", "manager"})}
ADDED = {key: READ[key] if key != "closed" else frozenset[str]() for key in READ}


def acts(whose: Mapping[str, frozenset[str]]) -> Route:
    """Open to these at each matter; whoever else sees one is told that it is not theirs to do, or not now."""
    return rows(ACTORS, {key: place(who, refused=SEEN[key] - who) for key, who in whose.items()})


def seen(whose: Mapping[str, frozenset[str]]) -> Route:
    """Open to whoever sees a matter."""
    return rows(VIEWERS, {key: place(who) for key, who in whose.items()})


# Only a reply that was given can be found too little.
ASKED_AGAIN = rows(
    ACTORS,
    {
        "disagreement": place(DRIVEN["disagreement"], refused=SEEN["disagreement"] - DRIVEN["disagreement"]),
        "missed": place((), refused=SEEN["missed"]),
        "closed": place((), refused=SEEN["closed"]),
    },
)
CORRECTED = rows(
    ACTORS,
    {
        "missed/1": place({"second_chair"}, refused=SEEN["missed"] - {"second_chair"}),
        # By its person, not by its number: somebody else is the police's lead in the other partnership.
        "disagreement/1": place({"school.practitioner"}, refused=SEEN["disagreement"] - {"school.practitioner"}),
        # Also what was said of a matter that is closed can be put right.
        "closed/1": place({"gp.lead"}, refused=SEEN["closed"] - {"gp.lead"}),
    },
)
_MEETINGS: dict[str, Place] = {key: place(who & DECIDERS) for key, who in seen_by().items()}
PROPOSALS = rows(DECIDERS, {"open": place({"second_chair", "manager"}), "waived": place({"second_chair", "manager"})})
DECISIONS = rows(DECIDERS, {"open": place({"second_chair", "manager"})})
OWN_ABSENCE = rows(EVERYBODY, {"gp.practitioner": place({"gp.practitioner", "gp.lead", "administrator"})})
# Only what falls into the days away can be handed over.
ABSENT_WORK = rows(EVERYBODY, {"school.practitioner": place({"school.practitioner", "school.lead", "administrator"})})
ABSENCES_FOR = rows(
    EVERYBODY,
    {
        "gp.practitioner": place({"gp.practitioner", "gp.lead", "administrator"}),
        "chair": place({"chair", "administrator"}),
        "administrator": place({"administrator"}),
    },
)
NOTICES = rows(EVERYBODY, {"gp.lead": place({"gp.lead"}), "chair": place({"chair"})})

_ESCALATION = "/escalations/<int:escalation_id>"
_ABSENCE = "/absences/<int:absence_id>"

ESCALATION_ROUTES: dict[str, dict[str, Route]] = {
    "/escalations": {"GET": open_to(VIEWERS)},
    "/escalations/how": {"GET": open_to(VIEWERS)},
    "/escalations/log.csv": {"GET": open_to(VIEWERS)},
    "/escalations/new": {"GET": open_to(ACTORS), "POST": open_to(ACTORS)},
    "/escalations/figures": {"GET": open_to(FIGURES)},
    # Nothing is drawn of numbers so small that the board may not have them: 404, and the page says "too few".
    "/escalations/figures/open.svg": {"GET": open_to(FIGURES, answer=(200, 404))},
    "/escalations/figures/resolved.svg": {"GET": open_to(FIGURES, answer=(200, 404))},
    _ESCALATION: {"GET": seen(SEEN), "POST": acts(REPLIED)},
    f"{_ESCALATION}/log.csv": {"GET": seen(SEEN)},
    f"{_ESCALATION}/log.pdf": {"GET": seen(SEEN)},
    f"{_ESCALATION}/ask-again": {"GET": ASKED_AGAIN, "POST": ASKED_AGAIN},
    f"{_ESCALATION}/contact": {"GET": acts(ADDED), "POST": acts(ADDED)},
    f"{_ESCALATION}/correct/<int:number>": {"GET": CORRECTED, "POST": CORRECTED},
    f"{_ESCALATION}/more-time": {"GET": acts(DRIVEN), "POST": acts(DRIVEN)},
    f"{_ESCALATION}/move-up": {"GET": acts(DRIVEN), "POST": acts(DRIVEN)},
    f"{_ESCALATION}/outcome": {"GET": acts(OUTCOMES), "POST": acts(OUTCOMES)},
    f"{_ESCALATION}/resolve": {"GET": acts(DRIVEN), "POST": acts(DRIVEN)},
    f"{_ESCALATION}/withdraw": {"GET": acts(DRIVEN), "POST": acts(DRIVEN)},
    "/meetings/<int:meeting_id>/alerts/new": {"GET": rows(DECIDERS, _MEETINGS), "POST": rows(DECIDERS, _MEETINGS)},
    "/meetings/<int:meeting_id>/proposals": {"GET": rows(DECIDERS, _MEETINGS)},
    "/proposals": {"GET": open_to(DECIDERS)},
    "/proposals/<int:proposal_id>": {"GET": PROPOSALS, "POST": DECISIONS},
}

MESSAGE_ROUTES: dict[str, dict[str, Route]] = {
    "/inbox": {"GET": open_to(EVERYBODY)},
    "/inbox/read": {"POST": open_to(EVERYBODY)},
    "/inbox/<int:notice_id>/open": {"POST": NOTICES},
    "/account/messages": {"GET": open_to(EVERYBODY), "POST": open_to(EVERYBODY)},
    "/messages": {"GET": open_to(WATCHERS)},
    "/messages/templates": {"GET": open_to(WATCHERS)},
    "/messages/<int:mail_id>/retry": {"POST": rows(WATCHERS, {"gp.lead": place(WATCHERS)})},
    "/metrics": {"GET": public(404)},
    "/absences": {"GET": open_to(EVERYBODY)},
    "/absences/for/<int:membership_id>": {"GET": ABSENCES_FOR, "POST": ABSENCES_FOR},
    _ABSENCE: {"GET": OWN_ABSENCE, "POST": OWN_ABSENCE},
    f"{_ABSENCE}/hand-over": {"GET": ABSENT_WORK, "POST": ABSENT_WORK},
    f"{_ABSENCE}/remove": {"GET": OWN_ABSENCE, "POST": OWN_ABSENCE},
    "/people/confirm": {"GET": open_to(LEADS), "POST": open_to(LEADS)},
    "/people/leavers": {"GET": open_to(KEEPS_PEOPLE)},
}
