"""Files made to harm: each with the words that refuse it, or the type as which it is kept without harm.

Each is made when it is asked for, since some are large. What a scanner finds stands in EICARS; what is refused for its
name alone in NAMES.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from random import Random

from portal.gateways import file_refusals as words
from tests.clamd import EICAR
from tests.sample_files import JPEG, PDF, PNG, content_types, jpeg, office, package, png
from tests.sample_mails import MESSAGE, compound, eml, msg

MEGABYTE = 1024 * 1024
LARGEST = 25 * MEGABYTE
PROGRAM = b"MZ\x90\x00\x03" + bytes(200)
SCRIPT = b"<script>alert(document.cookie)</script>"


@dataclass(frozen=True)
class Torture:
    """One of them. `refused` are the words that refuse it; without, `kept` is the type that it has once it is kept."""

    name: str
    make: Callable[[], bytes]
    refused: str = ""
    kept: str = ""


def _swollen() -> bytes:
    return office("docx", **{"word/media/zeros": bytes(290 * MEGABYTE)})


def _nested() -> bytes:
    inner = package({f"{number}.bin": bytes(10 * MEGABYTE) for number in range(3)})
    for _ in range(4):
        inner = package({f"{number}.zip": inner for number in range(10)})
    return office("docx", **{"word/embeddings/inner.zip": inner})


def _as_much_as_is_taken() -> bytes:
    """Some of it noise, so that its ratio is small, and unpacked just below the limit."""
    part = Random(1).randbytes(MEGABYTE) + bytes(70 * MEGABYTE)
    return office("xlsx", **{f"xl/media/{number}.bin": part for number in range(4)})


def _countless_parts() -> bytes:
    """A list of parts as long as the file, of which zipfile would make half a million objects."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 2) + bytes(16) + b"aa"
    count = (LARGEST - 200) // len(entry)
    directory = entry * count
    start = b"PK\x03\x04" + bytes(26)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, len(directory), len(start), 0)
    return start + directory + end


def _overlapping() -> bytes:
    content = bytearray(office("docx", first=b"y" * 3000, other=b"z" * 3000))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        first = archive.getinfo("first").header_offset
    place = content.rfind(b"PK\x01\x02")
    content[place + 42 : place + 46] = first.to_bytes(4, "little")
    return bytes(content)


