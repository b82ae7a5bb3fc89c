"""Many numbers tried at once: said in the log, at most once a minute; nobody is refused for it.

A whole city hall shares one address, so an address decides nothing; it is named for whoever reads the log.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.access import limits

log = logging.getLogger(__name__)

WINDOW = timedelta(seconds=60)
#: 1,300 people who sign in within five minutes mistype some 15 times a minute, and then type it right.
MANY = 40


@dataclass
class Alarm:
    """One process's alarm; ``sounded`` is when it last did."""

    sounded: datetime | None = None

    def failed(self, now: datetime, address: str) -> None:
        """Look, after a sign-in failed, whether passwords are being tried at many numbers."""
        if self.sounded is not None and timedelta(0) <= now - self.sounded < WINDOW:
            return
        numbers = limits.failing_since(now - WINDOW)
        if numbers >= MANY:
            self.sounded = now
            log.warning("sign-in fails at %d numbers within a minute, last from %r", numbers, address)
