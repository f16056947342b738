"""Every change x every role x own and other agency x own and other partnership, with forms that would be taken."""

from __future__ import annotations

import pytest

from tests.access.changes import TAKEN, holder_of, open_changes
from tests.access.matrix import address_of, leaks, questions, stored
from tests.services.file_steps import TellingScanner
from tests.signing_in import token_of


def test_every_change_is_refused_to_whom_the_table_says(forms, somebody, world, app, databases):
    client, key, name, letter = somebody
    token, before, wrong, leaked, tried = token_of(client), stored(app), [], [], set()
    hat = world.person(key).hats[-1 if letter == "b" else 0]
    # Naming somebody else's membership in the form must not lend it.
    lent = world.person(f"{letter}.administrator" if name != "administrator" else f"{letter}.coordinator").hat
    for asked in questions(world, "POST", name, letter, of_guard=databases.backend == "sqlite"):
        if not set(asked.expected) <= {403, 404}:
            continue
        # Once for each route is enough: it is the guard that reads the name, and it is the same for every row.
        for worn in (hat,) if asked.rule in tried else (hat, lent):
            filled = forms.get((asked.rule, asked.place)) or forms.get((asked.rule, ""), {})
            data = {**filled, "csrf_token": token, "working_as": worn.membership_id}
            response = client.post(asked.address, data=data)
            leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, response)]
            if response.status_code not in asked.expected:
                wrong.append(f"POST {asked.address} ({asked.rule}): {response.status_code}, not {asked.expected}")
        tried.add(asked.rule)
    assert not leaked
    assert not wrong, "\n".join(wrong)
    after = stored(app)
    assert [table for table in before if after[table] != before[table]] == []


@pytest.mark.parametrize(("rule", "place"), open_changes())
def test_a_change_that_is_ones_own_is_taken(rule, place, forms, new_client, sign_in, world, use_filing):
    """Were the forms not good, their refusal to others would say nothing."""
    use_filing(scanner=TellingScanner())  # a record that nobody has scanned is not read
    client, person = new_client(), world.person(f"a.{holder_of(rule, place)}")
    sign_in(client, person)
    address = address_of(world, rule, place, "a")
    response = client.post(address, data={**forms[rule, place], "csrf_token": token_of(client)})
    assert response.status_code in TAKEN
    assert not leaks(world, person.key, response)


@pytest.mark.parametrize(("rule", "place"), open_changes())
def test_an_empty_form_is_no_fault_of_ours(rule, place, client, sign_in, world):
    person = world.person(f"a.{holder_of(rule, place)}")
    sign_in(client, person)
    response = client.post(address_of(world, rule, place, "a"), data={"csrf_token": token_of(client)})
    assert response.status_code in {200, 302, 303, 400, 409, 422}
    assert not leaks(world, person.key, response)
