"""Mails as their templates say (templates/mail/*.txt): the first line is the subject, the rest is the text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.config import ROOT

FOLDER = ROOT / "templates" / "mail"
MARKING = "OFFICIAL-SENSITIVE"
"""Stands in each subject and above each text: who reads it on a telephone sees it too."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail as it will be read."""

    subject: str
    text: str


def render(name: str, **facts: Any) -> Rendered:
    """A mail from the template of that name; raises jinja2.UndefinedError where the template asks for more."""
    drawn = _environment().get_template(f"{name}.txt").render(marking=MARKING, **facts)
    subject, _newline, text = drawn.partition("\n")
    return Rendered(subject.strip(), text.strip() + "\n")


def _in_one_line(fact: Any) -> Any:
    return " ".join(fact.split()) if isinstance(fact, str) else fact


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        # These are plain texts, where an escaped ampersand would stand as it is.
        autoescape=False,  # noqa: S701  # nosec B701
        undefined=StrictUndefined,
        # Each fact stays in its line: no agency's name can begin a line, or end the subject, of a mail.
        finalize=_in_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
