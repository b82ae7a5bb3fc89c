"""An attack on somebody's account: their own browser lets them in, a stranger's and a shared one do not."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.access import accounts, known_browsers, limits
from app.access.alarm import MANY, Alarm
from app.access.browsers import browser_named
from app.access.models import KnownBrowserRow, SignInLimitRow
from app.access.sign_in import Browser, Entered, Refusal, accounts_of, sign_in
from app.db import db
from tests.people_builder import hire
from tests.signing_in import PASSWORD, give_account, slip_password

NOW = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
TODAY = date(2026, 6, 1)
NUMBER = "0000001"


@pytest.fixture
def person(app: Flask) -> str:
    """The attacked: somebody with an account."""
    person_id = hire(NUMBER)
    give_account(person_id)
    return person_id


def attempt(
    password: str = PASSWORD, token: str = "", now: datetime = NOW, shared: bool = False
) -> Entered | Refusal:
    return sign_in(NUMBER, password, now, TODAY, Browser(token, "Edge・Windows", shared))


def known(now: datetime = NOW) -> str:
    entered = attempt(now=now)
    assert isinstance(entered, Entered) and entered.known
    return entered.known


def attack() -> None:
    while attempt("ちがうパスワード") is not Refusal.WAITING:
        pass


def test_a_known_browser_enters_at_once_while_others_wait(person: str) -> None:
    token = known()
    attack()
    assert attempt() is Refusal.WAITING
    failures = db.session.query(SignInLimitRow.failures).scalar()
    for _ in range(3):
        entered = attempt(token=token)
        assert isinstance(entered, Entered) and entered.known
        token = entered.known
    # The attacker gains nothing by it: the account's count is as it was.
    assert db.session.query(SignInLimitRow.failures).scalar() == failures
    assert attempt() is Refusal.WAITING


def test_a_stolen_cookie_has_few_guesses(person: str) -> None:
    token = known()
    attack()
    answers = [attempt("ちがうパスワード", token) for _ in range(20)]
    assert answers == [Refusal.WRONG] * known_browsers.GUESSES + [Refusal.WAITING] * 15
    assert attempt(token=token) is Refusal.WAITING


def test_a_used_token_and_a_planted_one_are_worth_nothing(person: str) -> None:
    used = known()
    entered = attempt(token=used)
    assert isinstance(entered, Entered) and entered.known != used
    attack()
    assert attempt(token=used) is Refusal.WAITING
    assert attempt(token="planted") is Refusal.WAITING
    assert used not in str(db.session.query(KnownBrowserRow.token_hash).all())


def test_a_shared_terminal_is_never_known(person: str) -> None:
    entered = attempt(shared=True)
    assert isinstance(entered, Entered) and entered.known is None
    token = known()
    attack()
    assert attempt(token=token, shared=True) is Refusal.WAITING


def test_a_browser_is_known_to_those_who_used_it(app: Flask, person: str) -> None:
    other = hire("0000002")
    give_account(other)
    token = known()
    entered = sign_in("0000002", PASSWORD, NOW, TODAY, Browser(token))
    assert isinstance(entered, Entered) and entered.known
    attack()
    assert isinstance(attempt(token=entered.known), Entered)


def test_a_browser_is_forgotten_by_a_reset_and_in_time(person: str) -> None:
    token = known()
    attack()
    assert attempt(token=token, now=NOW + known_browsers.KEPT + timedelta(seconds=1)) is not Refusal.WAITING
    assert not known_browsers.admit(token, [account_of(person)], NOW + known_browsers.KEPT)
    slip_password(person)
    assert db.session.query(KnownBrowserRow).count() == 0


def test_only_so_many_browsers_are_known(person: str) -> None:
    tokens = [known(NOW + timedelta(minutes=n)) for n in range(known_browsers.MOST + 2)]
    assert db.session.query(KnownBrowserRow).count() == known_browsers.MOST
    assert not known_browsers.admit(tokens[0], [account_of(person)], NOW)
    assert known_browsers.admit(tokens[-1], [account_of(person)], NOW)


def test_a_slip_opens_at_once_during_an_attack(person: str) -> None:
    password = slip_password(person)
    attack()
    assert attempt("acde-fhjk-mnpr") is Refusal.WAITING
    assert isinstance(attempt(password), Entered)


def test_a_guess_in_the_form_of_a_slip_tells_nothing(app: Flask, person: str) -> None:
    """Somebody in use, somebody with a slip, nobody: the same answers."""
    slip_password(hire("0000002"))
    for number in (NUMBER, "0000002", "0000999"):
        answers = [sign_in(number, "acde-fhjk-mnpr", NOW, TODAY) for _ in range(9)]
        assert answers == [Refusal.WRONG] * 6 + [Refusal.WAITING] * 3, number


def test_hr_ends_the_wait(person: str) -> None:
    attack()
    assert limits.waiting(NOW) == {account_of(person)}
    accounts.unlock(person, NOW, "人事")
    assert not limits.waiting(NOW)
    assert isinstance(attempt(), Entered)


def test_many_numbers_tried_at_once_are_said_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    alarm = Alarm()
    give_account(hire(NUMBER))
    with caplog.at_level(logging.WARNING, "app.access.alarm"):
        for second in range(3 * MANY):
            now = NOW + timedelta(seconds=second / 2)
            assert sign_in(f"9{second:06}", "春のはじまり", now, TODAY) is Refusal.WRONG
            alarm.failed(now, "10.0.0.1\nforged")
            if second < MANY - 1:
                assert not alarms(caplog)
    assert len(alarms(caplog)) == 1
    assert "\n" not in alarms(caplog)[0]
    # Nobody is refused for it.
    assert isinstance(attempt(now=now), Entered)


def test_one_number_tried_often_is_no_alarm(person: str, caplog: pytest.LogCaptureFixture) -> None:
    attack()
    Alarm().failed(NOW, "10.0.0.1")
    assert not alarms(caplog)


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge・Windows"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) Version/18.0 Safari/604.1", "Safari・iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Safari/537.36", "Chrome・Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox・Linux"),
        ("<script>", ""),
    ],
)  # fmt: skip
def test_a_browser_is_named_as_people_know_it(said: str, named: str) -> None:
    assert browser_named(said) == named


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the alarm said; each refusal is a line of its own in the journal besides."""
    return [one.getMessage() for one in caplog.records if one.name == "app.access.alarm"]


def account_of(person_id: str) -> str:
    (account,) = accounts_of([person_id])
    return account.id
