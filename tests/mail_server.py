"""A real mail server on loopback that can refuse, hang and drop; and one that speaks as GOV.UK Notify does."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
USER, PASSWORD = "portal@example.org", "p@ss/word"
SERVICE, SECRET = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-9999-aaaaaaaaaaaa"
NOTIFY_KEY = f"tests-{SERVICE}-{SECRET}"
NOTIFY_TEMPLATE = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that the server took."""

    to: tuple[str, ...]
    message: EmailMessage

    @property
    def message_id(self) -> str:
        """What makes it the same mail when it comes again."""
        return str(self.message["Message-ID"])

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its text, decoded."""
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def calendars(self) -> list[bytes]:
        """The calendar files that came with it."""
        return [part.get_payload(decode=True) for part in self.message.iter_attachments()]

    @property
    def everything(self) -> str:
        """As it came, each header and part decoded: where a text that must not be in it is looked for."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        files = "\n".join(file.decode() for file in self.calendars)
        return "\n".join((self.message.as_bytes().decode("utf-8", "replace"), headers, self.text, files))


@dataclass
class MailServer:
    """What came in, and how it behaves; sets hold recipients' addresses, "*" is everybody."""

    letters: list[Received] = field(default_factory=list)
    refused_now: set[str] = field(default_factory=set)
    refused_for_good: set[str] = field(default_factory=set)
    refuses_text: str = ""
    """The answer to the text of a mail, such as "554 no"; empty takes it."""
    hangs: bool = False
    drops: bool = False
    """Takes the mail and is gone before it says so."""
    port: int = 0
    scheme: str = "smtp"
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.scheme}://{HOST}:{self.port}"

    def to(self, address: str) -> list[Received]:
        """What came for somebody."""
        return [letter for letter in self.letters if address in letter.to]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take or refuse a recipient; what is said repeats the address, as servers do."""
        if {address, "*"} & self.refused_for_good:
            return f"550 5.1.1 <{address}> does not live here"
        if {address, "*"} & self.refused_now:
            return f"451 4.7.1 <{address}> come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a mail."""
        if self.hangs:
            await asyncio.sleep(3600)
        if self.refuses_text:
            return self.refuses_text
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(Received(tuple(envelope.rcpt_tos), message))
        self.arrived.set()
        if self.drops:
            server.transport.abort()
        return "250 OK"


class _OnAnyPort(Controller):
    def _trigger_server(self) -> None:
        # The port that the system gave: asking for a free one first would leave a moment for others to take it.
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def running_mail_server(scheme: str = "smtp", folder: Path | None = None) -> Iterator[MailServer]:
    """Run one; with TLS it wants USER and PASSWORD, and has a certificate of its own in `folder`."""
    server = MailServer(scheme=scheme)
    more: dict[str, Any] = {}
    if folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(folder))
        more = {"auth_required": True, "authenticator": _knows, "auth_require_tls": True}
        if scheme == "smtps":
            # Its own check that it is encrypted looks at STARTTLS alone.
            more |= {"ssl_context": context, "auth_require_tls": False}
        else:
            more |= {"tls_context": context, "require_starttls": True}
    controller = _OnAnyPort(server, hostname=HOST, port=0, **more)
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        controller.stop()


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (USER, PASSWORD)
    return AuthResult(success=right, handled=False)


def certificate(folder: Path) -> Path:
    """A certificate for loopback with its key, signed by nobody but itself."""
    path = folder / "mail-server.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@dataclass
class NotifyServer:
    """What GOV.UK Notify was asked; `answer` is a status and body to give instead of taking a mail."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    """What it says of a reference's mails."""
    answer: tuple[int, Any] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def take(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Take a mail, or give the answer that was set."""
        if self.answer is not None:
            return self.answer
        self.sent.append(asked)
        self.statuses.setdefault(asked["reference"], "sending")
        return 201, {"id": str(uuid4()), "reference": asked["reference"]}

    def look(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Say what became of a reference, or whether the template is there."""
        if path.startswith("/v2/template/"):
            if path.endswith(NOTIFY_TEMPLATE):
                return 200, {"id": NOTIFY_TEMPLATE}
            return 404, failed(404, "NoResultFound", "No result found")
        reference = query["reference"][0]
        status = self.statuses.get(reference)
        return 200, {"notifications": [{"reference": reference, "status": status}] if status else [], "links": {}}


def failed(status: int, kind: str, words: str) -> dict[str, Any]:
    """An error as Notify words it."""
    return {"status_code": status, "errors": [{"error": kind, "message": words}]}


@contextmanager
def running_notify() -> Iterator[NotifyServer]:
    """Run one that knows NOTIFY_KEY and NOTIFY_TEMPLATE."""
    notify = NotifyServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.reply(notify.take(asked))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self.reply(notify.look(parts.path, parse_qs(parts.query)))

        def reply(self, answer: tuple[int, Any]) -> None:
            status, body = answer if self.is_known() else (403, failed(403, "AuthError", "Invalid token"))
            sent = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def is_known(self) -> bool:
            token = (self.headers["Authorization"] or "").removeprefix("Bearer ")
            try:
                claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
            except jwt.InvalidTokenError:
                return False
            return claims["iss"] == SERVICE

        def log_message(self, *_words: Any) -> None:
            """Say nothing: tests read standard error."""

    listening = ThreadingHTTPServer((HOST, 0), Handler)
    notify.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield notify
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
