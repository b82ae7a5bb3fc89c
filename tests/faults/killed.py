"""kill -9 of a worker, the master and the whole group while people answer: nothing acknowledged is lost."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from random import Random

from tests.faults.ground import Ground
from tests.faults.ledger import Ledger
from tests.faults.server import Server
from tests.faults.table import Row
from tests.faults.walking import await_answers, walk

PROMISE = "受け取ったと伝えた解答は、プロセスが落ちても残る"
KINDS = ("group", "worker", "master", "worker")


@dataclass
class Found:
    """What a run of kills left."""

    kills: int
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    unsound: list[str] = field(default_factory=list)
    back: list[float] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice, everything sound."""
        return not (self.lost or self.doubled or self.unsound)

    @property
    def words(self) -> str:
        """The figure."""
        p95 = sorted(self.back)[int(len(self.back) * 0.95) - (len(self.back) > 1)]
        return (
            f"kill -9 {self.kills}回、受け取り済み{self.acknowledged:,}件: "
            f"失われたもの{self.lost}、二重{self.doubled}、整合と記録の異常{len(self.unsound)}、復帰の95%点{p95:.1f}秒"
        )


def kills(on: Ground, times: int, without: str = "", least: int = 0) -> Found:
    """Kill ``times`` (more until ``least`` answers are acknowledged) and look at everything each time."""
    found, ledger, stop = Found(0), Ledger(on.folder / f"ledger-{without}.jsonl"), threading.Event()
    chance = Random(4)
    with Server(on, without) as server:
        walking = threading.Thread(target=walk, args=(on, server.port, ledger, stop))
        walking.start()
        try:
            while found.kills < times or len(ledger.entries) < least:
                await_answers(ledger, max(25, least // times))
                time.sleep(chance.random() / 4)
                found.back.append(server.kill(KINDS[found.kills % len(KINDS)]))
                found.kills += 1
                found.unsound += on.sound()
        finally:
            stop.set()
            walking.join()
    ledger.close()
    found.acknowledged = len(ledger.entries)
    found.lost = len(on.missing(ledger.entries))
    found.doubled = on.doubled()
    return found


def row(on: Ground, times: int, least: int = 0, number: str = "1", what: str = "SQLite") -> Row:
    """The row of kills on one database."""
    found = kills(on, times, least=least)
    control = kills(on, 1, "commit first")
    return Row(
        number,
        f"{PROMISE}({what})",
        found.words,
        found.good,
        f"先に伝えて後で保存すると、{control.acknowledged:,}件のうち{control.lost}件が失われる",
        control.lost > 0,
    )
