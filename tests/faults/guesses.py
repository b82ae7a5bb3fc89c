"""One address for the whole city hall: good sign-ins during an attack, and guesses counted exactly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from app import clock
from app.access import accounts
from app.access.sign_in import accounts_of
from app.db import db
from tests.faults.browser import Browser
from tests.faults.ground import Ground, Person
from tests.faults.server import Server
from tests.faults.stolen import KIOSK, shared_terminal
from tests.faults.table import Row

PROMISE = "一つのアドレスから全員が入れ、一人へのあてずっぽうは数えて止める"
AT_ONCE = 50
#: All of the city hall comes within five minutes: so many a second.
RATE = 1_300 / 300
ENTERED, LOOKED_AT, WAITING = 303, 401, 429


@dataclass
class Found:
    """What came of an attack at one account while others signed in."""

    #: How each guess was answered, and each good password of somebody else.
    guesses: list[int] = field(default_factory=list)
    entered: list[int] = field(default_factory=list)
    seconds: float = 0.0
    #: Guesses that the site itself has counted.
    counted: int = 0
    #: The attacked person's own password: from a browser known before, from others, from a shared terminal.
    known: list[int] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    #: A new slip, from a browser nobody knows.
    slip: int = 0

    @property
    def looked_at(self) -> int:
        """Guesses that were compared with the password."""
        return self.guesses.count(LOOKED_AT)

    @property
    def refused(self) -> int:
        """Good passwords of others that did not lead in."""
        return sum(status != ENTERED for status in self.entered)

    @property
    def failed(self) -> int:
        """Answers that speak of a fault."""
        return sum(status >= 500 for status in [*self.entered, *self.guesses, *self.known, *self.strange])

    @property
    def good(self) -> bool:
        """Everybody in but the guesser, each guess counted, a known browser and a new slip never kept out."""
        return (
            not (self.refused or self.failed)
            and self.looked_at == self.counted <= 100
            and bool(self.known)
            and set(self.known) == {ENTERED}
            and set(self.strange) == {WAITING}
            and self.slip == ENTERED
        )


@contextmanager
def under_attack(server: Server, victim: Person, least: int, at_once: int = AT_ONCE) -> Iterator[list[int]]:
    """Guess at one account, ``at_once``, to the end and at least ``least`` times; how each was answered."""
    answered: list[int] = []
    over = threading.Event()

    def guess(_n: int) -> None:
        browser = Browser(server.port)
        browser.ask("/login")
        while not over.is_set() or len(answered) < least:
            typed = ("number", victim.number), ("password", f"まちがいのパスワード{len(answered)}")
            answered.append(browser.post("/login", *typed).status)

    with ThreadPoolExecutor(at_once) as pool:
        guessing = [pool.submit(guess, n) for n in range(at_once)]
        try:
            yield answered
        finally:
            over.set()
    for one in guessing:
        one.result()


def attack(on: Ground, server: Server, logins: int, guesses: int, at_once: int = AT_ONCE) -> Found:
    """Everybody signs in, five in a hundred after a slip of the finger, while one account is attacked."""
    found, victim = Found(), on.people[0]
    others = on.people[1:-1]
    own, terminal, at_own = Browser(server.port), shared_terminal(on, server), threading.Lock()
    own.sign_in(victim.number)
    began = time.perf_counter()

    def enter(number: int) -> None:
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        person, browser = others[number % len(others)], Browser(server.port)
        if number % 20 == 0:
            browser.sign_in(person.number, "打ちまちがいのパスワード")
        found.entered.append(browser.sign_in(person.number).status)
        if number % max(1, logins // 20) == 0:
            with at_own:
                found.known.append(own.sign_in(victim.number).status)

    with under_attack(server, victim, guesses, at_once) as found.guesses:
        while WAITING not in found.guesses:
            time.sleep(0.1)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(enter, range(logins)))
        found.seconds = time.perf_counter() - began
    found.counted = counted(on, victim)
    # The count stands, the account waits: who comes with a browser of their own enters, others need a slip.
    with under_attack(server, victim, 0, at_once) as more:
        shared = Browser(server.port)
        shared.cookies = own.cookies | {KIOSK: terminal}
        while WAITING not in more:
            time.sleep(0.1)
        found.strange = [browser.sign_in(victim.number).status for browser in (Browser(server.port), shared)]
        found.known.append(own.sign_in(victim.number).status)
        found.slip = Browser(server.port).sign_in(victim.number, new_slip(on, victim)).status
    return found


def counted(on: Ground, person: Person) -> int:
    """Failures in a row that the site has counted for somebody."""
    with on.app.app_context():
        (account,) = accounts_of([person.id])
        key = account.id
        db.session.remove()
    return on.count("SELECT failures FROM sign_in_limits WHERE key = :k", k=key)


def new_slip(on: Ground, person: Person) -> str:
    """The initial password of a new ログイン票."""
    with on.app.app_context():
        slip = accounts.issue_slip(person.id, clock.now(), clock.today(), "試験")
        db.session.remove()
    return slip.password


def row(on: Ground, logins: int, guesses: int, number: str = "7", what: str = "SQLite") -> Row:
    """The row of sign-ins from one address."""
    with Server(on) as server:
        found = attack(on, server, logins, guesses)
    with Server(on, "limits") as server:
        other = on.people[1]
        with under_attack(server, other, 100) as control:
            pass
    return Row(
        number, f"{PROMISE}({what})",
        f"攻撃({len(found.guesses):,}回、{AT_ONCE}並列)の間の正しいログイン{logins:,}回({found.seconds:.0f}秒、"
        f"5%は打ちまちがいのあと): 断り{found.refused}、5xx {found.failed}。"
        f"調べられたあてずっぽう{found.looked_at}(数えた数{found.counted})。"
        f"本人: 前に入った端末から{len(found.known)}回中{found.known.count(ENTERED)}回、"
        f"はじめての端末と共用端末は待ち{found.strange.count(WAITING)}、"
        f"新しいログイン票で{'入れた' if found.slip == ENTERED else '入れない'}",
        found.good,
        f"数えないと、{len(control)}回のうち{control.count(LOOKED_AT)}回が調べられる",
        control.count(LOOKED_AT) > 100 - AT_ONCE,
    )  # fmt: skip
