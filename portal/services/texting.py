"""Whether and how text messages are sent: set up once by the factory, for each app its own."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from portal.config import Settings
from portal.database.session import db
from portal.gateways.text_messages import TextSender

# By engine, as mails are: that is what an app and nothing else has.
_senders: WeakKeyDictionary[Engine, TextSender] = WeakKeyDictionary()


def texting_of(settings: Settings) -> TextSender | None:
    """What the settings ask for; None where they name nobody who sends text messages."""
    if not settings.notify_text_template_id:
        return None
    # Its library takes a fifth of a second to load, which no start without it should pay.
    from portal.gateways import notify, text_notify

    return text_notify.NotifyTexts(
        settings.notify_text_api_key, settings.notify_text_template_id, settings.notify_base_url or notify.OWN_ADDRESS
    )


def install_texting(sender: TextSender | None) -> None:
    """Use this for the running app from now on."""
    if sender is None:
        _senders.pop(db.engine, None)
    else:
        _senders[db.engine] = sender


def texting() -> TextSender | None:
    """The running app's own; None where no text message goes, and codes are read out."""
    return _senders.get(db.engine)
