"""Clinical records made to harm, and the torture set brought as one: read or refused for 100 MB and 2 seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from portal.services.clinical_records import uploads
from tests.clinical_files import SAMPLES
from tests.file_costs import MOST_MEMORY, MOST_SECONDS, Cost
from tests.record_costs import costs_of
from tests.torture import SMALL
from tests.torture_records import LARGEST, RECORD_TORTURES

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")

OVER = "over the limit.json"
WHOLE = sorted(path.name for path in SAMPLES.iterdir() if not path.name.startswith("two-"))


@pytest.fixture(scope="module")
def costs(tmp_path_factory) -> Mapping[str, Cost | None]:
    """All of them, read one after another."""
    files = {f"{one.name}.{one.ending}": one.make() for one in RECORD_TORTURES}
    files |= {f"{one.name}.pdf": one.make() for one in SMALL}
    assert [name for name, content in files.items() if len(content) > LARGEST and name[-3:] != "pdf"] == []
    files |= {name: (SAMPLES / name).read_bytes() for name in WHOLE}
    return costs_of(files | {OVER: b"{" * (LARGEST + 1)}, tmp_path_factory.mktemp("records"))


def cost_of(costs: Mapping[str, Cost | None], name: str) -> Cost:
    """What one took, which is little enough."""
    cost = costs[name]
    assert cost is not None, "it was ended: it took too much memory"
    assert cost.memory <= MOST_MEMORY
    assert cost.seconds <= MOST_SECONDS
    return cost


@pytest.mark.parametrize("torture", RECORD_TORTURES, ids=[one.name for one in RECORD_TORTURES])
def test_each_is_refused_in_words_or_read_for_little(torture, costs):
    cost = cost_of(costs, f"{torture.name}.{torture.ending}")
    assert torture.refused in cost.refused
    assert bool(cost.refused) == bool(torture.refused)


@pytest.mark.parametrize("torture", SMALL, ids=[one.name for one in SMALL])
def test_the_torture_set_is_no_record(torture, costs):
    assert cost_of(costs, f"{torture.name}.pdf").refused


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_whole_is_read(name, costs):
    """Otherwise refusing everything would pass."""
    assert cost_of(costs, name).kept == "record"


def test_what_is_over_the_limit_is_not_read_at_all(costs):
    assert "is larger than" in cost_of(costs, OVER).refused
    assert uploads.MOST_BYTES == LARGEST
