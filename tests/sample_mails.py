"""Emails as files, made here: .eml by the standard library, .msg (a compound file, as Outlook has it) byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from email.message import EmailMessage

SECTOR, MINI, CUTOFF = 512, 64, 4096
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_HEAD = struct.Struct("<8s16xHHHHH10xIIIIIIIII")
_ENTRY = struct.Struct("<64sHBBIII36xIQ")
MESSAGE = {"__properties_version1.0": b"p" * 32, "__nameid_version1.0": b""}
ATTACHMENT = "__substg1.0_37010102"


def eml(*attachments: tuple[str, bytes], subject: str = "Chronology", html: str = "") -> bytes:
    """An email with these files."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "school@example.org", "surgery@example.org"
    mail["Subject"], mail["Date"] = subject, "Fri, 20 Nov 2026 10:00:00 +0000"
    mail.set_content("As promised.\n")
    if html:
        mail.add_alternative(html, subtype="html")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)


def msg(*attachments: bytes, streams: Mapping[str, bytes] | None = None) -> bytes:
    """An email as Outlook keeps it."""
    named = [*(streams or MESSAGE).items(), *((ATTACHMENT, content) for content in attachments)]
    return compound(named)


def compound(streams: list[tuple[str, bytes]]) -> bytes:
    """A compound file of version 3 with these streams, small ones in its mini stream."""
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(content: bytes) -> int:
        """Lay bytes into sectors one after another; gives the first, or the end for nothing."""
        if not content:
            return _END
        first = len(sectors)
        for place in range(0, len(content), SECTOR):
            sectors.append(content[place : place + SECTOR].ljust(SECTOR, b"\0"))
            fat.append(len(sectors))
        fat[-1] = _END
        return first

    mini, mini_fat, entries = b"", list[int](), list[bytes]()
    for name, content in streams:
        if len(content) >= CUTOFF:
            start = put(content)
        elif not content:
            start = _END
        else:
            start = len(mini_fat)
            pieces = -(-len(content) // MINI)
            mini += content.ljust(pieces * MINI, b"\0")
            mini_fat += [*range(start + 1, start + pieces), _END]
        entries.append(_entry(name, 2, start, len(content)))
    root = _entry("Root Entry", 5, put(mini), len(mini))
    first_entry = put(b"".join([root, *entries]))
    first_mini_fat = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(SECTOR, b"\xff")) if mini_fat else _END
    fat_sectors = -(-(len(fat) + 2) // (SECTOR // 4))
    at = len(sectors)
    fat += [_FAT] * fat_sectors
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(fat_sectors * SECTOR, b"\xff")
    head = _HEAD.pack(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        fat_sectors, first_entry, 0, CUTOFF, first_mini_fat, 1 if mini_fat else 0, _END, 0, at,
    )  # fmt: skip
    more = [at + number for number in range(1, fat_sectors)]
    head += struct.pack(f"<{len(more)}I", *more)
    return head.ljust(SECTOR, b"\xff") + b"".join(sectors) + table


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    words = name.encode("utf-16-le")
    return _ENTRY.pack(words, len(words) + 2, kind, 1, _FREE, _FREE, _FREE, start, size)
