"""YAML files that people write: found by name or path, read strictly, and checked against a schema in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from portal.domain.errors import Unusable
from portal.gateways import strict_yaml

LARGEST = 1_000_000
"""Bytes of a file; the longest that ships is a twentieth of it."""


@dataclass(frozen=True)
class Shelf:
    """The files of one kind that come with the portal: a folder with its schema.json, and what one of them is called.

    `thing` stands in the sentence that a name is not known: "no framework of that name comes with the portal".
    """

    folder: Path
    thing: str
    shipped: Mapping[str, Path]

    @classmethod
    def of(cls, folder: Path, thing: str, *codes: str) -> Shelf:
        """A shelf whose files are called by their codes."""
        return cls(folder, thing, {code: folder / f"{code}.yaml" for code in codes})

    def find(self, name: str) -> Path:
        """The file that a person means: one that ships, by its code, or any other by its path."""
        return self.shipped.get(name, Path(name))

    def content_of(self, name: str) -> bytes:
        """What stands in a file. Raises Unusable where it cannot be read."""
        try:
            return self.find(name).read_bytes()
        except FileNotFoundError:
            reason = f"there is no such file, and no {self.thing} of that name comes with the portal"
        except IsADirectoryError:
            reason = "this is a folder, not a file"
        except (OSError, ValueError) as fault:
            reason = f"cannot be read: {getattr(fault, 'strerror', None) or 'not a file name'}"
        raise Unusable([f"{name}: file: {reason}"])

    def parse(self, content: bytes, name: str) -> Any:
        """The plain data of a file's content as the schema wants it, called `name` in faults.

        Raises Unusable with every fault as `FILE: path: reason`.
        """
        plain = _plain(content, name)
        faults = sorted(self._validator.iter_errors(plain), key=lambda fault: list(map(str, fault.absolute_path)))
        refuse(name, ((_path(fault.absolute_path), _reason(fault)) for fault in faults))
        return plain

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(json.loads((self.folder / "schema.json").read_text(encoding="utf-8")))


def refuse(name: str, faults: Iterator[tuple[str, str]]) -> None:
    """Raise Unusable where there are faults: where each is in the file, and why it is one."""
    reasons = [f"{name}: {path}: {reason}" for path, reason in faults]
    if reasons:
        raise Unusable(reasons)


def one_line(said: str) -> str:
    """Words without the line breaks that a file has for its own width."""
    return " ".join(said.split())


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
        raise Unusable([f"{name}: file: not YAML: {one_line(str(fault))}"]) from None


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
        case "maxItems":
            return f"holds more than {fault.validator_value}"
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
