"""A measure and the rows behind it, as the manager and a chair open them, at the width of a desk and of a telephone."""

from __future__ import annotations

import pytest

from tests.browser.page_faults import look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("name", "address"), [("a.manager", "/figures/measures/attendance"), ("a.chair", "/figures/own/quorate")]
)
def test_a_measure_and_its_rows(served, page, sign_in_in_browser, name, address):
    sign_in_in_browser(page, served.world.person(name))
    for path in (address, f"{address}/rows"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert look(page) == []
