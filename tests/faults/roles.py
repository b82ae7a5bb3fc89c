"""Every address and every object as everybody: nobody gets a page or an object that is not theirs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from werkzeug.routing import Rule

from app.access.policy import Reach
from tests.faults.browser import Browser, Page
from tests.faults.city import City, Guest, filled, nowhere, rules
from tests.faults.handed import harvest, text_of, unlike
from tests.faults.server import Server
from tests.faults.table import Row

#: Arguments that name an object of one person, or of one head's people.
OWNED = ("attempt", "serial", "batch", "person_id")
#: Enough of every form that something would happen if it were taken.
FORM = [
    ("choice", "0"), ("do", "approve"), ("step", "keep"), ("number", "0000004"), ("reason", "同じ人"),
    ("answer", "same"), ("found", "paper"), ("subject", "sns-guideline"), ("as_of", "2026-06-01"),
    ("numbers", "0000004"), ("department", "011"), ("outcome", "適用"), ("on", "2026-06-01"),
    ("held_on", "2026-06-01"), ("lines", "0000004"), ("method", "集合"), ("document", "8総人第1号"),
]  # fmt: skip
ELSEWHERE = {"Origin": "http://example.com"}


@dataclass
class Found:
    """What a crawl met."""

    requests: int = 0
    leaks: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    #: Files HR was led to, as CSV and XLSX, and where they didn't say the same.
    files: int = 0
    unlike: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was met."""
        return not (self.leaks or self.taken or self.changed or self.unlike)


class Asking:
    """One guest with a browser."""

    def __init__(self, city: City, guest: Guest, port: int, found: Found) -> None:
        self.city, self.guest, self.found = city, guest, found
        self.browser = Browser(port, guest.token)
        self.secrets, self.owned = city.secrets(guest), city.owned(guest)
        self.browser.ask("/login" if not guest.token else "/")

    def may(self, rule: Rule, values: dict[str, str]) -> str:
        """ "yes", "no" (the page is for other people), or "hidden" (the object is somebody else's)."""
        marks = self.city.on.app.view_functions[rule.endpoint].__dict__
        if "public" in marks or rule.endpoint == "static":
            return "yes"
        reach = self.guest.reach(marks["right"])
        if reach is None:
            return "no"
        names = [name for name in values if name in OWNED]
        if reach is Reach.ALL or all(values[name] in self.owned[name] for name in names):
            return "yes"
        return "hidden"

    def ask(self, method: str, rule: Rule, values: dict[str, str]) -> None:
        """Ask one address."""
        self.get(rule, values) if method == "GET" else self.post(rule, values)

    def get(self, rule: Rule, values: dict[str, str]) -> None:
        """Open the page as it stands, and see what may not be seen."""
        path, may = filled(rule, values), self.may(rule, values)
        page = self._ask(path)
        if may == "no":
            self._refused(page, path)
        elif may == "hidden":
            names = [name for name in values if name in OWNED]
            self._hidden(page, self._ask(other := nowhere(rule, values, names)), path, other)

    def post(self, rule: Rule, values: dict[str, str]) -> None:
        """Send the form without a token, from another site, and as ours where it is not theirs."""
        path, may = filled(rule, values), self.may(rule, values)
        for words, more in (
            (FORM, {}),
            (FORM, ELSEWHERE),
            ([("csrf_token", self.browser.token), *FORM], ELSEWHERE),
        ):
            page = self._ask(path, words, more)
            if page.status not in (400, 403, 404) and not _to_sign_in(page):
                self.found.taken.append(f"{self.guest.name} POST {path} {more}: {page.status}")
        if may == "yes":
            return
        ours = [("csrf_token", self.browser.token), *FORM]
        page = self._ask(path, ours)
        if may == "no":
            self._refused(page, path)
        else:
            names = [name for name in values if name in OWNED]
            self._hidden(page, self._ask(other := nowhere(rule, values, names), ours), path, other)

    def look(self, path: str) -> Page:
        """Open an address HR was led to."""
        return self._ask(path)

    def _ask(
        self, path: str, form: list[tuple[str, str]] | None = None, more: dict[str, str] | None = None
    ) -> Page:
        page = self.browser.ask(path, form, more or {})
        if page.status >= 500:
            self.found.leaks.append(f"{self.guest.name} {path}: {page.status}")
        if self.secrets is not None:
            said = text_of(page) + page.location
            sent = path + str(form)
            told = {word for word in self.secrets.findall(said) if word not in sent}
            self.found.leaks += [f"{self.guest.name} {path}: says {word}" for word in told]
        return page

    def _refused(self, page: Page, path: str) -> None:
        right = _to_sign_in(page) if not self.guest.token else page.status in (403, 404)
        if not right:
            self.found.leaks.append(f"{self.guest.name} {path}: {page.status}")

    def _hidden(self, page: Page, missing: Page, path: str, other: str) -> None:
        if page.status != 404 or _plain(page, path) != _plain(missing, other):
            self.found.leaks.append(f"{self.guest.name} {path}: {page.status}, not as if it weren't there")


