"""Fifty guesses at once: exactly as many are looked at as one after another, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from app.access import known_browsers, limits
from app.access.models import KnownBrowserRow, SignInLimitRow
from app.access.sign_in import Browser, Entered, Refusal, sign_in
from app.db import db
from tests.at_once import at_once
from tests.people_builder import hire
from tests.signing_in import PASSWORD, give_account

NOW = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
TODAY = date(2026, 6, 1)
MANY = 50


def attempt(password: str, token: str = "") -> Entered | Refusal:
    return sign_in("0000001", password, NOW, TODAY, Browser(token, "Edge・Windows", False))


@pytest.mark.parametrize("known", [True, False], ids=["a known browser", "any browser"])
def test_fifty_guesses_at_once_are_counted_exactly(either: Flask, known: bool) -> None:
    either.config["GUARD_WRITES"] = False
    give_account(hire("0000001"))
    entered = attempt(PASSWORD)
    assert isinstance(entered, Entered) and entered.known
    token = entered.known if known else ""
    answers = at_once(either, *[lambda n=n: attempt(f"guess {n}", token) for n in range(MANY)])
    # A known browser's own guesses, then the account's: five free ones and the one that begins the wait.
    looked_at = (known_browsers.GUESSES if known else 0) + limits.FREE_FAILURES + 1
    assert answers.count(Refusal.WRONG) == looked_at
    assert answers.count(Refusal.WAITING) == MANY - looked_at
    db.session.rollback()
    assert db.session.query(SignInLimitRow.failures).scalar() == limits.FREE_FAILURES + 1
    failures = db.session.query(KnownBrowserRow.failures).scalar()
    assert failures == (known_browsers.GUESSES if known else 0)
    assert (attempt(PASSWORD, entered.known) is Refusal.WAITING) == known
