"""Browsers known again: whoever signed in with one before gets in while somebody else guesses.

The cookie holds a random token, the table its SHA-256, a row for each account that used it. A known browser
has guesses of its own, few of them: a stolen cookie is no way round the account's count. Every sign-in renews
the token, so that one put into a browser beforehand is worth nothing. A shared terminal is never known.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.access.models import KnownBrowserRow
from app.db import begin_writing, db

#: Wrong passwords in a row that a known browser may send beside the account's own count.
GUESSES = 5
KEPT = timedelta(days=180)
MOST = 10


def admit(token: str, account_ids: Sequence[str], now: datetime) -> set[str]:
    """Count an attempt of this browser on each account that knows it, and return those with a guess left."""
    if not token or not account_ids:
        return set()
    has_guesses = (
        KnownBrowserRow.token_hash == _hash(token),
        KnownBrowserRow.account_id.in_(account_ids),
        KnownBrowserRow.failures < GUESSES,
        KnownBrowserRow.used_at > now - KEPT,
    )
    # Read first: whoever made a token up takes no lock.
    if db.session.scalar(select(KnownBrowserRow.account_id).where(*has_guesses).limit(1)) is None:
        return set()
    begin_writing()
    counted = db.session.scalars(
        update(KnownBrowserRow)
        .where(*has_guesses)
        .values(failures=KnownBrowserRow.failures + 1)
        .returning(KnownBrowserRow.account_id),
        execution_options={"synchronize_session": False},
    ).all()
    db.session.commit()
    return set(counted)


def remember(token: str, account_id: str, now: datetime) -> str:
    """Know this browser, within the caller's transaction; return the token that takes the old one's place."""
    fresh = secrets.token_urlsafe(32)
    known = db.session.execute(
        update(KnownBrowserRow)
        .where(KnownBrowserRow.token_hash == _hash(token))
        .values(token_hash=_hash(fresh))
        .returning(KnownBrowserRow.account_id),
        execution_options={"synchronize_session": False},
    ).scalars().all()  # fmt: skip
    if account_id in known:
        db.session.execute(
            update(KnownBrowserRow)
            .where(KnownBrowserRow.token_hash == _hash(fresh), KnownBrowserRow.account_id == account_id)
            .values(failures=0, used_at=now)
        )
    else:
        db.session.add(
            KnownBrowserRow(token_hash=_hash(fresh), account_id=account_id, failures=0, used_at=now)
        )
        db.session.flush()
        _forget_oldest(account_id)
    return fresh


def forget(account_id: str) -> None:
    """Know no browser of this account, within the caller's transaction."""
    db.session.execute(delete(KnownBrowserRow).where(KnownBrowserRow.account_id == account_id))


def _forget_oldest(account_id: str) -> None:
    newest = (
        select(KnownBrowserRow.token_hash)
        .where(KnownBrowserRow.account_id == account_id)
        .order_by(KnownBrowserRow.used_at.desc())
    )
    for token_hash in db.session.scalars(newest).all()[MOST:]:
        which = KnownBrowserRow.token_hash == token_hash, KnownBrowserRow.account_id == account_id
        db.session.execute(delete(KnownBrowserRow).where(*which))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
