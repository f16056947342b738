"""Mails on their way out: a letter, and the sender that hands it to a mail server (SMTP).

    try:
        reference = sender.send(letter, is_repeat=False)
    except TryAgain as fault: ...     # the server does not answer, or says "not now"
    except ForGood as fault: ...      # it will never take this letter for this address

What goes wrong is told without addresses, so that it can stand in tables, logs and pages.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

from portal.gateways import calendars

SECONDS = 10
"""What each step of a conversation may take: eleven of them are less than a worker's claim on the mail."""

FROM = "Safeguarding portal"
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_FOR_GOOD = 500
_LONGEST_LINE = 998
"""The most that a line of a mail may have (RFC 5322, 2.1.1)."""


class Undelivered(Exception):
    """A letter was not taken; `detail` says why, without addresses."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class TryAgain(Undelivered):
    """Not now: the server is away, is busy, or will not have us until its settings or ours are mended."""


class ForGood(Undelivered):
    """Never: the address does not exist, or this letter is not wanted there."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. Its Message-ID stays the same however often it is sent, so that twice is once to whoever reads it."""

    to: str
    subject: str
    text: str
    message_id: str
    at: datetime
    calendars: tuple[calendars.Entry, ...] = ()
    """Meetings that the addressee's calendar takes over, where the sender can carry them."""

    def __post_init__(self) -> None:
        """Refuse what would end a header and begin another."""
        for name in ("to", "subject", "message_id"):
            if not getattr(self, name).isprintable():
                raise ValueError(f"a letter's {name} holds a character that no header may have")


class Sender(Protocol):
    """Whoever hands letters on."""

    @property
    def name(self) -> str:
        """What it is, for `flask config check`: never a password."""

    def send(self, letter: Letter, *, is_repeat: bool) -> str | None:
        """Hand a letter on; gives a reference to ask after it later, where that can be done.

        `is_repeat` says that an earlier attempt may have got through unnoticed. Raises TryAgain and ForGood.
        """

    def fault(self) -> str | None:
        """Why no letter can be sent now; None where one can."""


class Delivery(StrEnum):
    """What became of a letter that was handed on."""

    UNDERWAY = "underway"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    LOST = "lost"
    """Whoever had it failed: it may be sent anew."""


@runtime_checkable
class AnswersLater(Protocol):
    """A sender that can be asked what became of a letter."""

    def delivery(self, reference: str) -> Delivery:
        """What became of it. Raises TryAgain where that is not said."""


@dataclass(frozen=True, slots=True)
class SmtpSender:
    """A mail server that takes letters over SMTP, as SMTP_URL says."""

    scheme: str
    host: str
    port: int
    mail_from: str
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    seconds: float = SECONDS

    @classmethod
    def at(cls, url: str, mail_from: str) -> SmtpSender:
        """The server of an address that portal.config has checked; user and password may be percent-encoded."""
        parts = urlsplit(url)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=parts.port or _PORTS[parts.scheme],
            mail_from=mail_from,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    @property
    def name(self) -> str:
        """Where it is."""
        return f"{self.scheme}://{self.host}:{self.port}"

    def send(self, letter: Letter, *, is_repeat: bool) -> str | None:
        """Hand a letter on; a repeat is told from its first by the Message-ID, which is the same."""
        message = written(letter, self.mail_from)
        try:
            with self._connected() as server:
                server.send_message(message, self.mail_from, [letter.to])
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _words)] = refused.recipients.values()
            raise _by_code(code, "the address was refused") from None
        except smtplib.SMTPDataError as refused:
            raise _by_code(refused.smtp_code, "the mail was refused") from None
        except (OSError, smtplib.SMTPException) as fault:
            raise TryAgain(_why(fault)) from None
        return None

    def fault(self) -> str | None:
        """Why no letter can be sent now: no answer, no encryption, a password that is not taken."""
        try:
            with self._connected() as server:
                server.noop()
        except (OSError, smtplib.SMTPException) as fault:
            return f"the mail server cannot be used ({_why(fault)})"
        return None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._dial()
        try:
            server.ehlo_or_helo_if_needed()
            if self.scheme == "smtp+starttls":
                server.starttls(context=self.context)
            if self.user:
                server.login(self.user, self.password)
            yield server
            with suppress(OSError, smtplib.SMTPException):
                # The letter has been taken: that the goodbye fails changes nothing.
                server.quit()
        finally:
            server.close()

    def _dial(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=self.context)
        return smtplib.SMTP(self.host, self.port, timeout=self.seconds)


def written(letter: Letter, mail_from: str) -> EmailMessage:
    """The letter as it travels; every header goes through the library's own check as well."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(FROM, addr_spec=mail_from)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    # So that out-of-office programs do not answer, and mail programs know that nobody reads what comes back.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="quoted-printable")
    for number, entry in enumerate(letter.calendars, start=1):
        message.add_attachment(
            calendars.written(entry, to=letter.to, sender=mail_from),
            maintype="text",
            subtype="calendar",
            filename=f"meeting-{number}.ics",
            params={"method": entry.method, "charset": "utf-8"},
        )
    # A header of one line stays one: folded at 78, a subject that nearly fits begins on a line of its own, and some
    # programs then show none.
    message.policy = SMTP.clone(max_line_length=_LONGEST_LINE)
    return message


def _by_code(code: int, what: str) -> Undelivered:
    return ForGood(f"{what} ({code})") if code >= _FOR_GOOD else TryAgain(f"{what} for now ({code})")


def _why(fault: Exception) -> str:
    """A fault in words of our own: what a server says may hold an address."""
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return f"user and password are not taken ({fault.smtp_code})"
    if isinstance(fault, smtplib.SMTPSenderRefused):
        return f"the sender’s address was refused ({fault.smtp_code})"
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"it answers {fault.smtp_code}"
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return "it hung up"
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return "it does not offer what SMTP_URL asks for"
    if isinstance(fault, ssl.SSLError):
        return "its certificate or encryption cannot be trusted"
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    if isinstance(fault, OSError):
        return fault.strerror or type(fault).__name__
    return type(fault).__name__
