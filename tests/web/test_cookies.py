"""Cookies are bound to the host, hidden, and signed by the site alone; over HTTPS, HSTS on every answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app import clock, create_app
from app.access.roles import Role
from app.access.sessions import open_session
from app.auth import cookie_name
from app.courses.library import Library
from app.db import db
from tests.conftest import settings_in
from tests.house_client import HouseClient
from tests.people_builder import hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator

SECURE = "https://kenshu.example.lg.jp"


@pytest.fixture
def secure(tmp_path: Path, app: Flask, library: Library) -> Iterator[Flask]:
    """The same site as it is served over HTTPS."""
    settings = replace(settings_in(tmp_path), https=True, address=f"{SECURE}/")
    site = create_app(settings, library)
    site.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    site.test_client_class = HouseClient
    with site.app_context():
        yield site
        db.session.remove()
        db.engine.dispose()


def ask(client: FlaskClient, path: str, **form: str) -> TestResponse:
    return client.post(path, data=form, base_url=SECURE) if form else client.get(path, base_url=SECURE)


def test_every_cookie_is_bound_to_the_host_and_hidden(secure: Flask) -> None:
    give_account(hire("0000001"))
    give_operator("jinji", Role.HR)
    client = secure.test_client()
    answers = [
        ask(client, "/login", number="0000001", password=PASSWORD),
        ask(client, "/showing", lang="en"),
        ask(client, "/logout", go="1"),
        ask(client, "/login", number="jinji", password=PASSWORD),
        ask(client, "/kiosk", shared="1"),
        ask(client, "/kiosk", shared="0"),
        ask(client, "/logout", go="1"),
    ]
    cookies = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    names = {line.split("=")[0] for line in cookies}
    assert names == {"__Host-kenshu", "__Host-kenshu-form", "__Host-kenshu-known", "__Host-kenshu-shared"}
    for line in cookies:
        attributes = {part.strip() for part in line.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes, line
        assert not any(part.startswith("Domain") for part in attributes), line


def test_a_held_answers_cookie_is_bound_and_hidden_too(secure: Flask) -> None:
    from app.web.holding import _cookie_name

    with secure.test_request_context():
        assert _cookie_name() == "__Host-kenshu-held"


@pytest.mark.parametrize("path", ["/login", "/", "/nowhere", "/static/css/site.css", "/healthz", "/qr.svg"])
def test_every_answer_asks_for_https_from_now_on(secure: Flask, path: str) -> None:
    with ask(secure.test_client(), path) as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    refused = secure.test_client().get(path, base_url="https://evil.example")
    assert refused.status_code == 400 or path == "/static/css/site.css"
    assert refused.headers["Strict-Transport-Security"] == "max-age=31536000"
    refused.close()


#: A shared terminal's mark as somebody else would make it.
FORGED: dict[str, Callable[[str], str]] = {
    "another key": lambda key: str(_mark("not the key").dumps("shared")),
    "another use of the key": lambda key: str(URLSafeSerializer(key, salt="cookie-session").dumps("shared")),
    "SHA-1": lambda key: str(_mark(key, hashlib.sha1).dumps("shared")),
    "MD5": lambda key: str(_mark(key, hashlib.md5).dumps("shared")),
    "no signature": lambda key: str(_mark(key).dumps("shared")).rpartition(".")[0],
    "an empty one": lambda key: str(_mark(key).dumps("shared")).rpartition(".")[0] + ".",
    "the name none": lambda key: f"eyJhbGciOiJub25lIn0.{_mark(key).dumps('shared')}".rpartition(".")[0] + ".",
}  # fmt: skip


def _mark(key: str, digest: object = hashlib.sha256) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="kenshu-shared-terminal", signer_kwargs={"digest_method": digest})


@pytest.mark.parametrize("kind", FORGED)
def test_what_another_key_or_method_signed_is_no_mark(app: Flask, client: FlaskClient, kind: str) -> None:
    key = str(app.secret_key)
    client.set_cookie("kenshu_shared", str(_mark(key).dumps("shared")))
    assert "みんなで使う端末です" in client.get("/login").text
    client.set_cookie("kenshu_shared", FORGED[kind](key))
    assert "みんなで使う端末です" not in client.get("/login").text


@pytest.mark.parametrize("digest", [hashlib.sha1, hashlib.md5])
def test_a_form_cookie_and_a_token_of_a_weaker_method_are_none(
    app: Flask, client: FlaskClient, digest: object
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    kwargs = {"digest_method": digest, "key_derivation": "hmac"}
    cookie = URLSafeTimedSerializer(str(app.secret_key), salt="cookie-session", signer_kwargs=kwargs)
    token = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token", signer_kwargs=kwargs)
    client.set_cookie("kenshu_form", str(cookie.dumps({"csrf_token": "mine", "lang": "en"})))
    assert '<html lang="ja">' in client.get("/login").text
    answer = client.post("/showing", data={"csrf_token": str(token.dumps("mine")), "lang": "en"})
    assert answer.status_code == 400


def test_a_changed_key_reads_no_cookie_of_the_one_before(app: Flask, client: FlaskClient) -> None:
    client.post("/showing", data={"lang": "en"})
    assert '<html lang="en">' in client.get("/login").text
    app.secret_key = "another one"
    assert '<html lang="ja">' in client.get("/login").text


@pytest.mark.parametrize("path", ["/login", "/"])
def test_a_forms_token_is_random_and_of_no_weaker_method(app: Flask, client: FlaskClient, path: str) -> None:
    """Flask-WTF's own would be forty letters of SHA-1."""
    if path == "/":
        enter(client, give_account(hire("0000001")))
    assert client.get(path).status_code == 200
    with client.session_transaction() as kept:
        assert len(kept["csrf_token"]) == 43


def test_a_session_is_a_fresh_random_reference(app: Flask, client: FlaskClient) -> None:
    account = give_account(hire("0000001"))
    tokens = {open_session(account, clock.now(), clock.today()) for _ in range(100)}
    assert len(tokens) == 100
    # 43 letters of 64 are 256 bits; two of them have nothing in common but their alphabet.
    assert {len(token) for token in tokens} == {43}
    for position in range(42):
        assert len({token[position] for token in tokens}) > 30


def test_a_session_made_up_or_of_another_site_is_none(app: Flask, client: FlaskClient) -> None:
    token = enter(client, give_account(hire("0000001")))
    assert client.get("/").status_code == 200
    for made_up in (
        "",
        "0",
        "a" * 43,
        token[:-1],
        token + "a",
        token.swapcase(),
        hashlib.sha256(token.encode()).hexdigest(),
    ):
        client.set_cookie(cookie_name(), made_up)
        assert client.get("/").status_code == 303, made_up
