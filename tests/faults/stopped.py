"""Stopped and started in order while people answer: every request gets its answer, only later."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from tests.faults.front import NoFront, front
from tests.faults.ground import Ground
from tests.faults.ledger import Ledger
from tests.faults.server import Server
from tests.faults.table import Row, unmeasured
from tests.faults.walking import Walker, await_answers, walk

PROMISE = "動いたまま止めて始めても(SIGTERM)、受け付けた要求はすべて答えられる"


@dataclass
class Found:
    """What a run of stops left. ``failed``: requests that got no answer, or another than was due."""

    stops: int = 0
    asked: int = 0
    failed: int = 0
    troubles: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    acknowledged: int = 0
    lost: int = 0
    unsound: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Every request answered, nothing lost, everything sound."""
        return bool(self.acknowledged) and not (self.failed or self.lost or self.unsound)

    @property
    def words(self) -> str:
        """The figure."""
        return (
            f"止めて始めること{self.stops}回、要求{self.asked:,}件: 切れたもの・5xx {self.failed}、"
            f"受け取り済み{self.acknowledged:,}件のうち失われたもの{self.lost}、異常{len(self.unsound)}、"
            f"いちばん待った要求{self.longest:.1f}秒"
        )


def stops(on: Ground, times: int, least: int = 0, held: bool = True, through: bool = False) -> Found:
    """Stop and start ``times`` (more until ``least`` requests were sent), half the people on kept lines.

    ``through``: people come through nginx, which is told to read its configuration again each time.
    """
    found, stop, chance = Found(), threading.Event(), Random(4)
    ledger = Ledger(on.folder / f"ledger-{held}-{through}.jsonl")
    walkers: list[Walker] = []
    with Server(on, held=held) as server, _port(on, server, through) as (port, again):
        keeping = 0 if through else len(on.people) // 2
        walking = threading.Thread(
            target=lambda: walkers.extend(walk(on, port, ledger, stop, keeping=keeping))
        )
        walking.start()
        try:
            while found.stops < times or 2 * len(ledger.entries) < least:
                await_answers(ledger, max(25, least // (2 * times)))
                time.sleep(chance.random() / 4)
                again()
                server.restart()
                found.stops += 1
        finally:
            stop.set()
            walking.join()
    ledger.close()
    found.asked = sum(one.browser.asked for one in walkers)
    found.troubles = Counter(what for one in walkers for what in one.troubles)
    found.failed = found.troubles.total() + sum(one.refused for one in walkers)
    found.longest = max(one.browser.longest for one in walkers)
    found.acknowledged, found.lost = len(ledger.entries), len(on.missing(ledger.entries))
    found.unsound = on.sound() + ["doubled"] * on.doubled()
    return found


@contextmanager
def _port(on: Ground, server: Server, through: bool) -> Iterator[tuple[int, Callable[[], None]]]:
    if not through:
        yield server.port, lambda: None
        return
    with front(on.folder, server.port) as nginx:
        yield nginx.port, nginx.reload


def row(on: Ground, times: int, least: int = 0) -> Row:
    """The row of stops, straight at the documented line."""
    found = stops(on, times, least)
    control = stops(on, 1, held=False)
    return Row(
        "1t", f"{PROMISE}(kenshu.socket)", found.words, found.good,
        f"ソケットを持ち続けないと、{control.stops}回で{control.failed}件が切れる", control.failed > 0,
    )  # fmt: skip


def row_behind_nginx(on: Ground, times: int, least: int = 0) -> Row:
    """The row of stops, behind the documented nginx."""
    promise = f"{PROMISE}(nginxを前に置き、それも読み直させる)"
    try:
        found = stops(on, times, least, through=True)
    except NoFront as error:
        return unmeasured("1u", promise, str(error))
    control = stops(on, 1, held=False, through=True)
    return Row(
        "1u", promise, found.words, found.good,
        f"ソケットを持ち続けないと、{control.stops}回で{control.failed}件が切れる", control.failed > 0,
    )  # fmt: skip
