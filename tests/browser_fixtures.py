"""A real browser for tests: `chromium` (the browser), `page` (one page), `new_page` (as many as asked)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
         "microsoft-edge", "msedge")  # fmt: skip
WINDOWS_PLACES = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe",
                  "Chromium/Application/chrome.exe")  # fmt: skip
MAC_PLACES = ("Chromium", "Google Chrome", "Microsoft Edge")
SIZES = {"desktop": (1366, 768), "phone": (390, 844)}
HERE = ("127.0.0.1", "localhost", "::1")
#: A browser looks for its maker's servers by itself: no name but this machine's leads anywhere.
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"

NewPage = Callable[..., Page]


def browser_path() -> Path | None:
    """The Chromium, Chrome or Edge of this machine, or None."""
    candidates = [Path(found) for name in NAMES if (found := shutil.which(name))]
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if base := os.environ.get(variable):
            candidates += [Path(base, place) for place in WINDOWS_PLACES]
    if sys.platform == "darwin":
        candidates += [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in MAC_PLACES]
    return next((path for path in candidates if path.exists()), None)


def arguments() -> list[str]:
    """What the browser is started with."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    # Chromium refuses its sandbox to root; small containers have a small /dev/shm.
    return [NOWHERE, "--disable-dev-shm-usage", *(["--no-sandbox"] if root else [])]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running browser; skipped, by name, where there is none (fails under KENSHU_REQUIRE_BROWSER)."""
    path = browser_path()
    if path is None:
        missing = "ブラウザー(Chromium、Chrome、Edge)がありません"
        if os.environ.get("KENSHU_REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        yield browser
        browser.close()


class Watch:
    """What a page must never do: ask another host, break its own CSP, raise a script error."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def follow(self, context: BrowserContext) -> None:
        # Watched, not held up: a route for every request would switch the browser's cache off.
        context.on("request", self.request)
        context.on("console", self.console)
        context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))

    def request(self, request: Request) -> None:
        """Note a request to anywhere else; ``NOWHERE`` keeps it from leading there."""
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and parts.hostname not in HERE:
            self.complaints.append(f"asked another host: {request.url}")

    def console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)


def picture(page: Page, path: Path | None = None, full_page: bool = False) -> bytes:
    """A PNG of the page.

    A busy Chromium now and then answers "Unable to capture screenshot" and takes the same picture
    when asked again; only that answer is asked again, twice.
    """
    for _ in range(2):
        try:
            return page.screenshot(path=path, full_page=full_page)
        except Error as error:
            if "Unable to capture screenshot" not in error.message:
                raise
    return page.screenshot(path=path, full_page=full_page)


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Open a page as another visitor: new_page("phone" | "desktop", **options of a browser context).

    The test fails at its end when a page asked another host, broke its CSP or raised a script error.
    """
    watch = Watch()
    contexts: list[BrowserContext] = []

    def open_page(size: str = "desktop", **options: object) -> Page:
        width, height = SIZES[size]
        phone = {"is_mobile": True, "has_touch": True} if size == "phone" else {}
        settings = {"viewport": {"width": width, "height": height}, "locale": "ja-JP",
                    "timezone_id": "Asia/Tokyo", "reduced_motion": "reduce"} | phone | options  # fmt: skip
        context = chromium.new_context(**settings)  # type: ignore[arg-type]
        contexts.append(context)
        watch.follow(context)
        context.set_default_timeout(10_000)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.complaints, "\n".join(watch.complaints)


@pytest.fixture
def page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """A page of a desktop, or of a phone: `@pytest.mark.phone`, or

    `@pytest.mark.parametrize("page", ["phone", "desktop"], indirect=True)`.
    """
    marked = "phone" if request.node.get_closest_marker("phone") else "desktop"
    return new_page(getattr(request, "param", marked))
