"""PostgreSQL restarted, its lines cut, while people answer: only 503, and then it goes on by itself."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from tests.faults.ground import Ground
from tests.faults.ledger import Ledger
from tests.faults.postgres import Postgres
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.walking import Walker, await_answers, walk

PROMISE = "PostgreSQLが止まって戻り、接続が切られても、受け取ったと伝えた解答は残り、手を加えずに続く"
#: Told within this of everything being there again.
SECONDS = 10.0


@dataclass
class Found:
    """What a run of restarts left."""

    restarts: int = 0
    lines: int = 0
    back: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    wrong: int = 0
    walkers: list[Walker] = field(default_factory=list)

    def total(self, name: str) -> int:
        """A number over everybody."""
        return sum(getattr(walker, name) for walker in self.walkers)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing but 503 with the answer kept on the page, and on again in time."""
        return not (
            self.lost
            or self.wrong
            or self.total("other")
            or self.total("refused") != self.total("on_screen")
            or max(self.back) > SECONDS
        )


def restarts(on: Ground, database: Postgres, times: int, without: str = "") -> Found:
    """Restart the database and cut its lines ``times`` each."""
    found, stop = Found(), threading.Event()
    ledger = Ledger(on.folder / f"ledger-restarts-{without}.jsonl")
    with Server(on, without) as server:

        def go() -> None:
            found.walkers = walk(on, server.port, ledger, stop)

        walking = threading.Thread(target=go)
        walking.start()
        try:
            for _ in range(times):
                await_answers(ledger, 25)
                database.restart()
                found.restarts += 1
                found.back.append(_until_told(ledger))
                await_answers(ledger, 10)
                found.lines += database.cut_lines()
                found.back.append(_until_told(ledger))
        finally:
            stop.set()
            walking.join()
    ledger.close()
    on.let_go()
    found.acknowledged = len(ledger.entries)
    found.lost, found.wrong = len(on.missing(ledger.entries)), len(on.sound()) + on.doubled()
    return found


def _until_told(ledger: Ledger) -> float:
    """Seconds until somebody is told that an answer is kept."""
    began = time.perf_counter()
    await_answers(ledger, 1)
    return time.perf_counter() - began


def row(on: Ground, database: Postgres, times: int) -> Row:
    """The row of restarts of the database."""
    found = restarts(on, database, times)
    control = restarts(on, database, 3, "sync")
    return Row(
        "3p", PROMISE,
        f"restart -m immediate {found.restarts}回、切られた接続{found.lines}、"
        f"受け取り済み{found.acknowledged:,}件: 失われたもの{found.lost}、二重と異常{found.wrong}。"
        f"断り(503){found.total('refused')}回、うち解答が画面に残ったもの{found.total('on_screen')}、"
        f"ほかの答え{found.total('other')}、戻ってから次の保存まで最大{max(found.back):.1f}秒",
        found.good and found.acknowledged > 0,
        f"synchronous_commit=offにすると、{control.acknowledged:,}件のうち{control.lost}件が失われる",
        control.lost > 0,
    )  # fmt: skip
