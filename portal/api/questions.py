"""What can be asked of the API: each parameter once, for reading it and for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.domain.errors import Invalid
from portal.domain.indicators import BY
from portal.domain.measures import Breakdown
from portal.domain.months import Month

MOST_MONTHS = 36
"""So many months are answered at once."""

_USUAL_MONTHS = 12
_MONTH_PATTERN = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
_MEASURED_BY = tuple(one.value for one in Breakdown if one is not Breakdown.CHAIR)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in the address; `schema` is JSON Schema, `style` says how a list is written."""

    name: str
    words: str
    schema: Mapping[str, Any]
    style: Mapping[str, Any] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """The parameter as OpenAPI has it."""
        return {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.words,
            "schema": dict(self.schema),
            **self.style,
        }


FROM = Parameter(
    "from",
    "The first month, such as 2026-04. Without it, twelve months up to the last one asked for.",
    {"type": "string", "pattern": _MONTH_PATTERN, "example": "2026-01"},
)
TO = Parameter(
    "to",
    f"The last month, included; not before the first. Without it, the last month that is over. At most {MOST_MONTHS} "
    "months are answered at once.",
    {"type": "string", "pattern": _MONTH_PATTERN, "example": "2026-05"},
)
INDICATORS_BY = Parameter(
    "by",
    "What the figures are broken down by, in this order, with commas between: each at most once. Without it, one row.",
    {"type": "array", "items": {"type": "string", "enum": list(BY)}, "uniqueItems": True, "maxItems": len(BY)},
    {"style": "form", "explode": False},
)
MEASURE_BY = Parameter(
    "by",
    "What the period is broken down by, where the measure knows it; without it, one row for each month.",
    {"type": "string", "enum": list(_MEASURED_BY)},
)


def check_known(args: MultiDict[str, str], known: Sequence[Parameter]) -> None:
    """Raise Invalid for a parameter that is not known or stands twice, rather than answer something else."""
    names = [parameter.name for parameter in known]
    for name in args:
        if name not in names:
            offered = f"choose from {', '.join(names)}" if names else "there is none here"
            raise Invalid(f"There is no parameter of this name: {offered}.")
        if len(args.getlist(name)) > 1:
            raise Invalid(f"Give the parameter {name} once.")


def asked_months(args: MultiDict[str, str], today: date) -> tuple[Month, Month]:
    """The first and the last month asked for. Raises Invalid."""
    last = _month(args, TO) or Month.of(today).plus(-1)
    first = _month(args, FROM) or last.plus(1 - _USUAL_MONTHS)
    if last < first:
        raise Invalid("The last month is before the first.")
    if (last.year - first.year) * 12 + last.number - first.number >= MOST_MONTHS:
        raise Invalid(f"Ask for at most {MOST_MONTHS} months at once.")
    return first, last


def asked_indicators_by(args: MultiDict[str, str]) -> tuple[str, ...]:
    """The columns that the contract's figures are broken down by. Raises Invalid."""
    text = args.get(INDICATORS_BY.name, "")
    by = tuple(text.split(",")) if text else ()
    if not set(by) <= set(BY) or len(set(by)) < len(by):
        raise Invalid(f"Break figures down by {', '.join(BY)}, each at most once.")
    return by


def asked_measure_by(args: MultiDict[str, str]) -> Breakdown | None:
    """What a measure is broken down by. Raises Invalid."""
    text = args.get(MEASURE_BY.name)
    if text is None:
        return None
    if text not in _MEASURED_BY:
        raise Invalid(f"Break a measure down by one of {', '.join(_MEASURED_BY)}.")
    return Breakdown(text)


def _month(args: MultiDict[str, str], parameter: Parameter) -> Month | None:
    text = args.get(parameter.name)
    if text is None:
        return None
    try:
        if not text.startswith("20"):
            raise ValueError
        return Month.parse(text)
    except ValueError:
        raise Invalid(f"Write the parameter {parameter.name} as a month, like 2026-05.") from None
