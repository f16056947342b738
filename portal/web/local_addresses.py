"""Where a page may send somebody on to: addresses of the portal itself, and no other."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

_LONGEST = 1000


def local_address(wanted: str | None) -> str | None:
    """The address if it stays within the portal whatever a browser makes of it, otherwise none.

    Browsers take `//x` and `/\\\\x` for another host, and leave tabs and line breaks out before they look.
    """
    if not wanted or len(wanted) > _LONGEST or not wanted.startswith("/") or wanted.startswith("//"):
        return None
    if "\\" in wanted or any(character <= " " or character == "\x7f" for character in wanted):
        return None
    return wanted


def is_page(path: str) -> bool:
    """Whether something can be opened at the path."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None:
        return False
    try:
        adapter.match(path, method="GET")
    except HTTPException:
        return False
    return True


def page_of_form() -> str | None:
    """The path of the page from which this request's form was sent: its own, or the one that it was sent from."""
    if is_page(request.path):
        return request.path
    sender = urlsplit(request.referrer or "")
    came_from = local_address(sender.path) if sender.netloc == request.host else None
    return came_from if came_from and is_page(came_from) else None
