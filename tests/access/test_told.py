"""A leak inside a document is found as one on a page is."""

from __future__ import annotations

import pytest
from flask import Response

from portal.gateways.pdf import make_pdf
from portal.gateways.spreadsheets import Sheet, write_figures
from tests.access.told import told_by

MARKER = "ZQ-A-ANSWER-INSIDE-QZ"
LETTER = {
    **dict.fromkeys(("title", "marking", "draft", "agency", "from", "framework"), "Words"),
    "heads": ["Standard", "You now"],
    "standards": [[MARKER, "Green"]],
    "notes": [],
    "replies": [],
    "actions": [],
}


@pytest.mark.parametrize(
    "content",
    [
        f"<p>{MARKER}</p>".encode(),
        make_pdf("audit_letter", LETTER),
        write_figures([Sheet("Figures", ["Agency"], [[MARKER]])], title="Figures", marking="Marked"),
    ],
    ids=["page", "pdf", "workbook"],
)
def test_a_marker_is_found_in_what_is_downloaded(content):
    assert MARKER in told_by(Response(content))
