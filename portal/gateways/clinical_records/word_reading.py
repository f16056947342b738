"""The Word document as a practice's system filled it, read back: no program, no reference and no bomb gets this far.

Only the text of the document's own part is read, by the tags of its boxes, or by the labels beside them where the
system that filled them dropped the boxes. What could run or swell is refused before anything is opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import IO
from xml.etree.ElementTree import Element  # nosec B405 - for its type; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from portal.domain.clinical_records import ClinicalPart, ClinicalRecord, Line, NotARecord, Whose, Written, arranged
from portal.domain.clinical_words import day_of, split_day, tidied
from portal.domain.identifiers import clean_nhs_number
from portal.gateways.clinical_records.word_fields import ANSWER, DATE_OF_BIRTH, NHS_NUMBER, PART, Field
from portal.gateways.clinical_records.word_template import TYPE_HERE
from portal.gateways.file_types import OFFICE, NotTaken, file_type

MOST_TEXT = 8 * 1024 * 1024
"""Bytes of the document's own part, unpacked; ten pages have about a tenth of one megabyte."""

MOST_ATTRIBUTES = 150_000
"""Each takes fifty times its letters, and all of one element are there before anybody could count them."""

MOST_ELEMENTS = 100_000
DEEPEST = 40
DAMAGED = "This file cannot be read as a Word document. It may be damaged."
NOT_WORD = "This is not a Word document (.docx)."
TOO_LARGE = "This Word document is far larger than one child’s record, so it was not read."
ENTITIES = "This document declares entities, which Word never does, so it was not read."
NOT_OURS = "This is not the portal’s Word document: the rows that it has for the record cannot be found in it."
NO_NUMBER = "The document has no NHS number that can be read, so it cannot be matched with the child."
NO_DAY = "The document has no date of birth that can be read, so it cannot be matched with the child."

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_DOCUMENT = "word/document.xml"
_OF_WORD = "Click or tap here"  # what Word itself shows in a box that was emptied
_UNFILLED = re.compile(r"[«<~\[][«<\[]?[\w .]{0,60}[»>\]]{1,2}")
"""A merge field that nothing was put into: «Problems», <Problems> or ~[Problems], as the systems show theirs."""


def read_document(content: bytes, fields: Sequence[Field]) -> ClinicalRecord:
    """The record that a filled document holds. Raises NotARecord with the sentence for whoever sent it."""
    body = _body(content)
    found = _found(body, fields)
    if not found:
        raise NotARecord(NOT_OURS)
    lines = [
        Line(ClinicalPart(tag.removeprefix(PART)), words, day)
        for tag, paragraphs in found.items()
        if tag.startswith(PART)
        for day, words in map(split_day, paragraphs)
        if words
    ]
    shown, cut_off = arranged(lines)
    written = tuple(
        Written(tag.removeprefix(ANSWER), "\n".join(paragraphs))
        for tag, paragraphs in found.items()
        if tag.startswith(ANSWER) and paragraphs
    )
    return ClinicalRecord(_whose(found), shown, written, cut_off=cut_off)


def _whose(found: Mapping[str, Sequence[str]]) -> Whose:
    try:
        number = clean_nhs_number(" ".join(found.get(NHS_NUMBER, ())))
    except ValueError:
        raise NotARecord(NO_NUMBER) from None
    born = day_of(" ".join(found.get(DATE_OF_BIRTH, ())))
    if born is None:
        raise NotARecord(NO_DAY)
    return Whose(number, born)


def _body(content: bytes) -> Element:
    try:
        kind = file_type(BytesIO(content), "record.docx")
    except NotTaken as refused:
        raise NotARecord(f"This file {refused}.") from None
    if kind != OFFICE[_DOCX]:
        raise NotARecord(NOT_WORD)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if _DOCUMENT not in archive.namelist():
            raise NotARecord(DAMAGED)
        if archive.getinfo(_DOCUMENT).file_size > MOST_TEXT:
            raise NotARecord(TOO_LARGE)
        with archive.open(_DOCUMENT) as part:
            return parsed(part)


