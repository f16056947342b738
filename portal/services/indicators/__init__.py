"""The figures: rows for an export, and the board's overview, both counted by the database and scoped by the viewer."""

from portal.domain.participation import PARTICIPATION
from portal.services.indicators.attention import Remark, remarks
from portal.services.indicators.counted import Counted
from portal.services.indicators.counting import indicators
from portal.services.indicators.overview import OF_MEETINGS, OF_STRATEGY, Overview, overview
from portal.services.indicators.rules_in_words import RulesInWords, rules_in_words

__all__ = [
    "OF_MEETINGS",
    "OF_STRATEGY",
    "PARTICIPATION",
    "Counted",
    "Overview",
    "Remark",
    "RulesInWords",
    "indicators",
    "overview",
    "remarks",
    "rules_in_words",
]
