"""Every sign-in and every refusal is one line of the log; nothing typed into a wrong field stands there."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import journal
from app.access.roles import Role
from tests.people_builder import hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator

NEW = "青い傘と古い時計の駅"


@pytest.fixture
def lines(app: Flask, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, journal.log.name)
    return caplog


def said(lines: pytest.LogCaptureFixture) -> list[str]:
    found = [record.getMessage() for record in lines.records if record.name == journal.log.name]
    lines.clear()
    return found


def log_in(client: FlaskClient, number: str, password: str) -> None:
    client.post("/login", data={"number": number, "password": password})


def test_every_sign_in_is_one_line(client: FlaskClient, lines: pytest.LogCaptureFixture) -> None:
    account = give_account(hire("0000001"))
    log_in(client, "0000001", PASSWORD)
    client.post("/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
    client.post("/logout")
    assert said(lines) == [
        f"sign-in entered number='0000001' account='{account}'",
        f"password changed account='{account}'",
        f"signed out account='{account}'",
    ]
    for _ in range(7):
        log_in(client.application.test_client(), "0000001", "ちがうパスワード")
    wrong = f"sign-in refused (wrong) number='0000001' account='{account}'"
    assert said(lines) == [wrong] * 6 + [wrong.replace("wrong", "waiting")]
    left = give_account(hire("0000002", end=date(2020, 3, 31)))
    log_in(client, "0000002", PASSWORD)
    assert said(lines) == [f"sign-in refused (closed) number='0000002' account='{left}'"]


@pytest.mark.parametrize(
    "typed",
    ["my secret password", "0009999", "0009999\nsign-in entered number='1'", "\u2028\x1b[31m", "x" * 64],
)
def test_what_nobody_has_as_number_is_not_written_down(
    client: FlaskClient, lines: pytest.LogCaptureFixture, typed: str
) -> None:
    log_in(client, typed, PASSWORD)
    assert said(lines) == ["sign-in refused (wrong) number unknown"]
    assert PASSWORD not in lines.text


def test_a_number_that_is_no_plain_text_stays_one_line(
    client: FlaskClient, lines: pytest.LogCaptureFixture
) -> None:
    odd = "a\x1b[31m\u202eb"
    account = give_operator(odd, Role.HR)
    log_in(client, odd, PASSWORD)
    (line,) = said(lines)
    assert line.isascii() and line.isprintable() and line.endswith(f"account='{account}'")


def test_who_asks_for_what_is_not_theirs_is_one_line(
    app: Flask, client: FlaskClient, lines: pytest.LogCaptureFixture
) -> None:
    account = give_account(hire("0000001"))
    enter(client, account)
    client.get("/hr/people/%0d%0aforged?q=secret")
    client.get("/hr/")
    app.config["WTF_CSRF_ENABLED"] = True
    client.post("/password", data={"csrf_token": "forged", "new": NEW})
    assert said(lines) == [
        f"refused (not for this role) GET '/hr/people/<person_id>' account='{account}'",
        f"refused (not for this role) GET '/hr/' account='{account}'",
        f"refused (not a form of ours) POST '/password' account='{account}'",
    ]


def test_a_line_reaches_the_servers_log_with_the_time_in_utc(client: FlaskClient) -> None:
    answer = client.post(
        "/login", data={"number": "0009999", "password": "x"}, errors_stream=(out := io.StringIO())
    )
    assert answer.status_code == 401
    (line,) = out.getvalue().splitlines()
    stamp, level, message = line.split(" ", 2)
    assert abs(datetime.now(UTC) - datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S%z")) < timedelta(minutes=5)
    assert (level, message) == ("WARNING", "sign-in refused (wrong) number unknown")


class FullDisk(io.StringIO):
    """Where nothing more can be written."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_log_keeps_nobody_out(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    give_account(hire("0000001"))
    # What logging says of its own failure cannot be written either.
    monkeypatch.setattr(sys, "stderr", FullDisk())
    form = {"number": "0000001", "password": PASSWORD}
    assert client.post("/login", data=form, errors_stream=FullDisk()).status_code == 303
    assert client.get("/", errors_stream=FullDisk()).status_code == 200
