"""Hand one letter at a time to the city's mail server, and say what became of it."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType

from app.clock import jst
from app.reminders.address import usable
from app.reminders.plan import Fate
from app.reminders.wording import Letter
from app.settings import Smtp

#: Seconds to wait for any one answer of the server.
PATIENCE = 30.0


class NoServer(Exception):
    """The mail server cannot be reached or doesn't let us in; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one mail, and what the server said when it didn't take it."""

    fate: Fate
    note: str = ""


def message_id(smtp: Smtp, person_id: str, kind: str, duty: str) -> str:
    """The same for the same person, kind and duty, however often it is tried."""
    digest = hashlib.sha256("\n".join(("kenshu", person_id, kind, duty)).encode()).hexdigest()
    return f"<kenshu.{digest[:40]}@{smtp.sender.rpartition('@')[2]}>"


def compose(smtp: Smtp, city: str, to: str, letter: Letter, identity: str, now: datetime) -> EmailMessage:
    """Make the message. Raises ValueError when ``to`` is not one plain address."""
    if not usable(to):
        raise ValueError("not one plain address")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(f"{city} 職員研修", addr_spec=smtp.sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = letter.subject
    message["Date"] = jst(now)
    message["Message-ID"] = identity
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8", cte="base64")
    return message


class Postman:
    """One connection to the mail server, opened again when it broke.

    The talk goes step by step, so that only a break after the text began to leave makes a fate unknown.
    """

    def __init__(self, smtp: Smtp) -> None:
        self.settings = smtp
        self.connection: smtplib.SMTP | None = None

    def __enter__(self) -> Postman:
        """Connect. Raises NoServer."""
        self.connection = _connect(self.settings)
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._drop()

    def ready(self) -> None:
        """Make sure there is a connection before anything is written down. Raises NoServer."""
        if self.connection is not None:
            try:
                if self.connection.noop()[0] == 250:
                    return
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        self.connection = _connect(self.settings)

    def send(self, message: EmailMessage, to: str) -> Answer:
        """Hand over one message."""
        server = self.connection
        assert server is not None
        try:
            refused = _envelope(server, self.settings.sender, to)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer(Fate.LATER, _said(error))
        if refused is not None:
            self._reset(server)
            return refused
        try:
            server.send(_stuffed(message))
            code, reply = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Answer(Fate.UNKNOWN, _said(error))
        return Answer(Fate.SENT) if code == 250 else _refusal(code, reply)

    def _reset(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _connect(smtp: Smtp) -> smtplib.SMTP:
    server: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context(cafile=smtp.ca or None) if smtp.tls else None
        if smtp.tls == "tls":
            server = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=PATIENCE)
        if smtp.tls == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if smtp.user:
            server.login(smtp.user, smtp.password)
    except (OSError, smtplib.SMTPException) as error:
        if server is not None:
            server.close()
        where = f"{smtp.host}:{smtp.port}"
        raise NoServer(f"メールのサーバー({where})を使えません: {_said(error)}") from error
    return server


def _envelope(server: smtplib.SMTP, sender: str, to: str) -> Answer | None:
    """Up to the server's "go ahead"; None when it was given."""
    for step in (f"mail FROM:<{sender}>", f"rcpt TO:<{to}>"):
        code, reply = server.docmd(step)
        if code not in (250, 251):
            return _refusal(code, reply, sender_refused=step.startswith("mail"))
    code, reply = server.docmd("data")
    return None if code == 354 else _refusal(code, reply)


def _refusal(code: int, reply: bytes, sender_refused: bool = False) -> Answer:
    """A 5xx about the recipient or the text is final; one about the sender is our setting's fault."""
    final = code >= 500 and not sender_refused
    note = _clean(f"{code} {reply.decode('utf-8', 'replace')}")
    return Answer(Fate.RETURNED if final else Fate.LATER, note)


def _stuffed(message: EmailMessage) -> bytes:
    """The text on the wire: lines end in CRLF, a leading dot is doubled, a lone dot ends it."""
    text = message.as_bytes()
    return re.sub(rb"(?m)^\.", b"..", text) + (b"" if text.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _said(error: Exception) -> str:
    return _clean(str(error) or type(error).__name__)


def _clean(text: str, longest: int = 200) -> str:
    return " ".join(text.split())[:longest]
