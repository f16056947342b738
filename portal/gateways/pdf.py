"""PDF documents: a template of portal/documents/ and plain data make tagged pages (PDF/UA-1) for every reader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

DOCUMENTS = Path(__file__).resolve().parent.parent / "documents"
"""Where the templates lie; they reach no file outside of it, and nothing on a network."""


@cache
def _fonts() -> typst.Fonts:
    """The fonts that typst brings along, and no other: read once, because reading them takes as long as a document."""
    return typst.Fonts(include_system_fonts=False)


def make_pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return a document: `data` reaches the template as values, so that no text of it is read as mark-up.

    It must be what JSON holds. Raises typst.TypstError where the template does not fit the data.
    """
    return typst.compile(
        DOCUMENTS / f"{template}.typ",
        root=DOCUMENTS,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
    )
