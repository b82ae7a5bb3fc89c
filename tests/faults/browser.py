"""A browser without a screen: cookies, forms with their token, an Origin as browsers send it."""

from __future__ import annotations

import re
import select
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPException
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from tests.faults.ground import COURSE, PASSWORD
from tests.faults.ledger import Entry, Ledger

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CHECKED = re.compile(r'name="choice" value="(\d+)" id="[^"]*" checked')
#: Headers that differ from one answer to the next.
CHANGING = ("Date", "Set-Cookie")
HIDDEN = re.compile(r'type="hidden" name="choice" value="(\d+)"')


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    location: str
    text: str
    #: Name and value of each header; of the day and of cookies only the name.
    headers: tuple[tuple[str, str], ...] = ()
    #: As it came, for what is no text.
    body: bytes = b""

    @property
    def token(self) -> str:
        """The form token on the page."""
        found = TOKEN.search(self.text)
        return unescape(found[1]) if found else ""


class Browser:
    """One person's browser; asks the server at ``port``. ``keeps``: on one line kept open, as browsers do."""

    def __init__(self, port: int, session: str = "", timeout: float = 90, keeps: bool = False) -> None:
        self.port, self.timeout, self.keeps = port, timeout, keeps
        self._kept = HTTPConnection("127.0.0.1", port, timeout=timeout)
        self.cookies: dict[str, str] = {"kenshu_session": session} if session else {}
        self.token = ""
        #: How the last request was answered.
        self.status = 0
        #: Requests so far; when each was begun, and the seconds it took.
        self.asked = 0
        self.took: list[tuple[float, float]] = []
        self._used = 0.0

    @property
    def longest(self) -> float:
        """The seconds the slowest request took."""
        return max((seconds for _, seconds in self.took), default=0.0)

    def ask(
        self,
        path: str,
        form: list[tuple[str, str]] | None = None,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Page:
        """One request, with ``more`` headers. Raises OSError when the line breaks."""
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urlencode(form).encode()
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        headers |= more
        line, began = self._line(), time.perf_counter()
        self.asked += 1
        try:
            line.request("GET" if form is None else "POST", path, body, headers)
            answer = line.getresponse()
            came = answer.read()
        except (OSError, HTTPException) as error:
            line.close()
            raise OSError(str(error)) from error
        finally:
            if line is not self._kept:
                line.close()
            self._used = time.perf_counter()
            self.took.append((began, self._used - began))
        for given in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = given.partition(";")[0].partition("=")
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        self.status = answer.status
        text = came.decode("utf-8", "replace")
        named = [(name, "" if name in CHANGING else value) for name, value in answer.headers.items()]
        page = Page(answer.status, answer.headers.get("Location", ""), text, tuple(sorted(named)), came)
        if form is None and page.token:
            self.token = page.token
        return page

    def _line(self) -> HTTPConnection:
        """A line of its own for every request, or the one kept, opened again after a second without use.

        The server closes a line after two: one that waits longer than it does is cut now and then by itself.
        """
        if not self.keeps:
            return HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        if time.perf_counter() - self._used > 1 or (self._kept.sock and readable(self._kept.sock)):
            self._kept.close()
        return self._kept

    def post(self, path: str, *fields: tuple[str, str]) -> Page:
        """Send a form with the token of the page seen last."""
        if not self.token:
            self.ask("/login")
            if not self.token:
                self.ask("/")
        return self.ask(path, [("csrf_token", self.token), *fields])

    def sign_in(self, number: str, password: str = PASSWORD) -> Page:
        """Type number and password."""
        self.ask("/login")
        return self.post("/login", ("number", number), ("password", password))

    def begin(self, section: str) -> str:
        """Press 確認テストを始める; the address of the test."""
        page = self.post(f"/courses/{COURSE}/{section}/quiz")
        return urlsplit(page.location).path.rpartition("/")[0] if page.status == 303 else ""

    def answer(self, test: str, position: int, step: int, value: str) -> Page:
        """Press 解答する."""
        return self.post(f"{test}/{position}?step={step}", ("choice", value))


def readable(line: socket.socket) -> bool:
    """Whether something came on a line on which nothing is due: its end."""
    return bool(select.select([line], [], [], 0)[0])


def acknowledged(page: Page, test: str) -> bool:
    """Whether the person is led on to see how their answer was judged."""
    return page.status == 303 and page.location.startswith(test)


def on_screen(page: Page, value: str) -> bool:
    """Whether the page still holds the answer that was sent."""
    return value in CHECKED.findall(page.text) + HIDDEN.findall(page.text)


def note(ledger: Ledger, test: str, position: int, step: int, value: str, page: Page) -> None:
    """Write an acknowledgement down, unless the page says that an earlier answer stands."""
    if acknowledged(page, test) and "kept=1" not in page.location:
        ledger.write(Entry(test.rpartition("/")[2], position, step, value))
