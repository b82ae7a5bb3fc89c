"""The browser and the database that other tests lean on are what they say they are."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from tests.browser.looking import too_wide
from tests.browser_fixtures import NewPage, Watch, picture
from tests.postgres_fixtures import fresh_database

SIGN = '<!doctype html><html lang="ja"><title>字</title><h1>須賀川市 髙橋 𠮷田 修了証</h1>'
NO_CHARACTER = "\U000fffff"
DRAW = """texts => texts.map(text => {
    const canvas = document.createElement("canvas");
    const pen = canvas.getContext("2d");
    pen.font = "40px sans-serif";
    pen.fillText(text, 5, 60);
    return canvas.toDataURL();
})"""


def test_a_database_is_empty_and_alone(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from pg_stat_user_tables")).scalar_one() == 0
        assert connection.execute(sa.text("select '𠮷' || '〜'")).scalar_one() == "𠮷〜"


def test_a_database_is_gone_after_its_test(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url:
        name = sa.make_url(url).database
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchall()
    assert rows == []


@pytest.mark.parametrize("page", ["phone", "desktop"], indirect=True)
def test_japanese_is_drawn_with_a_font(page: Page, tmp_path: Path) -> None:
    page.set_content(SIGN)
    png = picture(page, tmp_path / "sign.png")
    drawn = page.evaluate(DRAW, ["須", "髙", NO_CHARACTER])
    assert len(set(drawn)) == 3, "no Japanese font: all characters look alike"
    assert png.startswith(b"\x89PNG")
    assert page.viewport_size is not None
    assert page.viewport_size["width"] in (390, 1366)


@pytest.mark.phone
def test_a_marked_page_is_a_phone(page: Page) -> None:
    assert page.viewport_size == {"width": 390, "height": 844}


def test_a_page_may_do_without_script(new_page: NewPage) -> None:
    page = new_page("desktop", java_script_enabled=False)
    page.set_content("<noscript><p>はい</p></noscript>")
    assert page.get_by_text("はい").is_visible()


def test_a_page_that_asks_another_host_is_seen_and_leads_nowhere(chromium: Browser) -> None:
    watch, context = Watch(), chromium.new_context()
    watch.follow(context)
    page = context.new_page()
    failures: list[str | None] = []
    page.on("requestfailed", lambda request: failures.append(request.failure))
    page.set_content('<img src="http://elsewhere.example/a.png"><img src="http://192.0.2.1/b.png">')
    context.close()
    assert sorted(watch.complaints) == [
        "asked another host: http://192.0.2.1/b.png",
        "asked another host: http://elsewhere.example/a.png",
    ]
    assert failures == ["net::ERR_NAME_NOT_RESOLVED"] * 2


def test_a_page_made_narrow_is_as_wide_as_one_opened_so(page: Page) -> None:
    page.set_content('<!doctype html><div style="width: 340px">広い</div>')
    assert not too_wide(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert too_wide(page)
