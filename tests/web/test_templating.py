"""What is made once for all pages must be what would be made anew."""

from __future__ import annotations

import re

from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_wtf.csrf import validate_csrf

from app.settings import ROOT
from app.web.templating import address, form_token
from tests.people_builder import hire
from tests.signing_in import sign_in


def test_a_form_is_taken_with_its_token_and_not_without(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    sign_in(client, hire("0000001"))
    page = client.get("/").get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    assert client.post("/logout").status_code == 400
    assert client.post("/logout", data={"csrf_token": token + "x"}).status_code == 400
    assert client.post("/logout", data={"csrf_token": token}).status_code == 303


def test_whoever_leaves_twice_is_simply_out(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, hire("0000001"))
    page = client.get("/").get_data(as_text=True)
    form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]}
    client.post("/logout", data=form)
    again = client.post("/logout", data=form)
    assert (again.status_code, again.location) == (303, "/login")


def test_each_browser_has_a_token_of_its_own(app: Flask) -> None:
    with app.test_request_context() as first:
        first.session["csrf_token"] = "a" * 40
        token = form_token()
        assert form_token() == token
        validate_csrf(token)
    with app.test_request_context() as other:
        other.session["csrf_token"] = "b" * 40
        assert form_token() != token


def test_addresses_are_those_of_url_for(app: Flask) -> None:
    for root in ("", "/kenshu"):
        with app.test_request_context(environ_overrides={"SCRIPT_NAME": root}):
            for _ in range(2):
                for values in (
                    {"page": 1},
                    {"page": "1"},
                    {"page": True},
                    {"by": ["a", "b"]},
                    {"_anchor": "x"},
                ):
                    named = dict[str, object](values)
                    assert address("hr_report.report", **named) == url_for("hr_report.report", **named)  # type: ignore[arg-type]


def test_a_text_is_escaped_where_something_is_put_into_it(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        drawn = app.jinja_env.from_string("{{ _('%(name)s 100%%', name=name) }}|{{ _('100%% <b>') }}")
        assert drawn.render(name="<i>") == "&lt;i&gt; 100%|100% <b>"


#: Where a template writes 2026-04-01: in fields and addresses, and in the date column of a table.
_FOR_MACHINES = re.compile(
    r'value="[^"]*"|<(t[dh])\b[^>]*class="[^"]*\bdate\b[^"]*"[^>]*>.*?(</\1>|$)|text_input\(.*?\}\}'
    r"|url_for\(.*?\.isoformat\(\)\)+"
)


def test_dates_are_japanese_wherever_they_are_read() -> None:
    found = [
        f"{page.name}: {line.strip()[:80]}"
        for page in (ROOT / "app" / "templates").rglob("*.html")
        for line in page.read_text(encoding="utf-8").splitlines()
        if "isoformat" in _FOR_MACHINES.sub("", line)
    ]
    assert not found
