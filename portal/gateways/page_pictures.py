"""Pictures of a file's pages, made by a process of its own: the viewer's browser never gets the file itself.

What a file holds may be made to harm whatever reads it. So it is read apart: the child (page_drawing.py) is started
for one page, without the portal's settings and keys, with so much memory and time and no more, and what comes out of
it is a picture or nothing. A drawing is made anew each time, and kept nowhere.
"""

from __future__ import annotations

import re
import subprocess  # nosec B404 - one program of our own, with arguments of our own
import sys
from collections.abc import Iterable
from pathlib import Path
from threading import Timer

WIDTH, HEIGHT = 900, 1400
"""In points, of which each is a pixel: as wide as a page of the portal is on a large screen."""

MOST_MEMORY = 100 * 1024 * 1024
"""Bytes that drawing may take beyond what its process has when it starts."""

CPU_SECONDS = 2
WALL_SECONDS = 10
"""A busy machine may take this long for what needs CPU_SECONDS."""

MOST_PAGES = 2_000
KINDS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
"""What can be drawn, by media type."""

_CHILD = Path(__file__).with_name("page_drawing.py")
_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBER = re.compile(r"the document only has (\d+) pages?")
_BEYOND = 10**9
# Nothing of the portal's own environment, in which keys may stand; one thread, so that memory can be told.
_ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class CannotDraw(Exception):
    """The file is not of a kind that is drawn, is damaged or protected, or takes more than a drawing may."""


def can_draw(media_type: str) -> bool:
    """Whether files of this type have pictures of their pages at all."""
    return media_type in KINDS


def count_pages(chunks: Iterable[bytes], media_type: str) -> int:
    """How many pages a file has; a picture is one. Raises CannotDraw."""
    if KINDS.get(media_type) != "pdf":
        if can_draw(media_type):
            return 1
        raise CannotDraw("not of a kind that is drawn")
    # The renderer tells how many there are when it is asked for one that there cannot be.
    _picture, said = _run(chunks, "pdf", _BEYOND)
    found = _NUMBER.search(said)
    if found is None:
        raise CannotDraw("no pages were found")
    return min(int(found[1]), MOST_PAGES)


def draw_page(chunks: Iterable[bytes], media_type: str, page: int) -> bytes:
    """One page (from 1) as a PNG, at most WIDTH by HEIGHT. Raises CannotDraw."""
    if not can_draw(media_type) or not 1 <= page <= MOST_PAGES:
        raise CannotDraw("there is no such page")
    picture, _said = _run(chunks, KINDS[media_type], page)
    if not picture.startswith(_PNG):
        raise CannotDraw("nothing was drawn")
    return picture


def _run(chunks: Iterable[bytes], kind: str, page: int) -> tuple[bytes, str]:
    """What the child wrote, and what it said; nothing of either where it was stopped."""
    numbers = map(str, (page, WIDTH, HEIGHT, MOST_MEMORY, CPU_SECONDS))
    child = subprocess.Popen(  # noqa: S603  # nosec B603 - our own program; no shell, nothing typed
        [sys.executable, "-I", str(_CHILD), kind, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ENVIRONMENT,
        cwd="/",
    )
    clock = Timer(WALL_SECONDS, child.kill)
    clock.start()
    try:
        with child:
            _feed(child, chunks)
            # It writes nothing before it has read all, and says little: neither pipe can fill while the other is read.
            picture = child.stdout.read() if child.stdout else b""
            said = child.stderr.read().decode("utf-8", "replace") if child.stderr else ""
    except BaseException:
        child.kill()
        raise
    finally:
        clock.cancel()
    return (picture, said) if child.returncode in (0, 3) else (b"", "")


def _feed(child: subprocess.Popen[bytes], chunks: Iterable[bytes]) -> None:
    """Hand the file over; a child that has ended, because it was too much, takes no more of it."""
    if child.stdin is None:
        return
    try:
        for chunk in chunks:
            child.stdin.write(chunk)
        child.stdin.close()
    except BrokenPipeError:
        return
