"""Figures as pictures that do not mislead: each with its words and the table of its numbers, from what may be shown.

The functions are pure: they draw what they are given, which was made fit to be seen by services/measures.
"""

from portal.gateways.charts import Shape
from portal.services.pictures.figures import Figure, Table
from portal.services.pictures.funnels import FunnelOf, funnel_chart, funnel_figure
from portal.services.pictures.heat import HeatTable, heat_figure, heat_map
from portal.services.pictures.multiples import MultiplesOf, multiples_chart, multiples_figure
from portal.services.pictures.runs import run_chart, run_figure, words_of
from portal.services.pictures.small_lines import small_lines

__all__ = [
    "Figure",
    "FunnelOf",
    "HeatTable",
    "MultiplesOf",
    "Shape",
    "Table",
    "funnel_chart",
    "funnel_figure",
    "heat_figure",
    "heat_map",
    "multiples_chart",
    "multiples_figure",
    "run_chart",
    "run_figure",
    "small_lines",
    "words_of",
]
