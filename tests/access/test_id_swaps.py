"""Five thousand numbers swapped, in addresses, questions and fields: a seeded walk of everybody over every route.

Each step takes a number of another partnership or another agency and asks for it, or sends it in a form that would be
taken without it. Nobody's row may change, no text may be seen that is not theirs, and no fault of ours may come of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from portal.database.declarative import Base
from portal.database.session import db
from tests.access.conftest import WHO
from tests.access.matrix import MAY_CHANGE_ANYWAY, _other, address_of, leaks, stored
from tests.access.routes import ROUTES
from tests.services.file_steps import TellingScanner
from tests.signing_in import token_of

# The rules are the same on both databases, and the matrix asks them of both.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

SWAPS = 5000
OF_ADDRESSES, OF_FIELDS = 140, 54
"""Steps of each person: numbers in addresses and questions, and numbers in the fields of forms of their own."""

NAMES = (
    "partnership_id",
    "agency_id",
    "membership_id",
    "membership",
    "user_id",
    "case_id",
    "child_id",
    "meeting_id",
    "invitation_id",
    "file_id",
    "team_id",
    "id",
)
"""What a hidden field or a question might be called that somebody adds, hoping that it is read."""

ENDS_SIGN_IN = {"/account/password", "/account/recovery-codes", "/working-as", "/sign-out"}


@dataclass(frozen=True)
class Swap:
    """One request with a number in it that is not the sender's."""

    method: str
    rule: str
    address: str
    fields: dict = field(default_factory=dict)
    query: dict = field(default_factory=dict)


@pytest.mark.usefixtures("backend")
def test_there_are_enough_of_them():
    assert len(WHO) * (OF_ADDRESSES + OF_FIELDS) >= SWAPS


