"""What tests read off a page."""

from __future__ import annotations

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
