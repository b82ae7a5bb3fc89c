"""A learner and HR by keyboard alone and without JavaScript; the warning on a shared terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from app import clock
from app.access.roles import Role
from app.courses.library import Library
from app.courses.model import Choice, Scenario, Section
from app.people.employment import Category
from app.training.records import keep_reading, load_attempt, start_attempt
from tests.answering import answer_all as keep_answers
from tests.browser.walking import COURSE, NEW_PASSWORD, read_lesson, sign_in, take_test
from tests.browser_fixtures import NewPage
from tests.live_site import served
from tests.people_builder import hire
from tests.signing_in import PASSWORD, give_account, give_operator, slip_password

NUMBER = "9000201"


#: The section with questions of every kind; with ``--long`` all of them are gone through.
EVERY_KIND = "4-basics"
one_or_all = pytest.mark.parametrize("taken", [EVERY_KIND, pytest.param("", marks=pytest.mark.long)])


@pytest.fixture
def taken() -> str:
    """The one section that is still to be learnt; "" for all."""
    return ""


@pytest.fixture
def newcomer(app: Flask, library: Library, taken: str) -> str:
    """Somebody new with a slip, who passed all but what is to be ``taken``; returns the initial password."""
    person = hire(NUMBER, start=clock.today() - timedelta(days=3), category=Category.FISCAL_YEAR_PART)
    course, now = library.course(COURSE), clock.now()
    assert course is not None
    for section in course.sections if taken else ():
        if section.slug != taken:
            keep_reading(person, course, section, now)
            attempt = load_attempt(start_attempt(person, course, section, now))
            assert attempt is not None
            keep_answers(attempt, now)
    return slip_password(person)


@pytest.fixture
def address(app: Flask, newcomer: str) -> Iterator[str]:
    with served(app) as url:
        yield url


def sections_of(library: Library, taken: str) -> list[Section]:
    """What a test goes through."""
    course = library.course(COURSE)
    assert course is not None
    return [section for section in course.sections if taken in ("", section.slug)]


@one_or_all
def test_without_javascript(
    address: str, newcomer: str, new_page: NewPage, library: Library, taken: str
) -> None:
    page = new_page("phone", java_script_enabled=False)
    sign_in(page, address, NUMBER, newcomer)
    page.get_by_label("新しいパスワード", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("新しいパスワード(もう一度)").fill(NEW_PASSWORD)
    page.get_by_role("button", name="変更する").click()
    for section in sections_of(library, taken):
        read_lesson(page, address, section.slug)
        assert take_test(page, library, section.slug) == "passed"
    page.get_by_role("link", name="内容を確認して修了する").click()
    page.get_by_role("button", name="確認しました").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("修了証")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def press(page: Page, role: str, name: str) -> None:
    """Go by Tab to what has this role and name, see its focus, and press Enter."""
    go(page, role, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go(page: Page, role: str, name: str) -> None:
    """Go by Tab alone; every stop on the way must show its focus."""
    target = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    target.wait_for()
    handle = target.element_handle()
    for _ in range(120):
        if page.evaluate("(e) => document.activeElement === e", handle):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {role} {name}")


def choose(page: Page, scenario: Scenario) -> None:
    """Tick the right choices with the keyboard."""
    group = [page.locator("input[name=choice]").nth(at) for at in range(len(scenario.choices))]
    right: list[Choice] = [choice for choice in scenario.choices if choice.right and not choice.half]
    while not page.evaluate("document.activeElement.name === 'choice'"):
        page.keyboard.press("Tab")
    if group[0].get_attribute("type") == "radio":
        wanted = page.get_by_label(right[0].text, exact=True).element_handle()
        page.keyboard.press("Space")
        for _ in range(len(group)):
            if page.evaluate("(e) => document.activeElement === e", wanted):
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError("the right choice is not reached by the arrow keys")
    texts = {choice.text for choice in right}
    for at, box in enumerate(group):
        if at:
            page.keyboard.press("Tab")
        handle = box.element_handle()
        assert page.evaluate("(e) => document.activeElement === e", handle)
        label = page.evaluate("document.activeElement.labels[0].innerText.trim()")
        if label in texts:
            page.keyboard.press("Space")


@one_or_all
def test_by_keyboard_alone(
    address: str, newcomer: str, new_page: NewPage, library: Library, taken: str
) -> None:
    page = new_page("desktop")
    page.goto(f"{address}/login")
    go(page, "textbox", "職員番号")
    page.keyboard.type(NUMBER)
    page.keyboard.press("Tab")
    page.keyboard.type(newcomer)
    page.keyboard.press("Enter")
    go(page, "textbox", "新しいパスワード")
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(NEW_PASSWORD)
    page.keyboard.press("Enter")
    for section in sections_of(library, taken):
        press(page, "link", f"第{section.number}節を読む")
        press(page, "button", "読みました")
        press(page, "button", "確認テストを始める")
        for _ in range(section.questions):
            title = page.locator(".question-title").inner_text()
            scenario = scene = next(one for one in section.scenarios if one.title == title)
            while True:
                choose(page, scene)
                press(page, "button", "解答する")
                page.locator("[data-result]").wait_for()
                if not page.locator(".verdict-on").count():
                    break
                press(page, "link", "次へ")
                heading = page.locator(".scene-title").inner_text()
                scene = next(one for one in scenario.scenes if heading.endswith(one.title))
            assert page.locator("[data-result=correct]").count() == 1, title
            press(page, "link", "次へ")
        assert page.locator("[data-outcome=passed]").count() == 1
    press(page, "link", "内容を確認して修了する")
    press(page, "button", "確認しました")
    expect(page.get_by_role("heading", level=1)).to_have_text("修了証")


def test_a_shared_terminal_warns_and_signs_out(app: Flask, address: str, new_page: NewPage) -> None:
    give_operator("jinji", Role.HR)
    give_account(hire("9000202", start=clock.today() - timedelta(days=3)))
    page = new_page("desktop")
    page.clock.install()
    sign_in(page, address, "jinji", PASSWORD)
    page.goto(f"{address}/kiosk")
    page.get_by_role("button", name="共用の端末にする").click()
    expect(page.get_by_role("button", name="ふつうの端末に戻す")).to_be_visible()
    page.wait_for_load_state()  # the script that watches the clock has run
    warning = page.get_by_role("alertdialog")
    expect(warning).to_be_hidden()
    page.clock.run_for(9 * 60_000 + 2_000)
    expect(warning).to_be_visible()
    expect(page.get_by_role("button", name="続ける")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    page.clock.run_for(9 * 60_000 + 2_000)
    expect(warning).to_be_visible()
    page.clock.run_for(60_000)
    expect(page).to_have_url(f"{address}/login")
    expect(page.locator("main")).to_contain_text("ログアウトしました")
    expect(page.locator("main")).to_contain_text("みんなで使う端末です")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("ログイン")


ROSTER = """職員番号,氏名,フリガナ,所属コード,所属名,職員区分,任用開始日
0000101,見本 髙子,ミホン タカコ,0101,行政管理課,正規職員,2019/4/1
"""


@pytest.fixture
def office(app: Flask) -> Iterator[str]:
    """A site on its first day: somebody of HR and nobody else."""
    give_operator("jinji", Role.HR)
    with served(app) as url:
        yield url


@pytest.mark.parametrize("scripts", [True, False], ids=["by-keyboard", "by-keyboard-without-javascript"])
def test_hr_from_a_roster_to_a_report(office: str, new_page: NewPage, tmp_path: Path, scripts: bool) -> None:
    page = new_page("desktop", java_script_enabled=scripts)
    page.goto(f"{office}/login")
    go(page, "textbox", "職員番号")
    page.keyboard.type("jinji")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    press(page, "link", "人事")
    press(page, "link", "名簿")
    file = tmp_path / "名簿.csv"
    file.write_bytes(ROSTER.encode("cp932"))
    chosen = page.get_by_label("名簿のファイル")
    while not page.evaluate("(e) => document.activeElement === e", chosen.element_handle()):
        page.keyboard.press("Tab")
    chosen.set_input_files(file)  # the dialogue is the system's own
    press(page, "button", "変更の予定を見る")
    expect(page.locator("main")).to_contain_text("見本 髙子")
    press(page, "button", "取り込む")
    expect(page.locator("main")).to_contain_text("取り込みました")
    press(page, "link", "報告")
    press(page, "link", "職員別")
    press(page, "link", "職員番号")
    expect(page.get_by_role("columnheader", name="職員番号")).to_have_attribute("aria-sort", "ascending")
    go(page, "link", "CSV")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "見本 髙子" in download.value.path().read_text(encoding="utf-8-sig")
