"""How often signing in may fail: counted for one account, never for an address a whole city hall shares.

An attempt is counted before its password is looked at, so that parallel guesses can't slip past; success
forgets the count. From the sixth failure in a row on, the account waits: 5 seconds, then twice as long each
time, up to 15 minutes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.access.models import SignInLimitRow
from app.db import begin_writing, db

FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
#: A count nobody added to for that long is forgotten.
FORGET_AFTER = timedelta(days=1)


def key_of_unknown(number: str) -> str:
    """The key of a number nobody has: it is limited like any other, so a limit tells nothing."""
    return hashlib.sha256(number.encode()).hexdigest()


def key_of_change(account_id: str) -> str:
    """The key of guesses at the current password within a session: no attack at the door adds to it."""
    return hashlib.sha256(f"change {account_id}".encode()).hexdigest()


def wait_after(failures: int) -> timedelta:
    """How long an account waits after that many failures in a row."""
    if failures <= FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES - 1, 16)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


def waiting(now: datetime, among: Sequence[str] | None = None) -> set[str]:
    """The keys that wait now; only those ``among`` a few when given."""
    waits = select(SignInLimitRow.key).where(
        SignInLimitRow.failures > FREE_FAILURES,
        SignInLimitRow.waits_until > now,
        SignInLimitRow.waits_until <= now + LONGEST_WAIT,
    )
    return set(db.session.scalars(waits if among is None else waits.where(SignInLimitRow.key.in_(among))))


def failing_since(moment: datetime) -> int:
    """At how many numbers, each other's or nobody's, signing in has failed since then."""
    return (
        db.session.scalar(
            select(func.count()).select_from(SignInLimitRow).where(SignInLimitRow.waits_until >= moment)
        )
        or 0
    )


def admit(keys: Sequence[str], now: datetime) -> set[str]:
    """Count an attempt on each key that is not waiting, and return those keys."""
    # Read first: a storm of guesses at somebody who waits takes no lock from those who save an answer.
    keys = sorted(set(keys) - waiting(now, keys))
    if not keys:
        return set()
    for last_try in (False, True):
        begin_writing()
        try:
            admitted = {key for key in keys if _count(key, now)}
            db.session.commit()
            return admitted
        except IntegrityError:
            # Two first attempts at once (PostgreSQL): the other's row stands now.
            db.session.rollback()
            if last_try:
                raise
    return set()


def forget(key: str) -> None:
    """Start the count again, inside the caller's transaction."""
    db.session.execute(delete(SignInLimitRow).where(SignInLimitRow.key == key))


def _count(key: str, now: datetime) -> bool:
    row = db.session.scalar(select(SignInLimitRow).where(SignInLimitRow.key == key).with_for_update())
    if row is None:
        db.session.execute(delete(SignInLimitRow).where(SignInLimitRow.waits_until < now - FORGET_AFTER))
        db.session.add(SignInLimitRow(key=key, failures=1, waits_until=now))
        db.session.flush()
        return True
    if row.failures > FREE_FAILURES and now < row.waits_until <= now + LONGEST_WAIT:
        # A clock put back keeps nobody out: no wait before the sixth failure, none beyond the longest.
        return False
    row.failures = 1 if row.waits_until < now - FORGET_AFTER else row.failures + 1
    row.waits_until = now + wait_after(row.failures)
    return True
