"""Processes that serve are killed while people save: nothing told as kept is lost, and nobody has to sign in again.

tests/services/kill.py does the same a hundred times.
"""

from __future__ import annotations

import os

import pytest

from tests.services.kill import drill

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")


@pytest.mark.usefixtures("at_world_time")
def test_nothing_acknowledged_is_lost_and_nobody_is_signed_out(app, world):
    found = drill(app, world, kills=6)
    assert (found.lost, found.signed_out, found.faults, found.trail) == ([], 0, [], [])
    assert found.saves > 10
