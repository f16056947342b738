"""Frameworks as YAML files: read against schema.json and the rules that a schema cannot say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from portal.config import ROOT
from portal.domain.audit_vocabulary import ScaleKind, SchoolPhase, SignOffStep
from portal.domain.frameworks import Check, Framework, QuestionText, StandardText
from portal.domain.ratings import Scale
from portal.domain.vocabulary import AgencyType
from portal.gateways.checked_yaml import Shelf, one_line, refuse

_SHELF = Shelf.of(ROOT / "portal" / "frameworks", "framework", "section-11", "section-175-157")

SHIPPED = _SHELF.shipped
"""The frameworks that come with the portal, by their code."""


def read(name: str) -> Framework:
    """Read a framework from a file, or one that ships. Raises Unusable with every fault as `FILE: path: reason`."""
    return parse(_SHELF.content_of(name), name)


@cache
def shipped(code: str) -> Framework:
    """Return a framework that comes with the portal; read once, because the file does not change under it."""
    return read(code)


def parse(content: bytes, name: str) -> Framework:
    """Read a framework from a file's content, called `name` in faults. Raises Unusable with all of them."""
    plain = _SHELF.parse(content, name)
    refuse(name, _faults_of_meaning(plain))
    return _framework(plain)


def _faults_of_meaning(plain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a schema cannot say: codes that stand twice, scales and types that are not there, nobody asked."""
    try:
        date.fromisoformat(plain["effective_from"])
    except ValueError:
        yield "effective_from", f"{plain['effective_from']} is not a day; write it as 2026-09-01"
    for code, scale in plain["scales"].items():
        try:
            Scale.of(ScaleKind(scale["kind"]), scale.get("labels"))
        except ValueError as fault:
            yield f"scales.{code}.labels", str(fault)
    standards = Counter(standard["code"] for standard in plain["standards"])
    questions = Counter(question["code"] for standard in plain["standards"] for question in standard["questions"])
    for i, standard in enumerate(plain["standards"]):
        if standards[standard["code"]] > 1:
            yield f"standards[{i}].code", f"{standard['code']} stands twice"
        for j, question in enumerate(standard["questions"]):
            yield from _question_faults(plain, question, f"standards[{i}].questions[{j}]", questions)
    asked = {agency_type for question in _questions(plain) for agency_type in _asked(plain, question)}
    for agency_type in plain["agency_types"]:
        if agency_type not in asked:
            yield "agency_types", f"{agency_type} is not asked a single question"


def _question_faults(
    plain: dict[str, Any], question: dict[str, Any], path: str, codes: Counter[str]
) -> Iterator[tuple[str, str]]:
    if codes[question["code"]] > 1:
        yield f"{path}.code", f"{question['code']} stands twice"
    if "scale" in question and question["scale"] not in plain["scales"]:
        yield f"{path}.scale", f"{question['scale']} is none of the scales {', '.join(plain['scales'])}"
    for agency_type in question.get("agency_types", []):
        if agency_type not in plain["agency_types"]:
            yield f"{path}.agency_types", f"the framework is not for {agency_type}"


def _questions(plain: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for standard in plain["standards"]:
        yield from standard["questions"]


def _asked(plain: dict[str, Any], question: dict[str, Any]) -> list[str]:
    asked: list[str] = question.get("agency_types") or plain["agency_types"]
    return asked


def _framework(plain: dict[str, Any]) -> Framework:
    scales = {code: Scale.of(ScaleKind(scale["kind"]), scale.get("labels")) for code, scale in plain["scales"].items()}
    usual = next(iter(scales))
    return Framework(
        code=plain["framework"],
        title=plain["title"],
        law=plain["law"],
        guidance_edition=plain["guidance_edition"],
        effective_from=date.fromisoformat(plain["effective_from"]),
        scales=scales,
        agency_types=frozenset(map(AgencyType, plain["agency_types"])),
        sign_off=tuple(map(SignOffStep, plain["sign_off"])),
        standards=tuple(
            StandardText(
                code=standard["code"],
                title=standard["title"],
                summary=one_line(standard["summary"]),
                questions=tuple(_question(question, usual) for question in standard["questions"]),
            )
            for standard in plain["standards"]
        ),
    )


def _question(plain: dict[str, Any], usual_scale: str) -> QuestionText:
    return QuestionText(
        code=plain["code"],
        text=one_line(plain["text"]),
        help=one_line(plain["help"]),
        good=one_line(plain["good"]),
        hints=tuple(plain.get("hints", ())),
        paragraph=plain["paragraph"],
        scale=plain.get("scale", usual_scale),
        weight=plain.get("weight", 1),
        agency_types=frozenset(map(AgencyType, plain.get("agency_types", ()))),
        phases=frozenset(map(SchoolPhase, plain.get("phases", ()))),
        needs_narrative=plain.get("needs_narrative", True),
        needs_evidence=plain.get("needs_evidence", False),
        is_local=plain.get("is_local", False),
        checks=tuple(Check.from_plain(check) for check in plain.get("checks", ())),
    )
