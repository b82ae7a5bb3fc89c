"""Who came in, who did not, who was turned away: a line each in the program's log, in UTC, no password.

A number nobody has is not written down: what stands in that field by mistake is often a password.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from flask import Flask
from flask.logging import wsgi_errors_stream

log = logging.getLogger(__name__)


def init_app(_app: Flask) -> None:
    """Let the lines reach the log of whatever serves the site."""
    if not any(isinstance(handler, _Journal) for handler in log.handlers):
        log.addHandler(_Journal())
    log.setLevel(logging.INFO)


class _Journal(logging.StreamHandler):  # type: ignore[type-arg]
    """To the server's own error log, with the time in UTC."""

    def __init__(self) -> None:
        super().__init__(wsgi_errors_stream)
        formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)


def signed_in(number: str, account_id: str) -> None:
    """Somebody came in."""
    log.info("sign-in entered number=%a account=%a", number, account_id)


def not_signed_in(number: str, account_ids: Sequence[str], why: str) -> None:
    """Somebody did not: ``why`` is the reason told them."""
    if account_ids:
        log.warning("sign-in refused (%s) number=%a account=%a", why, number, ",".join(account_ids))
    else:
        log.warning("sign-in refused (%s) number unknown", why)


def signed_out(account_id: str) -> None:
    """Somebody signed out."""
    log.info("signed out account=%a", account_id)


def password_changed(account_id: str) -> None:
    """Somebody took a password of their own."""
    log.info("password changed account=%a", account_id)


def turned_away(account_id: str | None, method: str, rule: str, why: str) -> None:
    """Somebody asked for what is not theirs, or sent a form not ours; ``rule`` is the page's pattern."""
    log.warning("refused (%s) %s %a account=%a", why, method, rule, account_id or "")
