"""What tests read off a page, or in a file that it hands out."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook
from pypdf import PdfReader

from tests.page_client import PageAnswer


def words(response: PageAnswer) -> str:
    """All that the page says, on one line."""
    return " ".join(response.page.main.get_text(" ", strip=True).split())


def errors(response: PageAnswer) -> list[str]:
    """What the error summary asks to have mended."""
    return [link.get_text(strip=True) for link in response.page.select(".govuk-error-summary__list li")]


def rows(response: PageAnswer) -> list[str]:
    """The lines of the page's tables."""
    return [" ".join(row.get_text(" ", strip=True).split()) for row in response.page.select("tbody tr")]


def contents(response: PageAnswer) -> str:
    """All that an answer says, whatever it is: a page or text as it stands, the words of a PDF, workbook or zip."""
    return _said(response.get_data())


def _said(raw: bytes) -> str:
    if raw.startswith(b"%PDF"):
        document = PdfReader(BytesIO(raw))
        return "\n".join([str(document.metadata), *(page.extract_text() for page in document.pages)])
    if not raw.startswith(b"PK"):
        return raw.decode("utf-8", "replace")
    with ZipFile(BytesIO(raw)) as folder:
        # Also of a workbook: its properties, headers and notes stand in files of their own.
        said = [f"{name}\n{_said(folder.read(name))}" for name in folder.namelist()]
        if "[Content_Types].xml" in folder.namelist() and "xl/workbook.xml" in folder.namelist():
            sheets = load_workbook(BytesIO(raw)).worksheets
            said += [str(list(sheet.iter_rows(values_only=True))) for sheet in sheets]
    return "\n".join(said)
