"""No answer is lost: session gone, key changed, token old, database away; and nobody else gets it."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from app import clock
from app.access.models import SessionRow
from app.access.sessions import end_sessions
from app.auth import cookie_name
from app.db import begin_writing, db
from app.training import held
from app.training.attempts import load_attempt
from app.training.held_models import HeldAnswerRow
from app.training.models import AnswerRow
from tests.people_builder import hire
from tests.signing_in import PASSWORD, give_account, sign_in, slip_password
from tests.web.learner import Learner

HERE = {"Origin": "http://localhost"}
ELSEWHERE = {"Origin": "http://example.com"}


@pytest.fixture
def guarded(app: Flask, client: FlaskClient) -> FlaskClient:
    """A browser with form tokens in force."""
    app.config["WTF_CSRF_ENABLED"] = True
    return client


@pytest.fixture
def hana(app: Flask, client: FlaskClient) -> Learner:
    """A learner with the first question of a test open and its page in front of her."""
    give_account(person_id := hire("0001234", "試験 花子", date(2026, 4, 1)))
    sign_in(client, person_id)
    learner = Learner(client)
    learner.begin("1-definition")
    app.config["WTF_CSRF_ENABLED"] = True
    learner.get(learner.at)
    return learner


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return unescape(found[1])


def send(hana: Learner, headers: dict[str, str] = HERE, **more: object) -> TestResponse:
    """Press 解答する on the page that was open, with the token it had."""
    form = {"csrf_token": "of another day", "choice": ["0"], **more}
    return hana.client.post(hana.at, data=form, headers=headers)


def log_in(client: FlaskClient, number: str = "0001234") -> TestResponse:
    form = {"number": number, "password": PASSWORD, "csrf_token": token_of(client.get("/login").text)}
    return client.post("/login", data=form)


def lose_session(hana: Learner) -> None:
    begin_writing()
    db.session.execute(delete(SessionRow))
    db.session.commit()


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(AnswerRow)) or 0


def waiting() -> int:
    return db.session.scalar(select(func.count()).select_from(HeldAnswerRow)) or 0


def test_an_answer_sent_after_the_session_ended_waits_for_its_owner(hana: Learner) -> None:
    lose_session(hana)
    answer = send(hana)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "解答をお預かりしました。ログインすると保存されます。" in hana.client.get("/login").text
    assert kept() == 0
    entered = log_in(hana.client)
    assert entered.location == hana.at
    page = hana.client.get(entered.location).text
    assert "data-result=" in page
    assert "お預かりした解答を保存しました。" in page
    assert (kept(), waiting()) == (1, 0)
    chosen = hana.question.chosen
    assert chosen == frozenset([hana.question.order[0]])


@pytest.mark.parametrize("kind", ["logged out elsewhere", "cookie gone", "key changed", "all cookies gone"])
def test_however_the_session_was_lost(app: Flask, hana: Learner, kind: str) -> None:
    if kind == "logged out elsewhere":
        begin_writing()
        end_sessions(db.session.scalars(select(SessionRow.account_id)).one(), clock.now())
        db.session.commit()
    if "gone" in kind:
        hana.client.delete_cookie(cookie_name())
    if kind == "all cookies gone":
        hana.client.delete_cookie("kenshu_form")
    if kind == "key changed":
        app.secret_key = "another one"
        lose_session(hana)
    assert send(hana).location == "/login"
    assert "data-result=" in hana.client.get(log_in(hana.client).location).text
    assert kept() == 1


def test_the_key_changed_or_a_new_sign_in_in_another_tab_costs_nothing(app: Flask, hana: Learner) -> None:
    app.secret_key = "another one"
    assert send(hana).location == hana.at
    assert kept() == 1


def test_somebody_else_at_the_same_machine_sees_and_gets_nothing(hana: Learner) -> None:
    give_account(hire("0005678", "見本 次郎"))
    lose_session(hana)
    answer = send(hana)
    for page in (answer.text, answer.location, hana.client.get("/login").text):
        assert hana.at not in page
        assert hana.attempt.id not in page
        assert "試験 花子" not in page
    entered = log_in(hana.client, "0005678")
    assert entered.location == "/"
    page = hana.client.get("/").text
    assert "お預かりした" not in page
    assert hana.attempt.id not in page
    assert (kept(), waiting()) == (0, 0)
    # It is not there for the owner either: what was dropped is gone.
    hana.client.post("/logout", data={"csrf_token": token_of(page)})
    assert log_in(hana.client).location == "/"
    assert kept() == 0


def test_who_signs_out_leaves_nothing(hana: Learner) -> None:
    lose_session(hana)
    send(hana)
    token = token_of(hana.client.get("/login").text)
    hana.client.post("/logout", data={"csrf_token": token})
    assert waiting() == 0


def test_an_earlier_answer_stands(hana: Learner) -> None:
    at, client = hana.at, hana.client
    tab = Learner(client.application.test_client())
    lose_session(hana)
    send(hana, choice=["1"])
    account = log_in(tab.client)
    assert account.status_code == 303
    page = tab.client.get(at).text
    tab.client.post(at, data={"choice": ["0"], "csrf_token": token_of(page)})
    entered = log_in(client)
    assert entered.location == f"{at}?kept=1"
    assert "先の解答が記録されています" in client.get(entered.location).text
    assert hana.question.chosen == frozenset([hana.question.order[0]])


def test_the_first_of_two_answers_that_wait_stands(hana: Learner) -> None:
    lose_session(hana)
    send(hana, choice=["1"])
    send(hana, choice=["0"])
    log_in(hana.client)
    assert hana.question.chosen == frozenset([hana.question.order[1]])


@pytest.mark.parametrize(
    "headers", [ELSEWHERE, {}, {"Origin": "null"}, HERE | {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_site_sends_nothing(hana: Learner, headers: dict[str, str]) -> None:
    answer = send(hana, headers)
    assert (answer.status_code, kept()) == (400, 0)
    lose_session(hana)
    assert "/login?next=" in send(hana, headers).location or send(hana, headers).location == "/login"
    assert waiting() == 0


def test_a_form_without_any_token_is_shown_again_filled_in(hana: Learner) -> None:
    answer = send(hana, csrf_token="")
    assert (answer.status_code, kept()) == (400, 0)
    assert f'action="{hana.at}"' in answer.text
    assert '<input type="hidden" name="choice" value="0">' in answer.text
    again = send(hana, {}, csrf_token=token_of(answer.text))
    assert (again.status_code, kept()) == (303, 1)
    assert "解答をもう一度送る" not in send(hana, ELSEWHERE, csrf_token="").text


def test_a_new_password_owed_does_not_cost_the_answer(hana: Learner) -> None:
    person_id = hana.attempt.person_id
    word = slip_password(person_id)
    token = token_of(hana.client.get("/login").text)
    hana.client.post("/login", data={"number": "0001234", "password": word, "csrf_token": token})
    assert send(hana).location == "/password"
    token = token_of(hana.client.get("/password").text)
    new = "おうちの猫は三毛猫です"
    answer = hana.client.post("/password", data={"new": new, "again": new, "csrf_token": token})
    assert answer.location == hana.at
    assert kept() == 1


def test_what_is_held_is_bounded(hana: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    now, sent = clock.now(), held.Sent(hana.at, hana.attempt.id, 1, 1, ("0",))
    assert held.hold(None, replace(sent, attempt="0" * 32), now) is None
    assert held.hold(None, replace(sent, values=()), now) is None
    assert held.hold(None, replace(sent, values=("0" * 300,)), now) is None
    token = held.hold(None, sent, now)
    assert token is not None
    for step in range(2, held.MOST_A_BROWSER + 1):
        assert held.hold(token, replace(sent, step=step), now) == token
    assert held.hold(token, replace(sent, step=99), now) is None
    for step in range(held.MOST_A_TEST - held.MOST_A_BROWSER):
        assert held.hold(None, replace(sent, step=step), now) is not None
    assert held.hold(None, sent, now) is None
    later = now + held.KEPT_FOR + timedelta(seconds=1)
    assert held.release(token, hana.attempt.person_id, later) is None
    assert held.hold(None, sent, later) is not None
    assert waiting() == 1
    monkeypatch.setattr(held, "MOST_AN_HOUR", 1)
    assert held.hold(None, sent, later) is None


def test_a_large_form_is_refused(hana: Learner) -> None:
    assert send(hana, csrf_token="x" * 5_000).status_code == 413
    lose_session(hana)
    assert send(hana, csrf_token="x" * 5_000).status_code == 413


def test_a_locked_database_leaves_the_answer_on_the_screen(
    app: Flask, hana: Learner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    db.session.remove()
    other = sqlite3.connect(tmp_path / "test.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    answer = send(hana)
    other.execute("ROLLBACK")
    other.close()
    assert answer.status_code == 503
    assert "いま、保存できませんでした" in answer.text
    assert re.search(r'value="0" id="choice-0" checked', answer.text)
    assert kept() == 0
    assert send(hana, {}, csrf_token=token_of(answer.text)).location == hana.at
    assert kept() == 1


def test_a_story_goes_on_where_its_step_was_held(hana: Learner) -> None:
    """A held step of a story is one answer to one scene."""
    attempt = load_attempt(hana.attempt.id)
    assert attempt is not None
    sent = held.Sent(hana.at, attempt.id, 1, 7, ("0",))
    token = held.hold(None, sent, clock.now())
    assert token is not None
    released = held.release(token, attempt.person_id, clock.now())
    assert released == held.Released(hana.at, 7, False, False)
    assert kept() == 0


def test_a_session_that_lay_idle(hana: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    later: datetime = clock.now() + timedelta(hours=9)
    monkeypatch.setenv("KENSHU_NOW", later.astimezone(clock.JST).strftime("%Y-%m-%dT%H:%M"))
    assert send(hana).location == "/login"
    log_in(hana.client)
    assert kept() == 1
