"""Signed-in browsers, kept on the server: a random token in a cookie, its SHA-256 in the table."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, bindparam, func, select, update
from sqlalchemy.exc import OperationalError

from app.access.browsers import SHARED
from app.access.models import AccountRow, SessionRow
from app.access.rights import BASIS_COLUMNS, Rights, basis, basis_text, rights_of
from app.db import begin_writing, db, read
from app.loaded import site

#: A browser left alone that long is signed out; after the longer time everyone is.
IDLE_LIMIT = timedelta(hours=8)
ABSOLUTE_LIMIT = timedelta(hours=12)
#: How exactly "last seen" is kept: a write on every page would cost more than it is worth.
SEEN_STEP = timedelta(minutes=5)
#: The same on a shared terminal: so long without a key, a touch or a page, and its script signs out. The
#: server waits a little more, for it learns of keys and touches only every half minute.
SHARED_IDLE_MINUTES = 10
SHARED_IDLE_LIMIT = timedelta(minutes=SHARED_IDLE_MINUTES + 1)
SHARED_SEEN_STEP = timedelta(seconds=30)
#: So many letters of a session's hash name it to its owner; the token can't be found from them.
_NAME = 16
_named = func.substr(SessionRow.token_hash, 1, _NAME)


@dataclass(frozen=True, slots=True)
class Found:
    """A session that stands: whose, what they may do, and whether a new password is still owed."""

    account_id: str
    rights: Rights
    must_change_password: bool


_LOOK_UP = (
    select(
        SessionRow.account_id,
        SessionRow.created_at,
        SessionRow.seen_at,
        SessionRow.rights,
        SessionRow.basis,
        SessionRow.browser,
        AccountRow.initial_until,
        *BASIS_COLUMNS,
    )
    .join(AccountRow, AccountRow.id == SessionRow.account_id)
    .where(SessionRow.token_hash == bindparam("key"), SessionRow.ended_at.is_(None))
)


def open_session(account_id: str, now: datetime, today: date) -> str:
    """Sign an account in on a new browser and return the token for its cookie."""
    begin_writing()
    token = add_session(db.session.get_one(AccountRow, account_id), now, today)
    db.session.commit()
    return token


def add_session(account: AccountRow, now: datetime, today: date, browser: str = "") -> str:
    """Like ``open_session``, inside the caller's transaction."""
    token = secrets.token_urlsafe(32)
    rights = rights_of(account, today, site().signin_grace_days)
    db.session.add(
        SessionRow(
            token_hash=_hash(token),
            account_id=account.id,
            created_at=now,
            seen_at=now,
            rights=rights.to_json() if rights else "",
            basis=basis(today) if rights else "",
            browser=browser or None,
        )
    )
    account.last_login_at = now
    return token


def find_session(token: str, now: datetime, today: date, shared: bool = False) -> Found | None:
    """The session behind a cookie; None when it ended, lay idle too long, or its holder's sign-in closed.

    ``shared``: a shared terminal asks. What began there keeps to its limit wherever the cookie goes.
    """
    key = _hash(token)
    row = next(iter(read(_LOOK_UP, {"key": key})), None)
    if row is None:
        return None
    shared = shared or (row.browser or "").startswith(SHARED)
    idle = SHARED_IDLE_LIMIT if shared else IDLE_LIMIT
    if now - row.seen_at > idle or now - row.created_at > ABSOLUTE_LIMIT:
        # For good: a clock put back must not open it again.
        _note(SessionRow.token_hash == key, ended_at=now)
        return None
    if row.basis == basis_text(row[7:], today):
        rights: Rights | None = Rights.from_json(row.rights)
    else:
        rights = _read_again(key, row.account_id, now, today)
    if rights is None:
        return None
    if now - row.seen_at > (SHARED_SEEN_STEP if shared else SEEN_STEP):
        _note(SessionRow.token_hash == key, seen_at=now)
    return Found(row.account_id, rights, row.initial_until is not None)


def end_session(token: str, now: datetime) -> None:
    """Sign one browser out."""
    begin_writing()
    _end(SessionRow.token_hash == _hash(token), now)
    db.session.commit()


@dataclass(frozen=True, slots=True)
class Open:
    """A browser an account is signed in on; ``name`` stands for it in a form, ``this`` one asks."""

    name: str
    browser: str
    since: datetime
    seen_at: datetime
    this: bool


def open_sessions(account_id: str, token: str, now: datetime) -> list[Open]:
    """Where an account is signed in, the last used first."""
    rows = db.session.scalars(
        select(SessionRow)
        .where(
            SessionRow.account_id == account_id,
            SessionRow.ended_at.is_(None),
            SessionRow.seen_at > now - IDLE_LIMIT,
            SessionRow.created_at > now - ABSOLUTE_LIMIT,
        )
        .order_by(SessionRow.seen_at.desc(), SessionRow.created_at.desc())
    )
    mine = _hash(token)
    return [
        Open(row.token_hash[:_NAME], row.browser or "", row.created_at, row.seen_at, row.token_hash == mine)
        for row in rows
    ]


def end_named(account_id: str, name: str, now: datetime) -> bool:
    """Sign an account out on one browser by its ``Open.name``; False when it has none of that name."""
    begin_writing()
    ended = _end((SessionRow.account_id == account_id) & (_named == name), now)
    db.session.commit()
    return bool(ended)


def end_others(account_id: str, token: str, now: datetime) -> int:
    """Sign an account out on every browser but the one that asks; return on how many."""
    begin_writing()
    ended = _end((SessionRow.account_id == account_id) & (SessionRow.token_hash != _hash(token)), now)
    db.session.commit()
    return ended


def end_sessions(account_id: str, now: datetime) -> None:
    """Sign an account out everywhere, inside the caller's transaction."""
    _end(SessionRow.account_id == account_id, now)


def _end(which: ColumnElement[bool], now: datetime) -> int:
    ended = db.session.execute(
        update(SessionRow).where(which, SessionRow.ended_at.is_(None)).values(ended_at=now)
    )
    return cast("CursorResult[Any]", ended).rowcount


def _read_again(key: str, account_id: str, now: datetime, today: date) -> Rights | None:
    """Rights after the records moved on; a holder whose sign-in closed is signed out for good."""
    newest = basis(today)
    rights = rights_of(db.session.get_one(AccountRow, account_id), today, site().signin_grace_days)
    if rights is None:
        _note(SessionRow.account_id == account_id, ended_at=now)
    else:
        _note(SessionRow.token_hash == key, rights=rights.to_json(), basis=newest)
    return rights


def _note(which: ColumnElement[bool], **values: object) -> None:
    """Write to sessions that stand; a busy database must not refuse a page to somebody who is signed in."""
    try:
        begin_writing()
        db.session.execute(update(SessionRow).where(which, SessionRow.ended_at.is_(None)).values(**values))
        db.session.commit()
    except OperationalError:
        db.session.rollback()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
