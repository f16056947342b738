"""GOV.UK Notify as a sender: one template there takes our subject and text, and it can be asked what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from portal.gateways.mail import SECONDS, Delivery, ForGood, Letter, TryAgain, Undelivered

OWN_ADDRESS = "https://api.notifications.service.gov.uk"
_REFUSED = (400, 403)
_SETTINGS = "AuthError"
"""A key that is not known, or a clock that is wrong: for us to mend, and no fault of the letter's."""


_STATUSES = {
    "delivered": Delivery.DELIVERED,
    "permanent-failure": Delivery.BOUNCED,
    # Notify has tried for three days by then.
    "temporary-failure": Delivery.BOUNCED,
    "technical-failure": Delivery.LOST,
}


@dataclass(frozen=True, slots=True)
class NotifySender:
    """GOV.UK Notify, with a template whose subject is ((subject)) and whose text is ((body))."""

    api_key: str = field(repr=False)
    template_id: str
    base_url: str = OWN_ADDRESS
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        """Where it is."""
        return f"GOV.UK Notify at {self.base_url}"

    def send(self, letter: Letter, *, is_repeat: bool) -> str | None:
        """Hand a letter on under its Message-ID as reference, unless an earlier attempt got through after all."""
        reference = letter.message_id.strip("<>")
        client = self._client()
        try:
            if is_repeat and self._status(client, reference) in (Delivery.UNDERWAY, Delivery.DELIVERED):
                return reference
            client.send_email_notification(
                letter.to,
                self.template_id,
                personalisation={"subject": letter.subject, "body": letter.text},
                reference=reference,
            )
        except APIError as fault:
            raise _sorted(fault) from None
        return reference

    def delivery(self, reference: str) -> Delivery:
        """What became of a letter. Raises TryAgain where Notify does not say."""
        try:
            return self._status(self._client(), reference) or Delivery.LOST
        except APIError as fault:
            raise TryAgain(_why(fault)) from None

    def fault(self) -> str | None:
        """Why no letter can be sent now: no answer, a key that is not taken, a template that is not there."""
        try:
            self._client().get_template(self.template_id)
        except APIError as fault:
            return f"GOV.UK Notify cannot be used ({_why(fault)})"
        return None

    def _status(self, client: Any, reference: str) -> Delivery | None:
        """The newest of that reference; None where Notify knows none."""
        found = (client.get_all_notifications(reference=reference) or {}).get("notifications")
        return _STATUSES.get(found[0]["status"], Delivery.UNDERWAY) if found else None

    def _client(self) -> Any:
        # One for each letter: the library's client is not safe between threads.
        return NotificationsAPIClient(self.api_key, base_url=self.base_url, timeout=self.seconds)


def _sorted(fault: APIError) -> Undelivered:
    if fault.status_code in _REFUSED and _kind(fault) != _SETTINGS:
        return ForGood(_why(fault))
    return TryAgain(_why(fault))


def _why(fault: APIError) -> str:
    """Its status and kind of error: what it says in words may hold an address."""
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