def _lying_size() -> bytes:
    content = bytearray(office("docx", swollen=bytes(50 * MEGABYTE)))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def _large_table() -> bytes:
    entries = "<a/>" * ((1024 * 1024 - 200) // 4)
    return package({"[Content_Types].xml": f"<Types>{entries}</Types>"})


def _circle() -> bytes:
    """A directory of one empty sector, whose chain leads back to itself."""
    content = bytearray(compound([("zeros", bytes(5000))]))
    (fat_at,) = struct.unpack_from("<I", content, 76)
    struct.pack_into("<I", content, 48, 0)
    struct.pack_into("<I", content, (fat_at + 1) * 512, 0)
    return bytes(content)


def _repeated_table() -> bytes:
    """One whose list of tables names the same sector again and again."""
    more = 40_000
    head = bytearray(msg(PDF)[:512])
    struct.pack_into("<I", head, 68, 0)
    sectors = b"".join(struct.pack("<128I", *[0] * 127, number) for number in (*range(1, more), 0xFFFFFFFE))
    return bytes(head) + sectors


def _deep_mail() -> bytes:
    inner = "\r\n".join(
        chain.from_iterable(
            (f"Content-Type: multipart/mixed; boundary=b{number}", "", f"--b{number}") for number in range(50)
        )
    )
    return f"From: a@b\r\nDate: today\r\nSubject: deep\r\n{inner}\r\n".encode()


def _mail_of_headers() -> bytes:
    return b"From: a@b\r\nDate: today\r\nSubject: x\r\n" + b"X-Header: y\r\n" * (LARGEST // 13 - 10)


def _picture_with_archive(picture: bytes) -> bytes:
    return picture + package({"Main.class": PROGRAM})


_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_OUTSIDE = b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
_DOCM = "application/vnd.ms-word.document.macroEnabled.main+xml"

TORTURES = (
    Torture("zero bytes", lambda: b"", "is empty"),
    Torture("program", lambda: PROGRAM, words.NOT_A_KIND),
    Torture("zipped eicar", lambda: package({"eicar.com": EICAR}), words.NOT_A_KIND),
    Torture("zip bomb", _swollen, words.BOMB),
    Torture("zip bomb of countless parts", _countless_parts, words.BOMB),
    Torture("zip bomb of overlapping parts", _overlapping, words.BOMB),
    Torture("zip bomb within a zip", _nested, kept="docx"),
    Torture("zip that lies about a size", _lying_size, words.NOT_WHOLE),
    Torture("largest package", _as_much_as_is_taken, kept="xlsx"),
    Torture("large table of contents", _large_table, words.NOT_A_KIND),
    Torture("pixel flood png", lambda: png(50_000, 4_000), words.FLOOD),
    Torture("pixel flood png, all claim", lambda: PNG[:16] + b"\x7f\xff\xff\xff" * 2 + PNG[24:], words.FLOOD),
    Torture("pixel flood jpeg", lambda: jpeg(65_500, 65_500), words.FLOOD),
    Torture("svg with script", lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", words.MARKUP),
    Torture("svg after a declaration", lambda: b'<?xml version="1.0"?>\n<svg onload="alert(1)"/>', words.MARKUP),
    Torture("html with script", lambda: b"<!DOCTYPE html><html>" + SCRIPT, words.MARKUP),
    Torture("html after a mark and a blank", lambda: b"\xef\xbb\xbf \n<HTML>" + SCRIPT, words.MARKUP),
    Torture("html after words", lambda: b"Dear all,\n" + SCRIPT, words.MARKUP),
    Torture("pdf and zip", lambda: _picture_with_archive(PDF), words.TWO_KINDS),
    Torture("png and zip", lambda: _picture_with_archive(PNG), words.TWO_KINDS),
    Torture("jpeg and jar", lambda: _picture_with_archive(JPEG), words.TWO_KINDS),
    Torture("pdf and html", lambda: b"%PDF-1.7\n" + SCRIPT + PDF, kept="pdf"),
    Torture("png and html", lambda: PNG + SCRIPT, kept="png"),
    Torture("zip after a program", lambda: PROGRAM + office("docx"), words.NOT_A_KIND),
    Torture("macro document", lambda: package({"[Content_Types].xml": content_types(_DOCM)}), words.MACROS),
    Torture("macro in a plain document", lambda: office("docx", **{"word/vbaProject.bin": b"\0"}), words.MACROS),
    Torture("macro document of before 2007", lambda: compound([("WordDocument", b"x" * 5000)]), words.OLD_FORMAT),
    Torture(
        "xxe in the table of contents", lambda: package({"[Content_Types].xml": f"{_XXE}<Types/>"}), words.ENTITIES
    ),
    Torture("xxe in the text", lambda: office("docx", **{"word/document.xml": f"{_XXE}<x>&a;</x>"}), words.ENTITIES),
    Torture(
        "xxe in sixteen bits",
        lambda: office("docx", **{"word/document.xml": f"{_XXE}<x>&a;</x>".encode("utf-16")}),
        words.ENTITIES,
    ),
    Torture(
        "xxe across two pieces",
        lambda: office("docx", **{"word/document.xml": b"<!-- " + b"x" * (64 * 1024 - 13) + b"-->" + _OUTSIDE}),
        words.ENTITIES,
    ),
    Torture("billion laughs", lambda: office("xlsx", **{"xl/a.rels": "<!ENTITY b '&a;&a;'><x/>"}), words.ENTITIES),
    Torture("email with a program", lambda: eml(("Report.pdf.exe", PROGRAM)), f"{words.IN_MAIL} {words.NOT_A_KIND}"),
    Torture("email with a page", lambda: eml(("page.txt", SCRIPT)), f"{words.IN_MAIL} {words.MARKUP}"),
    Torture("email in html with script", lambda: eml(html=f"<html>{SCRIPT.decode()}</html>"), kept="eml"),
    Torture("email in an email with a program", lambda: eml(("m.eml", eml(("x", PROGRAM)))), words.IN_MAIL),
    Torture("email of endless depth", _deep_mail, words.MAIL_TOO_DEEP),
    Torture("email of nothing but headers", _mail_of_headers, words.MAIL_TOO_DEEP),
    Torture("outlook email with a program", lambda: msg(PROGRAM), f"{words.IN_MAIL} {words.NOT_A_KIND}"),
    Torture("outlook email with macros", lambda: msg(streams={**MESSAGE, "VBA": b"x"}), words.OLD_FORMAT),
    Torture("outlook email in a circle", _circle, words.OLD_FORMAT),
    Torture("outlook email with a repeated table", _repeated_table, words.OLD_FORMAT),
    Torture("largest email", lambda: eml(("noise.pdf", PDF + bytes(range(256)) * (70 * 1024))), kept="eml"),
    Torture("largest text", lambda: b"word " * (LARGEST // 5), kept="txt"),
    Torture("text that is not", lambda: b"word " * 1000 + b"\x1b[2J", words.NOT_A_KIND),
)

SMALL = tuple(
    one for one in TORTURES if not one.name.startswith(("zip bomb", "largest", "pixel flood png", "zip that lies"))
)
"""What is large is measured by tests/gateways/test_file_torture.py alone."""

EICARS: Mapping[str, Callable[[], tuple[str, bytes]]] = {
    "alone": lambda: ("eicar.txt", EICAR),
    "in a docx": lambda: ("Plan.docx", office("docx", **{"word/media/eicar.com": EICAR})),
    "in an email": lambda: ("Fwd.eml", eml(("eicar.txt", EICAR))),
}
"""What only the scanner finds: kept as a row that says so, without a byte of it."""

NAMES: Mapping[str, tuple[str, str]] = {
    # what it is called: what its owner's machine called it, and what it is called here, being a PDF
    "out of its folder": ("../../../etc/cron.d/report.pdf", "report.pdf"),
    "out of a folder of windows": (r"..\..\Windows\report.pdf", "report.pdf"),
    "nul": ("report\0.exe.pdf", "report.exe.pdf"),
    "two endings": ("report.pdf.exe", "report.pdf.exe.pdf"),
    "right to left": ("report\u202efdp.exe", "reportfdp.exe.pdf"),
    "300 characters": ("x" * 296 + ".pdf", "x" * 116 + ".pdf"),
    "device": ("CON", "_CON.pdf"),
    "device with an ending": ("lpt1.pdf", "_lpt1.pdf"),
    "quotes": ('"report".pdf', "_report_.pdf"),
    "lines": ("report\r\nSet-Cookie: a=b\r\n.pdf", "reportSet-Cookie_ a=b.pdf"),
    "nothing": ("", "file.pdf"),
    "dots": ("...", "file.pdf"),
}
