"""The session gone, the key changed, the token old: the answer waits, and nobody else gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.browser import Browser, Page, acknowledged
from tests.faults.ground import Ground, Person
from tests.faults.ledger import Entry
from tests.faults.server import Server
from tests.faults.table import Row

KINDS = ("ended elsewhere", "session cookie gone", "all cookies gone", "signed in again in a tab")
PLACES = ("1", "0")


@dataclass
class Found:
    """What became of the answers that met a closed door."""

    points: int = 0
    lost: int = 0
    steps: int = 0
    strangers: int = 0
    leaks: int = 0
    #: Lost in turn by a stranger's sign-in, on purpose.
    dropped: int = 0


class Point:
    """One person with a question in front of them, and what is done to their session."""

    def __init__(self, server: Server, person: Person, section: str, value: str) -> None:
        self.person, self.value = person, value
        self.browser = Browser(server.port)
        self.browser.sign_in(person.number)
        self.test = self.browser.begin(section)
        self.browser.ask(f"{self.test}/1")

    def lose(self, kind: str) -> None:
        """Take the session, the cookies or the token away."""
        browser = self.browser
        if kind == "ended elsewhere":
            other = Browser(browser.port)
            other.cookies = {"kenshu_session": browser.cookies["kenshu_session"]}
            other.ask("/")
            other.post("/logout")
        elif kind == "session cookie gone":
            del browser.cookies["kenshu_session"]
        elif kind == "all cookies gone":
            browser.cookies.clear()
        elif kind == "signed in again in a tab":
            token, browser.token = browser.token, ""
            browser.cookies.pop("kenshu_form")
            browser.sign_in(self.person.number)
            browser.token = token

    def send(self) -> Page:
        """Press 解答する."""
        return self.browser.answer(self.test, 1, 1, self.value)

    def come_back(self, page: Page) -> tuple[bool, int]:
        """Sign in where asked to; whether the result is shown then, and how many steps more it took."""
        steps = 0
        if not acknowledged(page, self.test):
            self.browser.token, steps = "", 1
            page = self.browser.sign_in(self.person.number)
        shown = self.browser.ask(page.location).text if acknowledged(page, self.test) else ""
        return "data-result=" in shown, steps

    @property
    def entry(self) -> Entry:
        """What must be in the database."""
        return Entry(self.test.rpartition("/")[2], 1, 1, self.value)


def measure(on: Ground, server: Server, people: Sequence[Person], rotate: bool = True) -> Found:
    """One point for each of ``people`` in turn; every fourth meets a stranger at the same machine."""
    found, entries = Found(), []
    sections = on.sections
    for number, person in enumerate(people):
        # Another section each time the same person's turn comes: what was answered before stands.
        section = sections[(number + number // len(on.people)) % len(sections)]
        point = Point(server, person, section, PLACES[number % 2])
        kind = KINDS[number % len(KINDS)]
        point.lose(kind)
        page = point.send()
        if number % 8 == 1:
            found.strangers += 1
            found.leaks += stranger(on, point, page, people[number - 1])
            found.dropped += 1
        else:
            kept, steps = point.come_back(page)
            found.lost += not kept
            found.steps = max(found.steps, steps)
            entries.append(point.entry)
        found.points += 1
    if rotate:
        points = [
            Point(server, person, sections[(number + 3) % len(sections)], "1")
            for number, person in enumerate(people[:8])
        ]
        server.restart("another key")
        for point in points:
            kept, steps = point.come_back(point.send())
            found.lost += not kept
            found.steps = max(found.steps, steps)
            entries.append(point.entry)
            found.points += 1
    found.lost = max(found.lost, len(on.missing(entries)))
    return found


def stranger(on: Ground, point: Point, page: Page, other: Person) -> int:
    """Somebody else signs in at the same machine: how many traces of the answer they meet or leave."""
    browser, attempt = point.browser, point.test.rpartition("/")[2]
    login = browser.ask("/login")
    browser.token = login.token
    entered = browser.post("/login", ("number", other.number), ("password", "春のはじまりの試験です"))
    pages = [page.location, page.text, login.text, entered.location, browser.ask("/").text]
    traces = sum(attempt in text or point.person.id in text for text in pages)
    answers = "SELECT count(*) FROM answers WHERE attempt_id = :a AND position = 1"
    return traces + on.count(answers, a=attempt) + ("お預かりした" in pages[-1])


def row(on: Ground, points: int) -> Row:
    """The row of lost sessions."""
    people = [on.people[n % len(on.people)] for n in range(points)]
    with Server(on) as server:
        found = measure(on, server, people)
    with Server(on, "holding") as server:
        control = measure(on, server, on.people[-8:], rotate=False)
    return Row(
        "5", "ログインが切れても、鍵や印が変わっても、送った解答は失われない",
        f"{found.points}か所: 失われた解答{found.lost}、よけいな手順は最大{found.steps}。"
        f"共用端末の次の人{found.strangers}人: 見えたもの・入ったもの{found.leaks}",
        not found.lost and found.steps <= 1 and not found.leaks,
        f"預かりを外すと、{control.points}か所のうち{control.lost}か所で失われる", control.lost > 0,
    )  # fmt: skip
