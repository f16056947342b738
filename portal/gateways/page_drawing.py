"""A process of its own that draws one page of a file: run by page_pictures.py, and imported by nobody.

The file comes on standard input and is never written anywhere; the picture leaves on standard output. Before anything
of the file is read, this process gives up what it does not need: memory, time, files, the right to write. It has
no settings, no keys and no address of the database, since it is started without the portal's environment.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

import typst

CANNOT, DRAWN = 3, 0
NO_FILES = 0
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
_TEMPLATE = """\
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#let drawn(..size) = image("stdin", format: "{kind}", page: {page}, alt: "", ..size)
#context {{
  let own = measure(drawn())
  let scale = calc.min({width}pt / own.width, {height}pt / own.height)
  drawn(width: own.width * scale, height: own.height * scale)
}}
"""


def limit(more_bytes: int, seconds: int) -> None:
    """Let this process use so much more memory than now, and so much time, and write nothing but its answer."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        used = int(statm.read_text(encoding="ascii").split()[0]) * _PAGE_SIZE
        resource.setrlimit(resource.RLIMIT_AS, (used + more_bytes, used + more_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (NO_FILES, NO_FILES))


def draw(kind: str, page: int, width: int, height: int) -> bytes:
    """The page as a PNG that fits into so many points. Raises typst.TypstError."""
    template = _TEMPLATE.format(kind=kind, page=page, width=width, height=height)
    # Standard input is the only file that the template names; nothing of the file is read as mark-up.
    compiled: Any = typst.compile  # its types ask for a root of the same type as the input
    drawn: Any = compiled(template.encode(), root="/dev", format="png", ppi=72, ignore_system_fonts=True)
    return drawn if isinstance(drawn, bytes) else b""


def main(kind: str, *numbers: str) -> int:
    """Draw to standard output, or say on standard error why not."""
    page, width, height, more_bytes, seconds = map(int, numbers)
    limit(more_bytes, seconds)
    try:
        picture = draw(kind, page, width, height)
    except (typst.TypstError, MemoryError, RuntimeError) as fault:
        hints = getattr(fault, "hints", None) or ()
        sys.stderr.write("\n".join(map(str, hints))[:500])
        return CANNOT
    sys.stdout.buffer.write(picture)
    return DRAWN if picture else CANNOT


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
