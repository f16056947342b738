"""Searching tells nobody whether a family that is not theirs to see is known here."""

from __future__ import annotations

import pytest

from tests.page_client import without_what_varies

SEARCHED = {"child", "case", "meeting"}
NONSENSE = "ZQ-NOBODY-IS-CALLED-THIS"


@pytest.mark.parametrize("name", ["gp.lead", "social_care.east", "police.practitioner", "chair", "manager"])
def test_a_search_finds_what_one_may_see_and_for_the_rest_answers_as_for_nothing(name, client, sign_in, world):
    person = world.person(f"a.{name}")
    sign_in(client, person)

    def search(words: str):
        return client.submit("/meetings", action="/meetings/search", q=words)

    nothing = search(NONSENSE)
    assert nothing.status_code == 200
    found = 0
    for marker in (marker for marker in world.markers if marker.kind in SEARCHED):
        answer = search(marker.text)
        if person.key not in marker.seen_by:
            page = without_what_varies(answer).replace(marker.text, NONSENSE)
            assert (answer.status_code, page) == (200, without_what_varies(nothing)), marker.text
        elif answer.status_code == 303:
            found += 1
    # Given names and birth dates are not searched for; surnames, NHS numbers, UPNs and references are.
    assert found >= 4
