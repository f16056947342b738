"""Report templates as YAML files: read against schema.json and the rules that a schema cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from portal.config import ROOT
from portal.domain.report_template_faults import faults_of
from portal.domain.report_templates import ReportTemplate, from_plain
from portal.gateways.checked_yaml import Shelf, one_line, refuse

_SHELF = Shelf.of(
    ROOT / "portal" / "report_templates",
    "report template",
    "school",
    "gp",
    "child-health",
    "police",
    "probation",
    "housing",
    "mental-health",
    "social-care-initial",
    "social-care-review",
    "youth-justice",
    "conference",
    "other-meetings",
)

SHIPPED = _SHELF.shipped
"""The templates that come with the portal, by their code."""


def read(name: str) -> ReportTemplate:
    """Read a template from a file, or one that ships. Raises Unusable with every fault as `FILE: path: reason`."""
    return parse(_SHELF.content_of(name), name)


@cache
def shipped(code: str) -> ReportTemplate:
    """Return a template that comes with the portal; read once, because the file does not change under it."""
    return read(code)


def parse(content: bytes, name: str) -> ReportTemplate:
    """Read a template from a file's content, called `name` in faults. Raises Unusable with all of them."""
    plain = _SHELF.parse(content, name)
    refuse(name, _faults_of_the_day(plain))
    template = _template(plain)
    refuse(name, ((fault.path, fault.reason) for fault in faults_of(template)))
    return template


def _faults_of_the_day(plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    try:
        date.fromisoformat(plain["effective_from"])
    except ValueError:
        yield "effective_from", f"{plain['effective_from']} is not a day; write it as 2026-09-01"


def _template(plain: dict[str, Any]) -> ReportTemplate:
    for section in plain["sections"]:
        for question in section["questions"]:
            question["help"] = one_line(question["help"])
    return from_plain(
        plain,
        code=plain["template"],
        title=plain["title"],
        effective_from=date.fromisoformat(plain["effective_from"]),
        agency_types=plain["agency_types"],
        meeting_types=plain["meeting_types"],
    )
