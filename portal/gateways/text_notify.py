"""GOV.UK Notify for text messages: one template there takes our words."""

from __future__ import annotations

from dataclasses import dataclass, field

from notifications_python_client.errors import APIError

from portal.gateways.notify import OWN_ADDRESS, client_of, why
from portal.gateways.text_messages import SECONDS, Untexted


@dataclass(frozen=True, slots=True)
class NotifyTexts:
    """GOV.UK Notify, with a template for text messages whose words are ((body))."""

    api_key: str = field(repr=False)
    template_id: str
    base_url: str = OWN_ADDRESS
    seconds: float = SECONDS

    @property
    def name(self) -> str:
        """Where it is."""
        return f"GOV.UK Notify at {self.base_url}"

    def send(self, telephone: str, words: str, reference: str) -> None:
        """Hand a text message on. Raises Untexted."""
        try:
            client_of(self.api_key, self.base_url, self.seconds).send_sms_notification(
                telephone, self.template_id, personalisation={"body": words}, reference=reference
            )
        except APIError as fault:
            raise Untexted(why(fault)) from None

    def fault(self) -> str | None:
        """Why none can be sent now: no answer, a key that is not taken, a template that is not there."""
        try:
            client_of(self.api_key, self.base_url, self.seconds).get_template(self.template_id)
        except APIError as fault:
            return f"GOV.UK Notify cannot be used ({why(fault)})"
        return None
