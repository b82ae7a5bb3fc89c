"""A mail server that really listens, for tests: it takes mail, refuses it, or breaks off, as told."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

#: What a hook may answer at a stage: an SMTP reply, or None for going on.
Hook = Callable[[str, str], str | None]


@dataclass
class PostOffice:
    """What was taken, in order; ``hook(stage, recipient)`` is asked at "rcpt", "data" and "taken"."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    hook: Hook = lambda _stage, _to: None
    port: int = 0
    #: Seconds the server thinks over each mail.
    slowness: float = 0.0

    @property
    def by_recipient(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(to for to, _message in self.taken)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.hook("rcpt", address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        (to,) = envelope.rcpt_tos
        answer = self.hook("data", to)
        if answer == "break":
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        if answer is not None:
            return answer
        if self.slowness:
            await asyncio.sleep(self.slowness)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append((to, message))
        self.hook("taken", to)
        return "250 OK"


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Run one on a free port of this machine."""
    office = PostOffice()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        office.port = probe.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=office.port, decode_data=False)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
