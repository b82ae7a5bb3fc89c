"""Signing in: a new hire, people who share a number, somebody guessing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from app.access import limits, sessions
from app.access.models import SessionRow, SignInLimitRow
from app.access.sign_in import Entered, Refusal, sign_in
from app.db import begin_writing, db
from app.people.employment import Category
from app.people.models import MergeRow
from tests.people_builder import add_appointment, add_person, hire
from tests.signing_in import PASSWORD, give_account, give_operator, slip_password

NOW = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
TODAY = date(2026, 6, 1)


def entered(number: str, password: str = PASSWORD, now: datetime = NOW) -> str | Refusal:
    """The account signed in, or the refusal."""
    outcome = sign_in(number, password, now, TODAY)
    if isinstance(outcome, Refusal):
        return outcome
    found = sessions.find_session(outcome.token, now, TODAY)
    assert found is not None
    return found.account_id


@pytest.mark.parametrize("typed", ["0012345", "12345", " ００１２３４５ "])
def test_the_number_as_people_type_it(app: Flask, typed: str) -> None:
    account = give_account(hire("0012345"))
    assert entered(typed) == account


def test_a_former_number_and_a_merged_record_still_lead_in(app: Flask) -> None:
    kept, other = hire("0000001", end=date(2025, 3, 31)), hire("0000777")
    account = give_account(kept)
    begin_writing()
    db.session.add(MergeRow(kept_id=kept, merged_id=other, recorded_at=NOW))
    db.session.commit()
    assert entered("0000777") == account
    assert entered("0000001") == account


def test_two_people_with_one_number_in_two_rosters(app: Flask) -> None:
    give_account(hire("0000001"))
    volunteer = add_person("団員 次郎")
    add_appointment(volunteer, "0000001", date(2024, 4, 1), category=Category.FIRE_CORPS, source="消防団")
    password = slip_password(volunteer)
    outcome = sign_in("0000001", password, datetime.now(UTC), TODAY)
    assert isinstance(outcome, Entered)


def test_an_operator_signs_in_by_login(app: Flask) -> None:
    account = give_operator("op-hr")
    assert entered("op-hr") == account


@pytest.mark.parametrize("known", [True, False])
def test_another_spelling_of_a_number_does_not_tell_whether_somebody_has_it(app: Flask, known: bool) -> None:
    if known:
        give_account(hire("0000001"))
    assert [entered("0000001", "まちがい") for _ in range(7)][-1] is Refusal.WAITING
    assert entered("1", "まちがい") is Refusal.WAITING


def test_a_clock_put_back_keeps_nobody_waiting(app: Flask) -> None:
    account = give_account(hire("0000001"))
    assert entered("0000001", "まちがったパスワード") is Refusal.WRONG
    earlier = NOW - timedelta(seconds=1)
    assert entered("0000001", now=earlier) == account
    assert [entered("0000001", "x") for _ in range(7)][-1] is Refusal.WAITING
    assert entered("0000001", now=NOW - timedelta(days=2)) == account


def test_a_stranger_learns_nothing(app: Flask) -> None:
    give_account(hire("0000001"))
    for number in ("0000001", "0000999"):
        answers = [entered(number, "まちがったパスワード") for _ in range(8)]
        assert answers == [Refusal.WRONG] * 6 + [Refusal.WAITING] * 2


def test_waiting_grows_to_fifteen_minutes_and_ends(app: Flask) -> None:
    account = give_account(hire("0000001"))
    assert [limits.wait_after(n).total_seconds() for n in (1, 5, 6, 7, 8, 13, 14, 999)] == [
        0, 0, 5, 10, 20, 640, 900, 900,
    ]  # fmt: skip
    now, evaluated = NOW, 0
    for _ in range(3600):
        evaluated += bool(limits.admit([account], now))
        now += timedelta(seconds=1)
    assert evaluated <= 16
    assert entered("0000001", now=now + timedelta(minutes=15)) == account
    assert db.session.get(SignInLimitRow, account) is None


def test_who_left_is_told_only_with_the_right_password(app: Flask) -> None:
    give_account(hire("0000001", end=date(2026, 4, 1)))
    assert entered("0000001", "まちがったパスワード") is Refusal.WRONG
    assert entered("0000001") is Refusal.CLOSED


def test_a_slip_is_good_for_fourteen_days(app: Flask) -> None:
    password = slip_password(hire("0000001"))
    later = datetime.now(UTC) + timedelta(days=16)
    assert entered("0000001", password, later) is Refusal.SLIP_EXPIRED


def test_a_session_ends_by_itself(app: Flask) -> None:
    account = give_account(hire("0000001"))
    token = sessions.open_session(account, NOW, TODAY)
    assert token not in str(db.session.query(SessionRow.token_hash).all())
    hour = timedelta(hours=1)
    assert sessions.find_session(token, NOW + 7 * hour, TODAY)
    assert sessions.find_session(token, NOW + 11 * hour, TODAY)
    assert sessions.find_session(token, NOW + 13 * hour, TODAY) is None
    idle = sessions.open_session(account, NOW, TODAY)
    assert sessions.find_session(idle, NOW + 9 * hour, TODAY) is None


def test_a_clock_put_back_opens_no_session_again(app: Flask) -> None:
    token = sessions.open_session(give_account(hire("0000001")), NOW, TODAY)
    assert sessions.find_session(token, NOW + timedelta(hours=9), TODAY) is None
    assert sessions.find_session(token, NOW + timedelta(minutes=1), TODAY) is None


def test_a_retirement_ends_the_session_at_once(app: Flask) -> None:
    person = hire("0000001", end=date(2026, 5, 31))
    token = sessions.open_session(give_account(person), NOW, TODAY)
    assert sessions.find_session(token, NOW, TODAY)
    gone = add_appointment(person, "0000001", date(2026, 5, 31), date(2026, 5, 31), retired=True, main=False)
    assert gone
    assert sessions.find_session(token, NOW, TODAY) is None
    assert sessions.find_session(token, NOW, TODAY) is None
