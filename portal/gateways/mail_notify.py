"""GOV.UK Notify as a sender: one template there takes our subject and text, and it can be asked what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from notifications_python_client.errors import APIError

from portal.gateways.mail import SECONDS, Delivery, ForGood, Letter, TryAgain, Undelivered
from portal.gateways.notify import OWN_ADDRESS, client_of, is_for_good, why

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
            raise TryAgain(why(fault)) from None

    def fault(self) -> str | None:
        """Why no letter can be sent now: no answer, a key that is not taken, a template that is not there."""
        try:
            self._client().get_template(self.template_id)
        except APIError as fault:
            return f"GOV.UK Notify cannot be used ({why(fault)})"
        return None

    def _status(self, client: Any, reference: str) -> Delivery | None:
        """The newest of that reference; None where Notify knows none."""
        found = (client.get_all_notifications(reference=reference) or {}).get("notifications")
        return _STATUSES.get(found[0]["status"], Delivery.UNDERWAY) if found else None

    def _client(self) -> Any:
        return client_of(self.api_key, self.base_url, self.seconds)


def _sorted(fault: APIError) -> Undelivered:
    return ForGood(why(fault)) if is_for_good(fault) else TryAgain(why(fault))
