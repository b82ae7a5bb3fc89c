"""/check: anybody may walk the questions, nothing is kept, and the end quotes the clause."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import func, select

from app.db import Base, db

CALM = "role=personal&rights=no&facts=yes&harm=no&lasting=yes&city=no"


def page(client: FlaskClient, query: str = "") -> str:
    response = client.get(f"/check?{query}")
    assert response.status_code == 200
    return unescape(response.get_data(as_text=True))


def answers(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<button class="check-answer" type="submit" name="([^"]+)" value="([^"]+)"', html)


def test_a_stranger_on_a_phone_is_asked_at_once(client: FlaskClient) -> None:
    html = page(client)
    assert "いつ、どんな立場で発信しますか。" in html
    assert ("role", "personal") in answers(html)


def test_every_answer_leads_on_until_an_end(client: FlaskClient) -> None:
    query, asked = "", 0
    html = page(client)
    while answers(html):
        name, value = answers(html)[0]
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', html)
        query = "&".join(f"{key}={given}" for key, given in [*hidden, (name, value)])
        html, asked = page(client, query), asked + 1
        assert asked <= 8
    assert 'data-verdict="post"' in html and "止める理由は見つかりません" in html


@pytest.mark.parametrize(
    ("query", "verdict", "title", "quote"),
    [
        (CALM, "post", "止める理由は見つかりません", "勤務時間中における個人的な情報発信はしないこと。"),
        (CALM.replace("=personal", "=working-hours"), "change", "ここを直してから", "勤務時間中における"),
        (
            CALM.replace("city=no", "city=own&own-duty=unsure"),
            "stop",
            "発信しない・行政管理課に相談",
            "発信してもよいかどうか判断に迷う情報は絶対に発信しないこと。",
        ),
    ],
)
def test_an_end_quotes_the_clause_and_says_it_plainly(
    client: FlaskClient, query: str, verdict: str, title: str, quote: str
) -> None:
    html = page(client, query)
    assert f'data-verdict="{verdict}"' in html
    assert re.search(rf"<h1>.*{title}</h1>", html, re.DOTALL)
    assert quote in html and "言い換え(参考)" in html


def test_a_step_back_keeps_the_answers_before(client: FlaskClient) -> None:
    assert 'href="/check?role=personal&rights=no"' in page(client, "role=personal&rights=no&facts=yes")


@pytest.mark.parametrize("query", ["role=%3Cscript%3E", "role=personal&role=duty", "x" * 3000, "city=own"])
def test_whatever_the_address_says_a_question_follows(client: FlaskClient, query: str) -> None:
    html = page(client, query)
    assert answers(html) and "<script>" not in html


def test_another_course_is_not_there(client: FlaskClient) -> None:
    assert client.get("/check?course=nowhere").status_code == 404
    assert client.get("/check?course=sns-guideline").status_code == 200


def test_nothing_is_kept(app: Flask, client: FlaskClient) -> None:
    response = client.get(f"/check?{CALM}")
    assert "Set-Cookie" not in response.headers
    for table in Base.metadata.sorted_tables:
        assert db.session.scalar(select(func.count()).select_from(table)) == 0, table.name


@pytest.mark.phone
def test_the_keyboard_alone_is_enough(app: Flask, page: Page) -> None:
    page.route("**/*", lambda route: _serve(app, route))
    page.goto("http://127.0.0.1/check")
    for _ in range(8):
        if page.locator("[data-verdict]").count():
            break
        before = page.url
        page.locator(".check-answer").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=before)
        page.wait_for_load_state()
    assert page.locator('[data-verdict="post"]').count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _serve(app: Flask, route) -> None:  # type: ignore[no-untyped-def]
    """Answer the browser from the app itself; no server needed for a page that keeps nothing."""
    with app.test_client().get(route.request.url) as answer:
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)


def test_a_stranger_reads_it_in_english_without_anything_kept(client: FlaskClient) -> None:
    html = page(client, "role=personal")
    other = re.search(r'<a class="showing-link" href="([^"]+)" lang="en"', html)
    assert other is not None
    english = page(client, other[1].partition("?")[2])
    assert '<html lang="en">' in english and ("rights", "no") in answers(english)
    assert '<input type="hidden" name="lang" value="en">' in english
    assert 'class="who-link" href="/login"' in english
    assert client.get_cookie("kenshu_form") is None
