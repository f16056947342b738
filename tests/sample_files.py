"""Small files of each kind that is taken, and of many that are not, made here byte by byte."""

from __future__ import annotations

import struct
import zipfile
import zlib
from io import BytesIO

from portal.domain.files import Upload

_OFFICE = "application/vnd.openxmlformats-officedocument."
MAIN_TYPES = {
    "docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
    "pptx": f"{_OFFICE}presentationml.presentation.main+xml",
}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def _jpeg_part(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """A grey picture; one that says that it is larger than 8 by 8 holds no more, and is a flood or damaged."""
    one_code = bytes([1, *bytes(15), 0])
    return b"".join(
        (
            b"\xff\xd8",
            _jpeg_part(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"),
            _jpeg_part(0xDB, bytes([0, *[1] * 64])),
            _jpeg_part(0xC0, struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)),
            _jpeg_part(0xC4, bytes([0x00]) + one_code),
            _jpeg_part(0xC4, bytes([0x10]) + one_code),
            _jpeg_part(0xDA, bytes([1, 1, 0x00, 0, 63, 0])),
            b"\x3f\xff\xd9",
        )
    )


JPEG = jpeg()


def _png_part(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 1, height: int = 1) -> bytes:
    """A black picture, made row by row."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + width)) for _ in range(height)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + _png_part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + _png_part(b"IDAT", rows)
        + _png_part(b"IEND", b"")
    )


PNG = png()


def content_types(*kinds: str) -> str:
    """The table of contents of an Office package."""
    rows = "".join(
        f'<Override PartName="/part{number}.xml" ContentType="{kind}"/>' for number, kind in enumerate(kinds)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rows}</Types>'
    )


def package(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(kind: str, *more_types: str, **more_parts: bytes | str) -> bytes:
    """A Word, Excel or PowerPoint file, as little as makes one."""
    return package(
        {"[Content_Types].xml": content_types(MAIN_TYPES[kind], *more_types), "main.xml": "<x/>"} | more_parts
    )


def upload(content: bytes, name: str = "Chronology.txt") -> Upload:
    """A file as a form gives it."""
    return Upload(name, BytesIO(content))
