"""The measures: named definitions, their series over months and their values of a period, suppressed by whoever asks.

Everything that shows, draws, writes or sends a measure reads it here, so that nobody can be told more than another page
tells. `series` and `values` are for viewers, `whole_series` and `whole_values` for the system.
"""

from portal.domain.measure_definitions import MEASURES
from portal.services.measures.counts import Reading, SharedCounts
from portal.services.measures.reading import (
    measure_of,
    reading_for,
    series,
    several_series,
    values,
    whole_series,
    whole_values,
)

__all__ = [
    "MEASURES",
    "Reading",
    "SharedCounts",
    "measure_of",
    "reading_for",
    "series",
    "several_series",
    "values",
    "whole_series",
    "whole_values",
]
