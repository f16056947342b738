"""The torture set: each file is refused in its words or kept without harm, for 100 MB and 2 seconds at most."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.domain.files import LONGEST_NAME, clean_name
from tests.file_costs import MOST_MEMORY, MOST_SECONDS, cost_of
from tests.torture import LARGEST, NAMES, TORTURES

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")


@pytest.mark.parametrize("torture", TORTURES, ids=[one.name for one in TORTURES])
def test_each_is_refused_or_kept_for_little(torture, tmp_path):
    content = torture.make()
    assert len(content) <= LARGEST, "what is larger is refused before anybody looks at it"
    cost = cost_of(content, tmp_path)
    assert cost.kept == torture.kept
    assert cost.refused.startswith(torture.refused)
    assert bool(cost.refused) == bool(torture.refused)
    assert cost.memory <= MOST_MEMORY
    assert cost.seconds <= MOST_SECONDS
    left = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert len(left) == (1 if torture.kept else 0)


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_kept_as_one_that_harms_nobody(name):
    given, kept = NAMES[name]
    assert clean_name(given, ("pdf",)) == kept
    assert len(kept) <= LONGEST_NAME


def test_the_measure_ends_what_takes_too_much(tmp_path):
    """The ruler itself: whoever looked at a file by taking so much memory would be ended."""
    hog = (
        "import sys; from tests import file_costs; "
        "file_costs.file_type = lambda stream, name: bytes(file_costs.MOST_MEMORY + 1); "
        "file_costs.main(*sys.argv[1:])"
    )
    with pytest.raises(AssertionError, match="it was ended"):
        cost_of(b"x", tmp_path, hog)
