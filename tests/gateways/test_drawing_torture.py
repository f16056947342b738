"""What harms whoever draws it: each is kept as a file, and its picture is made within the limits or not at all."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from portal.gateways import page_pictures
from portal.gateways.page_pictures import CannotDraw, count_pages, draw_page
from tests.file_costs import MOST_MEMORY, MOST_SECONDS, cost_of
from tests.torture import LARGEST, TORTURES
from tests.torture_pdfs import PDF_TORTURES, page, pdf_of, stream

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited by /proc")

PDF, PNG = "application/pdf", "image/png"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
DRAWN = [one for one in TORTURES if one.kept in ("pdf", "png")]
SECONDS_TO_START = 1.0
"""What its process takes before the file's own time begins; of a busy machine."""


def drawn(content: bytes, kind: str) -> bytes:
    """The first page's picture, empty where there is none; asserts that neither it nor the count took too long."""
    for asked in (lambda: count_pages([content], kind), lambda: draw_page([content], kind, 1)):
        before, began = spent(), time.monotonic()
        try:
            found = asked()
        except CannotDraw:
            found = b""
        assert spent() - before <= page_pictures.CPU_SECONDS + SECONDS_TO_START
        assert time.monotonic() - began <= page_pictures.WALL_SECONDS + SECONDS_TO_START
    return found if isinstance(found, bytes) else b""


def spent() -> float:
    """Seconds of the processor that processes of ours took which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("name", PDF_TORTURES)
def test_a_pdf_is_kept_for_little_and_drawn_within_the_limits_or_not_at_all(name, tmp_path):
    content = PDF_TORTURES[name]()
    assert len(content) <= LARGEST
    cost = cost_of(content, tmp_path)
    assert (cost.kept, cost.refused) == ("pdf", "")
    assert cost.memory <= MOST_MEMORY
    assert cost.seconds <= MOST_SECONDS
    picture = drawn(content, PDF)
    assert picture == b"" or picture.startswith(PNG_SIGNATURE)


@pytest.mark.parametrize("torture", DRAWN, ids=[one.name for one in DRAWN])
def test_so_is_what_the_torture_set_lets_through(torture):
    picture = drawn(torture.make(), PDF if torture.kept == "pdf" else PNG)
    assert picture == b"" or picture.startswith(PNG_SIGNATURE)


def test_files_made_like_them_are_drawn_where_nothing_is_wrong():
    """Otherwise drawing nothing of any of them would pass."""
    black, white = (drawn(pdf_of(page(), stream(drawing)), PDF) for drawing in (b"0 0 600 800 re f", b""))
    assert black.startswith(PNG_SIGNATURE)
    assert white.startswith(PNG_SIGNATURE)
    assert black != white
    assert drawn(PDF_TORTURES["script that runs when it is opened"](), PDF).startswith(PNG_SIGNATURE)