def test_no_number_in_an_address_opens_or_changes_what_is_not_ones_own(forms, somebody, world, app):
    client, key, name, letter = somebody
    chance = random.Random(f"addresses of {name}")
    token, before, wrong = token_of(client), stored(app), []
    for swap in swapped_addresses(world, forms, chance, name, letter):
        answer = sent(client, swap, token)
        wrong += [f"{swap.method} {swap.address}: {leak}" for leak in leaks(world, key, answer)]
        if answer.status_code not in (400, 401, 403, 404):
            wrong.append(f"{swap.method} {swap.address} ({swap.rule}): {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    after = stored(app)
    assert [table for table in before if after[table] != before[table]] == []
    assert client.get("/account").status_code == 200, "signed out on the way: the rest proved nothing"


def test_no_number_in_a_field_reaches_another_partnership(forms, somebody, world, app, use_filing):
    use_filing(scanner=TellingScanner())
    client, key, name, letter = somebody
    chance = random.Random(f"fields of {name}")
    own = world.partnerships[letter]
    token, before, wrong = token_of(client), elsewhere(app, own), []
    for swap in swapped_fields(world, forms, chance, key, name, letter):
        answer = sent(client, swap, token)
        # What stands in one's own form comes back with it, where it is refused.
        typed = " ".join(map(str, swap.fields.values()))
        shown = [leak for leak in leaks(world, key, answer) if leak.partition(" ZQ-")[2] not in typed]
        wrong += [f"{swap.method} {swap.address} {swap.fields}: {leak}" for leak in shown]
        if answer.status_code >= 500:
            wrong.append(f"{swap.method} {swap.address} {swap.fields}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    after = elsewhere(app, own)
    assert [table for table in before if after[table] != before[table]] == []
    assert client.get("/account").status_code == 200, "signed out on the way: the rest proved nothing"


def sent(client, swap: Swap, token: str):
    """The answer to one of them."""
    if swap.method == "GET":
        return client.get(swap.address, query_string=swap.query)
    return client.post(swap.address, query_string=swap.query, data={**swap.fields, "csrf_token": token})


def swapped_addresses(world, forms, chance, name: str, letter: str) -> Iterator[Swap]:
    """Addresses of rows that are another partnership's, another agency's, or of two that do not belong together."""
    routes = [
        (rule, method)
        for rule, by in sorted(ROUTES.items())
        for method in sorted(by)
        if by[method].places and not by[method].public
    ]
    number = OF_ADDRESSES
    while number:
        rule, method = chance.choice(routes)
        route = ROUTES[rule][method]
        address = foreign_address(world, chance, rule, route, name, letter)
        if address is None:
            continue
        number -= 1
        place = chance.choice(sorted(route.places))
        fields = forms.get((rule, place)) or forms.get((rule, ""), {}) if method == "POST" else {}
        query = {chance.choice(NAMES): chance.choice(numbers(world, letter))} if chance.random() < 0.5 else {}
        yield Swap(method, rule, address, fields, query)


def foreign_address(world, chance, rule: str, route, name: str, letter: str) -> str | None:
    """One address where this person must be told that nothing is there; None where chance chose one of their own."""
    place = chance.choice(sorted(route.places))
    opening = route.places[place]
    if chance.random() < 0.6:
        return address_of(world, rule, place, _other(letter))
    if name in route.roles and name not in opening.opens_to | opening.refused:
        return address_of(world, rule, place, letter)
    if rule.count("<int:") < 2 or "<int:number>" in rule:
        return None
    # The row is one's own and its part another's, or the other way round.
    own, other = (address_of(world, rule, place, at).split("/") for at in (letter, _other(letter)))
    differing = [at for at, (mine, theirs) in enumerate(zip(own, other, strict=True)) if mine != theirs]
    if len(differing) < 2:
        return None
    at = differing[chance.choice((0, -1))]
    own[at] = other[at]
    return "/".join(own) if "/".join(own) != address_of(world, rule, place, letter) else None


def swapped_fields(world, forms, chance, key: str, name: str, letter: str) -> Iterator[Swap]:
    """Forms of one's own that would be taken, with numbers of the other partnership in them."""
    own = [
        (rule, place)
        for rule, by in sorted(ROUTES.items())
        if "POST" in by and not by["POST"].public and rule not in ENDS_SIGN_IN and name in by["POST"].roles
        for place in sorted(by["POST"].places) or [""]
        if not place or name in by["POST"].places[place].opens_to
    ]
    pool = numbers(world, letter)
    for _ in range(OF_FIELDS):
        rule, place = chance.choice(own)
        fields = dict(forms.get((rule, place)) or forms.get((rule, ""), {}))
        # A form with another version is refused as overtaken before anything else of it is read: that one stays.
        named = [one for one, text in fields.items() if str(text).isdigit() and one != "version"]
        for one in [*chance.sample(named, chance.randint(0, len(named))), *chance.sample(NAMES, 3)]:
            fields[one] = str(chance.choice(pool))
        if key != "both":  # whose memberships in the other partnership are their own
            fields["working_as"] = str(chance.choice(memberships(world, letter)))
        query = {chance.choice(NAMES): chance.choice(pool)}
        yield Swap("POST", rule, address_of(world, rule, place, letter) if place else rule, fields, query)


def numbers(world, letter: str) -> list[int]:
    """Numbers of rows of the other partnership, of every kind that the world knows by name."""
    other = f"{_other(letter)}."
    kinds = (world.agencies, world.cases, world.children, world.files, world.teams, world.rounds, world.actions)
    found = {row for kind in kinds for key, row in kind.items() if key.startswith(other)}
    found |= {place.id for key, place in world.meetings.items() if key.startswith(other)}
    found |= {
        one.id for place in world.meetings.values() if place.key.startswith(other) for one in place.invitations.values()
    }
    return sorted(found | set(memberships(world, letter)) | {world.partnerships[_other(letter)]})


def memberships(world, letter: str) -> list[int]:
    """Everybody's memberships in the other partnership."""
    partnership = world.partnerships[_other(letter)]
    hats = (hat for person in world.people.values() for hat in person.hats)
    return sorted(hat.membership_id for hat in hats if hat.partnership_id == partnership)


def elsewhere(app, own: int) -> dict[str, list[str]]:
    """Every row of every other partnership."""
    with app.app_context():
        found = {
            table.name: sorted(
                map(
                    repr,
                    db.session.execute(
                        sa.select(sa.text("*")).select_from(table).where(table.c.partnership_id != own)
                    ).all(),
                )
            )
            for table in Base.metadata.sorted_tables
            if "partnership_id" in table.c and table.name not in MAY_CHANGE_ANYWAY
        }
        db.session.remove()
    assert sum(map(len, found.values())) > 100
    return found