def crawl(city: City, port: int, each: int, names: Iterable[str] = (), step: int = 1) -> Found:
    """Ask every address (or every ``step``th) with ``each`` objects as everybody (or as ``names``)."""
    found = Found()
    guests = [Asking(city, city.guests[name], port, found) for name in names or city.guests]
    pool = ThreadPoolExecutor(len(guests))
    for method, rule in rules(city.on)[::step]:
        before = city.state()
        for values in city.addresses(rule, each):
            # Everybody at once; list() raises what a thread met.
            list(pool.map(partial(Asking.ask, method=method, rule=rule, values=values), guests))
        if city.state() != before:
            found.changed.append(f"{method} {rule.rule}")
    pool.shutdown()
    found.requests += sum(one.browser.asked for one in guests)
    return found


def replay(city: City, port: int, each: int) -> Found:
    """Open what HR is led to (``each`` addresses a page, files too) as everybody who may not."""
    found = Found()
    hr = Asking(city, city.guests["hr"], port, found)
    asking = [Asking(city, guest, port, found) for guest in city.guests.values()]
    addresses = list(harvest(city.on.app, hr.look, hr.guest.starts, each))
    for path, _rule, _values, page in addresses:
        if ".csv" in path and page.status == 200:
            found.files += 1
            if unlike(page, hr.look(path.replace(".csv", ".xlsx"))):
                found.unlike.append(path)
    for one in asking:
        guest = one.guest
        for path, rule, values, page in addresses if guest.name != "hr" else ():
            answer = one.look(path)
            if one.may(rule, values) == "no":
                one._refused(answer, path)
            elif ".csv" in path and guest.name == "auditor" and unlike(page, answer):
                found.unlike.append(f"auditor {path}")
        # What is theirs they get, and nothing else: links of their own lead nowhere closed.
        for path, _rule, _values, page in harvest(city.on.app, one.look, guest.starts, each):
            if page.status in (403, 404) and path not in ("/nowhere", "/hr/evidence/"):
                found.unlike.append(f"{guest.name} is led to {path}: {page.status}")
    found.requests = sum(one.browser.asked for one in (hr, *asking))
    return found


def _to_sign_in(page: Page) -> bool:
    return page.status == 303 and page.location.startswith("/login")


def _plain(page: Page, path: str) -> tuple[int, str, list[tuple[str, str]]]:
    """The page and its headers without its own address and what differs from one request to the next."""
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", page.text).replace(path, "")
    return page.status, text, [h for h in page.headers if h[0] not in ("Content-Length", "Set-Cookie")]


def row(city: City, each: int) -> Row:
    """The row of roles, routes and objects."""
    with Server(city.on) as server:
        found = crawl(city, server.port, each)
        led = replay(city, server.port, each)
    with Server(city.on, "roles") as server:
        open_ = crawl(city, server.port, 1, ["learner"])
    with Server(city.on, "form token") as server:
        forged = crawl(city, server.port, 1, ["hr"])
    requests = found.requests + led.requests
    for words in [*found.leaks, *led.leaks, *found.taken, *found.changed, *led.unlike]:
        print(words, file=sys.stderr)
    return Row(
        "6", "役割、ページ、対象のどの組合せでも、自分のもの以外は見えず、変わらない",
        f"{requests:,}件の要求: 漏れ{len(found.leaks) + len(led.leaks)}、印のない送信と外からの送信の受付"
        f"{len(found.taken)}、GETと断った送信で変わった記録{len(found.changed)}。"
        f"CSVとXLSX {led.files}組の食い違い{len(led.unlike)}",
        found.good and led.good and requests >= 500,
        f"権限表を外すと、受講者に{len(open_.leaks)}件が漏れ、印を調べないと、{len(forged.taken)}件を受け付ける",
        bool(open_.leaks) and bool(forged.taken),
    )  # fmt: skip
