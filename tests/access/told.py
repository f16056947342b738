"""What an answer tells whoever reads it: the words of a page, and those inside a PDF or an Office file."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from pypdf import PdfReader
from werkzeug.test import TestResponse


def told_by(response: TestResponse) -> str:
    """Everything that an answer says, its headers included."""
    return f"{response.headers}\n{_words(response.get_data())}"


def _words(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        # A narrow column breaks a long word, so it is looked for without blanks too.
        pages = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        return f"{pages}\n{''.join(pages.split())}"
    if content.startswith(b"PK\x03\x04"):
        with ZipFile(BytesIO(content)) as parts:
            return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return content.decode("utf-8", "replace")
