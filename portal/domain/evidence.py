"""Evidence that backs an answer: which links are taken."""

from __future__ import annotations

from urllib.parse import urlsplit

URL_LIMIT = 1_000
TITLE_LIMIT = 200
ENTER_LINK = "Enter the link with https:// at its beginning, like https://example.org/policy.pdf"


def link_fault(url: str) -> str | None:
    """Return what is wrong with a link; None for one to a page that is fetched by https.

    Others could lead people to a copy that somebody on the way has changed, or run a program in their browser.
    """
    if len(url) > URL_LIMIT:
        return f"Shorten the link to {URL_LIMIT:,} characters or fewer"
    if any(letter.isspace() or not letter.isprintable() or letter in '<>"\\^`{|}' for letter in url):
        return "Enter the link without spaces or quotation marks"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ENTER_LINK
    if parts.scheme != "https" or not host or "." not in host or port == 0:
        return ENTER_LINK
    if parts.username is not None or parts.password is not None:
        return "Enter the link without a name and password in it"
    return None
