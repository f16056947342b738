"""Pages drawn by a process of its own, which may take so much and no more."""

from __future__ import annotations

import resource
import struct
import time

import pytest
import typst

from portal.gateways import page_pictures
from portal.gateways.page_pictures import HEIGHT, MOST_MEMORY, WIDTH, CannotDraw, count_pages, draw_page
from tests.sample_files import JPEG, PDF, PNG, png

PDF_TYPE, PNG_TYPE, JPEG_TYPE = "application/pdf", "image/png", "image/jpeg"


def made_pdf(words: str) -> bytes:
    """A real one."""
    return typst.compile(words.encode(), format="pdf", ignore_system_fonts=True)


def size_of(picture: bytes) -> tuple[int, int]:
    """What a PNG's head says."""
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def test_pages_are_counted_and_drawn_as_large_as_they_fit():
    content = made_pdf('#set page("a4")\n= One\n#pagebreak()\n= Two\n#pagebreak()\n= Three')
    assert count_pages([content], PDF_TYPE) == 3
    first, second = (draw_page([content], PDF_TYPE, number) for number in (1, 2))
    assert first != second
    width, height = size_of(first)
    assert width == WIDTH
    assert 1.40 < height / width < 1.43


def test_no_page_is_larger_than_the_frame():
    tall = made_pdf("#set page(width: 10pt, height: 9000pt, margin: 0pt)\nx")
    assert size_of(draw_page([tall], PDF_TYPE, 1))[1] == HEIGHT
    wide = made_pdf("#set page(width: 9000pt, height: 10pt, margin: 0pt)\nx")
    assert size_of(draw_page([wide], PDF_TYPE, 1))[0] == WIDTH


def test_a_photograph_of_a_telephone_is_drawn_within_the_limits():
    """Twelve million pixels."""
    assert size_of(draw_page([png(4000, 3000)], PNG_TYPE, 1)) == (WIDTH, 675)


def test_a_jpeg_is_drawn_and_has_one_page():
    assert count_pages([JPEG], JPEG_TYPE) == 1
    assert size_of(draw_page([JPEG], JPEG_TYPE, 1)) == (WIDTH, WIDTH)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", PDF_TYPE), (PDF, PDF_TYPE), (b"%PDF-1.7", PDF_TYPE), (PNG[:30], PNG_TYPE), (b"text", "text/plain")],
)
def test_what_cannot_be_drawn_is_refused(content, kind):
    with pytest.raises(CannotDraw):
        draw_page([content], kind, 1)


def test_a_page_that_is_not_there_is_refused():
    content = made_pdf("One")
    for number in (0, -1, 2, 10**12):
        with pytest.raises(CannotDraw):
            draw_page([content], PDF_TYPE, number)


def test_a_flood_of_pixels_is_ended_by_the_limit_and_by_nothing_else(monkeypatch):
    """It was kept before floods were refused, or comes within a PDF."""
    flood = png(6000, 5000)
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(CannotDraw):
        draw_page([flood], PNG_TYPE, 1)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime <= page_pictures.CPU_SECONDS + 0.5
    monkeypatch.setattr(page_pictures, "MOST_MEMORY", 10 * MOST_MEMORY)
    assert size_of(draw_page([flood], PNG_TYPE, 1))[0] == WIDTH


def test_a_drawing_that_takes_too_long_is_ended(monkeypatch):
    content = png(4000, 3000)
    monkeypatch.setattr(page_pictures, "CPU_SECONDS", 0)
    with pytest.raises(CannotDraw):
        draw_page([content], PNG_TYPE, 1)


def test_a_file_that_does_not_go_on_is_given_up(monkeypatch):
    """A store that hangs must not hold a drawing for ever."""
    monkeypatch.setattr(page_pictures, "WALL_SECONDS", 0.5)

    def slow():
        yield PNG[:20]
        time.sleep(1)
        yield PNG[20:]

    with pytest.raises(CannotDraw):
        draw_page(slow(), PNG_TYPE, 1)


def test_a_fault_of_the_store_is_no_fault_of_the_file():
    def broken():
        yield PNG[:20]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        draw_page(broken(), PNG_TYPE, 1)


def test_the_child_has_none_of_the_portals_settings(monkeypatch):
    """Keys stand in the environment: what reads a stranger's file must not have them."""
    monkeypatch.setenv("FIELD_KEYS", "ZQ-KEY-QZ")
    seen = {}
    popen = page_pictures.subprocess.Popen

    def watched(*arguments, **options):
        seen.update(options["env"])
        return popen(*arguments, **options)

    monkeypatch.setattr(page_pictures.subprocess, "Popen", watched)
    draw_page([PNG], PNG_TYPE, 1)
    assert "ZQ-KEY-QZ" not in "".join(seen.values())
    assert set(seen) == {"RAYON_NUM_THREADS", "LC_ALL"}
