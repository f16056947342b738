"""From the table of routes to questions: every address that somebody tries, and what they must be answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask

from portal.database.declarative import Base
from portal.database.session import db
from portal.domain.strategy_vocabulary import StrategyQuestion
from tests.access.routes import ROUTES
from tests.access.told import told_by
from tests.access.who import Route
from tests.world import World

ABSENT = 999_999
REQUEST = re.compile(r"/records/requests/(\d+)(?:/|$)")
TOO_LARGE = 10**30
# The trail writes refusals down, and a request shows that its session is in use.
MAY_CHANGE_ANYWAY = {"activity", "activity_chains", "passkey_challenges", "sign_in_sessions", "sign_in_attempts"}


@dataclass(frozen=True)
class Asked:
    """One address of one route, and what a person must be answered there; `place` is empty where nothing is."""

    rule: str
    address: str
    expected: tuple[int, ...]
    place: str = ""


def listed(app: Flask) -> set[tuple[str, str]]:
    """Every method of every route there is."""
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def address_of(world: World, rule: str, place: str, letter: str) -> str:
    """The address of a rule at a place of a partnership."""
    first, _, second = place.partition("/")
    kind = next((kind for kind in _NUMBERS if f"<int:{kind}_id>" in rule), None)
    values = _NUMBERS[kind](world, f"{letter}.{first}", second, letter) if kind else {}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), rule)


def _of_meeting(world: World, key: str, second: str, letter: str) -> dict[str, object]:
    """The second part is an agency, somebody of the family, a child, a question of its record, or a version of it;
    or an agency's view of a child, agency@child.
    """
    meeting = world.meeting(key)
    agency, _, child = second.partition("@")
    invited = meeting.invitations.get(agency)
    return {
        "meeting_id": meeting.id,
        "invitation_id": invited.id if invited else None,
        "attendee_id": world.attendees.get(f"{key}.{second}"),
        "link_id": world.return_links.get(f"{key}/{second}"),
        "card_id": world.feedback_cards.get(f"{key}/{second}"),
        "child_id": world.children.get(f"{letter}.{child or second}"),
        "correction_id": world.corrections.get(f"{key}.{second}"),
        "sharing_id": world.sharings.get(f"{key}.{second}"),
        "talk_id": world.talks.get(f"{key}.{second}"),
        "question": second if second in list(StrategyQuestion) else "came",
        "number": int(second) if second.isdigit() else None,
    }


def _of_invitation(world: World, key: str, child: str, letter: str) -> dict[str, object]:
    """An invitation is called meeting@agency; the second part is a child."""
    meeting, _, agency = key.partition("@")
    return {
        "invitation_id": world.meeting(meeting).invitations[agency].id,
        "child_id": world.children.get(f"{letter}.{child}"),
    }


def _of_case(world: World, key: str, child: str, letter: str) -> dict[str, object]:
    """The second part is a child, or an agency that knows the case's child."""
    return {
        "case_id": world.cases[key],
        "child_id": world.children.get(f"{letter}.{child}"),
        "involvement_id": world.involvements.get(f"{key}.{child}"),
    }


def _of_return(world: World, key: str, code: str, _letter: str) -> dict[str, object]:
    found = world.returns[key]
    return {
        "return_id": found.id,
        "question_id": found.questions.get(code),
        "standard_id": found.standards.get(code),
    }


def _of_edition(world: World, key: str, code: str, _letter: str) -> dict[str, object]:
    edition = world.editions[key]
    return {
        "edition_id": edition.id,
        "standard_id": edition.standards.get(code),
        "question_id": edition.questions.get(code),
    }


def _of_round(world: World, key: str, second: str, letter: str) -> dict[str, object]:
    """The second part is an agency, or a question of the edition that is called as the round is."""
    questions = world.editions[key].questions if key in world.editions else {}
    return {
        "round_id": world.rounds[key],
        "agency_id": world.agencies.get(f"{letter}.{second}"),
        "question_id": questions.get(second),
    }


