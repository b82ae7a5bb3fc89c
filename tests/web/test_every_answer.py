"""Every answer the site gives, to everybody: its headers, its kind, its addresses, what it changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from app.access.passwords import MAX_LENGTH
from app.auth import cookie_name
from app.db import db
from tests.browser.built import Built
from tests.browser.looking import endpoint_of
from tests.browser.whole_site import Visitor, signed_in

#: What opening a page may write: that somebody was there, and that it was looked at.
BOOKKEEPING = {"sessions", "looks", "evidence", "evidence_persons", "evidence_sealed", "evidence_marks"}
#: What is shown as it is, without being a page: no file to keep.
SHOWN = {"text/html", "text/css", "text/javascript", "image/svg+xml", "image/png"}
#: A charset as the web calls it -> as Python does.
PYTHON = {"utf-8": "utf-8", "windows-31j": "cp932"}
#: Pages of one endpoint that are asked for.
EACH = 2
_WRITE = re.compile(
    r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+\"?(\w+)", re.IGNORECASE
)


class Parts(HTMLParser):
    """A page's addresses, and its password fields with the form they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.passwords: list[dict[str, str]] = []
        self.method = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.addresses += [values[name] for name in ("href", "src", "action", "formaction") if name in values]
        if tag == "form":
            self.method = values.get("method", "get").lower()
        if tag == "input" and "password" in (values.get("type"), values.get("autocomplete", "")[-8:]):
            self.passwords.append({"method": self.method, **values})


@dataclass
class Seen:
    """One answer: who asked for what, what came, and the tables that were written meanwhile."""

    who: str
    path: str
    endpoint: str
    answer: TestResponse
    secrets: list[str]
    written: set[str] = field(default_factory=set)

    @cached_property
    def parts(self) -> Parts:
        """What stands in the page, read once for all who look at it."""
        return Parts(self.answer.text if self.answer.mimetype == "text/html" else "")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, built_city: Built) -> Iterator[list[Seen]]:
    with built_city.copied(tmp_path_factory.mktemp("every-answer")) as app:
        tried: set[str] = set()
        written: set[str] = set()

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_connection, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            if match := _WRITE.match(statement):
                tried.add(match[1].lower())

        @event.listens_for(db.engine, "commit")
        def keep(_connection: object) -> None:
            written.update(tried)
            tried.clear()

        # A preview tries what it shows, and takes it back.
        @event.listens_for(db.engine, "rollback")
        def drop(_connection: object) -> None:
            tried.clear()

        yield [seen for name, who in built_city.visitors.items() for seen in asked(app, name, who, written)]


def asked(app: Flask, name: str, visitor: Visitor, written: set[str]) -> Iterator[Seen]:
    """Follow every link from where this visitor begins."""
    client = signed_in(app, visitor)
    ahead, known, counts = list(visitor.starts), set(visitor.starts), dict[str, int]()
    while ahead:
        path = ahead.pop(0)
        endpoint = endpoint_of(app, path) or ""
        if counts.get(endpoint, 0) >= EACH:
            continue
        counts[endpoint] = counts.get(endpoint, 0) + 1
        written.clear()
        answer = client.get(path)
        answer.get_data()
        answer.close()
        seen = Seen(name, path, endpoint, answer, secrets_of(client, answer), set(written))
        yield seen
        found = [unescape(a) for a in seen.parts.addresses] if not answer.location else [answer.location]
        for href in found:
            parts = urlsplit(urldefrag(urljoin(f"http://localhost{path}", href)).url)
            local = parts.path + (f"?{parts.query}" if parts.query else "")
            if parts.hostname == "localhost" and local not in known:
                known.add(local)
                ahead.append(local)


