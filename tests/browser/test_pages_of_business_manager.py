"""Every page of the business manager, at the width of a desk and of a telephone."""

from __future__ import annotations

import pytest

from tests.browser.every_page import GROUPS, faults_of_pages

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", GROUPS["business_manager"])
def test_every_page_of_a_role(role, served, new_page, sign_in_in_browser):
    faults = faults_of_pages(role, served.world, new_page, sign_in_in_browser)
    assert faults == [], "\n".join(faults)
