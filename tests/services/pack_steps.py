"""What tests of packs do again and again: a busy quarter, a pack asked for and made, and its files read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO, TextIOWrapper
from zipfile import ZipFile

from openpyxl import load_workbook
from pypdf import PdfReader

from portal.access.viewer import Viewer
from portal.domain.packs import PackFormat, PackKind
from portal.domain.quarters import Quarter
from portal.services.frozen_months import freezing
from portal.services.packs import asking, listing
from portal.services.packs.making import make_packs
from tests.areas import Area, meeting, part
from tests.world import NOW, World

QUARTER = Quarter(2026, 1)
MONTHS = QUARTER.months
EACH_MONTH = 20


def busy_quarter(world: World, letter: str = "a") -> Area:
    """20 reviews in each month of the quarter: the police at all, the surgery at two, another practice at none."""
    area = Area.of(world.partnerships[letter])
    codes = {agency: world.agency_codes[f"{letter}.{agency}"] for agency in ("police", "gp", "school")}
    meetings, parts = [], []
    for month in MONTHS:
        for number in range(EACH_MONTH):
            ref = f"BUSY-{month.number}-{number}"
            meetings.append(meeting(ref, "review_conference", f"{month}-14", trigger_on="2025-11-20"))
            parts += [
                part(ref, codes["police"], "video", report_received_on=f"{month}-01"),
                part(ref, codes["gp"], "video" if number < 2 else ""),
                part(ref, codes["school"], "in_person"),
            ]
    area.meetings(*meetings)
    area.attendance(*parts)
    return area


def freeze(viewer: Viewer, *, seen: int = 0, note: str = "") -> None:
    """Freeze the quarter's months as their next revision."""
    for month in MONTHS:
        freezing.freeze_month(viewer, month, note, seen=seen)


def make(viewer: Viewer, kind: PackKind, quarter: Quarter = QUARTER, now: datetime = NOW) -> int:
    """Ask for a pack and have the worker make it; gives its id."""
    pack_id = asking.ask_for_pack(replace(viewer, now=now), kind, quarter)
    assert make_packs(now) == 1
    return pack_id


def content(viewer: Viewer, pack_id: int, wanted: PackFormat) -> bytes:
    """One of a pack's files."""
    _stored, chunks = listing.open_pack(viewer, pack_id, wanted)
    return b"".join(chunks)


def printed(viewer: Viewer, pack_id: int) -> PdfReader:
    """The PDF."""
    return PdfReader(BytesIO(content(viewer, pack_id, PackFormat.PDF)))


def words(viewer: Viewer, pack_id: int) -> str:
    """What the PDF says, on one line."""
    return " ".join(" ".join(page.extract_text() for page in printed(viewer, pack_id).pages).split())


def sheets(viewer: Viewer, pack_id: int) -> dict[str, list[tuple[object, ...]]]:
    """The workbook's rows by the name of their sheet."""
    book = load_workbook(BytesIO(content(viewer, pack_id, PackFormat.EXCEL)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def texts(viewer: Viewer, pack_id: int) -> dict[str, str]:
    """The CSV files by their names, without the mark that each begins with."""
    with ZipFile(BytesIO(content(viewer, pack_id, PackFormat.CSV))) as book:
        found = {}
        for name in book.namelist():
            with book.open(name) as raw:
                found[name] = TextIOWrapper(raw, "utf-8-sig").read()
    return found


def everything(viewer: Viewer, pack_id: int) -> str:
    """All that a pack says, in each of its formats."""
    found = [file.format for file in listing.pack_page(viewer, pack_id).files]
    said = [str(sheets(viewer, pack_id)), str(texts(viewer, pack_id))]
    if PackFormat.PDF in found:
        said.append(words(viewer, pack_id))
    return "\n".join(said)
