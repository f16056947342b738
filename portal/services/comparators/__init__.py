"""What a measure is held against: other areas' published figures, the partnership's targets, its phases."""

from portal.services.comparators.held_against import (
    HeldAgainst,
    children_of_area,
    comparators_for,
    held_against,
    phases_for,
    target_for,
)

__all__ = [
    "HeldAgainst",
    "children_of_area",
    "comparators_for",
    "held_against",
    "phases_for",
    "target_for",
]
