"""A shared terminal: large entry, ten minutes, nothing left behind; slips with a QR code of the address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.access.roles import Role
from app.access.sessions import SHARED_IDLE_LIMIT
from tests.people_builder import hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator, sign_in

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


def set_up(client: FlaskClient) -> None:
    enter(client, give_operator("jinji", Role.HR))
    assert client.post("/kiosk", data={"shared": "1"}).status_code == 303
    client.post("/logout")


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("app.clock.now", lambda: moment)


def test_hr_makes_a_browser_a_shared_terminal_and_an_ordinary_one_again(client: FlaskClient) -> None:
    enter(client, give_operator("jinji", Role.HR))
    assert "ふつうの端末です" in client.get("/kiosk").text
    client.post("/kiosk", data={"shared": "1"})
    page = client.get("/kiosk")
    assert "共用の端末です" in page.text and 'id="idle"' in page.text
    assert f'data-minutes="{SHARED_IDLE_LIMIT // timedelta(minutes=1) - 1}"' in page.text
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
    client.post("/kiosk", data={"shared": "0"})
    page = client.get("/kiosk")
    assert 'id="idle"' not in page.text and "connect-src" not in page.headers["Content-Security-Policy"]


def test_learners_cannot_change_it_and_a_made_up_cookie_is_none(client: FlaskClient) -> None:
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    assert client.get("/kiosk").status_code == 403
    assert client.post("/kiosk", data={"shared": "1"}).status_code == 403
    client.set_cookie("kenshu_shared", "shared")
    assert 'id="idle"' not in client.get("/").text


def test_the_sign_in_page_is_large_and_remembers_nothing(client: FlaskClient) -> None:
    set_up(client)
    page = client.get("/login").text
    assert "みんなで使う端末です" in page and "shared-terminal" in page
    assert 'autocomplete="current-password"' not in page


def test_ten_idle_minutes_end_the_session_and_leave_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    set_up(client)
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    client.post("/showing", data={"lang": "en"})
    for minute in (8, 16, 24):
        at(monkeypatch, NOW + timedelta(minutes=minute))
        assert client.get("/kiosk/here").status_code == 204
    at(monkeypatch, NOW + timedelta(minutes=24) + SHARED_IDLE_LIMIT + timedelta(minutes=1))
    answer = client.get("/")
    assert answer.status_code == 303 and answer.location.startswith("/login")
    assert '<html lang="ja">' in client.get("/login").text


def test_a_cookie_carried_away_from_the_terminal_ends_as_soon(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    set_up(client)
    give_account(hire("0001234", start=date(2026, 4, 1)))
    assert client.post("/login", data={"number": "0001234", "password": PASSWORD}).status_code == 303
    client.delete_cookie("kenshu_shared")
    assert client.get("/").status_code == 200
    at(monkeypatch, NOW + SHARED_IDLE_LIMIT + timedelta(minutes=1))
    assert client.get("/").status_code == 303


def test_elsewhere_ten_minutes_are_nothing(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW)
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    at(monkeypatch, NOW + timedelta(hours=2))
    assert client.get("/").status_code == 200


def test_the_qr_code_is_a_picture_of_our_own(client: FlaskClient) -> None:
    assert client.get("/qr.svg").status_code == 303
    enter(client, give_operator("jinji", Role.HR))
    picture = client.get("/qr.svg")
    assert picture.mimetype == "image/svg+xml" and picture.data.startswith(b"<svg")
    hire("0001235", start=date(2026, 4, 1))
    assert 'src="/qr.svg"' in client.post("/hr/slips").text
