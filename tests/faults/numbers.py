"""Numbers that exist and numbers that don't, at the door: the same page, and as long to wait for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.faults.browser import Browser
from tests.faults.ground import Ground
from tests.faults.server import Server
from tests.faults.table import Row

MOST_APART = 0.05


@dataclass(frozen=True)
class Found:
    """Kinds of answers met (one is good), and the median seconds for numbers there and not there."""

    kinds: int
    there: float
    missing: float

    @property
    def apart(self) -> float:
        """How far the medians are apart, as a share of the one for numbers that exist."""
        return abs(self.there - self.missing) / self.there


def compared(server: Server, there: Sequence[str], missing: Sequence[str]) -> Found:
    """Send one wrong password for each number, in turn one that exists and one that doesn't."""
    browser = Browser(server.port)
    browser.ask("/login")
    kinds = set()
    seconds: tuple[list[float], list[float]] = [], []
    for pair in zip(there, missing, strict=True):
        for number, taken in zip(pair, seconds, strict=True):
            began = time.perf_counter()
            page = browser.post("/login", ("number", number), ("password", "あてずっぽうの春の日"))
            taken.append(time.perf_counter() - began)
            same = page.text.replace(number, "").replace(page.token, "")
            kinds.add((page.status, len(page.text), same, page.headers))
    return Found(len(kinds), median(seconds[0]), median(seconds[1]))


def missing_from(on: Ground) -> list[str]:
    """As many numbers of the same length that nobody has."""
    return [f"9{person.number[1:]}" for person in on.people]


def row(on: Ground) -> Row:
    """The row of numbers tried out."""
    there, missing = [person.number for person in on.people], missing_from(on)
    with Server(on) as server:
        found = compared(server, there, missing)
    with Server(on, "the same time") as server:
        # Each number a second time: still looked at, and nobody waits.
        control = compared(server, there, missing)
    return Row(
        "7c", "ログインの答えから、番号があるかどうかは分からない",
        f"ある番号{len(there)}とない番号{len(missing)}: 答えの種類{found.kinds}、"
        f"時間の中央値 {found.there * 1000:.1f}ミリ秒と{found.missing * 1000:.1f}ミリ秒(差{found.apart:.1%})",
        found.kinds == 1 and found.apart < MOST_APART,
        f"ない番号でパスワードを調べないと、差は{control.apart:.0%}", control.apart > MOST_APART,
    )  # fmt: skip
