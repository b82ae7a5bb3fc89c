"""Every page, looked at as everybody must be able to use it: axe, console, network, width."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.browser.built import Built
from tests.browser.kinds import only_stories_and_posts
from tests.browser.looking import addresses, axe, too_wide
from tests.browser.whole_site import Visitor, cookies, signed_in
from tests.browser_fixtures import NewPage
from tests.live_site import served
from tests.web.learner import COURSE, SECTIONS

#: Views that are no pages of their own, and pages a small city has nothing to show on: they were looked at in
#: the demonstration city, and their own tests read their HTML.
ELSEWHERE = {
    "health.healthz", "kiosk.here", "kiosk.qr", "courses.picture",  # no pages
    "hr_report.report_csv", "hr_report.report_xlsx", "hr_fixed.file", "hr_items.items_csv",
    "hr_items.items_xlsx", "own_account.record_csv", "own_account.record_json",  # files
    "slips.no_slips", "room.first", "roster_absences.no_preview",  # lead on at once
    "quiz.question", "refresher.question",  # looked at with their answers below
}  # fmt: skip

#: Who looks.
ROLES = ("stranger", "learner", "done", "again", "head", "hr", "auditor", "admin")
#: Whose pages are looked at on a screen of 320 pixels, too.
NARROW = ("learner", "hr")
#: Every lesson: their tables and readings differ.
LESSONS = [f"{COURSE}{slug}" for slug in SECTIONS]


class Looking:
    """One browser window; complaints of pages it opens are collected."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        page.set_default_timeout(60_000)  # the booklet of everything, on a busy machine
        self.complaints: list[str] = []
        page.on("console", self._console)
        page.on("response", self._response)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def at(self, path: str) -> None:
        self.open(path)
        self.here()

    def here(self) -> None:
        """Look at the page that is open."""
        self._note(axe(self.page) + too_wide(self.page))

    def narrowly(self) -> None:
        """Look at its width alone, on a screen of 320 pixels."""
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": 320, "height": 640})
        self._note(too_wide(self.page))
        self.page.set_viewport_size(size)

    def _note(self, found: list[str]) -> None:
        self.complaints += [f"{self.page.url.removeprefix(self.url)}: {complaint}" for complaint in found]

    def _console(self, message: ConsoleMessage) -> None:
        # A page that says 403 or 404 is a page; the browser notes its status all the same.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _response(self, response: Response) -> None:
        part = not response.request.is_navigation_request()
        if response.status >= 500 or (response.status >= 400 and part):
            self.complaints.append(f"{response.url}: {response.status}")


@pytest.fixture
def city(built_city: Built, tmp_path: Path) -> Iterator[tuple[Flask, dict[str, Visitor], str]]:
    with built_city.copied(tmp_path) as app, served(app) as url:
        yield app, built_city.visitors, url


def opened(app: Flask, visitor: Visitor, url: str, new_page: NewPage, size: str,
           lang: str = "ja", ruby: bool = False) -> tuple[Looking, FlaskClient]:  # fmt: skip
    """A window of this visitor, and a client with the same session."""
    client = signed_in(app, visitor)
    if lang != "ja" or ruby:
        client.post("/showing", data={"lang": lang, "ruby": "on" if ruby else "off"})
    page = new_page(size)
    page.context.add_cookies(cookies(client, url))  # type: ignore[arg-type]
    return Looking(page, url), client


def window(app: Flask, visitor: Visitor, url: str, new_page: NewPage, size: str,
           lang: str = "ja", ruby: bool = False) -> tuple[Looking, dict[str, list[str]]]:  # fmt: skip
    """A window of this visitor, and what links lead them to."""
    looking, client = opened(app, visitor, url, new_page, size, lang, ruby)
    return looking, dict(addresses(app, client, visitor.starts))


def test_every_page_once(city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage) -> None:
    """With readings all of the learner's and HR's also at 320 pixels: a small phone, 1280 pixels at 400 %."""
    app, visitors, url = city
    seen: set[str] = set()
    complaints: list[str] = []
    for name in ROLES:
        size = "phone" if name in ("stranger", "learner", "head") else "desktop"
        narrow = name in NARROW
        looking, found = window(app, visitors[name], url, new_page, size, ruby=narrow)
        for endpoint in found if narrow else found.keys() - seen:
            path = found[endpoint][0]
            looking.open(path)
            if endpoint not in seen:
                looking.here()
            if narrow:
                looking.narrowly()
        for path in LESSONS if name == "learner" else ():
            looking.open(path)
            looking.narrowly()
        looking.at("/nowhere")
        looking.at("/hr/evidence/" if name == "learner" else "/check")
        seen |= found.keys()
        complaints += looking.complaints
        looking.page.context.close()
    assert not complaints, "\n".join(complaints)
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert not (lacking := pages - seen - ELSEWHERE - {"static"}), f"no way found to {sorted(lacking)}"


@pytest.mark.long
@pytest.mark.parametrize("ruby", [False, True], ids=["plain", "ruby"])
@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", ROLES)
def test_every_page_in_every_role(
    city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage, name: str, lang: str, ruby: bool
) -> None:
    app, visitors, url = city
    complaints: list[str] = []
    same = same_in_english(app, visitors[name]) if (lang, ruby) == ("en", True) else set()
    for size in ("phone", "desktop"):
        looking, found = window(app, visitors[name], url, new_page, size, lang, ruby)
        for paths in found.values():
            if paths[0] not in same:
                looking.at(paths[0])
        complaints += [f"{size}: {one}" for one in looking.complaints]
        looking.page.context.close()
    assert not complaints, "\n".join(complaints)


