"""The database locked, the disk full: no false "saved", the answer stays on the screen, no hand needed."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from tests.faults.browser import Browser, Page, acknowledged, note, on_screen
from tests.faults.ground import Ground
from tests.faults.ledger import Ledger
from tests.faults.server import Server
from tests.faults.table import Row


@contextmanager
def locked(on: Ground) -> Iterator[None]:
    """Another program holds the database."""
    other = sqlite3.connect(on.folder / "kenshu.sqlite3", isolation_level=None, timeout=10)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full(server: Server) -> Iterator[None]:
    """No file can grow or be written further on."""
    server.limit_files(1_024)
    try:
        yield
    finally:
        server.limit_files(None)


class Trouble:
    """People send an answer while the database is away, and press the button again afterwards."""

    def __init__(self, on: Ground, server: Server, ledger: Ledger, first: int, people: int) -> None:
        self.on, self.server, self.ledger = on, server, ledger
        self.refused = self.on_screen = self.saved = self.other = 0
        section = on.sections[0]
        self.browsers = []
        for person in on.people[first : first + people]:
            browser = Browser(server.port, person.token)
            self.browsers.append((browser, browser.begin(section)))

    def send(self) -> list[Page]:
        """Everybody presses 解答する at once."""
        with ThreadPoolExecutor(8) as pool:
            pages = list(pool.map(lambda pair: pair[0].answer(pair[1], 1, 1, "1"), self.browsers))
        for (_browser, test), page in zip(self.browsers, pages, strict=True):
            if acknowledged(page, test):
                self.saved += 1
                note(self.ledger, test, 1, 1, "1", page)
            elif page.status == 503:
                self.refused += 1
                self.on_screen += on_screen(page, "1")
            else:
                self.other += 1
        return pages

    def send_again(self) -> int:
        """Everybody presses the button on the page they have; how many are kept then."""
        before = self.saved
        self.send()
        return self.saved - before


def measure(on: Ground, server: Server, ledger: Ledger, first: int, held: float, kind: str) -> Trouble:
    """One trouble of ``held`` seconds; who was refused sends again when it is over."""
    trouble = Trouble(on, server, ledger, first, 8)
    away = locked(on) if kind == "locked" else full(server)
    over = threading.Event()

    def hold() -> None:
        with away:
            ready.set()
            over.wait(held)

    ready = threading.Event()
    holding = threading.Thread(target=hold)
    holding.start()
    ready.wait()
    trouble.send()
    while holding.is_alive() and trouble.refused:
        trouble.send()
    holding.join()
    return trouble


def row(on: Ground, lock_seconds: float, full_seconds: float) -> Iterator[Row]:
    """Rows of a short lock, a long one, and a full disk."""
    ledger = Ledger(on.folder / "ledger-away.jsonl")
    with Server(on) as server:
        short = measure(on, server, ledger, 0, 2, "locked")
        with Server(on, "waiting") as hasty:
            control = measure(on, hasty, ledger, 32, 2, "locked").refused
        yield Row(
            "3a", "データベースが2秒使えなくても、待てば保存される",
            f"8人: 保存{short.saved}、断り{short.refused}、ほかの答え{short.other}",
            short.saved == 8 and not short.refused + short.other,
            f"待たないことにすると、断りが{control}回", control > 0,
        )  # fmt: skip
        for number, kind, seconds, name, first in (
            ("3b", "locked", lock_seconds, f"データベースが{lock_seconds:.0f}秒使えない", 8),
            ("3c", "full", full_seconds, f"ディスクが{full_seconds:.0f}秒いっぱい", 16),
        ):
            trouble = measure(on, server, ledger, first, seconds, kind)
            after = time.perf_counter()
            while trouble.saved < 8 and time.perf_counter() - after < 20:
                trouble.send_again()
            took = time.perf_counter() - after
            lost = len(on.missing(ledger.entries)) + len(on.sound())
            control = without_truth(on, kind, first + 8)
            yield Row(
                number, f"{name}とき、保存したと言わず、解答を画面に残す",
                f"断り(503){trouble.refused}回、うち解答が画面に残ったもの{trouble.on_screen}、ほかの答え{trouble.other}、"
                f"保存したと言って無いもの{lost}、解けてから{took:.1f}秒で全員が保存",
                trouble.refused > 0 and trouble.on_screen == trouble.refused and not trouble.other
                and not lost and trouble.saved >= 8,
                f"確かめずに伝えると、{control}件が「保存」と言われて無い", control > 0,
            )  # fmt: skip
    ledger.close()


def without_truth(on: Ground, kind: str, first: int) -> int:
    """How many are told "saved" and are not, when nothing is checked."""
    ledger = Ledger(on.folder / f"ledger-truth-{kind}.jsonl")
    with Server(on, "truth") as server:
        trouble = Trouble(on, server, ledger, first, 8)
        with locked(on) if kind == "locked" else full(server):
            trouble.send()
        missing = len(on.missing(ledger.entries))
    ledger.close()
    return missing
