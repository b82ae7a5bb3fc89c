"""Scripts in every field, every page opened by everybody in a real browser: none runs or is even there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Dialog, Error, Page

from tests.faults import planted
from tests.faults.browser import Browser
from tests.faults.city import City, Guest
from tests.faults.corpora import ARGUMENTS, ELSEWHERE, MARK
from tests.faults.corpora import SCRIPTS as CORPUS
from tests.faults.handed import harvest
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.windows import chromium

PROMISE = "名前、所属、理由、教材、検索の言葉に何が入っていても、ブラウザーで動くものにならない"
LISTEN = """window.__csp = [];
document.addEventListener('securitypolicyviolation', (e) => window.__csp.push(e.violatedDirective), true);"""
LOOK = """() => ({
    shown: Number(document.documentElement.innerText.includes('alert(')),
    csp: window.__csp || [],
    inline: document.querySelectorAll('script:not([src]), style').length,
    handlers: [...document.querySelectorAll('*')].filter(
        (e) => [...e.attributes].some((a) => a.name.startsWith('on') || a.name === 'style')).length,
    there: document.querySelectorAll('[MARK]').length,
    links: [...document.querySelectorAll('[href], [src], [action], [formaction]')].filter((e) =>
        ['href', 'src', 'action', 'formaction'].some(
            (a) => /^\\s*(javascript|data|vbscript):/i.test(e.getAttribute(a) || ''))).length,
})""".replace("MARK", MARK)
FILL = """([form, words, last]) => {
    const one = document.forms[form];
    for (const e of one.elements) {
        if (e.name === 'csrf_token') continue;
        if (e.tagName === 'SELECT') { if (last) e.selectedIndex = e.options.length - 1; }
        else if (e.type === 'checkbox' || e.type === 'radio') e.checked = true;
        else if (e.tagName === 'TEXTAREA') e.value = words;
        else if (['text', 'search', 'email', 'date', 'number', 'hidden'].includes(e.type)) {
            if (e.type === 'hidden' && e.name !== 'next') continue;
            e.type = 'text'; e.removeAttribute('maxlength'); e.value = words;
        }
    }
    HTMLFormElement.prototype.submit.call(one);
}"""
#: Forms that would end the session, and those whose answer is a file.
LEFT = ("/logout", "/account/sign-out", "/hr/evidence/pack", "/hr/slips")


@dataclass
class Found:
    """What a walk met."""

    pages: int = 0
    #: Those on which a text of the corpus was to be read.
    shown: int = 0
    ran: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing ran, and nothing of it was part of a page."""
        return not (self.ran or self.there)


class Window:
    """One guest's window; everything it shows is looked at."""

    def __init__(self, browser: Chromium, port: int, guest: Guest, found: Found, unprotected: bool) -> None:
        self.address, self.found, self.guest = f"http://127.0.0.1:{port}", found, guest
        # Without the policy a script that came through would run: the pages alone must hold.
        self.context: BrowserContext = browser.new_context(bypass_csp=unprotected, locale="ja-JP")
        self.context.set_default_timeout(15_000)
        self.context.add_init_script(LISTEN)
        if guest.token:
            self.context.add_cookies([{"name": "kenshu_session", "value": guest.token, "url": self.address}])
        self.page: Page = self.context.new_page()
        self.page.on("dialog", self._dialog)

    def _dialog(self, dialog: Dialog) -> None:
        self.found.ran.append(f"{self.guest.name} {self.page.url}: {dialog.message}")
        dialog.dismiss()

    def open(self, path: str) -> None:
        """Open an address and look."""
        with suppress(Error):  # a file is not shown
            self.page.goto(self.address + path)
            self.look(path)

    def look(self, path: str) -> None:
        """Look at what is shown."""
        self.found.pages += 1
        seen = self.page.evaluate(LOOK)
        self.found.shown += seen.pop("shown")
        if any(seen.values()):
            self.found.there.append(f"{self.guest.name} {path}: {seen}")

    def forms(self) -> list[str]:
        """Where the forms of this page lead."""
        actions = self.page.evaluate("() => [...document.forms].map((f) => f.getAttribute('action') || '')")
        return [str(action) for action in actions]

    def send(self, path: str, number: int, words: str, last: bool) -> None:
        """Fill a form of the page with hostile words and send it."""
        with suppress(Error):
            self.page.goto(self.address + path)
            with self.page.expect_navigation():
                self.page.evaluate(FILL, [number, words, last])
            self.look(f"{path} form {number}")

    def upload(self, name: str, body: bytes) -> None:
        """Hand a roster in."""
        self.page.goto(f"{self.address}/hr/roster")
        self.page.set_input_files(
            "input[name=roster]", {"name": name, "mimeType": "text/csv", "buffer": body}
        )
        with self.page.expect_navigation():
            self.page.evaluate("() => document.querySelector('input[name=roster]').form.submit()")
        self.look(f"/hr/roster {name}")