# The first of these that stands in a rule says what its place is; the others in the rule belong to it.
_NUMBERS: dict[str, Callable[[World, str, str, str], dict[str, object]]] = {
    "meeting": _of_meeting,
    "invitation": _of_invitation,
    "case": _of_case,
    "return": _of_return,
    "edition": _of_edition,
    "round": _of_round,
    "action": lambda world, key, _second, _letter: {"action_id": world.actions[key]},
    "closure": lambda world, key, _second, _letter: {"closure_id": world.closures[key]},
    "withdrawal": lambda world, key, second, letter: {
        "withdrawal_id": world.withdrawals[key],
        "file_id": world.files.get(f"{letter}.{second}"),
    },
    "restriction": lambda world, key, _second, _letter: {"restriction_id": world.restrictions[key]},
    "opening": lambda world, key, _second, _letter: {"opening_id": world.openings[key]},
    "file": lambda world, key, _second, _letter: {"file_id": world.files[key], "page": 1},
    "escalation": lambda world, key, second, _letter: {
        "escalation_id": world.escalations[key],
        "number": int(second) if second else None,
    },
    "proposal": lambda world, key, _second, _letter: {"proposal_id": world.proposals[key]},
    "improvement": lambda world, key, _second, _letter: {
        "improvement_id": world.improvement[key],
        # The world's monthly action: May is ticked, June is not.
        "begins": 20260501 if key.endswith("ticked") else 20260601,
    },
    "area": lambda world, key, _second, _letter: {"area_id": world.improvement_areas[key]},
    "notice": lambda world, key, _second, _letter: {"notice_id": world.notices[key]},
    "absence": lambda world, key, _second, _letter: {"absence_id": world.absences[key]},
    "contest": lambda world, key, _second, _letter: {"contest_id": world.contests[key]},
    "mail": lambda world, key, _second, _letter: {"mail_id": world.mails[key]},
    "group": lambda world, key, _second, _letter: {"group_id": world.board_groups[key]},
    "member": lambda world, key, _second, _letter: {"member_id": world.board_members[key]},
    "board_meeting": lambda world, key, _second, _letter: {"board_meeting_id": world.board_meetings[key]},
    "template": lambda world, key, second, _letter: {
        "template_id": world.templates[key],
        "section": second,
        "question": second,
    },
    "kind": lambda world, key, _second, _letter: {"kind_id": world.meeting_types[key]},
    "pack": lambda world, key, _second, _letter: {"pack_id": world.packs[key]},
    "sample": lambda world, key, _second, _letter: {"sample_id": world.samples[key]},
    "sampled": lambda world, key, _second, _letter: {"sampled_id": world.sampled[key]},
    "review": lambda world, key, _second, _letter: {"review_id": world.sample_reviews[key]},
    "rule": lambda world, key, _second, _letter: {"rule_id": world.dip_rules[key]},
    "challenge": lambda world, key, _second, _letter: {"challenge_id": world.challenges[key]},
    "quotation": lambda world, key, _second, _letter: {"quotation_id": world.quotations[key]},
    "remark": lambda world, key, _second, _letter: {"remark_id": world.remarks[key]},
    "key": lambda world, key, _second, _letter: {"key_id": world.api_keys[key].id},
    "passkey": lambda world, key, _second, _letter: {"passkey_id": world.passkeys[key]},
    "session": lambda world, key, _second, _letter: {"session_id": world.open_sessions[key]},
    "legal_hold": lambda world, key, _second, _letter: {"legal_hold_id": world.legal_holds[key]},
    "erasure": lambda world, key, _second, _letter: {"erasure_id": world.erasures[key]},
    "export": lambda world, key, second, _letter: {
        "export_id": world.subject_exports[key],
        "kind": second or "subject_exports",
    },
    "view": lambda world, key, _second, _letter: {"view_id": world.saved_views[key]},
    "agency": lambda world, key, _second, _letter: {
        "agency_id": world.agencies[key],
        "contact_id": world.contacts.get(key),
    },
    "team": lambda world, key, _second, _letter: {"team_id": world.teams[key]},
    "membership": lambda world, key, _second, _letter: {"membership_id": world.person(key).hat.membership_id},
}


