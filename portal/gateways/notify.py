"""GOV.UK Notify: its client, and its faults in words of our own."""

from __future__ import annotations

from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

OWN_ADDRESS = "https://api.notifications.service.gov.uk"
_REFUSED = (400, 403)
_SETTINGS = "AuthError"
"""A key that is not known, or a clock that is wrong: for us to mend, and no fault of what was sent."""


def client_of(api_key: str, base_url: str, seconds: float) -> Any:
    """A client for one conversation: the library's is not safe between threads."""
    return NotificationsAPIClient(api_key, base_url=base_url, timeout=seconds)


def is_for_good(fault: APIError) -> bool:
    """Whether Notify will never take this."""
    return fault.status_code in _REFUSED and _kind(fault) != _SETTINGS


def why(fault: APIError) -> str:
    """Its status and kind of error: what it says in words may hold an address or a number."""
    if fault.response is None:
        return "no answer"
    kind = _kind(fault)
    return f"it answers {fault.status_code}, {kind}" if kind else f"it answers {fault.status_code}"


def _kind(fault: APIError) -> str:
    """The error's name as Notify gives it, such as ValidationError; empty where what came is not Notify's."""
    errors = fault.message
    first = errors[0] if isinstance(errors, list) and errors else None
    kind = first.get("error") if isinstance(first, dict) else None
    return kind if isinstance(kind, str) and kind.isalnum() else ""
