"""The OpenAPI document of the API, drawn from the parameters and definitions that it answers by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from portal.api import questions
from portal.api.questions import Parameter
from portal.domain.api_keys import REQUESTS_PER_KEY, WRONG_PER_ADDRESS
from portal.domain.indicators import BY, INDICATORS
from portal.domain.measures import Breakdown, Direction, Source, Unit
from portal.services.measures import MEASURES

OPENAPI = "3.1.0"
PROBLEM = "application/problem+json"
_MONTH: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
_COUNT: dict[str, Any] = {"type": ["integer", "null"], "minimum": 0}
_RATE: dict[str, Any] = {"type": ["number", "null"], "minimum": 0, "maximum": 100}
_ABOUT: dict[str, Any] = {
    "partnership": {"type": "string"},
    "agency": {"type": ["string", "null"], "description": "Whose figures the key reads; null for the partnership’s."},
    "as_at": {"type": "string", "format": "date", "description": "London’s day on which this was counted."},
}
_PERIOD: dict[str, Any] = {"from": _MONTH, "to": _MONTH}
_REFUSALS = {
    400: "A parameter is missing something or says something that cannot be answered.",
    401: "No key was sent, or none that holds.",
    403: "The key does not read this.",
    404: "There is nothing of this name that the key reads.",
    429: f"More than {REQUESTS_PER_KEY} requests of a key, or {WRONG_PER_ADDRESS} without a good one, in a minute. "
    "Retry-After says in how many seconds to ask again.",
}


@cache
def document_of() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "Safeguarding partnership portal: figures",
            "version": "1",
            "description": (
                "Figures of a safeguarding children partnership, to be read only. A key opens them, sent in the header "
                "Authorization after the word Bearer; it is made on the page “Keys of the API”. Small counts are "
                "withheld from every key, together with whatever would give them back: such a value is null, and said "
                "to be withheld. No answer is to be cached, and no other site’s page may ask for one."
            ),
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": {
            "/api/openapi.json": _path(
                "document", "This document.", (), {"type": "object"}, refusals=(400,), is_public=True
            ),
            "/api/v1/measures": _path("measures", "Every measure, with what it means.", (), _MEASURES),
            "/api/v1/measures/{measure_id}": _path(
                "measure",
                "One measure by month, or over the period by what it is broken down by.",
                (questions.FROM, questions.TO, questions.MEASURE_BY),
                _MEASURE,
                in_path=[
                    {
                        "name": "measure_id",
                        "in": "path",
                        "required": True,
                        "description": "The measure’s id.",
                        "schema": {"type": "string", "enum": sorted(MEASURES)},
                    }
                ],
                refusals=(400, 401, 403, 404, 429),
            ),
            "/api/v1/indicators": _path(
                "indicators",
                "The columns that the portal exports, over whole months.",
                (questions.FROM, questions.TO, questions.INDICATORS_BY),
                _INDICATORS,
            ),
            "/api/v1/months": _path("months", "The months that are frozen, each with its revision.", (), _MONTHS),
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM, "Measure": _DEFINITION},
        },
    }


def _path(
    name: str,
    words: str,
    parameters: Sequence[Parameter],
    schema: Mapping[str, Any],
    *,
    in_path: Sequence[Mapping[str, Any]] = (),
    refusals: Sequence[int] = (400, 401, 403, 429),
    is_public: bool = False,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": words,
        "parameters": [*map(dict, in_path), *(parameter.described() for parameter in parameters)],
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": dict(schema)}}},
            **{str(code): _refusal(code) for code in refusals},
        },
    }
    if is_public:
        operation["security"] = []
    return {"get": operation}


def _refusal(code: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": _REFUSALS[code],
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if code == 429:
        made["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return made


def _object(properties: Mapping[str, Any], *, also: bool = False) -> dict[str, Any]:
    """An object with all of these; `also` lets in others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(properties),
        "additionalProperties": also,
    }


def _many(properties: Mapping[str, Any], *, required: Sequence[str]) -> dict[str, Any]:
    """A list of objects of which some properties stand according to what is asked."""
    row = {
        "type": "object",
        "properties": dict(properties),
        "required": sorted(required),
        "additionalProperties": False,
    }
    return {"type": "array", "items": row}


_PROBLEM = _object(
    {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "number": {"type": "string", "description": "Under which the portal’s log has it."},
    }
)
_DEFINITION = _object(
    {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "numerator": {"type": "string"},
        "denominator": {"type": "string"},
        "direction": {"type": "string", "enum": [one.value for one in Direction]},
        "unit": {"type": "string", "enum": [one.value for one in Unit]},
        "source": {"type": "string", "enum": [one.value for one in Source]},
        "rule": {"type": "string"},
        "since": {"type": "string"},
        "breakdowns": {"type": "array", "items": {"type": "string"}},
        "meeting_types": {"type": "array", "items": {"type": "string"}},
    }
)
_MEASURES = _object(
    {**_ABOUT, "measures": {"type": "array", "items": {"$ref": "#/components/schemas/Measure"}}},
)
_MEASURE = _object(
    {
        **_ABOUT,
        **_PERIOD,
        "by": {"type": ["string", "null"]},
        "measure": {"$ref": "#/components/schemas/Measure"},
        "rows": _many(
            {
                "month": _MONTH,
                "since": {
                    "type": ["string", "null"],
                    "description": "The first month counted, where several were put together so that nothing small is "
                    "shown; those before the row’s month are withheld by themselves.",
                },
                "is_frozen": {"type": "boolean"},
                "revision": {"type": ["integer", "null"], "minimum": 1},
                Breakdown.AGENCY_TYPE.value: {"type": ["string", "null"], "description": "null for all agencies."},
                Breakdown.MEETING_TYPE.value: {
                    "type": ["string", "null"],
                    "description": "null for both kinds of conference.",
                },
                Breakdown.AGENCY.value: {"type": ["integer", "null"]},
                "title": {"type": "string"},
                "part": _COUNT,
                "whole": {**_COUNT, "description": "null of a number, which is a share of nothing."},
                "value": {"type": ["number", "null"]},
                "withheld": {"type": "boolean"},
            },
            required=("part", "whole", "value", "withheld"),
        ),
    }
)
_INDICATORS = _object(
    {
        **_ABOUT,
        **_PERIOD,
        "by": {"type": "array", "items": {"type": "string", "enum": list(BY)}},
        "columns": {"type": "array", "items": {"type": "string"}},
        "rows": _many(
            {
                **{name: {"type": "string"} for name in BY},
                **{
                    one.id: {**(_RATE if one.is_rate else _COUNT), "description": one.description}
                    for one in INDICATORS.values()
                    if one.exported
                },
                "withheld": {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "The columns whose figure is withheld; another null does not apply.",
                },
            },
            required=("withheld",),
        ),
    }
)
_MONTHS = _object(
    {
        **_ABOUT,
        "months": {
            "type": "array",
            "items": _object(
                {
                    "month": _MONTH,
                    "revision": {"type": "integer", "minimum": 1},
                    "frozen_at": {"type": "string", "format": "date-time"},
                    "is_being_corrected": {"type": "boolean"},
                }
            ),
        },
    }
)
