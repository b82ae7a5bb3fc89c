"""The main job, end to end, in a real browser: from HR's roster to a report that adds up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from app import clock
from app.access.roles import Role
from app.courses.library import Library
from tests.browser.report_files import adds_up, rows
from tests.browser.walking import COURSE, NEW_PASSWORD, read_lesson, sign_in, take_test
from tests.browser_fixtures import NewPage
from tests.live_site import served
from tests.signing_in import PASSWORD, give_operator

START = clock.today() - timedelta(days=3)
HEADINGS = "職員番号,氏名,フリガナ,所属コード,所属名,職名,職員区分,任命権者,任用開始日,任用終了日,本務兼務"
ROSTER = f"""{HEADINGS}
0000101,見本 髙子,ミホン タカコ,0101,行政管理課,課長,正規職員,市長,2019/4/1,,本務
9000201,架空 﨑子,カクウ サキコ,0201,第一保育所,保育士,会計年度(パート),市長,{START:%Y/%m/%d},,本務
0000001,例示 一郎,レイジ イチロウ,0001,市長室,市長,市長,,2023/8/1,,本務
"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    give_operator("jinji", Role.HR, name="人事の担当")
    with served(app) as url:
        yield url


def test_from_a_roster_to_a_report(address: str, new_page: NewPage, library: Library, tmp_path: Path) -> None:
    hr = new_page("desktop")
    sign_in(hr, address, "jinji", PASSWORD)
    import_roster(hr, address, tmp_path)
    password = slip_of(hr, address, "架空 﨑子")

    cook = new_page("phone")
    sign_in(cook, address, "9000201", password)
    change_password(cook)
    complete(cook, address, library)
    certificate(cook)

    by_person(hr, address)
    for form in ("department", "category", "authority"):
        totals(hr, address, form)


def import_roster(hr: Page, address: str, folder: Path) -> None:
    file = folder / "名簿.csv"
    file.write_bytes(ROSTER.encode("cp932"))
    hr.goto(f"{address}/hr/roster")
    hr.get_by_label("名簿のファイル").set_input_files(file)
    hr.get_by_role("button", name="変更の予定を見る").click()
    expect(hr.locator("main")).to_contain_text("見本 髙子")
    hr.get_by_role("button", name="取り込む", exact=True).click()
    expect(hr.locator("body")).to_contain_text("取り込みました")


def slip_of(hr: Page, address: str, name: str) -> str:
    hr.goto(f"{address}/hr/accounts")
    hr.get_by_role("button", name="印刷用のページを作る").click()
    slip = hr.locator(".slip", has_text=name)
    expect(slip).to_have_count(1)
    return slip.locator(".slip-password").inner_text()


def change_password(page: Page) -> None:
    expect(page).to_have_url(re.compile("/password$"))
    page.get_by_label("新しいパスワード", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("新しいパスワード(もう一度)").fill(NEW_PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("わたしの研修")


def complete(page: Page, address: str, library: Library) -> None:
    expect(page.locator("main")).to_contain_text("会計年度任用職員(パートタイム)にも適用されます(3(1))")
    course = library.course(COURSE)
    assert course is not None
    for place, section in enumerate(course.sections):
        read_lesson(page, address, section.slug)
        if place == 0:
            assert take_test(page, library, section.slug, right=False) == "failed"
        assert take_test(page, library, section.slug) == "passed"
    page.goto(f"{address}/courses/{COURSE}/")
    expect(page.locator("main")).to_contain_text(course.rules.statement)
    page.get_by_role("button", name="確認しました").click()


def certificate(page: Page) -> None:
    expect(page).to_have_url(re.compile("/certificates/"))
    page.get_by_role("link", name="わたしの研修").first.click()
    page.get_by_role("link", name="修了証").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("修了証")
    expect(page.locator("main")).to_contain_text("架空 﨑子")


def by_person(hr: Page, address: str) -> None:
    people = {row["氏名"]: row for row in rows(hr, address, by="person")}
    assert people["架空 﨑子"]["状況"] == "修了"
    assert people["架空 﨑子"]["期限内"] == "期限内"
    assert people["架空 﨑子"]["修了日"] == clock.today().isoformat()
    assert people["架空 﨑子"]["職員番号"] == "9000201"
    assert people["例示 一郎"]["状況"] == "対象外"
    assert people["例示 一郎"]["適用区分"] == "適用除外(公選)"
    assert people["見本 髙子"]["状況"] == "期限超過"
    hr.goto(f"{address}/hr/report?by=person")
    expect(hr.locator("main")).to_contain_text("架空 﨑子")


def totals(hr: Page, address: str, form: str) -> None:
    total = adds_up(hr, address, form)
    assert (total["在籍者数"], total["対象者数"], total["修了"], total["対象外"]) == (3, 2, 1, 1)
    assert total["修了率"] == "50.0"
    hr.goto(f"{address}/hr/report?by={form}")
    expect(hr.locator("main")).to_contain_text("50.0")


def test_a_long_work_says_that_it_goes_on_and_takes_one_press(
    address: str, new_page: NewPage, tmp_path: Path
) -> None:
    page = new_page("desktop")
    page.clock.install()
    sign_in(page, address, "jinji", PASSWORD)
    page.goto(f"{address}/hr/roster")
    file = tmp_path / "名簿.csv"
    file.write_bytes(ROSTER.encode("cp932"))
    page.get_by_label("名簿のファイル").set_input_files(file)
    sent: list[str] = []

    def answer_nothing(route: Route) -> None:
        sent.append(route.request.method)
        route.fulfill(status=204)  # the browser stays where it is, as while it waits

    page.route(f"{address}/hr/roster", answer_nothing)
    button = page.get_by_role("button", name="変更の予定を見る")
    button.click()
    expect(page.get_by_text("名簿を調べています")).to_be_hidden()
    page.clock.run_for(3_000)
    expect(page.get_by_role("status").filter(has_text="名簿を調べています")).to_contain_text("3秒")
    button.click()
    page.get_by_role("button", name="ログアウト").hover()
    assert sent == ["POST"]
