"""What nobody's browser sends, in each field of every form and each number of every address: refused, no fault."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from benchmarks.attacks.gathering import TOKEN, Target, gather
from tests.page_client import PageClient

NONSENSE = ("zz'\"><--", "-1", "9" * 24, "\x00", "")
"""Another choice than those on offer, a number below and one above all, a character that databases refuse, nothing."""

PAGES = 400
"""So many pages are read for links and forms, for each person."""

PARTS = {
    "agencies": ("gp.lead", "school.head", "police.practitioner"),
    "business manager": ("business_manager", "board", "scrutineer", "sector_lead"),
    "manager": ("manager", "administrator"),
    "meetings": ("coordinator", "chair"),
}


class Reader:
    """What gathers reads pages by this."""

    def __init__(self, client: PageClient) -> None:
        self._client = client

    def open(self, path: str) -> tuple[int, str, str]:
        answer = self._client.get(path)
        return answer.status_code, answer.get_data().decode(errors="replace"), answer.location or ""


def spoiled(target: Target, name: str, text: str) -> Target:
    """The same request with one thing in it replaced."""
    if name.startswith("#"):
        parts = target.path.split("/")
        numbers = [place for place, part in enumerate(parts) if part.isdigit()]
        parts[numbers[int(name[1:]) - 1]] = text
        return replace(target, path="/".join(parts))
    changed = tuple((one, text if one == name else was) for one, was in target.query)
    return replace(
        target, query=changed, fields=tuple((one, text if one == name else was) for one, was in target.fields)
    )


def names_of(target: Target, met: set) -> list[str]:
    """What of it was not tried yet, by its own names."""
    numbers = [f"#{place + 1}" for place in range(sum(part.isdigit() for part in target.path.split("/")))]
    found = []
    for name in (*numbers, *(name for name, _text in (*target.query, *target.fields) if name != TOKEN)):
        parameter = target.parameter(name)
        if parameter not in met:
            met.add(parameter)
            found.append(name)
    return found


def send(client: PageClient, target: Target):
    """As a browser would; a form's token goes along."""
    address = target.path + (f"?{urlencode(target.query)}" if target.query else "")
    if target.method == "GET":
        return client.get(address)
    data: dict[str, list[str]] = {}
    for name, text in target.fields:
        data.setdefault(name, []).append(text)
    return client.post(address, data=data)


def fault_of(client: PageClient, target: Target, what: str) -> list[str]:
    """What is wrong with the answer, if anything."""
    where = f"{what} in {target.method} {target.path}"
    try:
        answer = send(client, target)
    except AssertionError as fault:
        return [f"{where}: {fault}"]
    # Nothing would have been tried then.
    assert b"This form was open for too long" not in answer.data
    return [f"{where}: {answer.status_code}"] if answer.status_code >= 500 else []


@pytest.fixture
def stricter(databases) -> None:
    """PostgreSQL refuses whatever SQLite does, and more: smaller numbers, and a character in texts."""
    if databases.backend == "sqlite":
        pytest.skip("whatever it refuses, PostgreSQL refuses too")


@pytest.mark.usefixtures("stricter")
@pytest.mark.parametrize("part", PARTS)
def test_no_field_of_any_form_takes_the_portal_down(world, new_client, sign_in, part):
    """The client looks at every answer: a refusal is a page like others, and leads nowhere else."""
    met: set = set()
    faults, tried = [], 0
    for name in PARTS[part]:
        client = new_client()
        sign_in(client, world.person(f"a.{name}"))
        for target in gather(Reader(client), PAGES):
            for one in names_of(target, met):
                for text in NONSENSE:
                    faults += fault_of(client, spoiled(target, one, text), f"{name}: {one}={text!r}")
                    tried += 1
    assert tried > 500
    assert not faults, "\n".join(faults)
