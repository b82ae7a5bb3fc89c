"""ふりがな and English are switched where one is, for the session; English stays in one's own browser."""

from __future__ import annotations

import re
from datetime import date
from html import escape, unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.roles import Role
from app.web.readings import with_readings
from tests.people_builder import hire
from tests.signing_in import PASSWORD, enter, give_account, give_operator, sign_in
from tests.web.learner import Learner

LESSON = "/courses/sns-guideline/3-scope"


def switch(client: FlaskClient, next: str, **wanted: str) -> str:
    answer = client.post("/showing", data={"next": next, **wanted})
    assert answer.status_code == 303
    return answer.location


def test_readings_over_a_lesson_and_its_screen(client: FlaskClient) -> None:
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    assert "<rt>" not in client.get(LESSON).text
    assert switch(client, LESSON + "?x=1", ruby="on") == LESSON + "?x=1"
    page = client.get(LESSON).text
    assert "<ruby>会計年度任用職員<rp>(</rp><rt>かいけいねんどにんようしょくいん</rt>" in page
    assert "<ruby>所要時間<rp>(</rp><rt>しょようじかん</rt>" in page
    for inside in re.findall(r"<(title|button|label|h1)\b[^>]*>(.*?)</\1>", page, re.S):
        assert "<rt>" not in inside[1], inside
    switch(client, LESSON, ruby="off")
    assert "<rt>" not in client.get(LESSON).text


def test_readings_over_a_test_but_not_in_the_names_of_its_choices(client: FlaskClient) -> None:
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    hana = Learner(client)
    plain = hana.begin("3-scope")
    switch(client, hana.at, ruby="on")
    page = hana.get(hana.at)
    texts = [choice.text for choice in (hana.question.scene.choices[at] for at in hana.question.scene_order)]
    assert "<rt>" in page[page.index('class="situation"') :]
    assert [unescape(name) for name in re.findall(r'id="choice-\d+" aria-label="([^"]+)"', page)] == texts
    switch(client, hana.at, ruby="off")
    for off in (plain, hana.get(hana.at)):
        assert not re.findall("<rt>|[｜《]", off)
        assert re.findall(r'<label for="choice-\d+">(.*?)</label>', off) == [escape(text) for text in texts]


def test_english_and_back(client: FlaskClient) -> None:
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    switch(client, "/", lang="en")
    page = client.get("/").text
    assert '<html lang="en">' in page and "My training" in page and "わたしの研修" not in page
    lesson = client.get(LESSON).text
    assert "Reference translation. The Japanese text is authoritative." in lesson
    assert "Who and what the guideline covers" in lesson
    switch(client, "/", lang="ja")
    assert "わたしの研修" in client.get("/").text


def test_a_stranger_may_switch_and_an_unknown_language_is_left_out(client: FlaskClient) -> None:
    assert switch(client, "/login?next=/check", lang="en") == "/login?next=/check"
    assert "Sign in" in client.get("/login").text
    switch(client, "/login", lang="xx", ruby="maybe")
    assert "Sign in" in client.get("/login").text


def test_nobody_is_sent_elsewhere(client: FlaskClient) -> None:
    for elsewhere in ("https://example.org/", "//example.org/", "/\\example.org"):
        assert switch(client, elsewhere, lang="ja") == "/"


def test_the_switch_leads_back_to_where_one_is(client: FlaskClient) -> None:
    assert 'name="next" value="/login?next=/check"' in client.get("/login?next=/check").text
    refused = client.post("/login", data={"number": "", "password": ""})
    assert 'name="next" value="/login"' in refused.text


@pytest.mark.parametrize(("shared", "left"), [(False, "en"), (True, "ja")])
def test_signing_out_leaves_the_language_on_ones_own_browser_alone(
    client: FlaskClient, shared: bool, left: str
) -> None:
    if shared:
        enter(client, give_operator("jinji", Role.HR))
        client.post("/kiosk", data={"shared": "1"})
        client.post("/logout")
    sign_in(client, hire("0001234", start=date(2026, 4, 1)))
    switch(client, "/", lang="en", ruby="on")
    client.post("/logout")
    assert f'<html lang="{left}">' in client.get("/login").text


def test_readings_stand_only_where_they_help() -> None:
    html = '<h1>研修</h1><p>研修 <a class="button" href="/研修">研修</a> <b>5問</b>の問い</p>'
    ruby = "<ruby>研修<rp>(</rp><rt>けんしゅう</rt><rp>)</rp></ruby>"
    read = "<ruby>問<rp>(</rp><rt>と</rt><rp>)</rp></ruby>い"
    assert with_readings(html) == (
        f'<h1>研修</h1><p><span>{ruby} </span><a class="button" href="/研修">研修</a> '
        f"<b>5問</b><span>の{read}</span></p>"
    )


def test_a_browser_of_ones_own_remembers_readings_and_a_shared_terminal_does_not(
    app: Flask, client: FlaskClient
) -> None:
    give_account(hire("0001234", start=date(2026, 4, 1)))
    typed = {"number": "0001234", "password": PASSWORD}

    def rubies_after_signing_in_again(browser: FlaskClient) -> bool:
        browser.post("/login", data=typed)
        switch(browser, LESSON, ruby="on")
        browser.post("/logout")
        browser.delete_cookie("kenshu_form")
        browser.post("/login", data=typed)
        return "<rt>" in browser.get(LESSON).text

    assert rubies_after_signing_in_again(client)
    shared = app.test_client()
    enter(shared, give_operator("kanri", Role.ADMIN))
    shared.post("/kiosk", data={"shared": "1"})
    shared.post("/logout")
    assert not rubies_after_signing_in_again(shared)
