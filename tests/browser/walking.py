"""What a person does in the browser, step by step, by the names on the screen."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from app.courses.library import Library
from app.courses.model import Scenario

COURSE = "sns-guideline"
NEW_PASSWORD = "さくら咲くころの散歩道"


def sign_in(page: Page, address: str, number: str, password: str) -> None:
    """Come in through the sign-in page."""
    page.goto(f"{address}/login")
    page.get_by_label("職員番号", exact=True).fill(number)
    page.get_by_label("パスワード", exact=True).fill(password)
    page.get_by_role("button", name="ログイン", exact=True).click()


def read_lesson(page: Page, address: str, section: str) -> None:
    """Open a lesson and press 読みました at its end."""
    page.goto(f"{address}/courses/{COURSE}/{section}")
    page.get_by_role("button", name="読みました").click()
    expect(page.get_by_role("button", name="確認テストを始める")).to_be_visible()


def take_test(page: Page, library: Library, section_slug: str, right: bool = True) -> str:
    """From the start page (or a failed result) to the end of a test; return passed or failed."""
    course = library.course(COURSE)
    section = course.section(section_slug) if course else None
    assert section is not None
    again = page.get_by_role("button", name="もう一度受ける")
    (again if again.count() else page.get_by_role("button", name="確認テストを始める")).click()
    scenarios = {one.title: one for one in section.scenarios}
    return answer_all(page, scenarios, 0 if right else section.questions)


def answer_all(page: Page, scenarios: Mapping[str, Scenario], wrong: int = 0) -> str:
    """From a test's first question to its end, the first ``wrong`` of them wrong; return passed or failed."""
    outcome = page.locator("[data-outcome]")
    while True:
        right, wrong = wrong <= 0, wrong - 1
        page.get_by_role("button", name="解答する").or_(outcome).first.wait_for()
        if outcome.count():
            return outcome.get_attribute("data-outcome") or ""
        scenario = scene = scenarios[page.locator(".question-title").inner_text()]
        while True:
            _choose(page, scene, right)
            page.get_by_role("button", name="解答する").click()
            page.locator("[data-result]").wait_for()
            if not page.locator(".verdict-on").count():
                break
            page.get_by_role("link", name="次へ").click()
            heading = page.locator(".scene-title").inner_text()
            scene = next(one for one in scenario.scenes if heading.endswith(one.title))
        shown = page.locator("[data-result]").get_attribute("data-result")
        assert shown == ("correct" if right else "wrong")
        page.get_by_role("link", name="次へ").click()


def _choose(page: Page, scenario: Scenario, right: bool) -> None:
    """Tick the right choices, or wrong ones: exactly what is not right, or one where one is asked for."""
    for choice in scenario.choices:
        if choice.right is right and not choice.half:
            page.get_by_label(choice.text, exact=True).check()
            if not scenario.multiple:
                break
