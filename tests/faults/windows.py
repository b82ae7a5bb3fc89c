"""The same doors in a real browser, with JavaScript and without; and what the next person finds there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from tests.browser_fixtures import arguments, browser_path
from tests.faults.browser import Browser
from tests.faults.doors import KINDS, Found
from tests.faults.ground import COURSE, PASSWORD, Ground, Person
from tests.faults.ledger import Entry
from tests.faults.server import Server
from tests.faults.table import Row

RESULT = "[data-result], .verdict-on"


@contextmanager
def chromium() -> Iterator[Chromium | None]:
    """A running browser; None where there is none."""
    path = browser_path()
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        try:
            yield browser
        finally:
            browser.close()


class Desk:
    """One machine with one window, and who sits there."""

    def __init__(self, context: BrowserContext, port: int, person: Person) -> None:
        self.context, self.person = context, person
        self.address = f"http://127.0.0.1:{port}"
        self.page = context.new_page()
        self.sign_in(self.page, person)
        self.test = ""

    def sign_in(self, page: Page, person: Person) -> None:
        """Type number and password."""
        if urlsplit(page.url).path != "/login":
            page.goto(f"{self.address}/login")
        page.locator("input[name=number]").fill(person.number)
        page.locator("input[name=password]").fill(PASSWORD)
        with page.expect_navigation():
            page.get_by_role("button", name="ログイン", exact=True).click()

    def choose(self, section: str) -> None:
        """Begin the test and tick the first choice."""
        self.page.goto(f"{self.address}/courses/{COURSE}/{section}/quiz")
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="確認テストを始める").click()
        self.test = urlsplit(self.page.url).path.rpartition("/")[0]
        self.page.locator("input[name=choice]").first.check()

    def lose(self, kind: str, port: int) -> None:
        """Take the session, the cookies or the token away."""
        if kind == "ended elsewhere":
            other = Browser(port)
            other.cookies = {
                str(c.get("name")): str(c.get("value")) for c in self.context.cookies(self.address)
            }
            other.ask("/")
            other.post("/logout")
        elif kind == "session cookie gone":
            self.context.clear_cookies(name="kenshu_session")
        else:
            self.context.clear_cookies()
        if kind == "signed in again in a tab":
            tab = self.context.new_page()
            self.sign_in(tab, self.person)
            tab.close()

    def send(self) -> None:
        """Press 解答する."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="解答する").click()

    def come_back(self) -> tuple[bool, int]:
        """Sign in where asked to; whether the result is shown then, and how many steps more it took."""
        steps = 0
        if urlsplit(self.page.url).path == "/login":
            steps = 1
            self.sign_in(self.page, self.person)
        return self.page.locator(RESULT).count() > 0, steps


def measure(
    on: Ground, server: Server, browser: Chromium, points: int, first: int = 0, signs_out: bool = True
) -> Found:
    """``points`` desks, every other without JavaScript; every fifth is left to the next person.

    People take the section ``first`` and those after it: what was answered before stands.
    """
    found, entries = Found(), []
    sections = on.sections
    for number in range(points):
        person = on.people[number % len(on.people)]
        context = browser.new_context(java_script_enabled=number % 2 == 0, locale="ja-JP")
        context.set_default_timeout(15_000)
        desk = Desk(context, server.port, person)
        desk.choose(sections[(first + number // len(on.people)) % len(sections)])
        desk.lose(KINDS[number // 2 % len(KINDS)], server.port)
        desk.send()
        if number % 5 == 4 and urlsplit(desk.page.url).path == "/login":
            found.strangers += 1
            found.leaks += next_person(on, desk, on.people[number % len(on.people) - 1])
        else:
            kept, steps = desk.come_back()
            found.lost += not kept
            found.steps = max(found.steps, steps)
            entries.append(Entry(desk.test.rpartition("/")[2], 1, 1, "0"))
            if signs_out:
                found.strangers += 1
                found.leaks += left(desk)
        found.points += 1
        context.close()
    found.lost = max(found.lost, len(on.missing(entries)))
    return found


def next_person(on: Ground, desk: Desk, other: Person) -> int:
    """Somebody else signs in where an answer waits: traces of the one before that they meet or leave."""
    attempt = desk.test.rpartition("/")[2]
    desk.sign_in(desk.page, other)
    traces = sum(word in desk.page.content() for word in (attempt, desk.person.id, desk.person.name))
    return traces + on.count("SELECT count(*) FROM answers WHERE attempt_id = :a", a=attempt)


def left(desk: Desk) -> int:
    """The person signs out; pages of theirs that 戻る still shows, and what the browser stored of them."""
    desk.page.goto(f"{desk.address}/")
    with desk.page.expect_navigation():
        desk.page.locator("form[data-logout] button").click()
    with suppress(Error):
        desk.page.go_back(wait_until="commit", timeout=5_000)
    shown = desk.page.locator("body").inner_text(timeout=5_000)
    traces = (desk.person.name in shown) + (desk.test in desk.page.content())
    return traces + sum(str(c.get("name")) == "kenshu_session" for c in desk.context.cookies(desk.address))


def row(on: Ground, points: int) -> Row:
    """The row of lost sessions in a real browser."""
    promise = "本物のブラウザーでも、JavaScriptがあってもなくても失われず、次の人には何も見えない"
    with chromium() as browser:
        if browser is None:
            return Row("5b", promise, "ブラウザーがないため、測れません", False)
        with Server(on) as server:
            found = measure(on, server, browser, points)
        with Server(on, "holding") as server:
            control = measure(on, server, browser, 8, 3, signs_out=False)
        with Server(on, "no-store") as server:
            stored = measure(on, server, browser, 4, 4)
    return Row(
        "5b", promise,
        f"{found.points}か所(半分はJavaScriptなし): 失われた解答{found.lost}、"
        f"よけいな手順は最大{found.steps}。"
        f"次の人{found.strangers}人に見えたもの{found.leaks}",
        not found.lost and found.steps <= 1 and not found.leaks,
        f"預かりを外すと8か所のうち{control.lost}か所で失われ、no-storeを外すと{stored.strangers}人のうちに"
        f"{stored.leaks}ページが見える",
        control.lost > 0 and stored.leaks > 0,
    )  # fmt: skip
