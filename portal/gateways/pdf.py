"""PDF documents: a template of portal/documents/ and plain data make tagged pages (PDF/UA-1) for every reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

DOCUMENTS = Path(__file__).resolve().parent.parent / "documents"
"""Where the templates lie; they reach no file outside of it, and nothing on a network."""


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a document: `data` reaches the template as values, so that no text of it is read as mark-up.

    It must be what JSON holds. Raises typst.TypstError where the template does not fit the data.
    """
    return typst.compile(
        DOCUMENTS / f"{template}.typ",
        root=DOCUMENTS,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
    )