def with_number(rule: str, number: int) -> str:
    """A rule with the same number for every parameter."""
    return re.sub(r"<(?:\w+:)?\w+>", str(number), rule)


def questions(world: World, method: str, name: str, letter: str, *, of_guard: bool) -> Iterator[Asked]:
    """Everything that somebody of a partnership tries by one method, and what they must get.

    Whose role has a route tries it at every row of both partnerships, and where nothing is. What the guard refuses to a
    role, it refuses before it knows of any row: one of their own says as much as all, and one database as much as two.
    So it is asked for where `of_guard` says so alone.
    """
    for rule, by_method in ROUTES.items():
        route = by_method.get(method)
        if route is None or route.public:
            continue
        if name not in route.roles:
            if of_guard:
                first = next(iter(route.places), "")
                yield Asked(rule, address_of(world, rule, first, letter) if first else rule, (403,), first)
            continue
        if not route.places:
            yield Asked(rule, rule, route.answer)
            continue
        yield from _at_rows(world, rule, route, name, letter)
        yield from _where_nothing_is(world, rule, next(iter(route.places)), letter, (404,))


def _at_rows(world: World, rule: str, route: Route, name: str, letter: str) -> Iterator[Asked]:
    for place, opening in route.places.items():
        own: tuple[int, ...] = (404,)
        if name in opening.refused:
            own = (403,)
        elif name in opening.opens_to:
            own = opening.answer
        yield Asked(rule, address_of(world, rule, place, letter), own, place)
        yield Asked(rule, address_of(world, rule, place, _other(letter)), (404,), place)


def _other(letter: str) -> str:
    return "b" if letter == "a" else "a"


def _where_nothing_is(world: World, rule: str, place: str, letter: str, nothing: tuple[int, ...]) -> Iterator[Asked]:
    """Rows that are not there, and pairs of rows that do not belong together."""
    for number in (ABSENT, TOO_LARGE):
        yield Asked(rule, with_number(rule, number), nothing)
    if "/" in place and rule.count("<int:") > 1:
        own = address_of(world, rule, place, letter)
        other = address_of(world, rule, place, _other(letter))
        last = re.compile(r"\d+(?=\D*$)")
        if "<int:number>" in rule:
            # It counts within its row: every row has a first one.
            yield Asked(rule, last.sub(str(ABSENT), own), nothing)
            return
        for first, second in ((own, str(ABSENT)), (own, last.findall(other)[-1]), (other, last.findall(own)[-1])):
            yield Asked(rule, last.sub(second, first), nothing)


def leaks(world: World, key: str, response) -> list[str]:
    """The markers in an answer, headers included, that this person must not see."""
    told = told_by(response)
    hidden = world.forms_hidden_from(key)
    asked = REQUEST.match(response.request.path)
    if asked and response.status_code in (200, 400):
        # Whoever answers a request of access reads all that is held on that one child, drafts and confidences too.
        hidden = [one for one in hidden if one[0].text not in world.records_of[int(asked[1])]]
    return [f"{marker.kind} {marker.text}" for marker, form in hidden if form in told]


def stored(app: Flask) -> dict[str, list[str]]:
    """Every row of every table that a refused request must leave alone."""
    with app.app_context():
        found = {
            table.name: sorted(map(repr, db.session.execute(sa.select(sa.text("*")).select_from(table)).all()))
            for table in Base.metadata.sorted_tables
            if table.name not in MAY_CHANGE_ANYWAY
        }
        db.session.remove()
    return found
