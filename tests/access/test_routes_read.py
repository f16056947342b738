"""Every page x every role x own and other agency x own and other partnership: it takes long, so it is apart."""

from __future__ import annotations

from collections import defaultdict

from tests.access.matrix import leaks, questions
from tests.page_client import without_what_varies


def test_every_page_answers_each_role_as_the_table_says(somebody, world, databases):
    client, key, name, letter = somebody
    wrong, leaked, absent = [], [], defaultdict(set)
    for asked in questions(world, "GET", name, letter, of_guard=databases.backend == "sqlite"):
        response = client.get(asked.address)
        leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, response)]
        if response.status_code in (302, 303):
            # Where one is led, the reason is shown; otherwise it would be on the next page asked for.
            leaked += [f"{asked.address}: {leak}" for leak in leaks(world, key, client.get(response.location))]
        if response.status_code not in asked.expected:
            wrong.append(f"GET {asked.address} ({asked.rule}): {response.status_code}, not {asked.expected}")
        if response.status_code == 404:
            absent[asked.rule].add(without_what_varies(response))
    assert not leaked
    assert not wrong, "\n".join(wrong)
    telling = [rule for rule, pages in absent.items() if len(pages) > 1]
    assert not telling, f"what is not there and what is not shown answer differently: {telling}"
