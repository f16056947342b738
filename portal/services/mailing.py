"""Whether and how mails are sent: set up once by the factory, for each app its own."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from portal.config import Settings
from portal.database.session import db
from portal.domain.message_vocabulary import MailKind, MailState
from portal.gateways.mail import Sender, SmtpSender
from portal.models.messages import Mail
from portal.services.changes import Change

INBOX = "/inbox"


@dataclass(frozen=True, slots=True)
class Mailing:
    """Who sends mails, and the portal's address, which they lead to."""

    sender: Sender
    base_url: str
    mail_from: str

    @property
    def domain(self) -> str:
        """Of the sender's address, for Message-IDs."""
        return self.mail_from.rpartition("@")[2]

    @property
    def inbox_address(self) -> str:
        """The one link of a mail, behind sign-in."""
        return f"{self.base_url}{INBOX}"

    def message_id(self, key: str) -> str:
        """The Message-ID of the mail with that key: always the same, and telling nothing."""
        return f"<{sha256(f'{self.base_url} {key}'.encode()).hexdigest()[:40]}@{self.domain}>"


# By engine, because that is what an app and nothing else has: two apps in one process keep their mails apart.
_mailings: WeakKeyDictionary[Engine, Mailing] = WeakKeyDictionary()


def mailing_of(settings: Settings) -> Mailing | None:
    """What the settings ask for; None where they name nobody who sends mails."""
    sender = _sender_of(settings)
    if sender is None:
        return None
    return Mailing(sender, settings.base_url, settings.mail_from)


def install_mailing(mailing: Mailing | None) -> None:
    """Use this for the running app from now on."""
    if mailing is None:
        _mailings.pop(db.engine, None)
    else:
        _mailings[db.engine] = mailing


def mailing() -> Mailing | None:
    """The running app's own; None where no mails are made, and notices stay in the inbox."""
    return _mailings.get(db.engine)


def goes_by_mail(change: Change) -> bool:
    """Whether what somebody does to an account is told by mail; a command's doer has a screen to read it from."""
    return mailing() is not None and not change.viewer.is_system


def queue_account_mail(change: Change, user_id: int, key: str, *, joining_link_id: int | None = None) -> None:
    """Have a mail about their account sent to somebody: with the link, or that their password was changed.

    It goes at any hour. `key` makes it one; ask `mailing()` first.
    """
    change.session.add(
        Mail(
            user_id=user_id,
            key=key,
            kind=MailKind.ACCOUNT,
            joining_link_id=joining_link_id,
            state=MailState.QUEUED,
            attempts=0,
            made_at=change.viewer.now,
            next_attempt_at=change.viewer.now,
        )
    )


def _sender_of(settings: Settings) -> Sender | None:
    if settings.smtp_url:
        return SmtpSender.at(settings.smtp_url, settings.mail_from)
    if settings.notify_api_key:
        # Its library takes a fifth of a second to load, which no start without it should pay.
        from portal.gateways import mail_notify, notify

        return mail_notify.NotifySender(
            settings.notify_api_key, settings.notify_template_id, settings.notify_base_url or notify.OWN_ADDRESS
        )
    return None
