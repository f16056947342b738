"""Files of invented children's records: those under tests/data/clinical/, made to be of a child of the world."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from xml.sax.saxutils import escape

import pytest

from portal.domain.files import Upload
from portal.gateways.clinical_records.word_template import TYPE_HERE

SAMPLES = Path(__file__).parent / "data" / "clinical"
NHS_NUMBER, BORN = "9990000018", "2017-03-14"
"""Of Robin Larkfield, who is nobody: numbers that begin with 999 are kept for tests."""

_DOCUMENT = "word/document.xml"


def sample(name: str, *, nhs_number: str = NHS_NUMBER, born: str = BORN, **changed: str) -> bytes:
    """A sample as it stands, or as the record of another child; `changed` replaces words."""
    content = (SAMPLES / name).read_bytes()
    if name.endswith(".docx"):
        return of_child(content, nhs_number, born)
    said = content.decode()
    spaced = f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"
    day = "/".join(reversed(born.split("-")))
    for before, after in (
        (NHS_NUMBER, nhs_number),
        ("999 000 0018", spaced),
        (BORN, born),
        ("14/03/2017", day),
        *changed.items(),
    ):
        said = said.replace(before, after)
    return said.encode()


def of_child(document: bytes, nhs_number: str, born: str) -> bytes:
    """A filled Word document as that of another child."""
    return rewritten(document, lambda said: said.replace("999 000 0018", nhs_number).replace("14-Mar-2017", born))


def filled(template: bytes, merged: Mapping[str, Sequence[str]], typed: Mapping[str, str] | None = None) -> bytes:
    """A Word template as a clinical system leaves it: merge fields (by name) as paragraphs, boxes (by tag) typed in."""

    def fill(said: str) -> str:
        for name, lines in merged.items():
            paragraphs = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines) or "<w:p/>"
            start = said.index(f'<w:p><w:fldSimple w:instr=" MERGEFIELD {name} ">')
            end = said.index("</w:p>", start) + len("</w:p>")
            said = said[:start] + paragraphs + said[end:]
        for tag, words in (typed or {}).items():
            start = said.index(f'<w:tag w:val="{tag}"/>')
            end = said.index("</w:sdt>", start)
            box = said[start:end].replace("<w:showingPlcHdr/>", "").replace(TYPE_HERE, escape(words))
            said = said[:start] + box + said[end:]
        return said

    return rewritten(template, fill)


def rewritten(document: bytes, change) -> bytes:
    """A Word document with its text changed."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part, change(content.decode()).encode() if part.filename == _DOCUMENT else content)
    return made.getvalue()


def never_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where an upload is written to a disk, be it to a file without a name."""

    def refuse(_file: object) -> None:
        raise AssertionError("a file that is not to be stored was written to a disk")

    monkeypatch.setattr(SpooledTemporaryFile, "rollover", refuse)


def upload(content: bytes, name: str = "record.json") -> Upload:
    """A file as a form gives it."""
    return Upload(name, BytesIO(content))
