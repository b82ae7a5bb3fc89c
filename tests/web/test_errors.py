"""What people read when something went wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.auth import public
from tests.house_client import complaints
from tests.people_builder import hire
from tests.signing_in import give_account, sign_in


@pytest.fixture
def broken(app: Flask, client: FlaskClient) -> FlaskClient:
    """A site with pages that go wrong."""

    @app.get("/abort/<int:code>")
    @public
    def abort_with(code: int) -> str:
        abort(code)

    @app.get("/database")
    @public
    def database() -> str:
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    @app.get("/mistake")
    @public
    def mistake() -> str:
        raise RuntimeError("secret detail")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    return client


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_error_is_a_calm_page(broken: FlaskClient, code: int) -> None:
    answer = broken.get(f"/abort/{code}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == code
    assert "最初のページへ" in page
    assert not complaints(page)


def test_a_database_that_is_away(broken: FlaskClient) -> None:
    answer = broken.get("/database")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "この操作は行われていません" in page
    assert 'href="/database"' in page
    assert "SELECT" not in page


def test_our_own_mistake_shows_no_detail(broken: FlaskClient) -> None:
    answer = broken.get("/mistake")
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)


def test_an_unknown_address_is_404_for_a_stranger_and_for_a_person(client: FlaskClient) -> None:
    assert client.get("/nowhere").status_code == 404
    sign_in(client, hire("0000001"))
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "ログアウト" in answer.get_data(as_text=True)


def test_a_form_without_its_token_is_refused_kindly(app: Flask, client: FlaskClient) -> None:
    give_account(hire("0000001"))
    app.config["WTF_CSRF_ENABLED"] = True
    answer = client.post("/login", data={"number": "0000001", "password": "x"})
    assert answer.status_code == 400
    assert "これまでの記録は、そのまま残っています" in answer.get_data(as_text=True)


def test_headers_keep_other_sites_out(client: FlaskClient) -> None:
    headers = client.get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    with client.get("/static/css/site.css") as sheet:
        assert "no-store" not in sheet.headers.get("Cache-Control", "")


def test_a_rehearsal_says_so_on_every_page(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "予行演習中" not in client.get("/login").get_data(as_text=True)
    monkeypatch.setenv("KENSHU_NOW", "2026-04-01T09:00")
    assert "予行演習中" in client.get("/login").get_data(as_text=True)
    assert "予行演習中" in client.get("/nowhere").get_data(as_text=True)


def test_another_sites_name_is_refused_where_the_address_is_known(app: Flask, client: FlaskClient) -> None:
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 200
    loaded = app.extensions["kenshu"]
    told = replace(loaded.settings, address="https://kenshu.example.lg.jp/", https=True)
    app.extensions["kenshu"] = replace(loaded, settings=told)
    for name in ("kenshu.example.lg.jp", "KENSHU.example.lg.jp:8443", "127.0.0.1:8000", "localhost"):
        assert client.get("/healthz", headers={"Host": name}).status_code == 200, name
    for name in ("evil.example", "kenshu.example.lg.jp.evil.example", "evil.example:443", "x@evil.example"):
        answer = client.get("/", headers={"Host": name})
        assert answer.status_code == 400, name
        assert "Location" not in answer.headers and b"evil" not in answer.data
    headers = client.get("/login", headers={"Host": "localhost"}).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