def turns() -> Iterator[str]:
    """The corpus over and over."""
    while True:
        yield from CORPUS


def walk(
    city: City,
    server: Server,
    browser: Chromium,
    names: Iterable[str],
    each: int,
    sends: bool,
    most: int = 999,
) -> Found:
    """Open what everybody is led to, ``most`` each; with ``sends`` search and fill in with the corpus."""
    found, words = Found(), turns()
    for name in names:
        guest = city.guests[name]
        plain = Browser(server.port, guest.token)
        led = harvest(city.on.app, plain.ask, guest.starts, each)
        paths = [path for path, *_ in islice(led, most)]
        for unprotected in (False, True) if sends else (True,):
            window = Window(browser, server.port, guest, found, unprotected)
            if unprotected:
                plain.post("/showing", ("ruby", "on"))
                ruby = plain.cookies.get("kenshu_form", "")
                window.context.add_cookies([{"name": "kenshu_form", "value": ruby, "url": window.address}])
            for path in paths:
                window.open(path)
                if not sends:
                    continue
                bare, hostile = urlsplit(path).path, next(words)
                # A server takes no address of every length.
                for some in (ARGUMENTS[::2], ARGUMENTS[1::2]):
                    window.open(f"{bare}?{urlencode(dict.fromkeys(some, hostile))}")
            if sends and not unprotected:
                _send_all(window, paths, words)
            window.context.close()
    return found


def _send_all(window: Window, paths: Iterable[str], words: Iterator[str]) -> None:
    """Fill in every form once, each address it leads to once; and hand in rosters with hostile names."""
    sent: set[str] = set()
    for path in paths:
        with suppress(Error):
            window.page.goto(window.address + path)
            for number, action in enumerate(window.forms()):
                where = urlsplit(action or path).path
                if where not in sent and where not in LEFT:
                    sent.add(where)
                    window.send(path, number, next(words), last=len(sent) % 2 == 0)
    if window.guest.name == "hr":
        for name in CORPUS[:3]:
            window.upload(f"{name}.csv", planted.roster(CORPUS))
            window.upload(f"{name}.csv", planted.roster(CORPUS).replace("正規職員".encode(), name.encode()))


def redirects(city: City, port: int, corpus: Sequence[str] = (*CORPUS, *ELSEWHERE)) -> list[str]:
    """Where signing in leads when ``next`` is hostile: never off the site."""
    outside = []
    for words in corpus:
        browser = Browser(port, city.guests["learner"].token)
        for page in (
            browser.ask(f"/login?{urlencode({'next': words})}"),
            browser.post("/showing", ("ruby", "on"), ("next", words)),
        ):
            there = urlsplit(page.location)
            if page.status != 303 or there.netloc or there.scheme or not page.location.startswith("/"):
                outside.append(f"{words}: {page.location}")
    return outside


def row(city: City, each: int, names: Sequence[str] = (), sends: bool = True) -> Row:
    """The row of scripts: the city is planted already."""
    with chromium() as browser:
        if browser is None:
            return Row("8", PROMISE, "ブラウザーがないため、測れません", False)
        with Server(city.on) as server:
            found = walk(city, server, browser, names or city.guests, each, sends)
            outside = redirects(city, server.port)
        with Server(city.on, "autoescape") as server:
            control = walk(city, server, browser, ["learner"], 1, sends=False)
    for words in [*found.ran, *found.there, *outside]:
        print(words, file=sys.stderr)
    return Row(
        "8", PROMISE,
        f"文例{len(CORPUS)}をすべての欄に入れ、{len(names or city.guests)}人の役割で{found.pages:,}画面"
        f"(文例の見える{found.shown:,}画面): "
        f"動いたもの{len(found.ran)}、画面の部品やインラインのスクリプトになったもの{len(found.there)}、"
        f"外へ移す行き先{len(outside)}(next= {len(CORPUS) + len(ELSEWHERE)}通り)",
        found.good and not outside and found.shown > 0,
        f"一つの雛形で無害化をやめると、{control.pages}画面のうちで{len(control.ran)}回動く",
        bool(control.ran),
    )  # fmt: skip