def secrets_of(client: FlaskClient, answer: TestResponse) -> list[str]:
    """What must stand in no address: what the cookies hold, and the form's token."""
    cookies = [client.get_cookie(name) for name in (cookie_name(), "kenshu_form", "kenshu_known")]
    tokens = (
        re.findall(r'name="csrf_token" value="([^"]+)"', answer.text)
        if answer.mimetype == "text/html"
        else []
    )
    return [cookie.value for cookie in cookies if cookie] + tokens


def test_the_walk_saw_the_site(answers: list[Seen]) -> None:
    assert len({seen.endpoint for seen in answers}) > 80
    assert {seen.who for seen in answers} >= {"stranger", "learner", "head", "hr", "auditor", "admin"}


def test_every_answer_says_what_it_is(answers: list[Seen]) -> None:
    for seen in answers:
        kind = seen.answer.content_type or ""
        if seen.answer.data:
            assert kind, seen.path
        if kind.startswith("text/") or "+xml" in kind or kind.endswith("/xml"):
            encoding = kind.rpartition("charset=")[2]
            assert encoding in PYTHON, f"{seen.path}: {kind}"
            seen.answer.data.decode(PYTHON[encoding])


def test_every_answer_keeps_other_sites_out(answers: list[Seen]) -> None:
    for seen in answers:
        headers = seen.answer.headers
        policy = dict(part.split(None, 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", seen.path
        assert set(policy.values()) <= {"'none'", "'self'"}, seen.path
        assert headers["X-Content-Type-Options"] == "nosniff", seen.path
        assert headers["Referrer-Policy"] == "same-origin", seen.path
        assert not [name for name, _value in headers if name.lower().startswith("access-control")], seen.path
        assert not {"Server", "X-Powered-By"} & {name for name, _value in headers}, seen.path


def test_what_is_personal_is_kept_in_no_browser(answers: list[Seen]) -> None:
    for seen in answers:
        if seen.endpoint != "static":
            assert seen.answer.headers["Cache-Control"] == "no-store", seen.path


def test_a_file_is_saved_and_never_opened_as_a_page(answers: list[Seen]) -> None:
    files = 0
    for seen in answers:
        if seen.answer.data and seen.answer.mimetype not in SHOWN and seen.endpoint != "health.healthz":
            files += 1
            assert seen.answer.headers["Content-Disposition"].startswith("attachment; filename"), seen.path
    assert files > 3


def test_no_address_holds_a_secret(answers: list[Seen]) -> None:
    for seen in answers:
        for address in [seen.path, seen.answer.location or "", *seen.parts.addresses]:
            asked_for = parse_qs(urlsplit(address).query).keys()
            assert not asked_for & {"password", "token", "csrf_token", "session"}, seen.path
            assert not [secret for secret in seen.secrets if secret in address], f"{seen.path}: {address}"


def test_a_password_is_typed_hidden_into_a_form_that_posts_and_may_be_pasted(answers: list[Seen]) -> None:
    fields = [(seen, one) for seen in answers for one in seen.parts.passwords]
    assert {seen.endpoint for seen, _one in fields} >= {"account.login", "account.password"}
    for seen, one in fields:
        assert (one["type"], one["method"]) == ("password", "post"), seen.path
        assert one["autocomplete"] in ("current-password", "new-password"), seen.path
        assert not {"onpaste", "readonly"} & one.keys(), seen.path
        assert int(one.get("maxlength", MAX_LENGTH)) == MAX_LENGTH, seen.path


def test_every_page_offers_the_way_out(answers: list[Seen]) -> None:
    pages = [
        seen
        for seen in answers
        if seen.who != "stranger" and seen.answer.mimetype == "text/html" and not seen.answer.location
    ]
    assert len(pages) > 100
    for seen in pages:
        assert 'action="/logout"' in seen.answer.text, f"{seen.who} {seen.path}"


def test_opening_a_page_changes_nothing(answers: list[Seen]) -> None:
    for seen in answers:
        assert seen.written <= BOOKKEEPING, f"{seen.who} {seen.path}: {seen.written - BOOKKEEPING}"
    assert any(seen.written for seen in answers), "the writing was not watched"
