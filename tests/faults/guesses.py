"""One address for the whole city hall: good sign-ins during an attack, and guesses counted exactly."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from tests.faults.browser import Browser
from tests.faults.ground import Ground, Person
from tests.faults.server import Server
from tests.faults.table import Row


def guess(port: int, person: Person, number: int) -> int:
    """One wrong password; 401 when it was looked at, 429 when not."""
    browser = Browser(port)
    return browser.sign_in(person.number, f"まちがいのパスワード{number}").status


def attack(on: Ground, server: Server, logins: int, guesses: int) -> tuple[int, int, int]:
    """``guesses`` at one account, 50 at once, while others sign in: looked at, refused good ones, 5xx."""
    victim, others = on.people[0], on.people[1:]
    looked: list[int] = []
    over = threading.Event()

    def guesser() -> None:
        with ThreadPoolExecutor(50) as pool:
            looked.extend(pool.map(lambda n: guess(server.port, victim, n), range(guesses)))
        over.set()

    attacking = threading.Thread(target=guesser)
    attacking.start()

    def enter(number: int) -> int:
        browser = Browser(server.port)
        person = others[number % len(others)]
        if number % 20 == 0:
            browser.sign_in(person.number, "打ちまちがいのパスワード")
        return browser.sign_in(person.number).status

    with ThreadPoolExecutor(6) as pool:
        entered = list(pool.map(enter, range(logins)))
    attacking.join()
    refused = sum(status != 303 for status in entered)
    return looked.count(401), refused, sum(status >= 500 for status in [*entered, *looked])


def row(on: Ground, logins: int, guesses: int) -> Row:
    """The row of sign-ins from one address."""
    with Server(on) as server:
        looked, refused, failed = attack(on, server, logins, guesses)
    with Server(on, "limits") as server:
        control, _, _ = attack(on, server, 0, 20)
    return Row(
        "7", "一つのアドレスから全員が入れ、一人へのあてずっぽうは数えて止める",
        f"攻撃({guesses}回、50並列)の間の正しいログイン{logins}回: 断り{refused}、5xx {failed}。"
        f"調べられたあてずっぽう{looked}回",
        not refused and not failed and looked <= 100,
        f"数えないと、20回のうち{control}回が調べられる", control > 6,
    )  # fmt: skip
