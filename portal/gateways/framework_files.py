"""Frameworks as YAML files: read against schema.json and the rules that a schema cannot say."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from portal.config import ROOT
from portal.domain.audit_vocabulary import ScaleKind, SchoolPhase, SignOffStep
from portal.domain.errors import Unusable
from portal.domain.frameworks import Check, Framework, QuestionText, StandardText
from portal.domain.ratings import Scale
from portal.domain.vocabulary import AgencyType
from portal.gateways import strict_yaml

FOLDER = ROOT / "portal" / "frameworks"
LARGEST = 1_000_000
"""Bytes of a file; the longest framework that ships is a twentieth of it."""

SHIPPED: Mapping[str, Path] = {name: FOLDER / f"{name}.yaml" for name in ("section-11", "section-175-157")}
"""The frameworks that come with the portal, by their code."""


def find(name: str) -> Path:
    """Return the file that a person means: a framework that ships, by its code, or any other by its path."""
    return SHIPPED.get(name, Path(name))


def read(name: str) -> Framework:
    """Read a framework from a file, or one that ships. Raises Unusable with every fault as `FILE: path: reason`."""
    try:
        content = find(name).read_bytes()
    except FileNotFoundError:
        raise Unusable(
            [f"{name}: file: there is no such file, and no framework of that name comes with the portal"]
        ) from None
    except IsADirectoryError:
        raise Unusable([f"{name}: file: this is a folder, not a file"]) from None
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or "not a file name"
        raise Unusable([f"{name}: file: cannot be read: {reason}"]) from None
    return parse(content, name)


@cache
def shipped(code: str) -> Framework:
    """Return a framework that comes with the portal; read once, because the file does not change under it."""
    return read(code)


def parse(content: bytes, name: str) -> Framework:
    """Read a framework from a file's content, called `name` in faults. Raises Unusable with all of them."""
    plain = _plain(content, name)
    faults = [f"{name}: {_path(fault.absolute_path)}: {_reason(fault)}" for fault in _schema_faults(plain)]
    faults = faults or [f"{name}: {path}: {reason}" for path, reason in _faults_of_meaning(plain)]
    if faults:
        raise Unusable(faults)
    return _framework(plain)


def _plain(content: bytes, name: str) -> Any:
    if len(content) > LARGEST:
        raise Unusable([f"{name}: file: larger than {LARGEST:,} bytes"])
    try:
        return strict_yaml.read(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unusable([f"{name}: file: not UTF-8 text"]) from None
    except RecursionError:
        raise Unusable([f"{name}: file: lists within lists too deep to read"]) from None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "file"
        raise Unusable([f"{name}: {where}: {fault.problem or 'not YAML'}"]) from None
    except (yaml.YAMLError, ValueError) as fault:
        raise Unusable([f"{name}: file: not YAML: {' '.join(str(fault).split())}"]) from None


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / "schema.json").read_text(encoding="utf-8")))


def _schema_faults(plain: Any) -> list[ValidationError]:
    return sorted(_validator().iter_errors(plain), key=lambda fault: [str(part) for part in fault.absolute_path])


_KINDS = {
    "object": "a set of names with values",
    "array": "a list",
    "string": "a text: put it in quotes",
    "integer": "a whole number",
    "boolean": "true or false",
}


def _path(parts: Any) -> str:
    """Return where a fault is, as `standards[0].questions[2].text`, counted from 0 as the schema does."""
    said = ""
    for part in parts:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else str(part)
    return said or "file"


def _reason(fault: ValidationError) -> str:
    """Return a fault in words for somebody who has not read the schema."""
    short = json.dumps(fault.instance, ensure_ascii=False, default=str)
    short = short if len(short) <= 60 else f"{short[:57]}..."
    match fault.validator:
        case "required" | "additionalProperties" | "enum":
            return _plain_message(fault, short)
        case "pattern":
            about = fault.schema.get("description", "Write some words.") if isinstance(fault.schema, dict) else ""
            return f"{short} cannot be used. {about}".strip()
        case "maxLength":
            return f"longer than {fault.validator_value} characters"
        case "minItems" | "minProperties":
            return "must not be empty"
        case "type":
            return f"{short} is not {_KINDS.get(str(fault.validator_value), 'of the right kind')}"
        case _:
            return fault.message


def _plain_message(fault: ValidationError, short: str) -> str:
    if fault.validator == "enum":
        return f"{short} is none of {', '.join(_known(fault))}"
    if fault.validator == "required":
        return fault.message.replace(" is a required property", " is missing")
    return fault.message.replace("Additional properties are not allowed ", "not known here ")


def _known(fault: ValidationError) -> list[str]:
    known = fault.validator_value
    return [str(value) for value in known] if isinstance(known, list) else []


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
                summary=_one_line(standard["summary"]),
                questions=tuple(_question(question, usual) for question in standard["questions"]),
            )
            for standard in plain["standards"]
        ),
    )


def _question(plain: dict[str, Any], usual_scale: str) -> QuestionText:
    return QuestionText(
        code=plain["code"],
        text=_one_line(plain["text"]),
        help=_one_line(plain["help"]),
        good=_one_line(plain["good"]),
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


def _one_line(said: str) -> str:
    """Return words without the line breaks that a file has for its own width."""
    return " ".join(said.split())
