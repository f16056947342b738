"""Clinical records made to harm: each with the words that refuse it, or none where it is read for what it is.

Whoever fills a report from a file brings a file like any other, and one that is opened at once: so these go with
tests/torture.py, whose files are brought here too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from portal.gateways.clinical_records import csv_files, fhir_bundles, json_files, word_reading
from portal.services.clinical_records import uploads
from tests.clinical_files import SAMPLES, rewritten, sample
from tests.sample_files import office

LARGEST = uploads.MOST_BYTES
_ROBIN = "9990000018,2017-03-14"
_HEAD = "nhs_number,date_of_birth,part,date,entry\n"


@dataclass(frozen=True)
class RecordTorture:
    """One of them: its ending, and the words that refuse it."""

    name: str
    ending: str
    make: Callable[[], bytes]
    refused: str = ""


def _filling(start: str, piece: Callable[[int], str], end: str) -> bytes:
    """As many different pieces as there is room for."""
    room, made, number = LARGEST - len(start) - len(end) - 50, list[str](), 0
    while room > 0:
        made.append(piece(number))
        room -= len(made[-1]) + 1
        number += 1
    return f"{start}{','.join(made)}{end}".encode()[:LARGEST]


def _bundle(**more: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(sample("gp-connect-stu3.json"))
    return {**found, **more}


def _documents_text(said: str) -> bytes:
    """The portal's Word document with something else as its text."""
    return rewritten((SAMPLES / "record.docx").read_bytes(), lambda _before: said)


def _words(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return _documents_text(f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')


def _attributes(count: int) -> bytes:
    return _words("<w:p" + "".join(f' a{number}=">"' for number in range(count)) + "/>")


def as_many_entries() -> bytes:
    """A whole record with as many entries as are taken."""
    found = json.loads((SAMPLES / "gp-connect-stu3.json").read_bytes())
    one = next(entry["resource"] for entry in found["entry"] if entry["resource"]["resourceType"] == "Condition")
    room = fhir_bundles.MOST_ENTRIES - len(found["entry"])
    found["entry"] += [{"resource": {**one, "id": f"more{number}"}} for number in range(room)]
    return json.dumps(found, separators=(",", ":")).encode()


def _tables_in_tables(depth: int) -> str:
    inner = _tables_in_tables(depth - 1) if depth else "<w:p><w:r><w:t>Asthma</w:t></w:r></w:p>" * 2_000
    return f"<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"


def _one_long_word() -> bytes:
    found = _bundle()
    text = "".join(Random(1).choices("abcdefghij", k=LARGEST - 300_000))
    return json.dumps({**found, "id": text}).encode()


RECORD_TORTURES = (
    RecordTorture("nothing", "json", lambda: b"", "is empty"),
    RecordTorture("xml", "xml", lambda: b"<?xml version='1.0'?><Bundle/>", uploads.IS_XML),
    RecordTorture(
        "xxe", "xml", lambda: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>', uploads.IS_XML
    ),
    RecordTorture("deep json", "json", lambda: b'{"a":' + b"[" * 120_000 + b"]" * 120_000 + b"}", json_files.TOO_DEEP),
    RecordTorture("countless lists", "json", lambda: b'{"a":[' + b"[]," * 1_300_000 + b"[]]}", json_files.TOO_MANY),
    RecordTorture(
        "countless names", "json", lambda: _filling('{"a":{', lambda n: f'"{n:x}":1', "}}"), fhir_bundles.NOT_A_BUNDLE
    ),
    RecordTorture(
        "countless numbers", "json", lambda: _filling('{"a":[', lambda n: f"{n}e1", "]}"), fhir_bundles.NOT_A_BUNDLE
    ),
    RecordTorture(
        "countless words", "json", lambda: _filling('{"a":[', lambda n: f'"{n:x}"', "]}"), fhir_bundles.NOT_A_BUNDLE
    ),
    RecordTorture("endless number", "json", lambda: b'{"a":' + b"9" * (LARGEST - 10) + b"}", json_files.NOT_JSON),
    RecordTorture("one long word", "json", _one_long_word),
    RecordTorture("as many entries as are taken", "json", as_many_entries),
    RecordTorture("tables in tables", "docx", lambda: _words(_tables_in_tables(9)), word_reading.NOT_OURS),
    RecordTorture("not a number", "json", lambda: b'{"a":NaN}', json_files.NOT_JSON),
    RecordTorture("endless line", "csv", lambda: _HEAD.encode() + b"x" * (LARGEST - 100), csv_files.NOT_CSV),
    RecordTorture("countless lines", "csv", lambda: _HEAD.encode() + b"a\n" * (LARGEST // 2 - 50), csv_files.TOO_MANY),
    RecordTorture("countless empty lines", "csv", lambda: _HEAD.encode() + b"\n" * (LARGEST - 100), csv_files.TOO_MANY),
    RecordTorture("countless columns", "csv", lambda: b"a," * (LARGEST // 2), csv_files.NO_COLUMNS),
    RecordTorture(
        "countless columns of one name", "csv", lambda: b"nhs_number," * (LARGEST // 11), csv_files.NO_COLUMNS
    ),
    RecordTorture(
        "countless cells",
        "csv",
        lambda: (_HEAD + f"{_ROBIN},problem,,Asthma" + "," * (LARGEST - 200)).encode(),
    ),
    RecordTorture("open quotation mark", "csv", lambda: _HEAD.encode() + b'"' + b"x," * 1_000_000, csv_files.NOT_CSV),
    RecordTorture("countless attributes", "docx", lambda: _attributes(700_000), word_reading.TOO_LARGE),
    RecordTorture("as many attributes as are read", "docx", lambda: _attributes(149_000), word_reading.NOT_OURS),
    RecordTorture("countless elements", "docx", lambda: _words("<w:p/>" * 1_100_000), word_reading.TOO_LARGE),
    RecordTorture("deep elements", "docx", lambda: _words("<w:p>" * 9_000 + "</w:p>" * 9_000), word_reading.TOO_LARGE),
    RecordTorture("endless text", "docx", lambda: _words(f"<w:p>{'x' * 8_000_000}</w:p>"), word_reading.NOT_OURS),
    RecordTorture("text that swells", "docx", lambda: _words(f"<w:p>{'x' * 30_000_000}</w:p>"), "unpacks"),
    RecordTorture("no text at all", "docx", lambda: office("docx"), word_reading.DAMAGED),
)
"""What is larger than LARGEST is refused before anybody looks at it."""
