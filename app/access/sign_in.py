"""Signing in: from a number and a password to a session, or a refusal that tells a stranger nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select

from app.access import journal, known_browsers, limits, passwords
from app.access.models import AccountRow
from app.access.rights import rights_of
from app.access.sessions import add_session
from app.db import begin_writing, db
from app.loaded import site
from app.people.directory import merged_into, with_merged
from app.people.models import AppointmentRow

#: Different people may share a number in different 名簿区分; more accounts than that are not tried.
MOST_CANDIDATES = 5


class Refusal(StrEnum):
    """Why nobody was let in. Only WRONG and WAITING are said before the password was right."""

    WRONG = "wrong"
    WAITING = "waiting"
    SLIP_EXPIRED = "slip expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Browser:
    """What somebody signs in with: the token it is known by, what it calls itself, whether many share it."""

    token: str = ""
    name: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """A session's token, when this account signed in before, and what its browser is known by."""

    token: str
    last_login: datetime | None
    known: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    account_id: str
    password_hash: str
    initial_until: datetime | None

    def fits(self, password: str) -> bool:
        typed = password if self.initial_until is None else passwords.plain_initial(password)
        return passwords.verify(self.password_hash, typed)


def sign_in(
    number: str, password: str, now: datetime, today: date, browser: Browser | None = None
) -> Entered | Refusal:
    """Let the person in whose number and password these are; either way a line is written to the log."""
    number = normal_number(number)
    candidates = _candidates(number)
    outcome = _tried(number, candidates, password, now, today, browser or Browser())
    if isinstance(outcome, Refusal):
        journal.not_signed_in(number, [c.account_id for c in candidates], outcome.value)
    else:
        journal.signed_in(number, outcome.account_id)
    return outcome


def _tried(
    number: str, candidates: Sequence[_Candidate], password: str, now: datetime, today: date, browser: Browser
) -> Entered | Refusal:
    ids = [c.account_id for c in candidates]
    # One count for every spelling, as a known number has: else the other spelling tells which it is.
    keys = ids or [limits.key_of_unknown(spellings(number)[-1])]
    known = known_browsers.admit("" if browser.shared else browser.token, keys, now)
    admitted = known | limits.admit([key for key in keys if key not in known], now)
    slip = passwords.looks_initial(password)
    if not admitted and not slip:
        return Refusal.WAITING
    # A slip cannot be guessed: it opens at once what an attack keeps waiting. Others cost the same time.
    tried = [c for c in candidates if c.account_id in admitted or (slip and c.initial_until is not None)]
    if not tried:
        passwords.verify_nobody(password)
    found = next((c for c in tried if c.fits(password)), None)
    if found is None:
        return Refusal.WRONG if admitted else Refusal.WAITING
    return _let_in(found, password, now, today, browser, counted=found.account_id not in known)


def normal_number(typed: str) -> str:
    """A 職員番号 as it is compared: half-width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", typed).split())


def spellings(number: str) -> list[str]:
    """A number as typed, and with the leading zeros a form or a memory may have lost."""
    number = normal_number(number)
    padded = number.zfill(site().number_width) if number.isdecimal() else number
    return list(dict.fromkeys((number, padded)))


def persons_with(number: str) -> list[str]:
    """Ids of the people who hold or held ``number`` in any 名簿区分, followed to the kept record."""
    ids = db.session.scalars(
        select(AppointmentRow.person_id)
        .where(AppointmentRow.number.in_(spellings(number)), AppointmentRow.withdrawn_at.is_(None))
        .order_by(AppointmentRow.id)
    )
    merges = merged_into()
    return list(dict.fromkeys(merges.get(person, person) for person in ids))


def accounts_of(person_ids: Sequence[str], locked: bool = False) -> list[AccountRow]:
    """The accounts of people, those filed under a record since merged into theirs included.

    ``locked``: whoever asks so at the same moment waits for this transaction's end.
    """
    query = (
        select(AccountRow)
        .where(AccountRow.person_id.in_(with_merged(person_ids, merged_into())))
        .order_by(AccountRow.created_at, AccountRow.id)
    )
    return list(db.session.scalars(query.with_for_update() if locked else query))


def _candidates(number: str) -> list[_Candidate]:
    operator = db.session.scalars(select(AccountRow).where(AccountRow.login == number)).all()
    rows = [*operator, *accounts_of(persons_with(number))]
    return [_Candidate(row.id, row.password_hash, row.initial_until) for row in rows[:MOST_CANDIDATES]]


def _let_in(
    found: _Candidate, password: str, now: datetime, today: date, browser: Browser, counted: bool
) -> Entered | Refusal:
    """Open a session, unless the slip ran out or sign-in closed; the right password also clears the count.

    A known browser leaves the account's count as it is: it was not counted there, and an attack may go on.
    """
    rehash = found.initial_until is None and passwords.needs_rehash(found.password_hash)
    fresh = passwords.hash_password(password) if rehash else None
    begin_writing()
    if counted:
        limits.forget(found.account_id)
    account = db.session.get_one(AccountRow, found.account_id)
    refusal = _refusal(account, now, today)
    if refusal is not None:
        db.session.commit()
        return refusal
    if fresh is not None and account.password_hash == found.password_hash:
        account.password_hash = fresh
    last_login = account.last_login_at
    token = add_session(account, now, today, browser.name)
    known = None if browser.shared else known_browsers.remember(browser.token, account.id, now)
    db.session.commit()
    return Entered(token, last_login, known, found.account_id)


def _refusal(account: AccountRow, now: datetime, today: date) -> Refusal | None:
    if account.initial_until is not None and account.initial_until <= now:
        return Refusal.SLIP_EXPIRED
    if rights_of(account, today, site().signin_grace_days) is None:
        return Refusal.CLOSED
    return None
