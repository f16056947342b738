"""PDF files made to harm whoever draws them. Each is taken as the file that it is, and saved by whoever opens it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from itertools import repeat

_CATALOG, _PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_FIRST_FREE = 5
_MEGABYTE = 1024 * 1024


def pdf_of(*objects: bytes, catalog: bytes = _CATALOG, pages: bytes = _PAGES) -> bytes:
    """A file with these objects from number 3 on; its table of them is as it should be."""
    made, places = bytearray(b"%PDF-1.7\n"), list[int]()
    for number, content in enumerate((catalog, pages, *objects), start=1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table)
    return bytes(made)


def page(resources: bytes = b"", box: bytes = b"0 0 600 800") -> bytes:
    """A page that draws what object 4 says."""
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<<%b>>>>" % (box, resources)


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream as it stands."""
    return b"<</Length %d %b>>stream\n%b\nendstream" % (len(content), entries, content)


def packed(content: bytes, entries: bytes = b"", *, times: int = 1) -> bytes:
    """A stream packed so many times over."""
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter[%b] %b" % (b"/FlateDecode" * times, entries))


def form(content: bytes, resources: bytes = b"") -> bytes:
    """Something that pages, and others like it, draw by its name."""
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<%b>>" % resources)


def _image(width: int, height: int) -> bytes:
    kind = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % (width, height)
    return packed(bytes(200 * _MEGABYTE), kind, times=2)


def _flood() -> bytes:
    return pdf_of(page(b"/XObject<</I 5 0 R>>"), stream(b"600 0 0 800 0 0 cm /I Do"), _image(20_000, 10_240))


def _draws_itself() -> bytes:
    return pdf_of(page(b"/XObject<</F 5 0 R>>"), stream(b"/F Do"), form(b"/F Do", b"/XObject<</F 5 0 R>>"))


def _doubling() -> bytes:
    """Thirty forms, each of which draws the next ten times."""
    forms = [
        form(b"/F Do " * 10, b"/XObject<</F %d 0 R>>" % number) for number in range(_FIRST_FREE + 1, _FIRST_FREE + 31)
    ]
    return pdf_of(page(b"/XObject<</F 5 0 R>>"), stream(b"/F Do"), *forms, form(b"0 0 9 9 re f"))


def _patterned() -> bytes:
    """A pattern with so small a step that it is drawn millions of times."""
    kind = b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep .001/YStep .001/Resources<<>>"
    drawing = b"/Pattern cs /P scn 0 0 600 800 re f"
    return pdf_of(page(b"/Pattern<</P 5 0 R>>"), stream(drawing), stream(b"0 0 1 1 re f", kind))


def _nested() -> bytes:
    return pdf_of(page(), stream(b"[" * 200_000), catalog=_CATALOG[:-2] + b"/X " + b"[" * 200_000 + b">>")


def _countless_pages() -> bytes:
    kids = b" ".join(repeat(b"3 0 R", 200_000))
    return pdf_of(page(), stream(b"0 0 9 9 re f"), pages=b"<</Type/Pages/Kids[%b]/Count 200000>>" % kids)


PDF_TORTURES: Mapping[str, Callable[[], bytes]] = {
    "flood of pixels": _flood,
    "swollen drawing": lambda: pdf_of(page(), packed(b"0 0 9 9 re f\n" * (15 * _MEGABYTE), times=2)),
    "form that draws itself": _draws_itself,
    "forms that draw each other ten times over": _doubling,
    "pattern of countless tiles": _patterned,
    "page tree in a circle": lambda: pdf_of(pages=b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "page that is its own parent": lambda: pdf_of(b"<</Type/Page/Parent 3 0 R/Contents 3 0 R>>"),
    "count that lies": lambda: pdf_of(page(), stream(b""), pages=b"<</Type/Pages/Kids[3 0 R]/Count 2000000000>>"),
    "countless pages": _countless_pages,
    "page without end": lambda: pdf_of(page(box=b"0 0 1e30 1e30"), stream(b"0 0 9 9 re f")),
    "page of no size": lambda: pdf_of(page(box=b"0 0 0 0"), stream(b"0 0 9 9 re f")),
    "nested without end": _nested,
    "stream that is its own length": lambda: pdf_of(page(), b"<</Length 4 0 R>>stream\nx\nendstream"),
    "script that runs when it is opened": lambda: pdf_of(
        page(), stream(b"0 0 9 9 re f"), catalog=_CATALOG[:-2] + b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"
    ),
    "file to be launched": lambda: pdf_of(
        page(), stream(b"0 0 9 9 re f"), catalog=_CATALOG[:-2] + b"/OpenAction<</S/Launch/F(/bin/sh)>>>>"
    ),
    "words of another file": lambda: pdf_of(page(), stream(b"", b"/F(/etc/passwd)")),
    "damaged table": lambda: pdf_of(page(), stream(b""))[:-40] + b"startxref\n99999999999\n%%EOF\n",
}