def same_in_english(app: Flask, visitor: Visitor) -> set[str]:
    """Pages that ふりがな change nothing of in English: looked at once, they need no second look."""
    plain, ruby = (
        {path: _SWITCH.sub("", client.get(path).text) for (path,) in found.values()}
        for client, found in (english(app, visitor, switch) for switch in ("off", "on"))
    )
    return {path for path, text in plain.items() if ruby.get(path) == text}


def english(app: Flask, visitor: Visitor, ruby: str) -> tuple[FlaskClient, dict[str, list[str]]]:
    """The visitor reading English, and what links lead them to."""
    client = signed_in(app, visitor)
    client.post("/showing", data={"lang": "en", "ruby": ruby})
    return client, dict(addresses(app, client, visitor.starts))


_SWITCH = re.compile(r'<form class="showing.*?</form>', re.DOTALL)


@pytest.mark.long
def test_no_sideways_scroll_at_1280_pixels(
    city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage
) -> None:
    app, visitors, url = city
    complaints = []
    for name in ("learner", "done", "head", "hr"):
        looking, found = window(app, visitors[name], url, new_page, "phone", "ja", True)
        looking.page.set_viewport_size({"width": 1280, "height": 640})
        for path in [paths[0] for paths in found.values()] + (LESSONS if name == "learner" else []):
            looking.page.goto(url + path)
            complaints += [f"{path}: {wide}" for wide in too_wide(looking.page)]
        looking.page.context.close()
    assert not complaints, "\n".join(complaints)


def test_a_question_and_what_follows(city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage) -> None:
    app, visitors, url = city
    looking, _client = opened(app, visitors["learner"], url, new_page, "phone")
    page = looking.page
    looking.at("/courses/sns-guideline/4-basics/quiz")
    page.get_by_role("button", name="確認テストを始める").click()
    states = [page.url]
    page.get_by_role("button", name="解答する").click()  # nothing chosen
    looking.complaints += axe(page)
    page.locator("input[name=choice]").first.check()
    looking.complaints += axe(page)
    page.get_by_role("button", name="解答する").click()
    looking.complaints += axe(page)
    assert states and not looking.complaints, "\n".join(looking.complaints)


@pytest.mark.parametrize(
    ("lang", "ruby"),
    [
        ("ja", True),
        ("en", False),
        *(pytest.param(*one, marks=pytest.mark.long) for one in (("ja", False), ("en", True))),
    ],
)
def test_stories_and_posts_to_search(
    city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage, lang: str, ruby: bool
) -> None:
    """Every page from the first question to the result, on a phone."""
    app, visitors, url = city
    onward = only_stories_and_posts(app, "4-basics", lang)
    looking, _client = opened(app, visitors["done"], url, new_page, "phone", lang, ruby)
    page = looking.page
    looking.at("/courses/sns-guideline/4-basics/quiz")
    page.locator("main form button").click()
    seen = set()
    while not page.locator("[data-outcome]").count():
        looking.here()
        seen |= {kind for kind, mark in PAGES.items() if page.locator(mark).count()}
        if page.locator("input[name=choice]").count():
            choices = [page.get_by_label(text, exact=True) for text in onward]
            there = [choice for choice in choices if choice.count()]
            if there:
                there[0].first.check()
            else:
                page.locator("input[name=choice] + label").first.click()
            page.locator("main form .button").click()
        else:
            page.locator("main .actions .button-primary").click()
    looking.here()
    assert seen == PAGES.keys()
    assert not looking.complaints, "\n".join(looking.complaints)


#: The pages of stories and of posts to search, and what tells each.
PAGES = {"post": "fieldset.find", "found": ".phrase-shown", "step": ".verdict-on", "end": "ol.story"}


def test_light_and_few(city: tuple[Flask, dict[str, Visitor], str], new_page: NewPage) -> None:
    """A lesson and a question: under 100 KB with everything on first sight, five requests, nothing moves."""
    app, visitors, url = city
    client = signed_in(app, visitors["learner"])
    question = client.get("/courses/sns-guideline/3-scope/quiz").location
    for path in (*LESSONS, question):
        page = new_page("phone")
        page.context.add_cookies(cookies(client, url))  # type: ignore[arg-type]
        sizes: list[int] = []
        page.on("requestfinished", _weigh(sizes))
        page.goto(url + path, wait_until="networkidle")
        assert len(sizes) <= 5 and sum(sizes) < 100_000, f"{path}: {sizes}"
        shift = page.evaluate(
            """() => new Promise((done) => {
                let sum = 0;
                new PerformanceObserver((list) => list.getEntries().forEach((e) => sum += e.value))
                    .observe({ type: "layout-shift", buffered: true });
                setTimeout(() => done(sum), 200);
            })"""
        )
        assert shift < 0.01, f"{path}: {shift}"
        page.context.close()


def _weigh(into: list[int]) -> Callable[[Request], None]:
    def weigh(request: Request) -> None:
        sizes = request.sizes()
        into.append(sizes["responseHeadersSize"] + sizes["responseBodySize"])

    return weigh


def test_elsewhere_names_views_that_exist(app: Flask) -> None:
    assert app.view_functions.keys() >= ELSEWHERE
