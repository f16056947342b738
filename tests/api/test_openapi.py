"""The OpenAPI document is valid, and every answer is one that it describes (schemathesis)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.world import NOW, World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def test_the_document_is_valid_and_names_every_route(client, app):
    document = client.get("/api/openapi.json").json
    assert document["openapi"] == "3.1.0"
    served = {
        rule.rule.replace("<measure_id>", "{measure_id}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
    }
    assert set(document["paths"]) == served
    assert all(set(operations) == {"get"} for operations in document["paths"].values())
    schemathesis.openapi.from_dict(document).validate()


@pytest.mark.parametrize("key", ["a.whole", "a.gp", None])
def test_every_answer_is_described(app: Flask, world: World, at_world_time, key):
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    headers = {} if key is None else {"Authorization": f"Bearer {world.api_keys[key].key}"}
    asked = [0]
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy())
        def answer(case) -> None:
            # A minute holds so many requests; and a key that schemathesis makes up is no matter of the document.
            asked[0] += 1
            at_world_time.move_to(NOW + timedelta(seconds=asked[0]))
            case.headers = headers
            case.call_and_validate(checks=CHECKS)

        answer()
    assert asked[0] > 50