def parsed(part: IO[bytes]) -> Element:
    """The document’s own part, element by element, so that one without end is not built up. Raises NotARecord."""
    content = part.read()
    if content.count(b'"') + content.count(b"'") > 2 * MOST_ATTRIBUTES:
        raise NotARecord(TOO_LARGE)
    depth = elements = 0
    root: Element | None = None
    try:
        for event, node in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "end":
                depth -= 1
                continue
            root = node if root is None else root
            depth, elements = depth + 1, elements + 1
            if depth > DEEPEST or elements > MOST_ELEMENTS:
                raise NotARecord(TOO_LARGE)
    except DefusedXmlException:
        raise NotARecord(ENTITIES) from None
    except (ParseError, ValueError):
        raise NotARecord(DAMAGED) from None
    if root is None:
        raise NotARecord(DAMAGED)
    return root


def _found(body: Element, fields: Sequence[Field]) -> dict[str, list[str]]:
    """The paragraphs under each tag that the document has; a row that stands twice says both."""
    tags = {field.tag for field in fields}
    labels = {_plain(field.label): field.tag for field in fields}
    found: dict[str, list[str]] = {}
    in_rows: set[Element] = set()
    for row in _named(body, "tr"):
        cells = _children(row, "tc")
        boxes = [box for cell in cells for box in _named(cell, "sdt")]
        tag = next((tag for box in boxes if (tag := _tag(box)) in tags), "")
        if not tag and len(cells) > 1:
            tag = next((labels[_plain(words)] for words in _paragraphs(cells[0])[:1] if _plain(words) in labels), "")
        if tag and len(cells) > 1:
            in_rows.update(boxes)
            found.setdefault(tag, []).extend(words for cell in cells[1:] for words in _paragraphs(cell))
    for box in _named(body, "sdt"):
        if box not in in_rows and (tag := _tag(box)) in tags:
            found.setdefault(tag, []).extend(_paragraphs(box))
    return found


def _paragraphs(holder: Element) -> list[str]:
    """What stands in a cell or box, a line for each paragraph, line break, and row of a table within."""
    return [words for raw in _blocks(holder) if (words := tidied(raw)) and not _is_left(words)]


def _blocks(holder: Element) -> Iterator[str]:
    for one in holder:
        match _name(one):
            case "p":
                yield from "".join(_said(one)).split("\n")
            case "tbl":
                for row in _children(one, "tr"):
                    yield ", ".join(filter(None, (" ".join(_paragraphs(cell)) for cell in _children(row, "tc"))))
            case "sdt" if _is_unfilled(one):
                continue
            case "Fallback" | "sdtPr" | "tcPr":
                continue
            case _:
                yield from _blocks(one)


def _said(node: Element) -> Iterator[str]:
    for one in node:
        match _name(one):
            case "t":
                yield one.text or ""
            case "tab":
                yield " "
            case "br" | "cr":
                yield "\n"
            case "r" if _is_hidden(one):
                continue
            case "sdt" if _is_unfilled(one):
                continue
            case "pPr" | "rPr" | "sdtPr" | "instrText" | "delText" | "Fallback":
                continue
            case _:
                yield from _said(one)


def _is_left(words: str) -> bool:
    """Whether a line is what the template itself had there."""
    return words == TYPE_HERE or _UNFILLED.fullmatch(words) is not None


def _is_hidden(run: Element) -> bool:
    return any(_name(look) == "vanish" for looks in _children(run, "rPr") for look in looks)


def _is_unfilled(box: Element) -> bool:
    """Whether a box shows what Word shows in an empty one."""
    if not any(_name(one) == "showingPlcHdr" for looks in _children(box, "sdtPr") for one in looks):
        return False
    # Some programs leave the mark standing when somebody types.
    words = "".join(box.itertext()).strip()
    return words in ("", TYPE_HERE) or words.startswith(_OF_WORD)


def _tag(box: Element) -> str:
    for looks in _children(box, "sdtPr"):
        for one in looks:
            if _name(one) == "tag":
                return next((value for key, value in one.attrib.items() if key.endswith("}val")), "")
    return ""


def _named(node: Element, name: str) -> Iterator[Element]:
    return (one for one in node.iter() if _name(one) == name)


def _children(node: Element, name: str) -> list[Element]:
    """Children of this name, also where a box stands around them, as Word puts one around a whole cell."""
    found = []
    for one in node:
        if _name(one) == name:
            found.append(one)
        elif _name(one) in ("sdt", "sdtContent"):
            found += _children(one, name)
    return found


def _name(node: Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _plain(words: str) -> str:
    return " ".join(words.split()).strip(":").casefold()
